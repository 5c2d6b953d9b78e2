"""The worker as a child of `up`. Its environment variables name the embedded parts."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from servers.datafolder import DataFolder, RunFile
from servers.logins import PUBLISHER
from servers.processes import Child
from servers.radicale_server import HOME
from servers.temporal_server import temporal_environment


def worker_child(
    folder: DataFolder,
    run: RunFile,
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    *,
    own_temporal: bool,
) -> Child:
    """Returns the child that runs the worker, but does not start it.

    Variables in `environment` replace those that this module sets. `own_temporal` is True if `up` runs its own
    Temporal. If it is False, the environment configures another Temporal, and its other settings (TLS, keys) stay as
    they are.
    """
    return Child(
        "worker",
        [*command, f"--data={folder.root}"],
        folder.logs,
        environment={**_environment(folder, run, own_temporal), **environment},
        directory=directory,
        patience=20.0,
    )


def _environment(folder: DataFolder, run: RunFile, own_temporal: bool) -> dict[str, str]:
    if own_temporal:
        environment = temporal_environment(run.temporal_address, run.namespace)
    else:  # its TLS and key settings are already in the environment
        environment = dict(os.environ)
        environment |= {"TEMPORAL_ADDRESS": run.temporal_address, "TEMPORAL_NAMESPACE": run.namespace}
    return {
        **environment,
        "AIDE_SMTP_HOST": run.smtp_host,
        "AIDE_SMTP_PORT": str(run.smtp_port),
        "AIDE_SMTP_SECURITY": "none",
        "AIDE_SMTP_USERNAME": "",  # the spool takes no login: this switches off a login in a .env file
        "AIDE_CALDAV_USERNAME": PUBLISHER,
        "AIDE_CALDAV_PASSWORD": run.calendar_logins[PUBLISHER].get_secret_value(),
        "AIDE_CALDAV_URL": run.caldav_url,
        "AIDE_CALDAV_HOME": HOME,
        "AIDE_MAILDIR": str(folder.organizer),
        "AIDE_IMAP_HOST": "",
        "AIDE_MAIL_AUTHSERV": "",
        "AIDE_RECORD": str(run.record),
        "AIDE_CONTACTS": str(run.contacts),
        "AIDE_READY_FILE": str(folder.ready_file),
        "PYTHONUNBUFFERED": "1",  # so that the log has the last lines of a worker that dies
    }
