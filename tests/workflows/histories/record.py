"""Records histories of each workflow type on a real dev server, for the replay test. Run by `make histories`.

A history that was ever committed stays: it says what workflows of that day did, and today's code must still replay it.
Files are named by day and workflow; an existing one is never overwritten.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from models.common.times import Slot
from models.common.zones import later, zoned
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.plan.amendment import Amendment, AmendmentKind
from models.post.post_room_state import Bounced, PostRoomState
from tests.support.builders import obligation, plan_of
from tests.support.paths import HISTORIES, MAILS
from tests.support.rig import House, eventually, house
from workflows.mailbox_start import read_mail_of
from workflows.visibility import REGISTERED

LAO, KHM = "lao-moc", "khm-moc"


def soon(seconds: float) -> Terms:
    """A date of one second, shortly."""
    start = zoned((datetime.now(UTC) + timedelta(hours=7, seconds=seconds)).replace(tzinfo=None), "Asia/Vientiane")
    return Terms(topic=Topic.DATE, slot=Slot(start=start, end=later(start, timedelta(seconds=1))), place="Vientiane")


async def live(home: House) -> None:
    """Something of everything that workflows do."""
    await home.launch()
    await read_mail_of(home.client, "t", "Test plan", home.task_queue)
    await governed(home)
    await answered(home, "s/1")
    await contested(home, "m")
    await home.act("mou", acts.Evidence, LAO, text="signed")
    await home.act("mou", acts.Dispute, KHM, reason="a page is missing")
    await home.act("mou", acts.Evidence, KHM, text="signed, all pages")
    await home.act("mou", acts.Close, LAO)
    await came_back(home)
    await home.until("s/2", lambda view: any(entry.verb == "unreached" for entry in view.ledger))
    contacts = home.settings.contacts.read_text()
    home.settings.contacts.write_text(contacts.replace("khm-nobody:", "khm-moc-dg:"))
    await home.until("s/2", lambda view: max((row.rung for row in view.awaiting), default=0) == 4)
    await home.act("s/2", acts.Propose, KHM, terms=Terms(topic=Topic.DROP, reason="merged"))
    await home.act("s/2", acts.Accept, LAO, proposal=1)
    await home.client.get_workflow_handle(home.item("s")).result()


async def came_back(home: House) -> None:
    """A letter comes, and a mail bounces."""
    letter = (MAILS / "letter.eml").read_bytes()
    (home.folder.organizer / "new" / "1.a.example").write_bytes(letter)
    lines = [line for line in home.record("office/khm-moc") if line["verb"] == "sent"]
    bounced = Bounced(message_id=lines[-1]["data"]["message_id"], reason="5.1.1 no such user")
    await home.client.get_workflow_handle(home.item("office/khm-moc")).signal("bounced", bounced)
    await eventually(lambda: _noted(home))


async def _noted(home: House) -> bool:
    read = not list((home.folder.organizer / "new").iterdir())
    return read and any(line["verb"] == "bounced" for line in home.record("office/khm-moc"))


async def answered(home: House, item: str) -> None:
    """Proposed, countered, accepted, reminded of, held, outcome, closed."""
    await home.until(item, lambda view: view.status == "date-awaited")
    await home.act(item, acts.Propose, LAO, terms=soon(60))
    await home.act(item, acts.Counter, KHM, proposal=1, terms=soon(3))
    view = await home.until(item, lambda view: view.sequence == 1)
    mail = {"name": "inbox/0.eml", "sha256": "00" * 32, "size": 1}
    said = {"method": "REPLY", "partstat": "ACCEPTED", "uid": view.uid, "sequence": 1, "dtstamp": datetime.now(UTC)}
    await home.act(item, acts.Reply, LAO, message=mail, **said)
    await home.until(item, lambda view: view.status == "mark-awaited")
    await home.act(item, acts.Held, LAO)
    await home.act(item, acts.Outcome, LAO, text="minutes")
    for office in (LAO, KHM):
        await home.act(item, acts.Evidence, office, text="reported")
    await home.act(item, acts.Close, KHM)


async def governed(home: House) -> None:
    """Questions, a status round, a call, amendments that change, add and drop."""
    questions = "questions/lao-moc.khm-moc"
    await home.until(questions, lambda view: view.status == "settling")
    first = Terms(topic=Topic.ANSWER, question="turns/first_host", value="KHM")
    await home.act(questions, acts.Propose, LAO, terms=first)
    await home.act(questions, acts.Accept, KHM, proposal=1)
    await home.until("promise", lambda view: view.status == "progress-awaited")
    await home.act("promise", acts.Progress, LAO, state="limited", note="begun")
    await home.act("adhoc", acts.Call, KHM, reason="necessity")
    await home.until("adhoc/1", lambda view: view.status == "date-awaited")
    for number, amendment in enumerate((CHANGED, ADDED, DROPPED), 1):
        await home.act_on_plan(acts.Propose, "lao-mfa", terms=Terms(topic=Topic.AMEND, amendment=amendment))
        if number == 2:
            await home.act_on_plan(acts.Reject, "khm-mfa", proposal=number, reason="later")
        else:
            await home.act_on_plan(acts.Accept, "khm-mfa", proposal=number)
    await home.client.get_workflow_handle(home.item("adhoc/1")).result()


CHANGED = Amendment(kind=AmendmentKind.CHANGE, obligation="promise", fields={"title": "Another title"})
ADDED = Amendment(kind=AmendmentKind.ADD, obligation="more", provision="1.1", fields=obligation("more", kind="visit"))
DROPPED = Amendment(kind=AmendmentKind.DROP, obligation="adhoc")


async def contested(home: House, item: str) -> None:
    """Rejected, regretted, postponed, disputed, not held, dropped."""
    await home.act(item, acts.Close, LAO)
    await home.act(item, acts.Propose, LAO, terms=soon(60))
    await home.act(item, acts.Reject, KHM, proposal=1, reason="elections")
    await home.act(item, acts.Propose, KHM, terms=soon(60))
    await home.act(item, acts.Accept, LAO, proposal=2)
    await home.act(item, acts.Regret, KHM, reason="flood")
    until = Terms(topic=Topic.POSTPONE, until=datetime.now(UTC) + timedelta(seconds=2))
    await home.act(item, acts.Propose, LAO, terms=until)
    await home.act(item, acts.Accept, KHM, proposal=3)
    await home.until(item, lambda view: view.status == "date-awaited")
    await home.act(item, acts.Propose, LAO, terms=soon(1.5))
    await home.act(item, acts.Accept, KHM, proposal=4)
    await home.until(item, lambda view: view.status == "mark-awaited")
    await home.act(item, acts.Held, LAO)
    await home.act(item, acts.Dispute, KHM, reason="nobody came")
    await home.act(item, acts.NotHeld, LAO)
    await home.act(item, acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="no longer needed"))
    await home.act(item, acts.Accept, KHM, proposal=5)


def plan() -> Any:
    def window(length: str, count: int = 1) -> dict[str, Any]:
        return {"window": {"by": "offset", "opens": "PT0S", "length": length, "every": length, "count": count}}

    rotating = {"host_rule": "rotating", "report_to_higher": True, "readings": {"first_host": {"chosen": "LAO"}}}
    return plan_of(
        obligation("s", kind="meeting_series", **window("PT8S", 2), **rotating),
        obligation("m", **window("PT60S")),
        obligation("mou", kind="instrument", **window("PT60S")),
        obligation("promise", kind="standing", cadence="continuous", window=None),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None),
        obligation(
            "turns",
            kind="meeting_series",
            cadence="annual",
            **window("PT60S", 2),
            host_rule="rotating",
            readings={"first_host": {"chosen": None, "others": ["LAO", "KHM"]}},
        ),
        despatch="PT5S",
        remind="PT1S",
        round={"by": "offset", "opens": "PT1S", "every": "PT100S", "count": 1},
        round_closes="PT20S",
    )


async def record(client: Client) -> int:
    return await record_demonstration(client) + await record_courtesy(client)


async def record_demonstration(client: Client) -> int:
    """A plan that runs in seconds: all that workflows do, but for office hours."""
    async with house(client, plan(), Path(tempfile.mkdtemp())) as home:
        # One office without an address: its post room tells its items and the focal point.
        contacts = home.settings.contacts.read_text()
        home.settings.contacts.write_text(contacts.replace("khm-moc-dg:", "khm-nobody:"))
        await live(home)
        return await write(client, "PlanId='t'")


async def record_courtesy(client: Client) -> int:
    """Post rooms that keep hours: asked for, open, closed by a decree of which they did not know."""
    item = obligation("m", window={"by": "offset", "opens": "PT0S", "length": "P200D", "every": "P200D", "count": 1})
    plan = plan_of(item).model_copy(update={"plan": "hours"})
    async with house(client, plan, Path(tempfile.mkdtemp()), office_hours=True) as home:
        contacts = yaml.safe_load(home.settings.contacts.read_text())
        always = {
            "country": "none",
            "hours": ["00:00-24:00"],
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        }
        contacts["sides"] = {"LAO": always, "KHM": always}
        home.settings.contacts.write_text(yaml.safe_dump(contacts))
        await home.launch()

        async def asked() -> bool:
            return len(home.mails(LAO)) == len(home.mails(KHM)) == 1

        await eventually(asked)
        today = datetime.now(UTC).date()
        contacts["offices"][LAO]["closed"] = {today + timedelta(days=n): "by decree" for n in range(-1, 2)}
        home.settings.contacts.write_text(yaml.safe_dump(contacts))
        await home.act("m", acts.Propose, LAO, terms=soon(86400))
        room = client.get_workflow_handle(home.item(f"office/{LAO}"))

        async def held_back() -> bool:
            return (await room.query("state_now", result_type=PostRoomState)).hold_until is not None

        await eventually(held_back)
        await home.act("m", acts.Reject, KHM, proposal=1, reason="elections")
        await home.act("m", acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="merged"))
        await home.act("m", acts.Accept, KHM, proposal=2)
        await client.get_workflow_handle(home.item("m")).result()
        return await write(client, "PlanId='hours' AND ItemKind='secretariat'")


async def write(client: Client, query: str) -> int:
    """Writes the history of each run that is listed, and says how many are new."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    written = 0
    async for run in client.list_workflows(query):
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        history = clean(json.loads((await handle.fetch_history()).to_json()))
        # Runs of a continued workflow are told apart by their number of events.
        name = f"{day}-{run.workflow_type}-{run.id.replace('/', '.')}-{len(history['events'])}.json"
        path = HISTORIES / name
        if not path.exists():
            path.write_text(json.dumps({"workflow": run.id, **history}, separators=(",", ":")) + "\n")
            written += 1
    return written


def clean(history: dict[str, Any]) -> dict[str, Any]:
    """Takes out who recorded it: the machine's name and paths are nobody's business."""
    text = json.dumps(history)
    text = re.sub(r'"identity": "[^"]*"', '"identity": "worker"', text)
    text = re.sub(r'"\d+@[^"]*"', '"worker"', text)  # sticky task queues are named by process and machine
    text = re.sub(r'"(hostName|host)": "[^"]*"', r'"\1": "host"', text)
    cleaned: dict[str, Any] = json.loads(text)
    return cleaned


@asynccontextmanager
async def serving() -> AsyncIterator[Client]:
    """A real dev server in memory, with our search attributes."""
    attributes = [part for name, kind in REGISTERED.items() for part in ("--search-attribute", f"{name}={kind}")]
    env = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_extra_args=attributes,
        dev_server_log_level="error",
    )
    async with env:
        yield env.client


async def main() -> int:
    async with serving() as client:
        return await record(client)


if __name__ == "__main__":
    print(f"{asyncio.run(main())} histories written to tests/workflows/histories")
