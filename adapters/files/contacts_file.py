"""Reads the contacts file, anew at every despatch: a corrected address works at once."""

from pathlib import Path

from adapters.files.regular_file import open_regular
from adapters.files.yaml_file import MAX_BYTES, FileFault, YamlFile
from adapters.holidays import has_tables
from models.post.contacts import Contacts

_last: dict[Path, tuple[bytes, Contacts]] = {}
"""What each file held when it was last parsed: it is read at every despatch, and parsed when it has changed."""


def load_contacts(path: Path) -> Contacts:
    """The contacts in a YAML file.

    Raises a retryable ApplicationError (type ContactsFile) that names file, line and field: an operator mends the file
    and the despatch goes on.
    """
    try:
        with open_regular(path, links=True) as file:
            content: bytes | None = file.read(MAX_BYTES + 1)
    except OSError:
        content = None  # the loader says what is wrong
    if path in _last and _last[path][0] == content:
        return _last[path][1]
    try:
        contacts = read_contacts(path)
    except FileFault as fault:
        from temporalio.exceptions import ApplicationError  # a command line does without the engine

        raise ApplicationError(f"the contacts file cannot be used: {fault}", type="ContactsFile") from None
    if content is not None:
        _last[path] = (content, contacts)
    return contacts


def read_contacts(path: Path) -> Contacts:
    """The same, for whoever reads it once. Raises FileFault with file, line, field and what to do."""
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
