"""The worker: carries out workflows and activities. Several can run side by side.

Temporal is found by Temporal's own environment configuration (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE,
TLS); mail, calendar, contacts and the record by AIDE_ settings.
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
from pydantic import ValidationError
from pythonjsonlogger.json import JsonFormatter
from temporalio.client import Client
from temporalio.worker import Worker

from activities.collect import CollectingActivities
from activities.despatch import PostActivities
from activities.enter import RecordActivities
from activities.hours import HoursActivities
from activities.publish import CalendarActivities
from activities.windows import windows
from adapters.files.private import NotPrivate, check_private, keep_to_ourselves
from adapters.settings import Settings
from adapters.temporal import Unreachable, connect
from adapters.tls import tls_context
from models.common.ids import TASK_QUEUE
from workflows.all import WORKFLOWS
from workflows.guard import Guard
from workflows.mailbox_start import read_mail_of_plans

READY_FILE = "AIDE_READY_FILE"
"""Names the file that is touched once the worker polls."""


def build_worker(client: Client, settings: Settings, http: httpx.AsyncClient, task_queue: str = TASK_QUEUE) -> Worker:
    """A worker with every workflow and activity."""
    post = PostActivities(settings, client)
    calendar = CalendarActivities(settings, http)
    record = RecordActivities(settings)
    mail = CollectingActivities(settings, client)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        interceptors=[Guard()],
        # Each waits for its turn to speak, within bounds of its own: a mail or calendar server that has fallen silent
        # must not fill the slots that the record needs.
        max_concurrent_activities=1000,
        graceful_shutdown_timeout=timedelta(seconds=10),  # a letter on its way is finished
        activities=[
            post.despatch,
            calendar.publish,
            record.enter,
            mail.collect,
            HoursActivities(settings).hours,
            windows,
        ],
    )


def calendar_client(settings: Settings) -> httpx.AsyncClient:
    """The client of the calendar server. Environment proxies are not for it."""
    return httpx.AsyncClient(verify=tls_context(settings), trust_env=False)


def log_as_json(level: str) -> None:
    """Structured logs on standard error, one JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)


async def run(settings: Settings) -> None:
    """Polls until SIGINT or SIGTERM, then finishes what is under way."""
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
        await stopping.wait()


def main() -> int:
    keep_to_ourselves()
    try:
        settings = Settings()
        check_private(settings.record)
    except ValidationError as error:
        for fault in error.errors():
            print(f"AIDE_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}", file=sys.stderr)
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
