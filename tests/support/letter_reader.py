"""Reads letters as a person would, and says what is wrong with them.

The reader knows a letter only by its text, its date and the mails that went before. It shares no code with the program.
Every date in a letter must stand in a phrase that the reader knows, so that no new phrase escapes it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
CITIES = {
    "Vientiane": "Asia/Vientiane",
    "Phnom Penh": "Asia/Phnom_Penh",
    "Ho Chi Minh City": "Asia/Ho_Chi_Minh",
    "Tokyo": "Asia/Tokyo",
}

_CITY = "|".join(CITIES)
_DAY = re.compile(rf"(?:[A-Z][a-z]+day )?(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")
_CLOCK = re.compile(rf", (\d\d):(\d\d)(?:–\d\d:\d\d)?(?: ({_CITY}))?")

AHEAD = [
    r"an answer is kindly asked for (?:by|before)",
    r"^Subject: [^§]* (?:by|before)",
    r"^Subject: [^§]*: (?:new date agreed|date (?:proposed(?: anew)?|agreed)|reminder),",
    r"^Subject: [^§]*: (?:place changed|now [a-z ]+|joining link changed),",
    r"The time to object ends on",
    r'For example: "We propose',
    r"valid until",
    r"due by",
    r"every side works:(?: [^.]*,)?",
    r"in for the [^.]* until",
    r"Asked: to answer the proposal of the [^:]*:(?: (?:to postpone it until|to extend its window to))?",
    r"AGREED DATES THAT ARE NEAR .*:",
]
"""Phrases before a date that must not have passed when the letter goes."""

PAST = [
    r"(?:Awaited|On record) since",
    r"Asked on",
    r"Asked before: (?:[^.:]*; )?the [^.;]*, on",
    r"held on",
    r"validity of the plan ended on",
    r"was due by",
    r"^Subject: [^§]*: proposed date lapsed,",
]
"""Phrases before a date that must have come when the letter goes."""

GONE = [r"An answer was asked for by"]
"""Phrases before a day that must be over when the letter goes."""

EITHER = [
    r"^Subject: [^§]*: (?:cancelled|proposed date (?:not accepted|withdrawn)|invitation withdrawn),",
    r"until now:",
    r"\d\d:\d\d, to",
    r"(?:to postpone it until|to extend its window to)",
]
"""Phrases before a date of which nothing is required."""

JARGON = [
    (r"--\w|`|\bstarter\.py|\baide\b|\bpython\b|\.csv\b", "a command line"),
    (r"\bP(?:T?\d+[A-Z])+\b|\d{4}-\d\d-\d\d|\d\d:\d\dZ", "a time as machines write it"),
    (r"\b(?:LAO|KHM|VNM)\b|\b(?:lao|khm|vnm)-\w+(?![^\[]*\])", "a name as the program writes it"),
    (
        r'""|\'"|"\'|\.\.|\s[,.;](?:\s|$)|,,|;\.|,\.|: :|\bthe the\b|\bNone\b|\bTrue\b|\{\{|\}\}|\ba [aeio]\w+',
        "a slip of the pen",
    ),
    (r"\b1 (?:days|weeks|items|matters|commitments|messages)\b", "a wrong plural"),
]


class Mail(NamedTuple):
    """A mail as its reader has it."""

    office: str
    """Whose mailbox it is in."""
    title: str
    """To whom the letter is addressed, without "the"."""
    at: datetime
    zone: str
    """The zone of the reader."""
    subject: str
    text: str


class Reader:
    """Reads the mails of a plan in the order in which they were sent."""

    def __init__(self, acted: dict[str, set[date]] | None = None) -> None:
        self.acted = acted if acted is not None else {}
        """The days on which each side acted. The receipt of an act says what is awaited next, without a mail."""
        self.written: dict[str, list[tuple[date, str]]] = defaultdict(list)
        """The mails to each office by its title: the day and the text."""

    def faults(self, mail: Mail) -> Iterator[str]:
        """Yields what is wrong with a mail, in words. Keeps the mail, for the mails that follow."""
        flat = " ".join(f"Subject: {mail.subject} § {mail.text}".split())
        yield from self._dates(mail, flat)
        yield from self._before(mail, flat)
        for pattern, what in JARGON:
            for found in re.finditer(pattern, flat):
                yield f"{what}: {flat[max(0, found.start() - 40) : found.end() + 20]!r}"
        for line in mail.text.splitlines():
            if len(line) > 76 and " " in line.strip():
                yield f"a long line: {line!r}"
        self.written[mail.title].append((self._today(mail), flat))

    def _today(self, mail: Mail) -> date:
        return mail.at.astimezone(ZoneInfo(mail.zone)).date()

    def _dates(self, mail: Mail, flat: str) -> Iterator[str]:
        today, last = self._today(mail), None
        for found in _DAY.finditer(flat):
            last = found
            day = date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
            clock = _CLOCK.match(flat, found.end())
            before, shown = flat[: found.start()].rstrip(), flat[max(0, found.start() - 60) : found.end() + 25]
            if found.end() == len(flat):
                if day != today:
                    yield f"the letter is of {today} and says {day}"
                continue
            wanted = self._wanted(before, flat)
            if wanted is None:
                yield f"a date in no known phrase: {shown!r}"
            elif clock:
                at = datetime.combine(
                    day, time(int(clock[1]), int(clock[2])), ZoneInfo(self._zone(mail, flat, found, clock))
                )
                if wanted == "ahead" and at <= mail.at:
                    yield f"this has passed at {mail.at}: {shown!r}"
                if wanted in ("past", "gone") and at > mail.at:
                    yield f"this has not come at {mail.at}: {shown!r}"
            elif wanted == "ahead" and day < today:
                yield f"this has passed at {mail.at}: {shown!r}"
            elif (wanted == "past" and day > today) or (wanted == "gone" and day >= today):
                yield f"this has not come at {mail.at}: {shown!r}"
        if last is None or last.end() != len(flat):
            yield "the letter does not end with its day"

    def _zone(self, mail: Mail, flat: str, found: re.Match[str], clock: re.Match[str]) -> str:
        """The zone of a time: the city after it."""
        city = clock[3] or (re.search(rf"\b({_CITY})\b", flat[found.end() :]) or [""])[0]
        return CITIES.get(city, mail.zone)

    def _wanted(self, before: str, flat: str) -> str | None:
        """What the phrase before a date requires of it: ahead, past or either. None if the phrase is not known."""
        tail = before[-400:]
        for wanted, phrases in (("past", PAST), ("gone", GONE), ("ahead", AHEAD), ("either", EITHER)):
            if any(
                re.search(rf"(?:{phrase})$", tail, re.IGNORECASE if "kindly" in phrase else 0) for phrase in phrases
            ):
                return wanted
        if re.search(r"(?:\(|; |Please note: (?:.*; )?)$", before[-200:] + " ") and re.search(
            r" (?:is a? ?\S+|at \S+ is in the night)", flat[len(before) : len(before) + 60]
        ):
            return "either"  # what is unusual about a date
        if before.endswith("When:") or re.search(r"\(\d?$", before):
            stands = re.search(r"This date is (?:proposed|agreed)|reminder only", flat)
            lapsed = "has lapsed: that date came" in flat
            return "ahead" if stands else "past" if lapsed else "either"
        says = "has lapsed|states that|It now reads|it read|proposal of the [^:]*|proposes(?: instead)?|its proposal"
        if re.search(rf"(?:{says}|does not accept the proposal):?$", tail):
            return "past" if tail.endswith("lapsed:") else "either"
        return None

    def _before(self, mail: Mail, flat: str) -> Iterator[str]:
        """Each office that was "asked before" must have had an earlier mail about the item, on that day or by then."""
        institution = mail.title.partition(", ")[2]
        for entry in re.finditer(r"\d+\. (.{5,200}?) (?:\(provision|\[).{0,900}?Asked before: ([^.]*)\.", flat):
            for told in entry[2].split("; "):
                title, _, day = told.removeprefix("the ").rpartition(", on ")
                full = title if ", " in title or not institution else f"{title}, {institution}"
                on = self._day(day)
                mails = self.written.get(full, [])
                about = [sent for sent, text in mails if entry[1] in text]
                if not about:
                    yield f"asked before, but nothing was written: {told!r} about {entry[1]!r}"
                elif on not in about and on not in self.acted.get(mail.office[:3].upper(), set()):
                    days = [str(each) for each in about[:3]]
                    yield f"asked before on another day than {days}: {told!r} about {entry[1]!r}"

    def _day(self, text: str) -> date | None:
        found = _DAY.search(text)
        return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1])) if found else None
