"""`demo`: plays two sessions of one series in about a minute, on real servers, and prints what happens."""

import asyncio
import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from adapters.program_folders import DEMONSTRATION_PLAN_FILE
from cli.acting import in_words
from cli.display.live import newest_mail
from cli.errors import CommandError, Refused
from cli.launching import contacts_beside, launch_of, launch_plan, read_plan_and_contacts
from cli.output import readable, write_line
from cli.running_servers import Ports, embedded, first_of, say_secrets, stop_signal, where
from cli.submitting import submit
from models.common.times import Slot
from models.common.zones import later, zoned
from models.common.zones import zone as zone_named
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.views import ItemView, Receipt
from models.plan.plan import Format
from servers.datafolder import DataFolder, RunFile, read_run

PATIENCE = 45.0
"""The seconds for which the demonstration waits for each expected event. If the event does not happen within that time,
the demonstration fails."""

LAO, KHM = "lao-demo", "khm-demo"


class Narrator:
    """Does the acts of the offices, and prints what happens and in which file or calendar a person can see it."""

    def __init__(self, client: Client, run: RunFile, plan: str) -> None:
        self.client, self.run, self.plan = client, run, plan
        self.began = datetime.now(UTC)
        self.seen: dict[str, Path] = {}
        """For each office: the newest mail that the demonstration has printed or passed over."""

    def say(self, line: str) -> None:
        write_line(f"[{(datetime.now(UTC) - self.began).total_seconds():5.1f} s] {line}")

    def pass_over(self, office: str) -> None:
        """Notes the newest mail of an office as seen, so that `mail_of` waits for a newer one."""
        mail = newest_mail(self.run.mail, office)
        if mail:
            self.seen[office] = mail

    async def act(self, item: str, act: Act) -> Receipt:
        receipt = await submit(self.client, item, act)
        for line in in_words(receipt).splitlines():
            self.say(f"  {line}")
        return receipt

    async def until(self, item: str, what: str, true: Callable[[ItemView], bool]) -> ItemView:
        """Waits until `true` returns true for the view of an item, and returns that view.

        `what` says in words what is expected. Raises CommandError if it does not happen within PATIENCE.
        """
        handle = self.client.get_workflow_handle(item)
        for _ in range(int(PATIENCE / 0.25)):
            try:
                view: ItemView = await handle.query("view", result_type=ItemView)
            except (RPCError, WorkflowQueryFailedError):
                pass  # not opened yet, or it cannot answer at this moment
            else:
                if true(view):
                    return view
            await asyncio.sleep(0.25)
        raise CommandError("demo-failed", f"{item}: this did not happen within {PATIENCE:.0f} s: {what}")


def by(office: str) -> dict[str, Any]:
    return {"act_id": uuid.uuid4().hex, "office": office}


def soon(seconds: float, zone: str, place: str) -> Terms:
    """Returns terms for a meeting that begins `seconds` from now and lasts two seconds."""
    local = (zoned_now(zone) + timedelta(seconds=seconds)).replace(microsecond=0)
    start = zoned(local, zone)
    slot = Slot(start=start, end=later(start, timedelta(seconds=2)))
    return Terms(topic=Topic.DATE, slot=slot, place=place, format=Format.PHYSICAL)


def zoned_now(zone: str) -> datetime:
    return datetime.now(zone_named(zone)).replace(tzinfo=None)


def demo(
    data: Annotated[
        Path, typer.Option("--data", help="Folder of the demonstration; an earlier one there is replaced.")
    ] = Path("var/demo"),
) -> None:
    """Play two sessions with rotating hosts in a minute. All answer the first; the second climbs to the ministers."""
    asyncio.run(_demo(data))


async def _demo(data: Path) -> None:
    write_line("Aide-Mémoire, a demonstration on real servers: Temporal, a calendar, a mail spool.")
    clear(data)
    contacts = contacts_beside(DEMONSTRATION_PLAN_FILE)
    plan, _ = read_plan_and_contacts(DEMONSTRATION_PLAN_FILE, contacts)
    stopping = stop_signal()
    async with embedded(data, plan, DEMONSTRATION_PLAN_FILE, contacts, Ports(), write_line, stopping) as (
        servers,
        client,
        watch,
    ):
        await launch_plan(client, launch_of(plan, None, None, datetime.now(UTC)), servers.folder.record)
        write_line(where(servers))
        say_secrets(servers)
        assert servers.run is not None
        narrator = Narrator(client, servers.run, plan.plan)
        play = asyncio.create_task(perform(narrator))
        await first_of(stopping, play, watch)
        if play.cancelled():
            raise CommandError("stopped", "the demonstration was stopped")
    write_line(f"done. `python starter.py up --data {readable(data)}` shows it all again: mail, calendar, Temporal UI.")


