"""Opens a plan again on an empty server, from the record alone.

The order matters. First the record gets a new epoch, so that nothing of the earlier engine is written or sent any more.
Then the states are read, and what was on its way is delivered in memory. Then the new states are written, in one step.
Only then do workflows start. Whatever breaks off can be repeated: the command goes on where it stopped.
"""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.files.epoch_file import Epoch, EpochBusy, read_epoch, write_epoch
from adapters.files.record_file import RecordFault, read_record, recorded_items
from adapters.files.state_file import StateFile, kept_mails, kept_states, state_folder, state_path, write_state
from adapters.mail.sent_notes import archive_file, noted_as_sent
from cli.answers import server_error
from cli.display.lists import recorded_view
from cli.errors import Refused
from cli.launching import check_attributes, knows
from models.common.canonical import digest_of
from models.common.ids import TASK_QUEUE, plan_id
from models.governance.plan_state import PlanState
from models.machine.state import ItemState, Reopened
from models.messages.kept_state import full_state
from models.messages.record_lines import mark_of
from models.messages.signals import GoOn
from models.messages.views import LedgerEntry
from models.post.despatch import Despatch
from models.post.post_room_state import PostRoomState
from models.registry import MACHINES
from models.reopening.kept_effects import kept
from models.reopening.reopening import (
    KeptItem,
    KeptMail,
    KeptRoom,
    Missing,
    Reopening,
    item_of,
    with_missing_lines,
)
from workflows.mailbox_start import read_mail_of
from workflows.starting import Shown, shown_of_item, shown_of_post_room
from workflows.visibility import MEMO_ROW, initial_attributes

AT_ONCE = 25
"""How many workflows are started at the same time."""

ROOM = "secretariat"
"""The workflow type of a post room."""

FIRST = (ROOM, "plan", "series")
"""The workflow types that are started before all others."""


class Moved(NamedTuple):
    """What came of an opening from the record."""

    plan: str
    title: str
    epoch: int
    items: int
    """How many items were opened."""
    rooms: int
    """How many post rooms were opened."""
    delivered: tuple[str, ...]
    """What was on its way when the earlier engine was lost, and was delivered now: one line each."""
    again: tuple[str, ...]
    """The keys of the mails that go once more with the same bytes, because nobody knows if they were sent."""
    result: str
    """opened; or "in force already" if the plan was opened here before; or "can be opened" after `--dry-run`."""

    def in_words(self) -> str:
        """Returns what came of the opening, for people: one line, and one for each thing that was on its way."""
        counts = f"{self.items} items and {self.rooms} post rooms" if self.items else "nothing was started"
        lines = [f"{self.title}: {self.result}, as epoch {self.epoch}; {counts}"]
        lines += [f"  was on its way, and is delivered: {each}" for each in self.delivered]
        lines += [f"  may have gone, and goes again with the same Message-ID: mail {each}" for each in self.again]
        return "\n".join(lines)


async def open_from_record(client: Client, root: Path, plan: str, *, queue: str = TASK_QUEUE) -> Moved:
    """Opens every living item of a plan on the empty server of `client`, from the record in the folder `root`.

    Raises Refused if the server is not empty, or if the record does not hold what is needed: then nothing has changed.
    Raises NoServer if Temporal does not answer. After that the command can be repeated.
    """
    await check_attributes(client)
    try:
        engine = await _engine(client)
        before = read_epoch(root, plan)
        known = before.engine == engine
        if known and before.opened:
            return await _in_force(client, root, plan, before)
        if not known:
            await _check_empty(client, plan)
        written = state_folder(root, plan, before.epoch).exists()
        if not known or not written:
            source = before.epoch if written else before.source
            reopening_of(root, plan, source, before.epoch + 1, datetime.now(UTC))  # refuses before anything changes
            number = before.epoch if known else before.epoch + 1
            epoch = Epoch(epoch=number, since=datetime.now(UTC), engine=engine, opened=False, source=source)
            await write_epoch(root, plan, epoch)
            # Read again: until now, the earlier engine may have written.
            found = reopening_of(root, plan, source, number, datetime.now(UTC))
            _commit(root, plan, found)
        else:
            epoch, found = before, None
        moved = await _start(client, root, plan, epoch, queue)
        await write_epoch(root, plan, epoch.model_copy(update={"opened": True}))
    except (RecordFault, EpochBusy, OSError) as error:
        raise Refused("record", str(error)) from error
    except RPCError as error:
        raise server_error(error) from error
    if found is None:
        return moved
    return moved._replace(delivered=tuple(found.delivered), again=tuple(found.uncertain))


