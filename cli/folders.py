"""Where the record and the contacts lie, without asking a server."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.files.private import check_private
from servers.datafolder import read_run

if TYPE_CHECKING:
    from adapters.settings import Settings


def record_root(data: Path) -> Path:
    """AIDE_RECORD where it is set, else the record of the data folder. Raises NotPrivate."""
    if "AIDE_RECORD" in os.environ:
        record = _settings().record
        check_private(record)
        return record
    run = read_run(data)
    return Path(run.record) if run else data / "record"


def contacts_file(data: Path) -> Path:
    """AIDE_CONTACTS where it is set, else the contacts file of the data folder."""
    if "AIDE_CONTACTS" in os.environ:
        return _settings().contacts
    run = read_run(data)
    return run.contacts if run else _settings().contacts


def _settings() -> "Settings":
    from adapters.settings import Settings  # what `up` has written says the same without a twentieth of a second

    return Settings()
