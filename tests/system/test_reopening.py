"""A plan whose engine is lost goes on from its record on an empty server, and the offices notice nothing."""

import asyncio
import contextlib
import tarfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.files.private import close_to_others
from adapters.files.record_file import faults_of_chain, read_record, recorded_items
from adapters.files.state_file import holds_state
from adapters.temporal import RepeatedQueries
from cli.display.lists import all_rows, as_document, recorded_view, view_of
from cli.errors import Refused
from cli.gathering import ReportDay, gather
from cli.reopening import Moved, look_at_record, open_from_record
from cli.session import Session
from models.common.ids import TASK_QUEUE
from models.common.zones import zoned
from models.governance.plan_state import PlanState
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Settle, Words
from models.messages.views import Receipt, Refusal
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.plan import Plan
from models.report.facts import ItemFact
from servers.datafolder import DataFolder
from servers.ports import claim
from servers.temporal_server import temporal_child, wait_for_temporal
from tests.support.builders import date_terms, obligation, plan_of
from tests.support.paths import TESTS
from tests.support.rig import House, eventually, house
from workflows.mailbox_start import read_mail_of
from workflows.renewing import renew
from workflows.visibility import REGISTERED

LAO, KHM = "lao-moc", "khm-moc"
DAY = timedelta(days=1)
OPEN = {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P365D", "count": 1}


@asynccontextmanager
async def engine(root: Path, plan: Plan, name: str, queue: str = "") -> AsyncIterator[House]:
    """A Temporal with a database of its own, and everything around it. The record, mail and calendars are shared."""
    base = DataFolder(root / name)
    base.create()
    port = claim("Temporal", 0, "-")
    child = temporal_child(base, port, None, "default", REGISTERED)
    await child.start()
    try:
        await wait_for_temporal(child, port, "default", lambda _: None)
        client = await Client.connect(
            f"127.0.0.1:{port}", data_converter=pydantic_data_converter, interceptors=[RepeatedQueries()]
        )
        async with house(client, plan, root / "shared", queue=queue or f"engine-{uuid.uuid4().hex}") as home:
            yield home
    finally:
        await child.stop()


async def moved(home: House) -> Moved:
    return await open_from_record(home.client, home.settings.record, home.plan.plan, queue=home.task_queue)


async def quiet(home: House) -> None:
    """Until no more mails come for some seconds."""
    before = -1
    for _ in range(20):
        if before == (before := sum(len(home.mails(office)) for office in (LAO, KHM))):
            return
        await asyncio.sleep(3)


async def took(home: House, item: str, verb: type[acts.Act], office: str, **fields: Any) -> None:
    assert isinstance(answer := await home.act(item, verb, office, **fields), Receipt), answer


async def test_a_meeting_with_an_open_proposal_goes_on_elsewhere(tmp_path: Path) -> None:
    plan = plan_of(obligation("m", kind="meeting", window=OPEN))
    async with engine(tmp_path, plan, "old") as home:
        await home.launch()
        await home.until("m", lambda view: view.status == "date-awaited")
        await took(home, "m", acts.Propose, LAO, terms=date_terms(await home.now() + 10 * DAY, place="Pakse"))
        await quiet(home)
        before = await home.view("m")
        mails = {office: [str(mail["Message-ID"]) for mail in home.mails(office)] for office in (LAO, KHM)}
        assert mails[KHM]
    async with engine(tmp_path, plan, "new") as home:
        found = await moved(home)
        assert (found.result, found.epoch, found.again) == ("opened", 2, ())
        after = await home.until("m", lambda view: view.status == "consent-awaited")
        assert after.model_dump(exclude={"clock"}) == before.model_dump(exclude={"clock"})
        await quiet(home)
        assert {office: [str(mail["Message-ID"]) for mail in home.mails(office)] for office in (LAO, KHM)} == mails
        await took(home, "m", acts.Accept, KHM, proposal=1)
        await home.until("m", lambda view: view.status == "scheduled")

        async def invited() -> bool:
            return len(home.mails(KHM)) > len(mails[KHM])

        await eventually(invited)
        [event] = await home.calendar("t")
        assert "STATUS:CONFIRMED" in event and "SEQUENCE:1" in event
        assert (await moved(home)).result == "in force already"


def living_plan() -> Plan:
    """Everything that can be open at once, and nothing that moves by itself within minutes."""
    first = {"readings": {"first_host": {"chosen": None, "others": ["LAO", "KHM"]}}}
    annual = {"by": "offset", "opens": "PT0S", "length": "P200D", "every": "P365D", "count": 3}
    yearly = {"cadence": "annual", "window": annual, "host_rule": "rotating"}
    lasting = {"cadence": "continuous", "window": None}
    return plan_of(
        obligation("series", kind="meeting_series", **yearly, readings={"first_host": {"chosen": "LAO"}}),
        obligation("unsettled", kind="meeting_series", **yearly, **first),
        obligation("proposed", window=OPEN),
        obligation("agreed", window=OPEN),
        obligation("held", window=OPEN, report_to_higher=True),
        obligation("disputed", window=OPEN),
        obligation("evidence", kind="instrument", window=OPEN),
        obligation("closed", kind="instrument", window=OPEN),
        obligation("promise", kind="standing", **lasting),
        obligation("title", kind="standing", **lasting),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None),
        obligation("asleep", kind="meeting_series", cadence="on_trigger", window=None),
        obligation("gone", kind="visit", window=OPEN),
        silence="P14D",
        round={"by": "offset", "opens": "PT1S", "every": "P100D", "count": 2},
        round_closes="P30D",
    )


