"""Reads the contacts file. Every despatch reads it again, so a corrected address counts at once."""

from pathlib import Path

from adapters.files.regular_file import open_regular
from adapters.files.yaml_file import MAX_BYTES, FileFault, YamlFile
from adapters.holidays import has_tables
from models.post.contacts import Contacts

_last: dict[Path, tuple[bytes, Contacts]] = {}
"""The bytes of each file when it was last parsed, and the contacts in it. A file is parsed again only if it has
changed."""


def load_contacts(path: Path) -> Contacts:
    """Returns the contacts in a YAML file. Activities use it.

    Raises a retryable ApplicationError (type ContactsFile) if the file has a fault. The message names the file, the
    line and the field. After an operator has corrected the file, the next attempt succeeds.
    """
    try:
        with open_regular(path, links=True) as file:
            content: bytes | None = file.read(MAX_BYTES + 1)
    except OSError:
        content = None  # `read_contacts` reports the fault
    if path in _last and _last[path][0] == content:
        return _last[path][1]
    try:
        contacts = read_contacts(path)
    except FileFault as fault:
        from temporalio.exceptions import ApplicationError  # imported here, because commands do not need it

        raise ApplicationError(f"the contacts file cannot be used: {fault}", type="ContactsFile") from None
    if content is not None:
        _last[path] = (content, contacts)
    return contacts


def read_contacts(path: Path) -> Contacts:
    """Returns the contacts in a YAML file. Commands use it. Raises FileFault if the file has a fault. The error names
    the file, the line and the field, and says what to do."""
    file = YamlFile.read(path)
    contacts = file.parse(Contacts)
    unknown = [
        file.fault(("sides", side, "country"), f"there are no tables of holidays for {hours.country}; write `none`")
        for side, hours in contacts.sides.items()
        if hours.country not in (None, "none") and not has_tables(hours.country)
    ]
    if unknown:
        raise FileFault(unknown)
    return contacts
