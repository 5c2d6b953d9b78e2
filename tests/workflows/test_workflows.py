"""The workflows on a server whose time is skipped: years in seconds, with the real mail, calendar and record."""

from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from adapters.working_time import workdays_of
from cli.asking import plan_state_of
from cli.gathering import ReportDay, gather, plan_then
from cli.session import Session
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.views import Receipt, Refusal
from models.post.post_room_state import PostRoomState
from models.post.workdays import working_days
from models.report.progress import build_report
from models.report.values import ProgressReport
from servers.radicale_server import wait_for_radicale
from tests.support.builders import date_terms, obligation, plan_of
from tests.support.rig import House, eventually, house

LAO, KHM = "lao-moc", "khm-moc"
DAY = timedelta(days=1)


def windows(opens: str = "PT1H", length: str = "P300D", every: str = "P365D", count: int = 1) -> dict[str, Any]:
    return {"window": {"by": "offset", "opens": opens, "length": length, "every": every, "count": count}}


def at_home(skipping: WorkflowEnvironment, root: Path, *obligations: dict[str, Any]) -> Any:
    async def now() -> datetime:
        return await skipping.get_current_time()

    return house(skipping.client, plan_of(*obligations), root, now, maildir=None)


async def pass_days(skipping: WorkflowEnvironment, days: int, step: int = 5) -> None:
    """Steps, not a leap: the clock must not jump over running tasks."""
    for _ in range(0, days, step):
        await skipping.sleep(step * DAY)


def subjects(home: House, office: str) -> list[str]:
    return [str(mail["Subject"]) for mail in home.mails(office)]


