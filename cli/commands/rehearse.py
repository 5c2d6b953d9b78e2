"""`rehearse`: makes the decisions of the program over years of virtual time, and sends nothing. It needs no server."""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from adapters.files.contacts_file import read_contacts
from adapters.program_folders import DEFAULT_PLAN_FILE
from adapters.working_time import rehearsed_hours
from cli.errors import BadUsage
from cli.files.plan_file import load_plan
from cli.files.scenario_file import Scenario, load_scenario, play
from cli.json_text import json_text
from cli.launching import contacts_beside, launch_at
from cli.names import check_known
from cli.options import JsonOption
from models.common.clock import Clock
from models.common.values import write_instant
from models.common.zones import zone
from models.governance.launch import Launch
from models.plan.parties import all_offices
from models.plan.plan import Plan
from models.plan.windows import end_of_validity
from models.post.contacts import Contacts
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import HoursOf, RehearsedLetter, RehearsedNotice, World, without_garbage_collection

_SHOWN = 60

NEVER = 1_000_000
"""More letters than a post room ever sends."""

DayOption = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (default: that of the plan).")
]


def rehearse(
    plan_file: Annotated[Path, typer.Option("--file", help="The plan file.")] = DEFAULT_PLAN_FILE,
    first: DayOption = None,
    to: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="First day that is not rehearsed (default: plan's end)."),
    ] = None,
    assume: Annotated[
        str, typer.Option("--assume", help="on-time, silent, random:SEED or file:SCENARIO.", metavar="WHAT")
    ] = "silent",
    what_if: Annotated[
        Path | None, typer.Option("--what-if", help="Compare with this scenario.", exists=True, dir_okay=False)
    ] = None,
    history: Annotated[Path | None, typer.Option("--history", help="Take over this history file.", exists=True)] = None,
    contacts: Annotated[
        Path | None,
        typer.Option("--contacts", help="Contacts file with the office hours (default: beside the plan file)."),
    ] = None,
    office: Annotated[str | None, typer.Option("--office", help="Only notices and letters to this office.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List every notice and letter that the program would decide: when, to whom, about what, why, at which rung.

    rehearse --from 2026-01-01 --to 2027-01-01 --assume on-time
    """
    # Nothing can be freed before the end, and the search for garbage would cost a fifth of the time.
    with without_garbage_collection():
        _write(_rehearsed(plan_file, first, to, assume, what_if, history, contacts, office, as_json))


def _rehearsed(
    plan_file: Path,
    first: datetime | None,
    to: datetime | None,
    assume: str,
    what_if: Path | None,
    history: Path | None,
    contacts: Path | None,
    office: str | None,
    as_json: bool,
) -> str:
    """Returns the text that `rehearse` prints: JSON, or lines for people."""
    plan = load_plan(plan_file)
    check_known("office", office, all_offices(plan), "`register` lists the institutions")
    begins, ends = _span(plan, first, to)
    launch = launch_at(plan, begins, begins, history)
    base = _scenario(assume)
    hours = rehearsed_hours(_contacts(contacts, plan_file), ends)
    world = _run(launch, base, ends, hours)
    if what_if is not None:
        scenario = load_scenario(what_if)
        # Only the acts differ, unless the scenario itself says what else the offices do.
        other = _run(launch, scenario.model_copy(update={"assume": scenario.assume or base.assume}), ends, hours)
        difference = differences(world, other, office)
        return json_text(difference) if as_json else difference_text(difference, launch.clock)
    weekly = _run(written_weekly(launch), base, ends, hours)
    if as_json:
        return json_text(document(world, office, len(weekly.letters)), compact=True)
    return text(world, launch.clock, office, len(weekly.letters))


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


def _scenario(assume: str) -> Scenario:
    if assume.startswith("file:"):
        return load_scenario(Path(assume.removeprefix("file:")))
    try:
        assumption_of(assume)
    except ValueError as error:
        raise BadUsage("bad-usage", f"--assume: {error}") from error
    return Scenario(assume=assume)


def _span(plan: Plan, first: datetime | None, to: datetime | None) -> tuple[datetime, datetime]:
    """Returns the first instant of the rehearsal and its end. The days `first` and `to` are in the plan's zone. Raises
    BadUsage if the end is not after the start."""
    here = zone(plan.zone)
    start = first or (datetime.combine(plan.valid_from, datetime.min.time()) if plan.valid_from else None)
    begins = start.replace(tzinfo=here).astimezone(UTC) if start else datetime.now(UTC)
    # One day more, so that what follows from the last day of validity is rehearsed too.
    end = end_of_validity(plan)
    ends = (end + timedelta(days=1)) if end else begins + timedelta(days=365)
    if to is not None:
        ends = to.replace(tzinfo=here).astimezone(UTC)
    if ends <= begins:
        first_day, last_day = (f"{each.astimezone(here):%Y-%m-%d}" for each in (begins, ends))
        raise BadUsage("bad-time", f"--to {last_day} is not after --from {first_day}; choose a later day")
    return begins, ends


def _contacts(named: Path | None, plan_file: Path) -> Contacts | None:
    """Returns the contacts with the office hours, from the file `named` or else from the contacts file beside the plan
    file. None if there is no such file; then the default hours count. Raises FileFault for a faulty file."""
    path = named or contacts_beside(plan_file)
    return read_contacts(path) if named or path.exists() else None


def _run(launch: Launch, scenario: Scenario, ends: datetime, hours: HoursOf) -> World:
    world = World(launch, assumption_of(scenario.assume or "silent"), hours)
    play(world, scenario, launch.plan)
    return world.run(ends)


def written_weekly(launch: Launch) -> Launch:
    """Returns the launch with the same plan, but letters in which nothing is new never come more rarely. Its rehearsal
    shows how many mails the program spares the offices."""
    despatch = launch.plan.despatch
    despatch = despatch.model_copy(update={"rare_period": despatch.period, "rare_repeats": NEVER})
    return launch.model_copy(update={"plan": launch.plan.model_copy(update={"despatch": despatch})})


def document(world: World, office: str | None = None, weekly: int | None = None) -> dict[str, Any]:
    """Returns the document that `rehearse --json` prints (docs/json.md). `office` is None, or the only office whose
    notices and letters it lists. Its summary always counts all offices. `weekly` is the number of mails if no letter
    came more rarely than once in a despatch period. None if this is not known."""
    notices = [each for each in world.notices if office in (None, each.office)]
    letters = [each for each in world.letters if office in (None, each.office)]
    instants = {each.at for each in notices} | {each.at for each in letters}
    at = {instant: write_instant(instant) for instant in instants}
    return {
        "notices": [_notice(each, at[each.at]) for each in notices],
        "letters": [
            {"at": at[each.at], "office": each.office, "notices": each.notices, "class": each.kind} for each in letters
        ],
        "summary": summary(world, weekly),
    }


def _notice(each: RehearsedNotice, at: str) -> dict[str, Any]:
    return {
        "key": each.key,
        "at": at,
        "office": each.office,
        "item": each.item,
        "session": each.session,
        "act": each.act,
        "rung": each.rung,
        "class": each.kind,
        "reason": each.reason,
    }


def summary(world: World, weekly: int | None = None) -> dict[str, Any]:
    """Returns counts for the whole rehearsal: of notices, of mails, of mails to one office in one week. It also lists
    the refused acts. `weekly` means the same as in `document`."""
    weeks = _by_week(world, lambda letter: 1)
    busiest = max(weeks.items(), key=lambda pair: pair[1], default=((None, None), 0))
    return {
        "notices": len(world.notices),
        "by_class": dict(Counter(each.kind for each in world.notices)),
        "letters": len(world.letters),
        "letters_if_never_rarer": weekly,
        "offices": len({each.office for each in world.letters}),
        "most_mails_to_one_office_in_one_week": {"office": busiest[0][0], "mails": busiest[1]},
        "letters_per_office_and_week": {
            **_of_weeks(weeks),
            "routine": max(_by_week(world, lambda letter: letter.kind == "routine").values(), default=0),
            "unmerged": _of_weeks(_by_week(world, lambda letter: len(letter.notices))),
        },
        "refused_acts": [
            {
                "at": write_instant(at),
                "item": item,
                "verb": act.verb if act else None,
                "office": act.office if act else None,
                "message": refusal.message,
            }
            for at, item, act, refusal in world.refused
        ],
        "until": write_instant(world.now),
    }


def _by_week(world: World, count: Callable[[RehearsedLetter], int]) -> Counter[tuple[str, tuple[int, int]]]:
    """The sum of `count` over the letters to each office in each week (ISO 8601, in the plan's zone)."""
    here, weeks = zone(world.plan.zone), Counter[tuple[str, tuple[int, int]]]()
    # Many offices are written to at one instant.
    known = {at: at.astimezone(here).isocalendar()[:2] for at in {each.at for each in world.letters}}
    for each in world.letters:
        weeks[each.office, known[each.at]] += count(each)
    return weeks


def _of_weeks(weeks: Counter[tuple[str, tuple[int, int]]]) -> dict[str, Any]:
    """Total, number, maximum and median over the weeks in which an office gets any mail."""
    return {
        "total": weeks.total(),
        "weeks": len(weeks),
        "max": max(weeks.values(), default=0),
        "median": median(weeks.values()) if weeks else 0,
    }


def text(world: World, clock: Clock, office: str | None, weekly: int) -> str:
    """Returns the rehearsal as text for people: every notice in the order of time, then the counts. `office` is None,
    or the only office whose notices it lists. `weekly` means the same as in `document`."""
    lines = [line(each, clock) for each in sorted(world.notices, key=_order) if office in (None, each.office)]
    told = summary(world)
    most = told["most_mails_to_one_office_in_one_week"]
    lines += [
        "",
        f"{told['notices']} notices ({', '.join(f'{n} {kind}' for kind, n in told['by_class'].items())}) "
        f"in {told['letters']} mails to {told['offices']} offices.",
        _spared(told["letters"], weekly, told["offices"]),
        f"At most {most['mails']} mails to one office in one week ({most['office']}).",
        _per_week(told["letters_per_office_and_week"]),
    ]
    lines += [f"refused: {each['item']} {each['verb'] or 'act'}: {each['message']}" for each in told["refused_acts"]]
    return "\n".join(lines)


def _spared(mails: int, weekly: int, offices: int) -> str:
    """Says how many mails go, and how many would go if letters in which nothing is new never came more rarely."""
    each = f"{mails / max(offices, 1):.0f} to the average office instead of {weekly / max(offices, 1):.0f}"
    return f"Letters in which nothing is new come more rarely with time. Without that: {weekly} mails ({each})."


def _per_week(told: dict[str, Any]) -> str:
    alone = told["unmerged"]
    return (
        f"Mails to one office in a week with any mail: median {told['median']:g}, at most {told['max']}, of which at "
        f"most {told['routine']} routine. If each notice and repetition were a mail of its own: median "
        f"{alone['median']:g}, at most {alone['max']}, in total {alone['total']} mails instead of {told['total']}."
    )


def _order(each: RehearsedNotice) -> tuple[datetime, str, str]:
    return each.at, each.office, each.key


def line(each: RehearsedNotice, clock: Clock) -> str:
    item = each.item.partition("/")[2] or each.item
    return f"{clock.at(each.at):<24} {each.office:<24} {item:<34} rung {each.rung}  {each.kind}: {each.reason}"


def differences(world: World, other: World, office: str | None) -> dict[str, Any]:
    """Compares the rehearsal `other` with the rehearsal `world`. Returns the notices that only `other` has, those that
    only `world` has, those that `other` has at another instant, and the summaries of both.

    `office` is None, or the only office whose notices it lists.
    """
    before = {each.key: each for each in world.notices if office in (None, each.office)}
    after = {each.key: each for each in other.notices if office in (None, each.office)}
    moved = [
        {**_notice(each, write_instant(each.at)), "was_at": write_instant(before[key].at)}
        for key, each in after.items()
        if key in before and before[key].at != each.at
    ]
    return {
        "added": [_notice(each, write_instant(each.at)) for key, each in after.items() if key not in before],
        "removed": [_notice(each, write_instant(each.at)) for key, each in before.items() if key not in after],
        "moved": moved,
        "summary": {"before": summary(world), "after": summary(other)},
    }


def difference_text(difference: dict[str, Any], clock: Clock) -> str:
    lines = []
    for word, sign in (("removed", "-"), ("added", "+"), ("moved", "~")):
        found = sorted(difference[word], key=lambda each: (each["at"], each["office"]))
        lines.append(f"{word}: {len(found)}")
        for each in found[:_SHOWN]:
            was = f" (was {clock.at(datetime.fromisoformat(each['was_at']))})" if "was_at" in each else ""
            when = clock.at(datetime.fromisoformat(each["at"]))
            item = each["item"].partition("/")[2]
            lines.append(f"  {sign} {when}{was}  {each['office']}  {item}  rung {each['rung']}: {each['reason']}")
        if len(found) > _SHOWN:
            lines.append(f"  and {len(found) - _SHOWN} more (all of them with --json)")
    before, after = difference["summary"]["before"], difference["summary"]["after"]
    lines.append(
        f"{before['notices']} notices become {after['notices']}, {before['letters']} mails become {after['letters']}."
    )
    lines += [f"refused: {each['item']} {each['verb'] or 'act'}: {each['message']}" for each in after["refused_acts"]]
    return "\n".join(lines)