async def lived(home: House) -> None:
    """Acts after which something of every kind is open."""
    soon = await home.now() + 20 * DAY
    for item in ("proposed", "agreed", "held", "disputed", "series/1"):
        await home.until(item, lambda view: view.status == "date-awaited")
    await took(home, "proposed", acts.Propose, LAO, terms=date_terms(soon, place="Pakse"))
    await took(home, "proposed", acts.Counter, KHM, proposal=1, terms=date_terms(soon + DAY, place="Pakse"))
    for n, item in enumerate(("agreed", "held", "disputed", "series/1"), 1):
        await took(home, item, acts.Propose, LAO, terms=date_terms(soon + n * DAY))
        await took(home, item, acts.Accept, KHM, proposal=1)
    await took(home, "agreed", acts.Propose, KHM, terms=date_terms(soon + 9 * DAY, place="Siem Reap"))
    await took(home, "agreed", acts.Accept, LAO, proposal=2)
    await took(home, "agreed", acts.Propose, LAO, terms=Terms(topic=Topic.HOST, host="KHM", reason="the hall"))
    day = zoned((await home.now()).replace(tzinfo=None, microsecond=0) - DAY, "Asia/Vientiane")
    for item in ("held", "disputed"):
        await took(home, item, acts.Held, LAO, on=day, outside_window=True)
    await took(home, "held", acts.Outcome, LAO, text="minutes")
    await took(home, "disputed", acts.Dispute, KHM, reason="nobody came")
    await took(home, "evidence", acts.Evidence, LAO, text="signed")
    await took(home, "closed", acts.Evidence, LAO, text="signed")
    await took(home, "closed", acts.Agree, KHM)
    await home.until("promise", lambda view: view.status == "progress-awaited")
    await took(home, "promise", acts.Progress, LAO, state="limited", note="begun")
    await took(home, "adhoc", acts.Call, KHM, reason="necessity")
    await home.until("adhoc/1", lambda view: view.status == "date-awaited")
    answer = Terms(topic=Topic.ANSWER, question="unsettled/first_host", value="KHM")
    await took(home, "questions/lao-moc.khm-moc", acts.Propose, LAO, terms=answer)
    changed = Amendment(kind=AmendmentKind.CHANGE, obligation="title", fields={"title": "Another title"})
    dropped = Amendment(kind=AmendmentKind.DROP, obligation="gone")
    for number, amendment in enumerate((changed, dropped), 1):
        terms = Terms(topic=Topic.AMEND, amendment=amendment)
        assert isinstance(await home.act_on_plan(acts.Propose, "lao-mfa", terms=terms), Receipt)
        assert isinstance(await home.act_on_plan(acts.Accept, "khm-mfa", proposal=number), Receipt)
    open_one = Amendment(kind=AmendmentKind.CHANGE, obligation="evidence", fields={"title": "A treaty"})
    await home.act_on_plan(acts.Propose, "khm-mfa", terms=Terms(topic=Topic.AMEND, amendment=open_one))
    fact = {"item": "t/closed", "what": "evidence", "before": "signed", "text": "signed and sealed"}
    found = await home.act_on_plan(acts.Rectify, KHM, fact=fact, reason="the seal")
    assert isinstance(found, Receipt), found
    await home.until("closed/rectification-1", lambda view: view.status == "consent-awaited")
    await home.client.get_workflow_handle("t/gone").result()


