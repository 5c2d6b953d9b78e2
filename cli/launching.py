"""Launches a plan from its file. A plan is launched once. After the launch it changes only by consent of the sides."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.files.contacts_file import read_contacts
from adapters.files.epoch_file import read_epoch
from adapters.files.state_file import state_path
from cli.errors import BadUsage, NoServer, Refused
from cli.files.history_file import load_history
from cli.files.plan_file import load_plan, missing_contacts, not_agreed
from cli.session import answered
from models.common.ids import TASK_QUEUE, plan_id
from models.common.zones import zone
from models.governance.amended_plan import plan_as_of
from models.governance.launch import Launch
from models.governance.plan_state import PlanState
from models.machine.setup import EDITION
from models.messages.views import ItemRow
from models.plan.plan import Plan
from models.plan.windows import clock_of, end_of_validity, resolve_windows, start_of_validity
from workflows.mailbox_start import epoch_of, read_mail_of
from workflows.visibility import MEMO_ROW, REGISTERED, initial_attributes

WORKER_WITHIN = 60.0
"""The seconds within which a worker must answer during a launch."""

LAUNCHED_WITHIN = 600.0
"""The seconds within which the worker must start every workflow of a plan. A busy machine needs that long."""


def contacts_beside(plan_file: Path) -> Path:
    """Returns the default path of the contacts file of a plan file: x.contacts.yaml for x.yaml."""
    return plan_file.with_suffix(".contacts.yaml")


def as_of_instant(day: date | None, plan: Plan, now: datetime) -> datetime:
    """Returns the first instant of `day` in the plan's zone, or `now` if `day` is None. Raises BadUsage for a future
    day."""
    if day is None:
        return now
    start = datetime(day.year, day.month, day.day, tzinfo=zone(plan.zone)).astimezone(UTC)
    if start > now:
        raise BadUsage("bad-time", f"--as-of {day}: a plan is launched as of today or an earlier day")
    return start


def launch_of(plan: Plan, day: date | None, history: Path | None, now: datetime) -> Launch:
    """Returns the launch of a plan at the instant `now`. An adoption is launched as of the earlier day `day`.

    `day` is None if the launch is as of now. `history` is None if there is no history file. Raises FileFault for a bad
    row of the history file, BadUsage for a future day, and Refused if plan and history are too large together.
    """
    return launch_at(plan, now, as_of_instant(day, plan, now), history)


def _details(launch: Launch) -> str:
    """Returns the details that the Temporal UI always shows for the plan: when it was signed and launched."""
    signed = launch.plan.signed
    launched = f"launched here as of {launch.clock.day(launch.as_of)}"
    return f"Signed on {signed.day} {signed:%B %Y}; {launched}." if signed else f"{launched.capitalize()}."


async def launch_plan(client: Client, launch: Launch, record: Path) -> str:
    """Starts the workflow of a plan, and waits until that workflow has started those of its items.

    Returns "launched", or "in force already" if the same plan was launched before. Raises Refused if a different plan
    of this id is in force: nothing changes, and the message lists the differences. Also raises Refused if Temporal
    lacks a search attribute, or does not know a plan that the folder `record` holds a state of. Raises NoServer if no
    worker starts everything in time.
    """
    await check_attributes(client)
    plan = launch.plan
    await _check_not_lost(client, plan, record)
    row = ItemRow(id=plan_id(plan.plan), ref="-", kind="plan", title=plan.title, status="launching")
    try:
        handle = await client.start_workflow(
            "plan",
            launch,
            id=row.id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=initial_attributes(plan.plan, row),
            memo={MEMO_ROW: row},
            static_summary=plan.title[:200],
            static_details=_details(launch),
        )
    except WorkflowAlreadyStartedError:
        await compare(client, plan)
        await read_mail_of(client, plan.plan, plan.title, epoch=await epoch_of(client, plan_id(plan.plan)))
        return "in force already"
    await _wait_for_launch(handle)
    await read_mail_of(client, plan.plan, plan.title, epoch=launch.epoch)
    return "launched"


async def _check_not_lost(client: Client, plan: Plan, record: Path) -> None:
    """Raises Refused if the record holds the state of this plan, and Temporal has no workflow of it."""
    epoch = read_epoch(record, plan.plan).epoch
    if not state_path(record, plan_id(plan.plan), epoch).exists():
        return
    try:
        await client.get_workflow_handle(plan_id(plan.plan)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Refused(
            "in-record",
            f"the record in {record} holds {plan.plan} as it lived on another Temporal, and this one does not know it. "
            f"To go on from the record: `launch PLAN_FILE --from-record {record}`. To begin anew, take another record",
        ) from error


async def _wait_for_launch(handle: WorkflowHandle[Any, Any]) -> None:
    """Waits until the worker has started every workflow. Raises NoServer if no worker answers or the worker is too
    slow."""
    try:
        async with asyncio.timeout(LAUNCHED_WITHIN):
            while True:
                async with asyncio.timeout(WORKER_WITHIN):
                    if await _launched(handle):
                        return
                await asyncio.sleep(0.2)
    except (TimeoutError, RPCError, WorkflowFailureError) as error:
        message = f"no worker answered within {WORKER_WITHIN:.0f} s, or it did not start the plan within "
        raise NoServer(
            "no-worker", f"{message}{LAUNCHED_WITHIN:.0f} s; the launch goes on once a worker runs"
        ) from error


async def _launched(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the plan has started everything. A worker that starts two hundred workflows may answer late: then this
    asks again, until its caller has waited long enough."""
    while True:
        try:
            return await answered(handle.query("launched", result_type=bool))
        except NoServer as error:
            if error.code != "no-worker":
                raise


