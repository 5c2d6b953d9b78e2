"""Who is written to where: a file of its own, apart from the plan, read at every despatch."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from models.base import FilePart

# One mailbox as RFC 5321 section 4.1.2 writes the common case. ASCII only, and no space, comma, bracket or control
# character, so that no address can inject a header or a property.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


def _mailbox(address: str) -> str:
    if not _MAILBOX.fullmatch(address):
        raise ValueError(f"{address!r} is not a mail address; write it as name@host.example, without a display name")
    return address


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class Organizer(FilePart):
    """The mailbox in whose name all letters and invitations go out. It is read: answers come here."""

    name: str = Field(min_length=1)
    address: Mailbox


class Contact(FilePart):
    """Where one office is reached."""

    address: Mailbox
    second: Mailbox | None = None
    """Tried once when the first address definitely refuses."""
    name: str = ""
    """Common name (CN) in place of the plan's title of the office."""
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    """Which folder of letter templates is used."""


class Contacts(FilePart):
    organizer: Organizer
    offices: dict[str, Contact]

    def office_of(self, address: str) -> str | None:
        """The office that owns an address (compared without case), or None."""
        wanted = address.casefold()
        for office, contact in self.offices.items():
            if wanted in (contact.address.casefold(), (contact.second or "").casefold()):
                return office
        return None