async def seen(home: House) -> dict[str, Any]:
    """What `status`, `show`, `turns`, `amendments` and `report` say, without the line of the opening itself."""
    root = home.settings.record
    here = Session(home.client, home.folder.root, "t")
    here.record = root
    rows = await all_rows(home.client, "t", root)
    state = await home.client.get_workflow_handle("t").query("state_now", result_type=PlanState)
    moment = ReportDay(datetime.now(UTC), current=True)
    facts = await gather(here, state, moment)
    views = {row.id: await view_of(here, row.id) for row in rows if recorded_view(root, row.id) is None}
    plan = await view_of(here, "t")
    plan = plan.model_copy(update={"ledger": tuple(each for each in plan.ledger if each.verb != "moved")})
    return {
        "status": [as_document(row) for row in rows],
        "show": {name: view.model_dump(mode="json") for name, view in views.items()},
        "plan": plan.model_dump(mode="json"),
        "amendments": [each.model_dump(mode="json") for each in state.amendments],
        "report": [_without_reopening(each) for each in facts.items],
        "series": facts.series,
        "state": state.model_dump(mode="json", exclude={"setup", "launch", "ledger", "entries"}),
    }


def _without_reopening(fact: ItemFact) -> ItemFact:
    entries = tuple(each for each in fact.entries if each.verb != "moved")
    return fact.model_copy(update={"entries": entries})


