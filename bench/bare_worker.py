"""The worker of a bare lane: the bare workflow and our own activities, in a separate process.

    python -m bench.bare_worker QUEUE same|own

`own` is for the lane whose items send their own mail. There no post room is asked whether a notice still stands.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from temporalio.worker import Worker

from activities.despatch import PostActivities
from activities.enter import RecordActivities
from activities.hours import HoursActivities
from activities.look_for_objections import ObjectionActivities
from activities.publish import CalendarActivities
from activities.windows import windows
from adapters.settings import Settings
from adapters.temporal import connect
from bench.bare import BareWorkflow
from models.post.despatch import Despatch
from models.post.post_room_state import keys_of
from worker import READY_FILE, calendar_client, log_as_json


class Unasked(PostActivities):
    """Sends a mail without asking a post room, because the item itself has just decided to send it."""

    async def _standing(self, despatch: Despatch) -> set[str]:
        return set(keys_of(despatch))


async def run(queue: str, own: bool) -> None:
    """Runs the worker until SIGINT or SIGTERM."""
    settings = Settings()
    log_as_json(settings.log_level)
    client = await connect()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with calendar_client(settings) as http:
        post = (Unasked if own else PostActivities)(settings, client)
        calendar, record = CalendarActivities(settings, http), RecordActivities(settings)
        # Every activity that stands in the histories of lane A, except `collect`: nobody reads the mailbox here.
        activities: list[Callable[..., Any]] = [
            post.despatch,
            calendar.publish,
            record.enter,
            ObjectionActivities(settings).look_for_objections,
            HoursActivities(settings).hours,
            windows,
        ]
        async with Worker(client, task_queue=queue, workflows=[BareWorkflow], activities=activities):
            Path(os.environ[READY_FILE]).touch()
            await stopping.wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2] == "own"))
    # As in worker.py: the SDK's native threads can crash the interpreter's teardown.
    os._exit(0)
