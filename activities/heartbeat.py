"""Tells Temporal that an activity still runs. So Temporal soon notices if a worker has died in an activity."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

EVERY = 3.0
"""Seconds between two heartbeats. An activity that takes less time sends no heartbeat."""


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Sends heartbeats to Temporal while the body of the `async with` statement runs."""
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating


async def _beat() -> None:
    while True:
        await asyncio.sleep(EVERY)
        activity.heartbeat()


def attempt_seconds() -> float:
    """Returns the seconds that this attempt may use: 0.8 of its timeout. So the attempt ends before Temporal starts the
    next one."""
    limit = activity.info().start_to_close_timeout
    return 0.8 * (limit.total_seconds() if limit else 60.0)