def different(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where two documents differ, in words."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() | after.keys():
            yield from different(before.get(name), after.get(name), f"{path}/{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from different(*pair, f"{path}/{number}")
    elif before != after:
        yield f"{path}: {before} before, {after} after"


def mailed(home: House) -> dict[str, list[str]]:
    folders = sorted(path.name for path in home.folder.mail.iterdir() if path.name != "organizer")
    return {office: sorted(str(mail["Message-ID"]) for mail in home.mails(office)) for office in folders}


async def test_everything_that_is_open_goes_on_elsewhere_and_the_offices_are_not_disturbed(tmp_path: Path) -> None:
    plan = living_plan()
    async with engine(tmp_path, plan, "old") as home:
        await home.launch()
        await lived(home)
        await quiet(home)
        before, letters, events = await seen(home), mailed(home), sorted(await home.calendar("t"))
        assert {each["status"] for each in before["status"]} >= {
            "closed", "consent-awaited", "date-awaited", "disputed", "dormant", "dropped", "progress-awaited",
            "scheduled", "settling", "under-silence",
        }  # fmt: skip
    async with engine(tmp_path, plan, "new") as home:
        found = await moved(home)
        assert found.again == ()
        assert found.delivered == ()
        for item in ("proposed", "series", "questions/lao-moc.khm-moc", "closed/rectification-1"):
            await home.until(item, lambda view: True)

        for _ in range(5):  # the lists of Temporal may be two seconds late
            differences = list(different(before, await seen(home)))
            if not differences:
                break
            await asyncio.sleep(2)
        assert differences == []
        await quiet(home)
        assert mailed(home) == letters
        assert sorted(await home.calendar("t")) == events
        check_record(home)
        # It lives: an act of each kind of item is taken, and mail goes.
        await took(home, "proposed", acts.Accept, LAO, proposal=2)
        await took(home, "questions/lao-moc.khm-moc", acts.Accept, KHM, proposal=1)
        await took(home, "evidence", acts.Agree, KHM)
        await took(home, "closed/rectification-1", acts.Accept, LAO, proposal=1)
        assert isinstance(await home.act_on_plan(acts.Accept, "lao-mfa", proposal=3), Receipt)
        await took(home, "promise", acts.Progress, KHM, state="limited")
        view = await home.until("proposed", lambda view: view.status == "scheduled")

        async def invited() -> bool:
            return any("SEQUENCE:2" in each and view.uid in each for each in await home.calendar("t"))

        await eventually(invited)
        ids = [each for office in mailed(home).values() for each in office]
        assert len(set(ids)) == len(ids)
        check_record(home)


def check_record(home: House) -> None:
    """Each file is one chain, and its lines are numbered without a gap."""
    root = home.settings.record
    for item in [*recorded_items(root, "t"), *recorded_items(root, "t", "t/office/")]:
        assert faults_of_chain(root, item) == [], item
        lines = read_record(root, item)
        assert [line["n"] for line in lines] == list(range(1, len(lines) + 1)), item


async def test_an_earlier_engine_that_still_lives_writes_and_sends_nothing(tmp_path: Path) -> None:
    """The plan is moved while its old engine runs on. What the old one still does reaches nobody."""
    plan = plan_of(obligation("m", window=OPEN))
    async with engine(tmp_path, plan, "old") as old:
        await old.launch()
        await read_mail_of(old.client, "t", plan.title, old.task_queue, epoch=1)
        await old.until("m", lambda view: view.status == "date-awaited")
        await quiet(old)
        async with engine(tmp_path, plan, "new") as new:
            assert (await moved(new)).result == "opened"
            await new.until("m", lambda view: view.status == "date-awaited")
            letters, lines = mailed(new), new.record("m")
            answer = await old.act("m", acts.Propose, LAO, terms=date_terms(await old.now() + 10 * DAY))
            assert isinstance(answer, Refusal) and answer.code == "elsewhere", "no receipt without a line of the record"
            assert "t goes on elsewhere since" in answer.message
            item, room = (old.client.get_workflow_handle(f"t/{each}") for each in ("m", f"office/{KHM}"))
            with pytest.raises(WorkflowFailureError) as caught:
                await item.result()
            assert "t goes on elsewhere" in str(caught.value.cause), "the Temporal UI shows it"
            words = Words(settled=(Settle(office=KHM, item="t/m", closed=True),))
            await room.signal("tell", words)
            mailbox = old.client.get_workflow_handle("t/mailbox")
            for handle in (room, mailbox):
                with pytest.raises(WorkflowFailureError):
                    await asyncio.wait_for(handle.result(), 30)
            with pytest.raises(Refused, match="knows t already"):
                await open_from_record(old.client, old.settings.record, "t", queue=old.task_queue)
            await quiet(new)
            assert mailed(new) == letters and new.record("m") == lines
            await took(new, "m", acts.Propose, LAO, terms=date_terms(await new.now() + 10 * DAY))

            async def asked() -> bool:
                return len(new.mails(KHM)) > len(letters[KHM])

            await eventually(asked)


async def test_a_record_without_states_is_refused_and_an_older_item_begins_to_keep_its_state(tmp_path: Path) -> None:
    plan = plan_of(obligation("m", window=OPEN))
    async with engine(tmp_path, plan, "old") as home:
        await home.launch(epoch=0)
        await home.until("m", lambda view: view.status == "date-awaited")
        await quiet(home)
        record = home.settings.record
        with pytest.raises(Refused, match=r"t\.json is missing"):
            look_at_record(record, "t")

        async def asked() -> bool:
            await renew(home.client, lambda workflow: holds_state(record, workflow))
            return holds_state(record, "t") and holds_state(record, "t/m")

        await eventually(asked)
        before = await home.view("m")
        await eventually(lambda: kept_all(record))
        assert await renew(home.client, lambda workflow: holds_state(record, workflow)) == 0
    async with engine(tmp_path, plan, "new") as home:
        await moved(home)
        assert await home.until("m", lambda view: view.status == "date-awaited") == before


async def kept_all(record: Path) -> bool:
    return all(holds_state(record, f"t/office/{office}") for office in (LAO, KHM, "lao-mfa", "khm-mfa"))


RELEASES = sorted((TESTS / "system" / "upgrades").glob("*.tar.xz"))
"""Data folders of earlier releases, by the day on which they were made: database, record, mail, calendars."""


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name.partition(".")[0])
async def test_the_data_folder_of_an_earlier_release_goes_on_and_can_move(tmp_path: Path, release: Path) -> None:
    """The folder was made from the plan of this module, with a few acts. Its days pass, so only what lasts is asked."""
    for name in ("old", "shared"):
        (tmp_path / name).mkdir(mode=0o700)
    with tarfile.open(release) as folder:
        folder.extractall(tmp_path / "shared", filter="data")
    close_to_others(tmp_path / "shared")
    (tmp_path / "shared" / "temporal.db").rename(tmp_path / "old" / "temporal.db")
    plan = living_plan()
    async with engine(tmp_path, plan, "old", TASK_QUEUE) as home:
        record = home.settings.record
        letters = mailed(home)
        first = home.record("agreed")
        assert [line["verb"] for line in first][:3] == ["opened", "propose", "accept"]
        for item in ("agreed", "proposed", "disputed", "evidence", "questions/khm-moc.lao-moc", "series/1"):
            await home.until(item, lambda view: bool(view.ledger))

        async def all_keep() -> bool:
            await renew(home.client, lambda workflow: holds_state(record, workflow))
            with contextlib.suppress(Refused):
                return look_at_record(record, "t").result == "can be opened"
            return False

        await eventually(all_keep, 60)
        note = {"name": "inbox/0.eml", "sha256": "00" * 32, "size": 1}
        await took(home, "disputed", acts.Note, LAO, text="by telephone", message=note, number=1)
        assert home.record("agreed")[: len(first)] == first
        assert {each for ids in letters.values() for each in ids} <= {e for ids in mailed(home).values() for e in ids}
        await quiet(home)
        before = await home.view("disputed")
    async with engine(tmp_path, plan, "new") as home:
        assert (await moved(home)).result == "opened"
        assert (await home.until("disputed", lambda view: True)).ledger == before.ledger
        check_record(home)
