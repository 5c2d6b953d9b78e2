"""The worker: carries out workflows and activities. Several workers can run at the same time.

Temporal's own environment configuration says where Temporal is (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE,
TLS). AIDE_ settings say where mail, calendar, contacts and the record are.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import httpx
from pythonjsonlogger.json import JsonFormatter
from temporalio.client import Client
from temporalio.worker import Worker

from activities.collect import CollectingActivities
from activities.despatch import PostActivities
from activities.enter import RecordActivities
from activities.hours import HoursActivities
from activities.look_for_objections import ObjectionActivities
from activities.publish import CalendarActivities
from activities.windows import windows
from adapters.files.private import NotPrivate, check_private, keep_to_ourselves
from adapters.files.state_file import holds_state
from adapters.settings import Settings, SettingsFault, read_settings
from adapters.temporal import Unreachable, connect
from adapters.tls import tls_context
from models.common.ids import TASK_QUEUE
from workflows.all import WORKFLOWS
from workflows.guard import Guard
from workflows.mailbox_start import read_mail_of_plans
from workflows.offices_open import open_offices
from workflows.renewing import renew
from workflows.stale_runs import WatchedRunner

READY_FILE = "AIDE_READY_FILE"
"""The name of an environment variable. It may name a file. The worker touches that file once it takes tasks from
Temporal."""


def build_worker(client: Client, settings: Settings, http: httpx.AsyncClient, task_queue: str = TASK_QUEUE) -> Worker:
    """Returns a worker that can carry out every workflow and every activity of the program. It does not run yet."""
    post = PostActivities(settings, client)
    calendar = CalendarActivities(settings, http)
    record = RecordActivities(settings)
    mail = CollectingActivities(settings, client)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        interceptors=[Guard()],
        workflow_runner=WatchedRunner(),
        # Mails and events wait for their turn inside their activities. With few slots, a silent mail or calendar server
        # would fill those that the record needs.
        max_concurrent_activities=1000,
        graceful_shutdown_timeout=timedelta(seconds=10),  # a letter on its way is finished
        activities=[
            post.despatch,
            calendar.publish,
            record.enter,
            mail.collect,
            ObjectionActivities(settings).look_for_objections,
            HoursActivities(settings).hours,
            windows,
        ],
    )


def calendar_client(settings: Settings) -> httpx.AsyncClient:
    """Returns the HTTP client for the calendar server. The client ignores the proxies that the environment names."""
    return httpx.AsyncClient(verify=tls_context(settings), trust_env=False)


def log_as_json(level: str) -> None:
    """Sets up logging. From then on, each log entry is one line of JSON on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)


async def run(settings: Settings) -> None:
    """Runs the worker until SIGINT or SIGTERM. Then the worker finishes the activities that it has begun.

    Raises Unreachable if Temporal does not answer at the start.
    """
    client = await connect()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    async with calendar_client(settings) as http, build_worker(client, settings, http):
        if ready := os.environ.get(READY_FILE):
            Path(ready).touch()
        logging.getLogger("aide-memoire").info("worker polls", extra={"task_queue": TASK_QUEUE})
        await read_mail_of_plans(client)
        await renew(client, lambda workflow: holds_state(settings.record, workflow))
        if not settings.office_hours:
            await open_offices(client)
        await stopping.wait()


def main() -> int:
    keep_to_ourselves()
    try:
        settings = read_settings()
        check_private(settings.record)
    except SettingsFault as error:
        print(error, file=sys.stderr)
        return 2
    except NotPrivate as error:
        print(f"AIDE_RECORD: {error}", file=sys.stderr)
        return 2
    log_as_json(settings.log_level)
    try:
        asyncio.run(run(settings))
    except Unreachable as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    from starter import work

    work()
