"""The contacts file: the address and the hours of each office. The file is not part of the plan. The program reads it
again for each mail."""

import re
from datetime import date, time
from enum import IntEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from models.common.values import FilePart

# One mailbox as RFC 5321 section 4.1.2 writes the common case. ASCII only, and no space, comma, bracket or control
# character, so that no address can inject a header or a property.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


def plain_address(text: str) -> str:
    """Returns the address in lower case. Returns an empty text if the contacts file may not hold such an address.

    An address with characters outside ASCII is refused. In lower case the KELVIN SIGN becomes a plain k, so the address
    of a stranger could become the address of an office.
    """
    return text.lower() if _MAILBOX.fullmatch(text) else ""


def _mailbox(address: str) -> str:
    if not _MAILBOX.fullmatch(address):
        raise ValueError(f"{address!r} is not a mail address; write it as name@host.example, without a display name")
    return address


Mailbox = Annotated[
    str, AfterValidator(_mailbox), WithJsonSchema({"type": "string", "pattern": f"^(?:{_MAILBOX.pattern})$"})
]


class Organizer(FilePart):
    """The mailbox that sends all letters and invitations. Answers come back to this mailbox, and the program reads
    them."""

    name: str = Field(min_length=1)
    address: Mailbox


class Weekday(IntEnum):
    """A day of the week, as the contacts file writes it."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


_CASES = (str.lower, str.upper, str.capitalize)
"""The spellings of a day that the JSON schema offers to editors. The program also reads any other mix of upper and
lower case, for example mOn."""


def _weekday(word: object) -> object:
    if isinstance(word, str) and word.upper() in Weekday.__members__:
        return Weekday[word.upper()]
    raise ValueError(f"{word!r} is not a day of the week; write one of {', '.join(Weekday.__members__).lower()}")


Day = Annotated[
    Weekday,
    BeforeValidator(_weekday),
    WithJsonSchema({"type": "string", "enum": [case(day) for case in _CASES for day in Weekday.__members__]}),
]

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:(24):(00)|([01][0-9]|2[0-3]):([0-5][0-9]))")


def _opening(text: object) -> object:
    """Reads a part of the day, written as 08:00-12:00: its opening and its closing. The closing is None at midnight."""
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} does not say hours; write them in quotes, as in '08:00-12:00'")
    opens = time(int(found[1]), int(found[2]))
    closes = None if found[3] else time(int(found[5]), int(found[6]))
    if closes is not None and closes <= opens:
        raise ValueError(f"{text!r} ends before it begins; an office closes at 24:00 at the latest")
    return opens, closes


Opening = Annotated[
    tuple[time, time | None],
    BeforeValidator(_opening),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{_HOURS.pattern})$"}),
]


class HoursPart(FilePart):
    """When an office works. A field that is left out is taken from the side of the office. If the side leaves it out
    too, the office works from 08:00 to 16:00, Monday to Friday, except on the public holidays of its country."""

    hours: tuple[Opening, ...] | None = Field(default=None, min_length=1)
    """The hours of a working day, in order, in the zone of the office."""
    days: frozenset[Day] | None = Field(default=None, min_length=1)
    """The weekdays on which the office works."""
    letter_day: Day | None = None
    """The weekday on which the routine letter to the office goes. Left out: the first working day of the week."""
    closed: dict[date, str] = {}
    """Other days on which the office does not work, each with the reason: for example a decree, or a feast that the
    holiday tables do not have."""
    working: frozenset[date] = frozenset()
    """Days on which the office works although they are a weekend or a holiday."""

    @model_validator(mode="after")
    def _in_order(self) -> "HoursPart":
        for (_, closes), (opens, _) in zip(self.hours or (), (self.hours or ())[1:], strict=False):
            if closes is None or opens < closes:
                raise ValueError("the hours overlap or are not in their order; write each after the one before")
        both = sorted(set(self.closed) & self.working)
        if both:
            raise ValueError(f"{both[0]} is both closed and working; keep one of them")
        return self


class SideHours(HoursPart):
    """When the offices of a side work. What an office states in its own entry counts before what its side states. In
    `closed` and `working` this is decided for each day."""

    country: str | None = Field(default=None, pattern=r"^([A-Z]{2,3}|none)$")
    """ISO 3166-1 code of the country whose public holidays the offices keep. Left out: the name of the side is the
    code. `none`: the offices keep no public holidays."""


class StandIn(FilePart):
    """A person who receives the mail of an office while the office is away, and answers for the office."""

    address: Mailbox
    name: str = ""
    """The name of the person. Empty if it is not stated."""
    first: date
    """The first day on which the person stands in, in the zone of the office."""
    last: date
    """The last day on which the person stands in, in the zone of the office."""

    @model_validator(mode="after")
    def _in_time(self) -> "StandIn":
        if self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins on {self.first}; correct one of the two days")
        return self


class Contact(HoursPart):
    """The addresses, the hours and the stand-ins of one office."""

    address: Mailbox
    second: Mailbox | None = None
    """The second address. If the mail server of the first address finally refuses a mail, or returns one, the mail goes
    to this address. None if the office has only one address."""
    name: str = ""
    """The name of the office in mails and invitations. Empty: the title that the plan gives the office."""
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    """The language of the mail to the office. It is the name of a folder of letter templates."""
    stand_ins: tuple[StandIn, ...] = ()
    """The persons who receive the mail while the office is away. Empty if there is no such person."""

    def stand_in(self, day: date) -> StandIn | None:
        """Returns the person who stands in for the office on this day. If there are several, returns the first one in
        the file. Returns None if nobody stands in."""
        return next((each for each in self.stand_ins if each.first <= day <= each.last), None)


class Contacts(FilePart):
    """The contents of the contacts file."""

    organizer: Organizer
    sides: dict[str, SideHours] = {}
    """The hours of each side. The key is the name of the side in the plan. A side without special hours is missing."""
    offices: dict[str, Contact]
    """The contact of each office. The key is the name of the office in the plan, for example `lao-moic`."""

    def office_of(self, address: str) -> str | None:
        """Returns the first office for which this address answers (see `offices_of`). Returns None if there is no such
        office."""
        return next(iter(self.offices_of(address)), None)

    def offices_of(self, address: str) -> tuple[str, ...]:
        """Returns every office for which an address answers. Upper and lower case count as the same.

        First come the offices whose first or second address this is. Then come the offices for which it is the address
        of a stand-in, on any day, because an answer may come after the absence. Empty if there is no such office.
        """
        if not address.isascii():
            return ()  # folding case would make a k of KELVIN SIGN, and all addresses here are ASCII
        wanted = address.casefold()
        own = [
            office
            for office, contact in self.offices.items()
            if wanted in (contact.address.casefold(), (contact.second or "").casefold())
        ]
        others = [
            office
            for office, contact in self.offices.items()
            if office not in own and any(wanted == each.address.casefold() for each in contact.stand_ins)
        ]
        return (*own, *others)
