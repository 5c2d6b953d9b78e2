"""Tells Temporal that an activity is alive. So Temporal soon notices a worker that died in an activity."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

EVERY = 3.0
"""Seconds between two heartbeats. A shorter activity sends none."""


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Sends heartbeats while the block runs."""
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
    """Seconds that this attempt may use: 0.8 of its timeout. So it ends before Temporal starts the next attempt."""
    limit = activity.info().start_to_close_timeout
    return 0.8 * (limit.total_seconds() if limit else 60.0)
