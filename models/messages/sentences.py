"""English words for acts, statuses, kinds, proposals and answers."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from pydantic import JsonValue

from models.common.clock import Clock
from models.common.times import Slot
from models.messages.acts import Clash, ClashKind, Rectified, Terms, Topic
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.kinds import Kind

_INFINITIVES = {
    "propose-date": "propose a date",
    "propose-host": "propose a host",
    "answer": "answer a proposal",
    "mark": "say whether it was held",
    "outcome": "file the outcome",
    "report": "report the outcome to its higher authority",
    "evidence": "give evidence",
    "agree": "agree to what is on record, or dispute it",
    "close": "close it out",
    "progress": "say how far it has come",
    "settle": "settle what the text leaves open",
    "give-address": "give an address that reaches the office",
}

_ASSUMED = {
    "windows": "that it is due once in each calendar year",
    "offices": "which offices follow it",
    "first_host": "who hosts first (to be agreed)",
    "order": "the order of the hosts",
    "cadence": "how often it meets",
    "anchor_year": "the year from which it is counted",
    "ladder": "how high it is followed up",
    "host": "the host",
    "report_to_higher": "that its result goes to the higher authority",
    "pairs": "which provinces, districts or units meet (to be agreed)",
}


def assumption(reading: str) -> str:
    """A reading in words: "the order of the hosts". `reading` is the name of its field."""
    return _ASSUMED.get(reading, reading.replace("_", " "))


_STATUS = {
    "launching": "it is being launched",
    "dormant": "it sleeps until it is due or called",
    "postponed": "it is postponed by consent",
    "date-awaited": "a date is awaited",
    "consent-awaited": "consent to a proposal is awaited",
    "scheduled": "a date is agreed",
    "mark-awaited": "its date has passed, and whether it was held is awaited",
    "disputed": "what was put on record is disputed",
    "outcome-awaited": "it was held, and its outcome is awaited",
    "report-awaited": "its outcome is filed, and the report to the higher authority is awaited",
    "evidence-awaited": "evidence is awaited",
    "progress-awaited": "the status round asks how far it has come",
    "settling": "what the text leaves open is to be settled",
    "under-silence": "what is on record stands under silence, and another side may still object",
    "close-awaited": "all is on record, and its close-out is awaited",
    "closed": "it is closed out",
    "dropped": "it was dropped by consent",
    "excused": "it was excused by agreement of the sides",
    "missed": "it was not held",
    "expired": "it was open when the plan's validity ended",
    "settled": "all of it is settled",
    "in-force": "it is in force",
    "unknown": "what became of it before the launch is unknown",
}

_KINDS = {
    "mailbox": "a mailbox",
    "questions": "a list of questions",
    "plan": "the plan",
    "series": "a series",
    "rectification": "a rectification",
    "secretariat": "a post room",
}


def kind_in_words(kind: str) -> str:
    """A kind of item or of workflow in words, with its article: "an instrument", "a list of questions"."""
    return _KINDS[kind] if kind in _KINDS else Kind(kind).words


def not_taken(verb: str, kind: str, taken: Iterable[str] = ()) -> str:
    """The sentence that a kind of item does not take an act: "regret does not apply to an instrument, which takes
    accept, call and close". `taken` are the verbs that this kind of item takes."""
    verbs = joined(each.replace("_", "-") for each in sorted(taken))
    rest = f", which takes {verbs}" if verbs else ""
    return f"{verb.replace('_', '-')} does not apply to {kind_in_words(kind)}{rest}"


def sentence_of(text: str) -> str:
    """The text of a line of the record, with exactly one full stop at its end."""
    return f"{text.rstrip(' .')}."


def joined(words: Iterable[str]) -> str:
    """The words as one text: "a, b and c". Empty if there are no words."""
    *some, last = [*words] or [""]
    return f"{', '.join(some)} and {last}" if some else last


def status_in_words(status: str) -> str:
    """A status as a clause: "a date is awaited"."""
    return _STATUS.get(status, status)


def infinitive(act: str) -> str:
    """An awaited act as an infinitive: "propose a date"."""
    return _INFINITIVES.get(act, act.replace("-", " "))


def describe(terms: Terms, clock: Clock, names: Mapping[str, str] | None = None) -> str:
    """The terms of a proposal in a few words. `names` holds the name of each side. Without it the words have the codes
    of the sides."""
    names = names or {}
    note = f"; note that {clashes_in_words(terms.clashes)}" if terms.clashes else ""
    if terms.topic is Topic.DATE and terms.slot:
        start, length = terms.slot.start, _length_of(terms.slot)
        place = f", {terms.place}" if terms.place else ""
        style = f", {terms.format.value}" if terms.format else ""
        style += f", {terms.link}" if terms.link else ""
        time = f"{start.local:%H:%M:%S}" if start.local.second else f"{start.local:%H:%M}"
        return f"{start.local:%-d %B %Y}, {time} ({start.zone}) for {length_in_words(length)}{place}{style}{note}"
    if terms.topic is Topic.HOST:
        return f"{names.get(terms.host or '', terms.host)} as host{note}"
    until = clock.moment(terms.until) if terms.until else ""
    if terms.topic is Topic.ANSWER:
        return f"{value_in_words(terms.value, names)} as the answer to {terms.question}"
    if terms.topic is Topic.AMEND and terms.amendment is not None:
        return amendment_in_words(terms.amendment, names)
    if terms.topic is Topic.RECTIFY and terms.rectified is not None:
        return rectification_in_words(terms.rectified)
    return {
        Topic.EXCUSE: f"not holding it ({terms.reason})",
        Topic.POSTPONE: f"postponing until {until}",
        Topic.EXTEND: f"extending the window to {until}",
        Topic.DROP: f"dropping it ({terms.reason})",
    }.get(terms.topic, terms.topic.value)


