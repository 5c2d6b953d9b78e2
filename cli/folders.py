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
    """The folder of the record: AIDE_RECORD if it is set, or else the record of the data folder. Raises NotPrivate."""
    if "AIDE_RECORD" in os.environ:
        record = _settings().record
        check_private(record)
        return record
    run = read_run(data)
    return Path(run.record) if run else data / "record"


def contacts_file(data: Path) -> Path:
    """The contacts file: AIDE_CONTACTS if it is set, or else that of the last `up` in this folder, or the default."""
    if "AIDE_CONTACTS" in os.environ:
        return _settings().contacts
    run = read_run(data)
    return run.contacts if run else _settings().contacts


def _settings() -> "Settings":
    # Takes a twentieth of a second, so only if run.json does not say it.
    from adapters.settings import SettingsFault, read_settings

    try:
        return read_settings()
    except SettingsFault as fault:
        raise BadUsage("bad-settings", str(fault)) from None
