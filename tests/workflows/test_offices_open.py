"""AIDE_OFFICE_HOURS=off takes effect on a plan that runs already."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import yaml
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.post.post_room_state import PostRoomState
from tests.support.builders import obligation, plan_of
from tests.support.rig import House, eventually, house
from workflows.offices_open import open_offices

LAO = "lao-moc"


async def test_mail_that_waits_for_an_opening_goes_when_office_hours_are_off(
    dev_server: Client, tmp_path: Path
) -> None:
    plan = plan_of(
        obligation(window={"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P300D", "count": 1})
    )
    plan = plan.model_copy(update={"plan": "open-now"})
    async with house(dev_server, plan, tmp_path, office_hours=True) as home:
        closed_for_days(home)
        await home.launch()
        await eventually(lambda: waits(home))
        # The worker starts again with AIDE_OFFICE_HOURS=off.
        object.__setattr__(home.settings, "office_hours", False)

        async def told() -> bool:
            await open_offices(dev_server)  # the lists of Temporal may be two seconds late
            return bool(home.mails(LAO))

        await eventually(told)
        state = await state_of(home)
        assert state.hours is not None and state.hours.always
        assert len(home.mails(LAO)) == 1


def closed_for_days(home: House) -> None:
    contacts = yaml.safe_load(home.settings.contacts.read_text())
    today = datetime.now(UTC).date()
    days = {today + timedelta(days=n): "by decree" for n in range(-2, 4)}
    for office in contacts["offices"].values():
        office["closed"] = days
    home.settings.contacts.write_text(yaml.safe_dump(contacts))


async def state_of(home: House) -> PostRoomState:
    room = home.client.get_workflow_handle(home.item(f"office/{LAO}"))
    state: PostRoomState = await room.query("state_now", result_type=PostRoomState)
    return state


async def waits(home: House) -> bool:
    try:
        state = await state_of(home)
    except RPCError:
        return False
    return state.hours is not None and bool(state.standing) and not home.mails(LAO)


class Rooms:
    """Stands for a client that lists two post rooms. The first one ends before it is told."""

    def __init__(self, fault: bool = False) -> None:
        self.fault = fault
        self.told: list[str] = []

    async def list_workflows(self, query: str) -> AsyncIterator[Any]:
        if self.fault:
            raise RPCError("no", RPCStatusCode.UNAVAILABLE, b"")
        for name in ("a", "b"):
            yield type("Listed", (), {"id": name})

    def get_workflow_handle(self, name: str) -> Any:
        rooms = self

        class Handle:
            async def signal(self, signal: str, word: Any) -> None:
                if name == "a":
                    raise RPCError("ended", RPCStatusCode.NOT_FOUND, b"")
                rooms.told.append(f"{name} {signal}")

        return Handle()


async def test_a_post_room_that_has_ended_keeps_no_other_closed() -> None:
    rooms = Rooms()
    await open_offices(cast(Client, rooms))
    assert rooms.told == ["b always_open"]
    await open_offices(cast(Client, Rooms(fault=True)))