def look_at_record(root: Path, plan: str) -> Moved:
    """Returns what `open_from_record` would open now. It changes nothing, and asks no server. Raises Refused if the
    record does not hold what is needed."""
    try:
        now = read_epoch(root, plan)
        source = now.epoch if state_folder(root, plan, now.epoch).exists() else now.source
        found = reopening_of(root, plan, source, now.epoch + 1, datetime.now(UTC))
    except (RecordFault, OSError) as error:
        raise Refused("record", str(error)) from error
    title, items, rooms = found.items[plan_id(plan)].setup.title, len(found.to_start()), len(found.rooms)
    return Moved(
        plan, title, now.epoch + 1, items, rooms, tuple(found.delivered), tuple(found.uncertain), "can be opened"
    )


async def _engine(client: Client) -> str:
    """The id of the namespace. Each new database has another one."""
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return answer.namespace_info.id


async def _check_empty(client: Client, plan: str) -> None:
    if await knows(client, plan):
        raise Refused(
            "not-empty",
            f"this Temporal knows {plan} already, so nothing was changed. If it still runs, nothing need be opened. To "
            "move the plan, name an empty Temporal or another namespace (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE)",
        )


async def _in_force(client: Client, root: Path, plan: str, epoch: Epoch) -> Moved:
    state = next(each for each in kept_states(root, plan, epoch.epoch) if each.item == plan_id(plan))
    title = _item(state).state.setup.title
    await read_mail_of(client, plan, title, epoch=epoch.epoch)
    return Moved(plan, title, epoch.epoch, 0, 0, (), (), "in force already")


# --- reading ------------------------------------------------------------------------------------------------------


def reopening_of(root: Path, plan: str, source: int, epoch: int, now: datetime) -> Reopening:
    """Returns the items and post rooms of a plan as the states of the epoch `source` show them, for the new `epoch`.

    Raises Refused if a state is missing or cannot be read, and RecordFault if a file is damaged.
    """
    states = {each.item: each for each in kept_states(root, plan, source)}
    if plan_id(plan) not in states:
        raise Refused(
            "no-state",
            f"{state_path(root, plan_id(plan), source)} is missing, so the record alone cannot open {plan}. It was "
            "launched by an older release that kept no states (start a worker of this release on its old server once, "
            "and try again), or its launch was not complete (launch it again)",
        )
    ended = {item for item in recorded_items(root, plan) if recorded_view(root, item) is not None}
    items = {name: _item(each, root) for name, each in states.items() if each.workflow != ROOM}
    items = {name: each for name, each in items.items() if name not in ended or each.pending}
    rooms = {name: _room(root, each, source) for name, each in states.items() if each.workflow == ROOM}
    lost = {item for item in recorded_items(root, plan) if item not in ended and item not in items}
    try:
        if lost:
            raise Missing(lost)
        return Reopening(items, rooms, ended - items.keys(), epoch, now)
    except Missing as error:
        listed = "\n  ".join(error.items[:20])
        more = f"\n  and {len(error.items) - 20} more" if len(error.items) > 20 else ""
        raise Refused(
            "no-state",
            f"the record holds no state of {len(error.items)} open items, so they cannot be opened from it. An older "
            "release has opened them and kept no states. Start a worker of this release on the old server once; it "
            f"makes them keep their states. Nothing was changed. The items:\n  {listed}{more}",
        ) from error


def _item(kept_state: StateFile, root: Path | None = None) -> KeptItem:
    try:
        item = item_of(kept_state.workflow, kept_state.state, kept_state.pending)
    except (ValidationError, KeyError, ValueError) as error:
        raise RecordFault(
            f"the state of {kept_state.item} in epoch {kept_state.epoch} cannot be read by this release "
            f"({type(error).__name__}); take the release that wrote it, or a later one"
        ) from error
    if root is None:
        return item
    lines = read_record(root, kept_state.item)
    last = lines[-1]["n"] if lines else 0
    return item._replace(pending=with_missing_lines(item.pending, kept_state.lines, last))


def _room(root: Path, kept_state: StateFile, epoch: int) -> KeptRoom:
    try:
        state = PostRoomState.model_validate(kept_state.state)
        mails = [Despatch.model_validate(each) for each in kept_mails(root, kept_state.item, epoch)]
    except ValidationError as error:
        raise RecordFault(f"the state of {kept_state.item} cannot be read by this release ({error})") from error
    lines = read_record(root, kept_state.item)
    last = lines[-1]["n"] if lines else 0
    # Lines that a crash kept out of the record: the post room writes them first.
    # A large state was written before its lines, and holds them as effects.
    aside = (each["entry"] for each in kept_state.pending if each["effect"] == "enter")
    missing = tuple(entry for entry in map(LedgerEntry.model_validate, (*kept_state.lines, *aside)) if entry.n > last)
    if missing:
        mark = mark_of(lines[-1]) if lines else None
        state = state.model_copy(update={"pending": (*missing, *state.pending), "recorded": mark})
    told = frozenset(line["data"]["key"] for line in lines if "key" in (line.get("data") or {}))
    on_the_way = tuple(each for each in (_mail(root, mail, state) for mail in mails) if each is not None)
    return KeptRoom(state, on_the_way, told)


