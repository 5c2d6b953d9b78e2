"""Makes the lists about the whole plan: the answers to a status round, the open items, the final record.

Letters, the record and the command line use the same lists, so that all of them count the same items.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from models.common.values import Instant, Value
from models.messages.notices import Count, Line, Section, SideAnswer
from models.plan.plan import Obligation, Provision, Window

if TYPE_CHECKING:  # for type hints only
    from models.governance.plan_state import PlanState

_Places = dict[str, tuple[Provision, Obligation]]

LISTED = 60
"""How many titles a sentence names. If there are more, the sentence gives the number of the others. A list names
every item."""

Answers = Mapping[str, Mapping[str, Mapping[str, str]]]
"""The answers to status rounds, by the id of the item, then by side."""


class Summary(Value):
    """The contents of an announcement about the whole plan."""

    text: str
    """One paragraph that sums up `lists`."""
    lists: tuple[Section, ...]
    """The items that `text` is about, in one section for each article."""
    counts: tuple[Count, ...]
    """The numbers that `text` states."""


# --- a status round --------------------------------------------------------------------------------------------------


class RoundItem(NamedTuple):
    """One item about which a status round asks."""

    item: str
    """The id of the item."""
    title: str
    busy: bool
    """True: the item is awake and asks its sides itself. The round no longer asks the sides that have not answered."""
    asked: tuple[str, ...]
    """The sides that the round asked about the item."""
    answers: dict[str, Mapping[str, str]]
    """The answers to this round about the item, by side. A side that has not answered is missing."""


def round_items(state: "PlanState", name: str, answers: Answers, busy: Iterable[str]) -> list[RoundItem]:
    """Returns the items of the status round `name`: the open ones, and those that have ended after a side answered."""
    found, busy = [], set(busy)
    for item in state.round_items:
        if item not in state.open_items and item not in answers:
            continue
        given = {side: each for side, each in answers.get(item, {}).items() if each.get("round") == name}
        sides = sides_of(state, item)
        asked = tuple(side for side in sides if side in given or item not in busy)
        found.append(RoundItem(item, title_of(state, item), item in busy, asked, given))
    return found


def sides_of(state: "PlanState", item: str) -> tuple[str, ...]:
    """Returns the sides that take part in an item, with the third states. Empty if no obligation has this item."""
    obligation = state.obligation(obligation_of(item))
    return obligation.all_sides if obligation else ()


def round_summary(state: "PlanState", name: str) -> Summary:
    """Returns the summary of the status round `name`. For each side it gives two things: the number of items that the
    side was asked about, and its answers so far."""
    items, places = round_items(state, name, state.answers, state.busy), state.places()
    counts: list[Count] = []
    parts = []
    for side in _sides_in_order(state, items):
        who = state.plan.sides[side].adjective
        of_side = [Count(of="asked", number=sum(1 for each in items if side in each.asked), who=who)]
        given = [each.answers[side]["state"] for each in items if side in each.answers]
        of_side.append(Count(of="answered", number=len(given), who=who))
        tally = {word: given.count(word) for word in dict.fromkeys(given)}
        ranked = sorted(tally.items(), key=lambda pair: -pair[1])
        counts += [*of_side, *(Count(of=word, number=n, who=who) for word, n in ranked)]
        said = ", ".join(f"{n} {word.replace('-', ' ')}" for word, n in ranked)
        parts.append(f"{who} offices have answered {len(given)} of {of_side[0].number}{f' ({said})' if said else ''}")
    asked = sum(1 for each in items if each.asked)
    busy = len(items) - asked
    more = f" {busy} more {_are(busy)} under way and not asked about." if busy else ""
    text = f"Status round {name}, {_number(asked, 'commitment')} asked: {'; '.join(parts)}.{more}"
    whole = (Count(of="asked", number=asked), Count(of="busy", number=busy))
    return Summary(
        text=text, lists=_by_article(state, _round_lines(state, items, places), places), counts=(*whole, *counts)
    )


def _sides_in_order(state: "PlanState", items: list[RoundItem]) -> list[str]:
    asked = {side for each in items for side in each.asked}
    return [side for side in state.plan.sides if side in asked]


def _round_lines(state: "PlanState", items: list[RoundItem], places: _Places) -> Iterator[tuple[str, Line]]:
    for each in items:
        answers = tuple(
            SideAnswer(who=state.plan.sides[side].adjective, state=said["state"], note=said.get("note", ""))
            for side, said in each.answers.items()
        )
        silent = tuple(state.plan.sides[side].adjective for side in each.asked if side not in each.answers)
        line = _line(state, each.item, places)
        yield each.item, line.model_copy(update={"answers": answers, "silent": silent, "busy": each.busy})


# --- what is open ----------------------------------------------------------------------------------------------------


def open_summary(state: "PlanState", now: Instant, head: str = "Open") -> Summary:
    """Returns the summary of all open items: sessions, one-off items, lists of questions, and the items of status
    rounds.

    The text of the summary begins with `head`.
    """
    items, places = open_items(state), state.places()
    asked = set(state.round_items)
    dated = [item for item in items if item not in asked and not _is_list(item)]
    lists = [item for item in items if _is_list(item)]
    standing = [item for item in items if item in asked]
    parts = [
        f"{len(dated)} {_are(len(dated))} dated, awaited or waiting for a call: {_names(state, dated)}"
        if dated
        else "",
        f"{_number(len(lists), 'list')} of open questions: {_names(state, lists)}" if lists else "",
        f"{len(standing)} {_commitments(len(standing))} that the status rounds ask about: {_names(state, standing)}"
        if standing
        else "",
    ]
    said = "".join(f" {part}." for part in parts if part)
    counts = (
        Count(of="open", number=len(items)),
        Count(of="dated", number=len(dated)),
        Count(of="questions", number=len(lists)),
        Count(of="standing", number=len(standing)),
        Count(of="missed", number=sum(1 for item in dated if _missed(state, item, now, places))),
    )
    text = f"{head} {_are(len(items))} {_number(len(items), 'item')}.{said}"
    return Summary(
        text=text,
        lists=_by_article(state, ((item, _line(state, item, places)) for item in items), places),
        counts=counts,
    )


def open_items(state: "PlanState") -> list[str]:
    """Returns the ids of the open items. A series with open sessions is left out, because its sessions are in the
    list."""
    series = {item.rpartition("/")[0] for item in state.open_items}
    return [item for item in state.open_items if item not in series]


def final_summary(state: "PlanState", now: Instant) -> Summary:
    """Returns the final record. It tells how many items ended in which way, before and after the launch, and names the
    items that are still open. These expire with the plan."""
    still = open_summary(state, now, head="Expired with it")
    before = [each.state.value for each in state.launch.history]
    ended = {**state.ended, "expired": len(open_items(state))}
    ended = {word: number for word, number in ended.items() if number}
    counts = [Count(of=word, number=number) for word, number in ended.items()]
    adopted = {word: before.count(word) for word in dict.fromkeys(before)}
    counts += [Count(of=word, number=number, who="before") for word, number in adopted.items()]
    counts += [each for each in still.counts if each.of in ("missed", "standing", "questions")]
    said = "; ".join(f"{_ENDED.get(word, word)}: {number}" for word, number in ended.items()) or "nothing was opened"
    past = ", ".join(f"{word} {number}" for word, number in adopted.items())
    past = f" Of before the launch: {past}." if past else ""
    return Summary(
        text=f"Final record. {said.capitalize()}.{past} {still.text}", lists=still.lists, counts=tuple(counts)
    )


_ENDED = {
    "on-time": "closed out in time",
    "late": "closed out late",
    "closed": "closed out",
    "dropped": "dropped by consent",
    "excused": "excused by consent",
    "settled": "lists of questions settled",
    "expired": "open, and expired with the plan",
}


def ended_as(status: str, fate: str | None) -> str:
    """Returns the word under which the end of an item is counted. For a closed item this is its fate `on-time` or
    `late`, if it has one. For every other item this is `status`."""
    return fate if status == "closed" and fate in ("on-time", "late") else status


# --- lists -----------------------------------------------------------------------------------------------------------


def obligation_of(item: str) -> str:
    """Returns the id of the obligation in the id of an item: 16.3-jtc for lao-khm/16.3-jtc/2026. Empty for the plan."""
    return item.split("/")[1] if "/" in item else ""


def title_of(state: "PlanState", item: str) -> str:
    """Returns the title of an item. If the item has ended, returns the title of its obligation. Empty if the plan
    has no such obligation."""
    if title := state.open_items.get(item):
        return title
    obligation = state.obligation(obligation_of(item))
    return obligation.title if obligation else ""


def _line(state: "PlanState", item: str, places: _Places) -> Line:
    found = places.get(obligation_of(item))
    window = _window(state, item, places)
    name = item.partition("/")[2]
    ref = found[0].ref if found else ""
    return Line(ref=ref, title=title_of(state, item), name=name, ends=window.end if window else None)


def _window(state: "PlanState", item: str, places: _Places) -> Window | None:
    """Returns the window of an item, as the plan states it. For a one-off item, this is the last of its windows.

    None if the item has no window.
    """
    name = obligation_of(item)
    own, session = state.windows.get(name, ()), item.split("/")[2:]
    if session:
        return next((each for each in own if each.name == session[0]), None)
    found = places.get(name)
    return own[-1] if own and not (found and found[1].recurs) else None


def _missed(state: "PlanState", item: str, now: Instant, places: _Places) -> bool:
    window = _window(state, item, places)
    return window is not None and window.end <= now


def _by_article(state: "PlanState", lines: Iterable[tuple[str, Line]], places: _Places) -> tuple[Section, ...]:
    """Returns the lines in sections by pillar and article, in the order of the plan's text. Lists of questions come
    last."""
    order = {provision.ref: n for n, provision in enumerate(state.plan.provisions)}
    by: dict[tuple[int, str, str], list[Line]] = {}
    for item, line in lines:
        found = places[obligation_of(item)][0] if obligation_of(item) in places else None
        place = order.get(found.ref, len(order)) if found else len(order) + 1
        by.setdefault((place, found.pillar if found else "", found.article if found else ""), []).append(line)
    sections: list[Section] = []
    for (_, pillar, article), found_lines in sorted(by.items(), key=lambda pair: pair[0]):
        last = sections[-1] if sections else None
        if last is not None and (last.pillar, last.article) == (pillar, article):
            sections[-1] = last.model_copy(update={"lines": (*last.lines, *found_lines)})
        else:
            sections.append(Section(pillar=pillar, article=article, lines=tuple(found_lines)))
    return tuple(sections)


def _is_list(item: str) -> bool:
    return obligation_of(item) == "questions"


def _names(state: "PlanState", items: list[str]) -> str:
    listed = "; ".join(title_of(state, item) for item in items[:LISTED])
    return listed + (f"; and {len(items) - LISTED} more" if len(items) > LISTED else "")


def _commitments(number: int) -> str:
    return "is a commitment" if number == 1 else "are commitments"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