def clashes_in_words(clashes: tuple[Clash, ...]) -> str:
    """What is unusual about a proposed date, in words: "16 April 2027 is Lao New Year's Day (LAO)". It has one clause
    for each day, one for a window that the date misses, and one for a place that stays although another side hosts."""
    days: dict[date, dict[str, list[str]]] = {}
    for clash in clashes:
        if (is_what := _what_day(clash)) is not None:
            days.setdefault(clash.day, {}).setdefault(is_what, []).append(clash.side)
    told = {day: [f"{name} ({', '.join(sides)})" for name, sides in names.items()] for day, names in days.items()}
    missed = [f"it lies outside the window ({each.name})" for each in clashes if each.kind is ClashKind.OUTSIDE_WINDOW]
    stays = [f"the place stays {each.name}" for each in clashes if each.kind is ClashKind.PLACE_STAYS]
    return "; ".join((*(f"{day:%-d %B %Y} is {' and '.join(names)}" for day, names in told.items()), *missed, *stays))


def _what_day(clash: Clash) -> str | None:
    """What the day of a clash is to its side: "a Saturday". None if the clash is not about a day."""
    return {
        ClashKind.WEEKEND: f"a {clash.name}",
        ClashKind.HOLIDAY: clash.name,
        ClashKind.NIGHT: f"in the night, at {clash.name}",
        ClashKind.SOON: f"{clash.name} working {'day' if clash.name == '1' else 'days'} ahead",
    }.get(clash.kind)


def value_in_words(value: JsonValue, names: Mapping[str, str] | None = None) -> str:
    """An answer in words: "Lao PDR", or "Cambodia, Lao PDR, Viet Nam", or "held on 2024-05-03 host Lao PDR".

    `names` holds the names of the sides. Without it the words have the codes of the sides.
    """
    names = names or {}
    if isinstance(value, list):
        return ", ".join(value_in_words(each, names) for each in value)
    if isinstance(value, dict) and isinstance(value.get("state"), str):
        date = value.get("date")
        date = date if isinstance(date, dict) else {}
        parts = [str(value["state"]), f"on {str(date['local'])[:10]}" if date.get("local") else ""]
        parts += [
            f"in {date['place']}" if date.get("place") else "",
            f"host {value_in_words(value['host'], names)}" if value.get("host") else "",
        ]
        return " ".join(part for part in parts if part)
    if isinstance(value, dict):
        return ", ".join(f"{names.get(key, key)} {value_in_words(each, names)}" for key, each in value.items() if each)
    return names.get(value, value) if isinstance(value, str) else str(value)


def amendment_in_words(amendment: Amendment, names: Mapping[str, str] | None = None) -> str:
    """An amendment as a noun phrase: "the cadence of 5.7-border-security: annual"."""
    name, names = amendment.obligation, names or {}
    if amendment.kind is AmendmentKind.ADD:
        return f"adding {name} under {amendment.provision}"
    if amendment.kind is AmendmentKind.DROP:
        return f"dropping {name} from the plan"
    if amendment.kind is AmendmentKind.CHANGE:
        fields = ", ".join(f"{field} {value_in_words(value, names)}" for field, value in amendment.fields.items())
        return f"changing {name}: {fields}"
    what = "cadence" if amendment.kind is AmendmentKind.CADENCE else "first host"
    return f"the {what} of {name}: {names.get(amendment.value, amendment.value)}"


def rectification_in_words(fact: Rectified) -> str:
    """A rectification as a noun phrase: "a rectification of the mark of 16.3-jtc/2026: ... (before: ...)"."""
    item = fact.item.partition("/")[2]
    return f"a rectification of the {fact.what.value} of {item}: {fact.now} (before: {fact.before})"


def time_in_words(time: timedelta) -> str:
    """A length of time in words: "14 days". If it is not a number of whole days: "1 h 30 min"."""
    days, rest = divmod(time, timedelta(days=1))
    return f"{days} day{'' if days == 1 else 's'}" if days and not rest else length_in_words(time)


def _length_of(slot: Slot) -> timedelta:
    """How long a slot lasts. If it ends at the wall time at which it begins, it lasts whole days of the calendar.
    Otherwise the exact time counts."""
    exact, on_clocks = slot.end.utc - slot.start.utc, slot.end.local - slot.start.local
    whole = slot.start.zone == slot.end.zone and exact >= timedelta(hours=20) and not on_clocks % timedelta(days=1)
    return on_clocks if whole else exact


def length_in_words(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts) or "0 s"