async def test_a_silent_year_climbs_to_the_minister_and_writes_ever_more_rarely(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with at_home(skipping, tmp_path, obligation(**windows())) as home:
        await home.launch()
        await pass_days(skipping, 120)
        view = await home.until("m", lambda view: max(row.rung for row in view.awaiting) == 4)
        assert {row.office for row in view.awaiting} >= {LAO, "lao-moc-dg", "lao-moc-dm", "lao-moc-minister"}
        mails = len(home.mails(LAO))
        assert 7 <= mails <= 9, "five letters in four weeks, then one every four weeks"
        assert len(home.mails("lao-moc-minister")) <= 5
        assert len({mail["Message-ID"] for mail in home.mails(LAO)}) == mails


async def test_the_invited_are_reminded_before_an_agreed_date_and_not_of_one_that_is_off(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with at_home(skipping, tmp_path, obligation(remind="P3D", **windows())) as home:
        await home.launch()
        await skipping.sleep(2 * DAY)
        for number, off in ((1, True), (2, False)):
            now = await skipping.get_current_time()
            await home.act("m", acts.Propose, LAO, terms=date_terms(now + 10 * DAY))
            await home.act("m", acts.Accept, KHM, proposal=number)
            view = await home.until("m", lambda view: view.status == "scheduled")
            assert view.next_step.startswith("the invited offices are reminded of its date on ")
            if off:
                await home.act("m", acts.Regret, KHM, reason="flood")
            await skipping.sleep(6 * DAY)
            assert not [each for each in subjects(home, KHM) if ": reminder, " in each]
            await skipping.sleep(2 * DAY)

            async def told(count: int = 0 if off else 1) -> bool:
                found = [[each for each in subjects(home, office) if ": reminder, " in each] for office in (LAO, KHM)]
                return [len(each) for each in found] == [count, count]

            await eventually(told)
        lines = [line for line in home.record(f"office/{KHM}") if "/reminder/" in line["data"].get("key", "")]
        assert [line["verb"] for line in lines] == ["sent"]


async def test_a_life_in_full_is_in_the_mail_the_calendar_and_the_record(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with at_home(skipping, tmp_path, obligation(**windows())) as home:
        await home.launch()
        await skipping.sleep(2 * DAY)
        now = await skipping.get_current_time()
        await home.act("m", acts.Propose, LAO, terms=date_terms(now + 10 * DAY))
        await home.act("m", acts.Accept, KHM, proposal=1)
        await home.until("m", lambda view: view.status == "scheduled")

        async def confirmed() -> bool:
            return any("STATUS:CONFIRMED" in event for event in await home.calendar("t"))

        await eventually(confirmed)
        [event] = await home.calendar("t")
        assert "STATUS:CONFIRMED" in event and "SEQUENCE:1" in event and "METHOD" not in event
        assert await home.calendar(LAO) == [event]
        await skipping.sleep(11 * DAY)
        for verb, fields in ((acts.Held, {}), (acts.Outcome, {"text": "minutes"})):
            assert isinstance(await home.act("m", verb, LAO, **fields), Receipt)
        refused = await home.act("m", acts.Close, LAO)
        assert isinstance(refused, Refusal) and refused.code == "under-silence"
        await home.until("m", lambda view: "closed unless a side objects before" in view.next_step)
        await skipping.sleep(15 * DAY)
        result = await home.client.get_workflow_handle("t/m").result()
        assert result == "closed"
        lines = home.record("m")
        told = [line["data"]["awaiting"] for line in lines if "awaiting" in line["data"]]
        wanted = [sorted({row["act"] for row in rows}) for rows in told]
        assert [acts for acts, _ in groupby(wanted)] == [
            [],
            ["propose-date"],
            ["answer"],
            [],
            ["mark"],
            ["outcome"],
            ["agree"],
            [],
        ], "the record tells what was awaited, also where nobody acted"
        # By when it is awaited is known when the mail has gone: the record tells it then.
        assert [bool(rows[0]["due"]) for rows in told if rows and rows[0]["act"] == "agree"][-1:] == [True]
        assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
        assert lines[-1]["data"]["view"]["status"] == "closed"
        assert any("date agreed" in subject for subject in subjects(home, KHM))
        before = len(home.mails(LAO)) + len(home.mails(KHM))
        await pass_days(skipping, 30)
        assert len(home.mails(LAO)) + len(home.mails(KHM)) == before, "nothing is sent about a closed item"


async def test_a_report_of_a_past_day_is_the_one_that_was_made_then(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    rotating = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    series = obligation("s", kind="meeting_series", cadence="annual", **windows(count=3), **rotating)
    async with at_home(skipping, tmp_path, obligation(**windows()), series) as home:
        await home.launch()
        here = Session(home.client, tmp_path, home.plan.plan)

        async def reported(at: datetime, current: bool) -> ProgressReport:
            state = await plan_state_of(here)
            facts = await gather(here, state, ReportDay(at, current=False))
            return build_report(plan_then(state, ReportDay(at, current)), facts, at)

        await skipping.sleep(40 * DAY)
        for _ in range(20):  # the time of a rung counts from its letter, and on a slow machine the letter goes late
            if max(row.rung for row in (await home.view("m")).awaiting) == 2:
                break
            await skipping.sleep(DAY)
        await home.until("m", lambda view: max(row.rung for row in view.awaiting) == 2)
        then = await skipping.get_current_time()
        made = await reported(then, current=True)
        assert {(each.item, each.act, each.rung) for each in made.awaited} >= {
            ("t/m", "propose a date", 2),
            ("t/s/1", "propose a date", 1),
            ("t/questions/lao-moc.khm-moc", "settle what the text leaves open", 1),
        }
        await skipping.sleep(DAY)
        answer = Terms(topic=Topic.ANSWER, question="s/first_host", value="LAO")
        await home.act("questions/lao-moc.khm-moc", acts.Propose, LAO, terms=answer)
        await home.act("questions/lao-moc.khm-moc", acts.Accept, KHM, proposal=1)
        now = await skipping.get_current_time()
        await home.act("m", acts.Propose, LAO, terms=date_terms(now + 10 * DAY))
        await home.until("s/1", lambda view: view.host == "LAO")
        later = await reported(now + DAY, current=False)
        assert [each.settled for each in later.questions] == [1] and "Lao PDR" in later.turns[0].next
        assert {each.act for each in later.awaited if each.item == "t/m"} == {"answer a proposal"}
        again = await reported(then, current=False)
        assert again.awaited == made.awaited and again.questions == made.questions
        assert again.turns == made.turns and again.pillars == made.pillars


async def test_a_refused_update_changes_nothing_and_an_act_repeated_counts_once(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with at_home(skipping, tmp_path, obligation(**windows())) as home:
        await home.launch()
        await skipping.sleep(2 * DAY)
        before = await home.view("m")
        refusal = await home.act("m", acts.Close, LAO)
        assert isinstance(refusal, Refusal) and refusal.code == "not-held"
        assert [(row.office, row.act) for row in refusal.awaiting] == [(KHM, "propose-date"), (LAO, "propose-date")]
        assert await home.view("m") == before
        now = await skipping.get_current_time()
        for _ in range(2):
            receipt = await home.act("m", acts.Propose, LAO, act_id="same", terms=date_terms(now + 10 * DAY))
            assert isinstance(receipt, Receipt) and receipt.proposal == 1


async def test_a_series_opens_its_sessions_and_turns_the_host(dev_server: Client, tmp_path: Path) -> None:
    """On the real server, in seconds: the time-skipping one stands still once a continued run was signalled."""
    rotating = {"host_rule": "rotating", "readings": {"first_host": {"chosen": "LAO"}}}
    series = obligation("s", kind="meeting_series", **windows("PT0S", "PT2S", "PT2S", count=3), **rotating)
    plan = plan_of(series, despatch="PT5S").model_copy(update={"plan": "turns"})
    async with house(dev_server, plan, tmp_path) as home:
        await home.launch()
        for year, host in ((1, "LAO"), (2, "KHM"), (3, "LAO")):
            view = await home.until(f"s/{year}", lambda view: view.status == "date-awaited")
            assert view.host == host
            assert {row.office.split("-")[0] for row in view.awaiting} == {host.lower()}
            receipt = await home.act(f"s/{year}", acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="test"))
            assert isinstance(receipt, Receipt)
            await home.act(f"s/{year}", acts.Accept, KHM, proposal=receipt.proposal)
        await home.client.get_workflow_handle("turns/s").result()
        verbs = [line["verb"] for line in home.record("s")]
        assert verbs.count("opened") == 3 and verbs.count("dropped") == 3 and verbs[-2:] == ["closed", "view"]
        runs = [run async for run in dev_server.list_workflows("WorkflowId='turns/s'")]
        assert len(runs) <= 4, "a session a run"


async def test_windows_of_the_past_are_unknown_and_become_one_question(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    year = (await skipping.get_current_time()).year
    past = {"window": {"by": "year", "first": year - 2, "last": year - 1}}
    items = obligation("s", kind="meeting_series", **past), obligation("v", kind="visit", **past)
    async with at_home(skipping, tmp_path, *items) as home:
        await home.launch()
        await pass_days(skipping, 30)
        for item in (f"s/{year - 2}", f"s/{year - 1}", "v"):
            assert home.record(item)[-1]["data"]["view"]["status"] == "unknown"
        letters = home.mails(LAO)
        assert 1 <= len(letters) <= 6, "one question for all of them, in the weekly letter"
        for letter in letters:
            body = letter.get_body(("plain",))
            assert body is not None
            text = " ".join(body.get_content().split())
            assert text.count("Asked: to ") == 1 and text.count("what became of the") == 3
        assert not [line for line in home.record("questions/lao-moc.khm-moc") if line["verb"] == "rung"]


async def test_an_mou_is_closed_by_evidence(skipping: WorkflowEnvironment, tmp_path: Path) -> None:
    async with at_home(skipping, tmp_path, obligation("mou", kind="instrument", **windows())) as home:
        await home.launch()
        await skipping.sleep(DAY)
        assert isinstance(await home.act("mou", acts.Evidence, LAO, text="signed in Vientiane"), Receipt)
        assert isinstance(await home.act("mou", acts.Agree, KHM), Receipt)
        assert await home.client.get_workflow_handle("t/mou").result() == "closed"


async def test_an_unreachable_office_pauses_and_its_focal_point_is_asked(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with at_home(skipping, tmp_path, obligation(**windows())) as home:
        contacts = home.settings.contacts.read_text()
        home.settings.contacts.write_text(contacts.replace(f"  {LAO}:", "  lao-nobody:"))
        await home.launch()
        await pass_days(skipping, 70)
        view = await home.view("m")
        assert {row.office for row in view.awaiting if row.office.startswith("lao")} == {LAO}, "silence that we caused"
        assert any(row.office == "khm-moc-dm" for row in view.awaiting)
        asked = subjects(home, "lao-mfa")
        assert asked and home.mails(LAO) == []
        home.settings.contacts.write_text(contacts)
        await pass_days(skipping, 40)
        assert home.mails(LAO), "the corrected address is used at the next despatch"
        count = len(home.mails("lao-mfa"))
        await pass_days(skipping, 30)
        assert len(home.mails("lao-mfa")) == count, "the focal point is no longer asked"
        assert any(row.office == "lao-moc-dg" for row in (await home.view("m")).awaiting)


async def test_a_calendar_that_is_down_holds_up_nothing_else(skipping: WorkflowEnvironment, tmp_path: Path) -> None:
    async with at_home(skipping, tmp_path, obligation(**windows())) as home:
        await home.launch()
        await skipping.sleep(DAY)
        await home.radicale.stop()
        now = await skipping.get_current_time()
        await home.act("m", acts.Propose, LAO, terms=date_terms(now + 10 * DAY))
        await home.act("m", acts.Accept, KHM, proposal=1)

        async def invited() -> bool:
            return any("date agreed" in subject for subject in subjects(home, KHM))

        await eventually(invited)
        assert [line["verb"] for line in home.record("m")][-1] == "agreed"
        await home.radicale.start()
        port, password = int(home.settings.caldav_url.rpartition(":")[2]), home.settings.caldav_password
        assert password is not None
        await wait_for_radicale(home.radicale, port, password, lambda _: None)
        await skipping.sleep(timedelta(minutes=2))  # the next attempt is a matter of the skipped clock

        async def published() -> bool:
            return any("SEQUENCE:1" in event for event in await home.calendar("t"))

        await eventually(published, 60)


VIENTIANE = ZoneInfo("Asia/Vientiane")


async def until_saturday(skipping: WorkflowEnvironment) -> datetime:
    """12:17 in Vientiane on the next Saturday but one before a week without public holidays; its instant."""
    now = await skipping.get_current_time()
    calendars = {side: workdays_of(None, "", side, "Asia/Vientiane") for side in ("LAO", "KHM")}
    day = now.astimezone(VIENTIANE).date() + DAY
    while day.weekday() != 5 or len(list(working_days(day, day + 14 * DAY, calendars))) < 10:
        day += DAY
    wanted = datetime.combine(day, time(12, 17), VIENTIANE).astimezone(UTC)
    await skipping.sleep(wanted - now)
    return wanted


def arrived(home: House, office: str) -> list[str]:
    """When each mail to an office was written, by its own clock."""
    dates = [parsedate_to_datetime(str(mail["Date"])).astimezone(VIENTIANE) for mail in home.mails(office)]
    return [f"{at:%a %H:%M}" for at in dates]


async def test_mail_waits_for_office_hours_a_decree_counts_at_once_and_a_stand_in_receives(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async def now() -> datetime:
        return await skipping.get_current_time()

    saturday = await until_saturday(skipping)
    plan = plan_of(obligation(**windows("PT0S")))
    async with house(skipping.client, plan, tmp_path, now, office_hours=True) as home:
        await home.launch()
        await skipping.sleep(DAY)
        assert home.mails(LAO) == home.mails(KHM) == [], "nobody is written to on a weekend"
        room = home.client.get_workflow_handle(f"t/office/{LAO}")
        state = await room.query("state_now", result_type=PostRoomState)
        assert state.hours is not None and state.letter_at is not None
        assert state.letter_at.astimezone(VIENTIANE).strftime("%a %H:%M") == "Mon 08:00"
        # The post room knows Monday as a working day; on Sunday its office is closed by decree, and goes on leave.
        monday = (saturday + 2 * DAY).astimezone(VIENTIANE).date()
        contacts = yaml.safe_load(home.settings.contacts.read_text())
        contacts["offices"][LAO]["closed"] = {monday: "by decree"}
        stand_in = {"address": "deputy@office.example", "first": monday, "last": monday + 3 * DAY}
        contacts["offices"][LAO]["stand_ins"] = [stand_in]
        home.settings.contacts.write_text(yaml.safe_dump(contacts))
        await skipping.sleep(DAY)

        async def written(office: str, count: int) -> bool:
            return len(home.mails(office)) >= count

        await eventually(lambda: written(KHM, 1))
        assert arrived(home, KHM) == ["Mon 08:00"] and home.mails(LAO) == []
        await skipping.sleep(DAY)
        await eventually(lambda: written(LAO, 1))
        assert arrived(home, LAO) == ["Tue 08:00"]
        [mail] = home.mails(LAO)
        assert mail["To"].addresses[0].addr_spec == "deputy@office.example", "its mailbox is the office's in the spool"
        # Tuesday, 12:17: a proposal is made, and the invitation goes at once; on Tuesday night another waits.
        await home.act("m", acts.Propose, KHM, terms=date_terms(await now() + 30 * DAY))
        await skipping.sleep(timedelta(minutes=1))
        await eventually(lambda: written(LAO, 2))
        assert arrived(home, LAO)[1:] == ["Tue 12:17"]
        await skipping.sleep(timedelta(hours=10))
        await home.act("m", acts.Propose, KHM, terms=date_terms(await now() + 40 * DAY))
        await skipping.sleep(timedelta(hours=1))
        assert len(home.mails(LAO)) == 2
        await skipping.sleep(DAY)
        await eventually(lambda: written(LAO, 3))
        assert arrived(home, LAO)[2:] == ["Wed 08:00"]
        await pass_days(skipping, 10, step=1)
        routine = [at for at in arrived(home, LAO) if at.startswith("Mon")]
        assert routine == ["Mon 08:00"] and len(arrived(home, LAO)) == 4, "then a letter a week"
        assert [mail["To"].addresses[0].addr_spec for mail in home.mails(LAO)[3:]] == [f"{LAO}@office.example"]
