"""Launches a plan from its file. A plan is launched once. After the launch it changes only by consent of the sides."""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.files.contacts_file import read_contacts
from adapters.files.epoch_file import read_epoch
from adapters.files.state_file import state_path
from cli.answers import asked, server_error
from cli.errors import BadUsage, CommandError, NoServer, Refused
from cli.files.history_file import load_history
from cli.files.plan_file import load_plan, missing_contacts, not_agreed
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

START_WITHIN = timedelta(seconds=30)
"""How long the server may take for one request of a launch."""

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
    """Starts the workflow of a plan, and waits until that workflow has started those of its items. It starts the
    mailbox of the plan first, so that mail is read whatever the workflow answers then.

    Returns "launched", or "in force already" if the same plan was launched before. Raises Refused if a different plan
    of this id is in force: nothing changes, and the message lists the differences. Also raises Refused if Temporal
    lacks a search attribute or takes no launch of this size, or does not know a plan of which the folder `record` holds
    a state. Raises NoServer if nobody knows yet whether everything was started. To launch again is safe: Temporal
    starts the workflow of a plan once.
    """
    plan = launch.plan
    try:
        await check_attributes(client)
        await _check_not_lost(client, plan, record)
        first = await _started(client, launch)
        epoch = launch.epoch if first else await epoch_of(client, plan_id(plan.plan))
        await read_mail_of(client, plan.plan, plan.title, epoch=epoch)
    except RPCError as error:
        raise _not_known(server_error(error), plan.plan) from error
    if not first:
        await compare(client, plan)
    await _wait_for_launch(client, plan.plan)
    return "launched" if first else "in force already"


async def _started(client: Client, launch: Launch) -> bool:
    """Starts the workflow of a plan. Returns False if it was started before. Raises RPCError."""
    plan = launch.plan
    row = ItemRow(id=plan_id(plan.plan), ref="-", kind="plan", title=plan.title, status="launching")
    try:
        await client.start_workflow(
            "plan",
            launch,
            id=row.id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=initial_attributes(plan.plan, row),
            memo={MEMO_ROW: row},
            static_summary=plan.title[:200],
            static_details=_details(launch),
            rpc_timeout=START_WITHIN,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


def _not_known(error: CommandError, plan: str) -> CommandError:
    """Returns the error with the words that the launch may have gone, if that is not known, and what to do."""
    if not isinstance(error, NoServer):
        return error
    message = f"{error.message}. It is not known whether {plan} is launched. {AGAIN}"
    return NoServer(error.code, message)


async def _check_not_lost(client: Client, plan: Plan, record: Path) -> None:
    """Raises Refused if the record holds the state of this plan, and Temporal has no workflow of it."""
    epoch = read_epoch(record, plan.plan).epoch
    if state_path(record, plan_id(plan.plan), epoch).exists() and not await knows(client, plan.plan):
        raise Refused(
            "in-record",
            f"the record in {record} holds {plan.plan} as it lived on another Temporal, and this one does not know it. "
            f"To go on from the record: `launch PLAN_FILE --from-record {record}`. To begin anew, take another record",
        )


async def knows(client: Client, plan: str) -> bool:
    """Whether Temporal has a workflow of this plan, running or ended. Raises RPCError if it does not say."""
    try:
        await client.get_workflow_handle(plan_id(plan)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


async def _wait_for_launch(client: Client, plan: str) -> None:
    """Waits until the worker has started every workflow. Raises NoServer if no worker answers, if the worker is too
    slow, or if the workflow of the plan cannot answer. Raises Refused if somebody has ended it before."""
    answered_at = began = time.monotonic()
    while True:
        try:
            if await asked(client, plan_id(plan), "launched", bool):
                return
            answered_at = time.monotonic()
        except NoServer as error:
            # A worker that starts two hundred workflows may answer late.
            if error.code != "no-worker" or time.monotonic() - answered_at > WORKER_WITHIN:
                raise NoServer(error.code, f"{error.message}. {BEGUN} {AGAIN}") from error
        except RPCError as error:
            raise NoServer(server_error(error).code, f"{server_error(error).message}. {BEGUN} {AGAIN}") from error
        await _check_open(client, plan)
        if time.monotonic() - began > LAUNCHED_WITHIN:
            slow = f"after {LAUNCHED_WITHIN:.0f} s the worker has not started every item of {plan} yet"
            raise NoServer("launching", f"{slow}. {BEGUN} {AGAIN}")
        await asyncio.sleep(0.2)


BEGUN = "The launch is in Temporal and goes on by itself once a worker runs."
AGAIN = "Launch again to see whether it is done: that is safe, because a plan is launched once."


async def _check_open(client: Client, plan: str) -> None:
    """Raises Refused if the workflow of a plan that has not started its items was ended by hand, or has failed."""
    try:
        status = (await client.get_workflow_handle(plan_id(plan)).describe(rpc_timeout=START_WITHIN)).status
    except RPCError:
        return  # the next question says what is wrong
    if status not in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW):
        what = status.name.lower().replace("_", " ") if status else "unknown"
        message = (
            f"the workflow of {plan} has ended ({what}) before it had started every item, and ids are never used "
            "again. Launch the plan under another id, or in another namespace; or reset the workflow in the Temporal UI"
        )
        raise Refused("closed", message)


async def compare(client: Client, plan: Plan) -> None:
    """Compares `plan` with the plan in force. Raises Refused if they differ in something that the sides have not agreed
    on since the launch. The message lists these differences. Raises NoServer if no worker answers."""
    try:
        state = await asked(client, plan_id(plan.plan), "state_now", PlanState)
    except RPCError as error:
        await _check_open(client, plan.plan)
        raise server_error(error) from error
    except NoServer as error:
        message = f"{error.message}. {plan.plan} is launched already; whether the file differs from it is not known"
        raise NoServer(error.code, message) from error
    told = told_differences(plan, state)
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
