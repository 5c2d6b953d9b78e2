"""Reads the contacts file, anew at every despatch: a corrected address works at once."""

from pathlib import Path

from temporalio.exceptions import ApplicationError

from activities.yaml_file import FileFault, load_yaml
from models.contacts import Contacts


def load_contacts(path: Path) -> Contacts:
    """The contacts in a YAML file.

    Raises a retryable ApplicationError (type ContactsFile) that names file, line and field: an operator mends the file
    and the despatch goes on.
    """
    try:
        return load_yaml(path, Contacts)
    except FileFault as fault:
        raise ApplicationError(f"the contacts file cannot be used: {fault}", type="ContactsFile") from None
