"""A real Temporal on a file, whose database is put back to an older state while record, mail and calendar are ahead."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.despatch import SENT_BEFORE
from adapters.files.record_file import read_record, read_rewinds, read_whole_record, recorded_items
from cli.display.lists import all_rows, recorded_view
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.views import Receipt
from models.plan.plan import DespatchRule, Plan
from servers.datafolder import DataFolder
from servers.ports import claim
from servers.temporal_server import temporal_child, wait_for_temporal
from tests.support.builders import date_terms, obligation, plan_of
from tests.support.rig import House, eventually, house
from workflows.visibility import REGISTERED

LAO, KHM = "lao-moc", "khm-moc"
DAY = timedelta(days=1)
WINDOW = {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P365D", "count": 1}


@asynccontextmanager
async def running(root: Path, plan: Plan) -> AsyncIterator[House]:
    """Temporal on the file in the folder, and everything around it; a worker on the same task queue every time."""
    folder = DataFolder(root)
    folder.create()
    port = claim("Temporal", 0, "-")
    child = temporal_child(folder, port, None, "default", REGISTERED)
    await child.start()
    try:
        await wait_for_temporal(child, port, "default", lambda _: None)
        client = await Client.connect(f"127.0.0.1:{port}", data_converter=pydantic_data_converter)
        async with house(client, plan, root, queue="power-cut") as home:
            yield home
    finally:
        await child.stop()


def copy_aside(root: Path) -> None:
    """As a backup of a running database: one consistent state."""
    with (
        closing(sqlite3.connect(DataFolder(root).temporal_db)) as source,
        closing(sqlite3.connect(root / "older.db")) as target,
    ):
        source.backup(target)


def put_back(root: Path) -> None:
    database = DataFolder(root).temporal_db
    for name in (database.name, f"{database.name}-wal", f"{database.name}-shm"):
        database.with_name(name).unlink(missing_ok=True)
    shutil.move(root / "older.db", database)


def calendar_of(mail: EmailMessage) -> str:
    """The calendar object of an invitation, unfolded; empty for other mails."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return parts[0].get_content().replace("\r\n", "\n").replace("\n ", "") if parts else ""


def has(home: House, office: str, *words: str, since: int = 0) -> bool:
    """Whether a mail that holds the event with all these words lies in the mailbox."""
    return any(all(word in calendar_of(mail) for word in words) for mail in home.mails(office)[since:])


async def quiet(home: House) -> None:
    """Until no more mails come: for twice as long as a letter waits for others."""
    before = -1
    for _ in range(20):
        if before == (before := sum(len(home.mails(office)) for office in (LAO, KHM))):
            return
        await asyncio.sleep(3)
    raise AssertionError(f"mails go on and on: {before} so far")


async def mailed(home: House, office: str, *words: str, since: int = 0) -> None:
    async def came() -> bool:
        return has(home, office, *words, since=since)

    await eventually(came)


async def take(home: House, verb: type[acts.Act], office: str, **fields: object) -> None:
    assert isinstance(await home.act("m", verb, office, **fields), Receipt)


def message_ids(home: House) -> list[str]:
    return [str(mail["Message-ID"]) for office in (LAO, KHM) for mail in home.mails(office)]


def check_record(home: House) -> None:
    """Every file is one history: numbered without a gap, in order of time, with nothing lost on the way."""
    root = home.settings.record
    for item in [*recorded_items(root, "t"), *recorded_items(root, "t", "t/office/")]:
        lines = read_record(root, item)
        assert [line["n"] for line in lines] == list(range(1, len(lines) + 1)), item
        instants = [datetime.fromisoformat(line["at"]) for line in lines]
        assert instants == sorted(instants), item
        aside = sum(each["data"]["to"] - each["data"]["from"] + 1 for each in read_rewinds(root, item))
        assert len(read_whole_record(root, item)) == len(lines) + aside + len(read_rewinds(root, item)), item


