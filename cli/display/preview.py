"""Previews an adoption, a launch in the middle of the validity. The preview shows what the program would have sent
since the plan began, and what it would send first after the launch."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.common.clock import Clock
from models.common.values import read_instant, write_instant
from models.common.zones import zone
from models.governance.launch import Launch
from models.plan.windows import clock_of
from models.rehearsal.world import HoursOf, World

FIRST_DAYS = 14
"""The number of days after the launch for which the preview shows the mails."""
_SHOWN = 40


def preview_of(launch: Launch, hours: HoursOf | None = None) -> dict[str, Any]:
    """Rehearses the plan twice, and returns the document that `launch --dry-run --json` prints.

    The first rehearsal covers the past, as if nobody had answered. The second covers the first
    days after the launch. `hours` gives the office hours of each office. None means that no office keeps office hours.
    """
    begins = _beginning(launch)
    would_have: list[World] = []
    if begins < launch.as_of:
        past = launch.model_copy(
            update={"launched": begins, "as_of": begins, "history": (), "clock": clock_of(launch.plan, begins)}
        )
        would_have.append(World(past, hours=hours).run(launch.as_of))
    first = World(launch, hours=hours).run(launch.launched + timedelta(days=FIRST_DAYS))
    notices = {notice.key: notice for notice in first.notices}
    return {
        "as_of": write_instant(launch.as_of),
        "would_have_been_sent": {
            "since": write_instant(begins),
            "notices": sum(len(world.notices) for world in would_have),
            "letters": sum(len(world.letters) for world in would_have),
            "offices": len({letter.office for world in would_have for letter in world.letters}),
            "list": [
                {"at": write_instant(n.at), "office": n.office, "item": n.item, "act": n.act, "rung": n.rung}
                for world in would_have
                for n in world.notices
            ],
        },
        "adopted": [each.model_dump(mode="json") for each in launch.history],
        "first": [
            {
                "at": write_instant(letter.at),
                "office": letter.office,
                "notices": [
                    {"key": key, "item": notices[key].item, "act": notices[key].act, "reason": notices[key].reason}
                    for key in letter.notices
                ],
            }
            for letter in first.letters
        ],
    }


def _beginning(launch: Launch) -> datetime:
    start = launch.plan.valid_from
    if start is None:
        return launch.as_of
    return datetime(start.year, start.month, start.day, tzinfo=zone(launch.plan.zone)).astimezone(UTC)


def preview_text(preview: dict[str, Any], clock: Clock) -> str:
    """Returns the document of `preview_of` as text for people."""
    past, adopted = preview["would_have_been_sent"], preview["adopted"]
    lines = [
        f"As of {clock.day(read_instant(preview['as_of']))}. Nothing is launched and nothing is sent.",
        "",
        f"Not sent, because it is past: {past['notices']} notices to {past['offices']} offices in {past['letters']} "
        f"mails since {clock.day(read_instant(past['since']))}, if nobody had answered.",
    ]
    lines += [
        f"  {clock.day(read_instant(n['at']))}  {n['office']}  {n['act']}  {n['item']}  rung {n['rung']}"
        for n in past["list"][:_SHOWN]
    ]
    if past["notices"] > _SHOWN:
        lines.append(f"  and {past['notices'] - _SHOWN} more (all of them with --json)")
    lines += ["", f"Taken over: {len(adopted)} sessions of the history."]
    lines += [f"  {each['obligation']} {each['session']}: {each['state']}".rstrip() for each in adopted]
    lines += ["", f"Would be sent first, within {FIRST_DAYS} days: {len(preview['first'])} mails."]
    for letter in preview["first"]:
        lines.append(f"  {clock.moment(read_instant(letter['at']))}  {letter['office']}")
        lines += [f"      {n['item']}: {n['reason']}" for n in letter["notices"]]
    return "\n".join(lines)
