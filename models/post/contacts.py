"""Who is written to where: a file of its own, apart from the plan, read at every despatch."""

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
    """The address in lower case, where the text is one that a contacts file may hold; empty where it is anything else.

    Only ASCII is put into lower case: KELVIN SIGN would become a k, and a stranger an office.
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
    """The mailbox in whose name all letters and invitations go out. It is read: answers come here."""

    name: str = Field(min_length=1)
    address: Mailbox


class Weekday(IntEnum):
    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


_CASES = (str.lower, str.upper, str.capitalize)
"""How people write a day. What else is read, such as mOn, editors need not offer."""


def _weekday(word: object) -> object:
    if isinstance(word, str) and word.upper() in Weekday.__members__:
        return Weekday[word.upper()]
    raise ValueError(f"{word!r} is no day of the week; write one of {', '.join(Weekday.__members__).lower()}")


Day = Annotated[
    Weekday,
    BeforeValidator(_weekday),
    WithJsonSchema({"type": "string", "enum": [case(day) for case in _CASES for day in Weekday.__members__]}),
]

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:(24):(00)|([01][0-9]|2[0-3]):([0-5][0-9]))")


def _opening(text: object) -> object:
    """A stretch of the day, as 08:00-12:00; None as its end is midnight."""
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} are no hours; write them in quotes, as in '08:00-12:00'")
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
    """When an office works. What is left out is the side's; what the side leaves out is 08:00 to 16:00, Monday to
    Friday, but for the public holidays of its country."""

    hours: tuple[Opening, ...] | None = Field(default=None, min_length=1)
    """In the office's zone, in order."""
    days: frozenset[Day] | None = Field(default=None, min_length=1)
    letter_day: Day | None = None
    """On which its weekly letter goes: the first working day of the week, unless one is chosen."""
    closed: dict[date, str] = {}
    """Days on which it does not work besides, and why: a decree, a feast that the tables of holidays miss."""
    working: frozenset[date] = frozenset()
    """Days on which it works all the same: a day that a decree moved, a holiday that is none."""

    @model_validator(mode="after")
    def _in_order(self) -> "HoursPart":
        for (_, closes), (opens, _) in zip(self.hours or (), (self.hours or ())[1:], strict=False):
            if closes is None or opens < closes:
                raise ValueError("write the hours in their order, each after the one before")
        both = sorted(set(self.closed) & self.working)
        if both:
            raise ValueError(f"{both[0]} is both closed and working; keep one of them")
        return self


class SideHours(HoursPart):
    """When the offices of a side work, unless they say otherwise."""

    country: str | None = Field(default=None, pattern=r"^([A-Z]{2,3}|none)$")
    """ISO 3166-1 code of the country whose public holidays they keep: the side's own name, unless another is named.
    `none`: they keep none."""


class StandIn(FilePart):
    """Who receives an office's mail while it is away, and answers for it."""

    address: Mailbox
    name: str = ""
    first: date
    last: date
    """The last day of it, in the office's zone."""

    @model_validator(mode="after")
    def _in_time(self) -> "StandIn":
        if self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins on {self.first}")
        return self


class Contact(HoursPart):
    """Where one office is reached, and when."""

    address: Mailbox
    second: Mailbox | None = None
    """Tried once when the first address definitely refuses."""
    name: str = ""
    """Common name (CN) in place of the plan's title of the office."""
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    """Which folder of letter templates is used."""
    stand_ins: tuple[StandIn, ...] = ()

    def stand_in(self, day: date) -> StandIn | None:
        """Who stands in on a day; the first that is named, where several do."""
        return next((each for each in self.stand_ins if each.first <= day <= each.last), None)


class Contacts(FilePart):
    """Who is written to where, and when each works."""

    organizer: Organizer
    sides: dict[str, SideHours] = {}
    """By side of the plan."""
    offices: dict[str, Contact]

    def office_of(self, address: str) -> str | None:
        """The office for which an address answers (compared without case), or None; see `offices_of`."""
        return next(iter(self.offices_of(address)), None)

    def offices_of(self, address: str) -> tuple[str, ...]:
        """Every office for which an address answers: its own first, then those for which it stands or stood in. An
        answer may come after the absence has ended."""
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