async def test_an_older_database_is_put_back_and_the_item_goes_another_way(tmp_path: Path) -> None:
    plan = plan_of(obligation(window=WINDOW))
    async with running(tmp_path, plan) as home:
        await home.launch()
        now = await home.now()
        await take(home, acts.Propose, LAO, terms=date_terms(now + 10 * DAY, place="Pakse"))
        await mailed(home, KHM, "STATUS:TENTATIVE", "Pakse")
        await quiet(home)
        copy_aside(tmp_path)
        # What Temporal will have lost: consent, another date, the end; all of it mailed, published and recorded.
        await take(home, acts.Accept, KHM, proposal=1)
        await take(home, acts.Propose, LAO, terms=date_terms(now + 20 * DAY, place="Savannakhet"))
        await take(home, acts.Accept, KHM, proposal=2)
        for office in (LAO, KHM):
            await mailed(home, office, "STATUS:CONFIRMED", "SEQUENCE:2", "Savannakhet")
        await take(home, acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="no longer needed"))
        await take(home, acts.Accept, KHM, proposal=3)
        for office in (LAO, KHM):
            await mailed(home, office, "STATUS:CANCELLED", "SEQUENCE:3")
        assert await home.client.get_workflow_handle("t/m").result() == "dropped"
        await quiet(home)
        ahead = home.record("m")
        letters = {office: len(home.mails(office)) for office in (LAO, KHM)}
    put_back(tmp_path)

    async with running(tmp_path, plan) as home:
        view = await home.until("m", lambda view: view.status == "consent-awaited")
        root = home.settings.record
        assert recorded_view(root, "t/m") is not None
        assert [row.status for row in await all_rows(home.client, "t", root)] == ["consent-awaited"]
        known = len(view.ledger)
        assert known < len(ahead) == len(home.record("m")), "the record is ahead"
        await quiet(home)
        assert {office: len(home.mails(office)) for office in (LAO, KHM)} == letters, "nothing was to be said again"
        await take(home, acts.Reject, KHM, proposal=1, reason="flooded")
        await take(home, acts.Propose, LAO, terms=date_terms(now + 30 * DAY, place="Champasak"))
        await take(home, acts.Accept, KHM, proposal=2)
        await home.until("m", lambda view: view.status == "scheduled")
        for office in (LAO, KHM):
            await mailed(home, office, "STATUS:CONFIRMED", "Champasak", since=letters[office])
        await quiet(home)

        view = await home.view("m")
        assert [line["text"] for line in home.record("m")] == [entry.text for entry in view.ledger]
        [rewind] = read_rewinds(root, "t/m")
        assert rewind["data"] == {"from": known + 1, "to": len(ahead)}
        texts = [line["text"] for line in read_whole_record(root, "t/m") if "n" in line]
        assert [line["text"] for line in ahead] == texts[: len(ahead)], "what was lost is still to be read"
        check_record(home)
        assert read_rewinds(root, f"t/office/{KHM}")
        assert len(set(message_ids(home))) == len(message_ids(home)), "nothing is said twice"
        # Calendars and programs hold SEQUENCE 3 of the lost time; what is in force bears a higher one everywhere.
        [event] = await home.calendar("t")
        assert "Champasak" in event and "STATUS:CONFIRMED" in event
        sequence = next(line for line in event.splitlines() if line.startswith("SEQUENCE:"))
        assert int(sequence.partition(":")[2]) > 3 and view.sequence == int(sequence.partition(":")[2])
        for office in (LAO, KHM):
            invited = [calendar_of(mail) for mail in home.mails(office) if calendar_of(mail)]
            assert sequence in invited[-1].splitlines() and "Champasak" in invited[-1]
        await take(home, acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="no longer needed"))
        await take(home, acts.Accept, KHM, proposal=3)
        assert await home.client.get_workflow_handle("t/m").result() == "dropped"
        check_record(home)


async def test_mails_that_went_before_the_cut_do_not_go_again(tmp_path: Path) -> None:
    """Temporal lost its last commits: it knows that a letter is to go, and not that it went."""
    plan = plan_of(obligation(window=WINDOW))
    plan = plan.model_copy(update={"despatch": DespatchRule(period=7 * DAY, gather=timedelta(seconds=8))})
    async with running(tmp_path, plan) as home:
        await home.launch()
        await home.until("m", lambda view: view.status == "date-awaited")
        await eventually(lambda: listed(home, KHM))
        copy_aside(tmp_path)
        assert not message_ids(home), "the letters wait for others to go with them"

        async def both() -> bool:
            return len(message_ids(home)) == 2 and bool(home.record(f"office/{KHM}"))

        await eventually(both)
        sent = message_ids(home)
    put_back(tmp_path)
    async with running(tmp_path, plan) as home:
        for office in (LAO, KHM):
            await eventually(lambda office=office: told_again(home, office))  # type: ignore[misc]
        assert message_ids(home) == sent
        await take(home, acts.Propose, LAO, terms=date_terms(await home.now() + 10 * DAY))
        await mailed(home, KHM, "STATUS:TENTATIVE")
        assert len(set(message_ids(home))) == len(message_ids(home)) > len(sent)
        check_record(home)


async def listed(home: House, office: str) -> bool:
    """Whether the office's post room has heard what is awaited."""
    handle = home.client.get_workflow_handle(f"t/office/{office}")
    return bool(await handle.query("standing", [f"t/m/-/propose-date/1/1/{office}"], result_type=list[str]))


async def told_again(home: House, office: str) -> bool:
    """Whether the office's ledger names the letter of before the cut, after a marker."""
    lines = home.record(f"office/{office}")
    sent = {str(mail["Message-ID"]) for mail in home.mails(office)}
    return any(line["data"]["reason"] == SENT_BEFORE and line["data"]["message_id"] in sent for line in lines)
