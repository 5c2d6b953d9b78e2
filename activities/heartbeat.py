"""Tells Temporal that an activity still runs. So Temporal soon notices if a worker has died in an activity.

A worker can also freeze: its machine sleeps, or somebody stops the process. Temporal then gives the attempt up and
starts another one. When the worker goes on, it ends the old attempt, so that not both do the same thing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import AsyncActivityCancelledError, Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.temporal_troubles import in_words, is_gone
from models.post.despatch import FROZE

EVERY = 3.0
"""Seconds between two heartbeats. An activity that takes less time sends no heartbeat."""

ASK_WITHIN = timedelta(seconds=5)
"""How long `check_wanted` waits for the answer of Temporal."""


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Sends heartbeats to Temporal while the body of the `async with` statement runs.

    If the worker was frozen for longer than the heartbeat timeout, this cancels the body and raises an ApplicationError
    (type WorkerFroze).
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as running:

            async def beat() -> None:
                while True:
                    began = loop.time()
                    await asyncio.sleep(EVERY)
                    if _given_up(loop.time() - began):
                        running.reschedule(loop.time())
                        return
                    activity.heartbeat()

            beating = asyncio.create_task(beat())
            try:
                yield
            finally:
                beating.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await beating
    except TimeoutError:
        if not running.expired():
            raise
        raise _frozen() from None


async def check_wanted(client: Client) -> None:
    """Raises an ApplicationError (type WorkerFroze) if Temporal has given this attempt up. An activity calls it before
    it does what should not be done twice.

    A worker may have taken the attempt just before it froze. So if this attempt is old, Temporal itself is asked. Its
    clock may differ from ours: then it is asked without need.
    """
    info = activity.info()
    if not _given_up(2 * (datetime.now(UTC) - info.started_time).total_seconds()):
        return
    try:
        await client.get_async_activity_handle(task_token=info.task_token).heartbeat(rpc_timeout=ASK_WITHIN)
    except AsyncActivityCancelledError:
        raise _frozen() from None
    except RPCError as error:
        if is_gone(error):
            raise _frozen() from None
        raise ApplicationError(
            f"it is not known whether this attempt is wanted: {in_words(error)}", type=FROZE
        ) from None


def _frozen() -> ApplicationError:
    return ApplicationError("the worker was frozen, and Temporal has given this attempt up", type=FROZE)


def _given_up(silent: float) -> bool:
    """Whether Temporal gives up an attempt after so many seconds without a heartbeat."""
    limit = activity.info().heartbeat_timeout
    return limit is not None and timedelta(0) < limit < timedelta(seconds=silent)


def attempt_seconds() -> float:
    """Returns the seconds that this attempt may use: 0.8 of its timeout. So the attempt ends before Temporal starts the
    next one."""
    limit = activity.info().start_to_close_timeout
    return 0.8 * (limit.total_seconds() if limit else 60.0)