async def compare(client: Client, plan: Plan) -> None:
    """Compares `plan` with the plan in force. Raises Refused if they differ in something that the sides have not agreed
    on since the launch. The message lists these differences. Raises NoServer if no worker answers."""
    handle = client.get_workflow_handle(plan_id(plan.plan))
    told = told_differences(plan, await answered(handle.query("state_now", result_type=PlanState)))
    if told:
        listed = "\n  ".join(told[:20])
        more = f"\n  and {len(told) - 20} more" if len(told) > 20 else ""
        raise Refused(
            "differs",
            f"the file differs from the plan in force, and is not applied. A plan changes by consent: see "
            f"`propose plan`. The differences (in force -> in the file):\n  {listed}{more}",
        )


def told_differences(file: Plan, state: PlanState) -> list[str]:
    """Returns the differences between a plan file and the plan in force, in words. It leaves out the differences that
    the sides have agreed on since the launch."""
    return [each.in_words() for each in not_agreed(file, state.plan, launched_plan(state))]


def launched_plan(state: PlanState) -> Plan:
    """Returns the plan as it was at its launch, without the amendments and the settled answers that came later."""
    return plan_as_of(state.plan, state.amendments, state.launch.launched, state.settlements)


async def check_attributes(client: Client) -> None:
    """Raises Refused if the Temporal namespace lacks a search attribute that the program uses. Without the attribute a
    workflow would stop there and report no error."""
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

    try:
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError:
        return  # Some servers do not list them, such as Temporal Cloud. docs/operations.md says how to register them.
    missing = [name for name in REGISTERED if name not in answer.custom_attributes]
    if missing:
        flags = " ".join(f"--name {name} --type {REGISTERED[name]}" for name in missing)
        command = f"temporal operator search-attribute create --namespace {client.namespace} {flags}"
        raise Refused("search-attributes", f"the namespace lacks search attributes; register them first: {command}")


def read_plan_and_contacts(plan_file: Path, contacts: Path) -> tuple[Plan, list[str]]:
    """Returns the plan, and the ids of its offices that have no address in the contacts file.

    Raises FileFault if one of the two files has a fault.
    """
    plan = load_plan(plan_file)
    return plan, missing_contacts(plan, read_contacts(contacts))


LARGEST_LAUNCH = 800_000
"""The most bytes that a launch may have as JSON. Amendments make the plan larger after the launch, so this is less than
models/machine/door allows for the state after an act. The first plan has 270,000 bytes."""


def launch_at(plan: Plan, launched: datetime, as_of: datetime, history: Path | None) -> Launch:
    """Returns the launch of a plan at the instant `launched`, with the past sessions of a history file.

    `as_of` is the instant before which everything counts as past. `history` is None if there is no history file.
    Raises FileFault for a bad row of the history file, and Refused if plan and history are too large together.
    """
    past = load_history(history, plan, resolve_windows(plan, launched), as_of) if history else ()
    launch = Launch(
        plan=plan,
        launched=launched,
        edition=EDITION,
        epoch=1,
        as_of=as_of,
        valid_from=start_of_validity(plan),
        valid_until=end_of_validity(plan),
        clock=clock_of(plan, launched),
        history=past,
    )
    size = len(launch.model_dump_json().encode())
    if size > LARGEST_LAUNCH:
        raise Refused(
            "too-large",
            f"{plan.plan} has {size:,} bytes with its history, and at most {LARGEST_LAUNCH:,} fit into a workflow; "
            "write a part of its provisions as a plan of its own",
        )
    return launch
