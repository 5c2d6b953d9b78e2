"""Finds the folder of the record and the contacts file, without asking a server."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.files.private import check_private
from cli.errors import BadUsage
from servers.datafolder import read_run

if TYPE_CHECKING:
    from adapters.settings import Settings


def record_root(data: Path) -> Path:
    """Returns the folder of the record. It is AIDE_RECORD if that is set, or else the record of the data folder.

    Raises NotPrivate if other accounts can use the folder, and BadUsage for a faulty AIDE_ setting.
    """
    if "AIDE_RECORD" in os.environ:
        record = _settings().record
        check_private(record)
        return record
    run = read_run(data)
    return Path(run.record) if run else data / "record"


def contacts_file(data: Path) -> Path:
    """Returns the path of the contacts file. It is AIDE_CONTACTS if that is set, or else the file that the last `up` in
    the data folder used. If `up` never ran there, it is the default path. Raises BadUsage for a faulty AIDE_
    setting."""
    if "AIDE_CONTACTS" in os.environ:
        return _settings().contacts
    run = read_run(data)
    return run.contacts if run else _settings().contacts


def authentication_server(data: Path) -> str:
    """Returns the name that our mail server writes into its Authentication-Results. Empty if no setting names it, or if
    `up` runs in this data folder: its own mail server checks nothing. Raises BadUsage for a faulty AIDE_ setting."""
    return "" if read_run(data) else _settings().mail_authserv or ""


def _settings() -> "Settings":
    # Takes a twentieth of a second, so only if run.json does not say it.
    from adapters.settings import SettingsFault, read_settings

    try:
        return read_settings()
    except SettingsFault as fault:
        raise BadUsage("bad-settings", str(fault)) from None