def _mail(root: Path, despatch: Despatch, room: PostRoomState) -> KeptMail | None:
    """A mail that the state of its post room does not know. None if the state knows it, or if it was never composed."""
    number = int(despatch.key.rpartition("/")[2])
    archive = archive_file(root, despatch)
    if number <= room.composed or not archive.exists():
        return None
    return KeptMail(despatch, noted_as_sent(archive, despatch), digest_of(archive.read_bytes()))


# --- writing ------------------------------------------------------------------------------------------------------


def _commit(root: Path, plan: str, found: Reopening) -> None:
    """Writes the states of the new epoch, all in one step."""
    folder = state_folder(root, plan, found.epoch)
    aside = folder.with_name(f".{found.epoch}")
    shutil.rmtree(aside, ignore_errors=True)
    for name, item in found.to_start().items():
        _write(aside, name, item.workflow, found, item.state, kept(item.pending))
    for name, room in found.rooms_to_start().items():
        _write(aside, name, ROOM, found, room, ())
    aside.rename(folder)


def _write(
    folder: Path, name: str, workflow: str, found: Reopening, state: Any, pending: tuple[dict[str, Any], ...]
) -> None:
    path = folder / f"{name}.json"
    told = StateFile(
        item=name,
        workflow=workflow,
        epoch=found.epoch,
        at=found.now,
        serial="reopened",
        pending=pending,
        state=full_state(state, "reopened", "hours"),
    )
    write_state(path, told)


# --- starting -----------------------------------------------------------------------------------------------------


async def _start(client: Client, root: Path, plan: str, epoch: Epoch, queue: str) -> Moved:
    """Starts every workflow of the plan. None of them acts before all have started."""
    states = list(kept_states(root, plan, epoch.epoch))
    living = [each for each in states if each.workflow == ROOM or not _is_over(each)]
    ordered = sorted(living, key=lambda each: FIRST.index(each.workflow) if each.workflow in FIRST else len(FIRST))
    for first in range(0, len(ordered), AT_ONCE):
        await asyncio.gather(*(_start_one(client, each, queue) for each in ordered[first : first + AT_ONCE]))
    title = next(_item(each).state.setup.title for each in states if each.item == plan_id(plan))
    for first in range(0, len(ordered), AT_ONCE):
        await asyncio.gather(*(_go_on(client, each.item) for each in ordered[first : first + AT_ONCE]))
    await read_mail_of(client, plan, title, queue, epoch.epoch)
    rooms = sum(each.workflow == ROOM for each in ordered)
    return Moved(plan, title, epoch.epoch, len(ordered) - rooms, rooms, (), (), "opened")


def _is_over(found: StateFile) -> bool:
    return found.state.get("closed") is not None and not found.pending


async def _start_one(client: Client, found: StateFile, queue: str) -> None:
    argument: Any
    if found.workflow == ROOM:
        room = PostRoomState.model_validate(found.state).model_copy(update={"reopened": True})
        argument, shown = room, shown_of_post_room(room.address)
    else:
        item = _item(found)
        state = item.state.model_copy(update={"reopened": Reopened(pending=found.pending)})
        argument, shown = MACHINES[found.workflow].rules.carried(state), _shown(found.workflow, item.state)
    plan = found.item.partition("/")[0]
    try:
        await client.start_workflow(
            found.workflow,
            argument,
            id=found.item,
            task_queue=queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=initial_attributes(plan, shown.row),
            memo={MEMO_ROW: shown.row},
            static_summary=shown.summary[:200],
            static_details=shown.details,
        )
    except WorkflowAlreadyStartedError:
        return  # an earlier attempt of this command has started it


def _shown(workflow: str, state: ItemState) -> Shown:
    if isinstance(state, PlanState):
        return Shown(MACHINES[workflow].row(state), state.setup.title, "Opened again from the record.")
    return shown_of_item(workflow, state)


async def _go_on(client: Client, item: str) -> None:
    try:
        await client.get_workflow_handle(item).signal("go_on", GoOn())
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended since an earlier attempt
            raise