def clear(data: Path) -> None:
    """Deletes the folder of an earlier demonstration. Does nothing if there is none. Raises Refused if the folder holds
    something else."""
    if not data.exists():
        return
    run = read_run(data)
    if run is None and any(data.iterdir()):
        raise Refused("not-a-demo", f"{data} holds files that are no demonstration; choose another folder with --data")
    if run is not None and run.plan_file is not None and run.plan_file.name != DEMONSTRATION_PLAN_FILE.name:
        raise Refused("not-a-demo", f"{data} holds the plan {run.plan}; choose another folder with --data")
    folder = DataFolder(data)
    folder.lock()
    folder.unlock()
    shutil.rmtree(data)


async def perform(narrator: Narrator) -> None:
    """Plays both sessions, one after the other."""
    await answered_session(narrator, f"{narrator.plan}/demo-review/1")
    await silent_session(narrator, f"{narrator.plan}/demo-review/2")


async def answered_session(narrator: Narrator, item: str) -> None:
    """Plays a session in which both sides answer. A date is proposed, countered and accepted; the meeting is held; its
    outcome is filed, and the session is closed."""
    narrator.say("Session 1 opens. Its host is LAO; its coordinator is asked for a date.")
    await narrator.until(item, "a date is awaited", lambda view: view.status == "date-awaited")
    await narrator.act(item, acts.Propose(**by(LAO), terms=soon(60, "Asia/Vientiane", "Vientiane")))
    await narrator.until(item, "a tentative invitation", lambda view: view.sequence == 0)
    await mail_of(narrator, KHM, "a tentative invitation lies in the Cambodian mailbox")
    await narrator.act(item, acts.Counter(**by(KHM), proposal=1, terms=soon(6, "Asia/Phnom_Penh", "Vientiane")))
    await narrator.act(item, acts.Accept(**by(LAO), proposal=2))
    await mail_of(narrator, KHM, "confirmed to all")
    narrator.say(f"         the calendar has it: {narrator.run.caldav_url}/aide-memoire/{narrator.plan}/")
    view = await narrator.until(item, "the agreed date", lambda view: view.status == "scheduled")
    if view.remind_at is not None:  # on a slow machine the date may be too near for a reminder
        await asyncio.sleep((view.remind_at - datetime.now(UTC)).total_seconds() - 0.3)
        narrator.pass_over(KHM)
        await mail_of(narrator, KHM, "two seconds before it begins, a reminder")
    await narrator.until(item, "the meeting's end", lambda view: view.status == "mark-awaited")
    await finish(narrator, item, LAO, "Vientiane")
    narrator.say(f"         recorded: {readable(narrator.run.record)}/{item}.jsonl")


async def silent_session(narrator: Narrator, item: str) -> None:
    """Plays a session in which nobody answers until the ladder is at its top rung. Then the office of the minister
    acts."""
    narrator.say("Session 2 opens by itself when its window does. The turn is KHM's. Nobody will answer.")
    for office in (KHM, f"{KHM}-dg", f"{KHM}-dm", f"{KHM}-minister"):
        narrator.pass_over(office)
    rung = 0
    while rung < 4:
        next_rung = rung + 1
        view = await narrator.until(item, f"rung {next_rung}", lambda v, n=next_rung: top_rung(v) >= n)  # type: ignore[misc]
        rung = top_rung(view)
        highest = max(view.awaiting, key=lambda row: row.rung)
        narrator.say(f"  rung {rung}: {highest.office} is awaited")
        await mail_of(narrator, highest.office, "its letter")
    narrator.say("The top rung stays until the act is done. The minister's office acts.")
    await narrator.act(item, acts.Propose(**by(f"{KHM}-minister"), terms=soon(4, "Asia/Phnom_Penh", "Phnom Penh")))
    await narrator.act(item, acts.Accept(**by(LAO), proposal=1))
    await narrator.until(item, "the meeting's end", lambda view: view.status == "mark-awaited")
    await finish(narrator, item, KHM, "Phnom Penh")


async def finish(narrator: Narrator, item: str, host: str, place: str) -> None:
    """Marks the meeting as held, files an outcome, and waits until the silence of the other side closes the item."""
    await narrator.act(item, acts.Held(**by(host), place=place))
    await narrator.act(item, acts.Outcome(**by(host), text="Agreed minutes: both sides continue as planned."))
    narrator.say("         It stands, and is closed, unless the other side objects within three seconds of its mail.")
    await narrator.until(item, "the end of the silence", lambda view: view.status == "closed")


def top_rung(view: ItemView) -> int:
    return max((row.rung for row in view.awaiting), default=0)


async def mail_of(narrator: Narrator, office: str, what: str) -> None:
    """Waits for a mail to an office that is newer than the last mail seen, and prints its path. `what` says which mail
    is expected. Raises CommandError if no newer mail comes within PATIENCE."""
    before = narrator.seen.get(office)
    for _ in range(int(PATIENCE / 0.25)):
        mail = newest_mail(narrator.run.mail, office)
        if mail is not None and mail != before:
            narrator.pass_over(office)
            narrator.say(f"         {what}: {readable(mail)}")
            return
        await asyncio.sleep(0.25)
    raise CommandError("demo-failed", f"no mail came for {office}: {what}")
