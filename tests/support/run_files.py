"""The run.json that `up` writes, for tests of commands."""

import os

from servers.datafolder import DataFolder, RunFile
from tests.support.builders import START


def run_file(folder: DataFolder, address: str, plan: str) -> None:
    """What a command line finds in the data folder."""
    run = RunFile(
        temporal_address=address,
        namespace="default",
        ui=None,
        caldav_url="http://127.0.0.1:1",
        smtp_host="127.0.0.1",
        smtp_port=1,
        mail=folder.mail,
        record=folder.record,
        contacts=folder.root / "contacts.yaml",
        plan=plan,
        pid=os.getpid(),
        started=START,
        state="running",
    )
    folder.write_run(run)
