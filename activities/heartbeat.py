"""Telling Temporal that an activity is alive, so that a worker that died in the middle of it is noticed soon."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

EVERY = 3.0
"""Seconds between two heartbeats; a short activity sends none."""


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Heartbeats while the block runs."""
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
    """How long this attempt may work: over before Temporal starts the next one, so that never two are at it at once."""
    limit = activity.info().start_to_close_timeout
    return 0.8 * (limit.total_seconds() if limit else 60.0)
