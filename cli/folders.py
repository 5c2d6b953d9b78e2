"""Where the record and the contacts lie, without asking a server."""

import os
from pathlib import Path

from adapters.settings import Settings
from servers.datafolder import read_run


def record_root(data: Path) -> Path:
    """AIDE_RECORD where it is set, else the record of the data folder."""
    if "AIDE_RECORD" in os.environ:
        return Settings().record
    run = read_run(data)
    return Path(run.record) if run else data / "record"


def contacts_file(data: Path) -> Path:
    """AIDE_CONTACTS where it is set, else the contacts file of the data folder."""
    if "AIDE_CONTACTS" in os.environ:
        return Settings().contacts
    run = read_run(data)
    return run.contacts if run else Settings().contacts
