"""Publishing an event in tests: one attempt of the activity, and a calendar server in its own process."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.testing import ActivityEnvironment

from tests.support.mail_servers import listening

XML = {"Content-Type": "application/xml"}


@asynccontextmanager
async def running(port: int, *command: str) -> AsyncIterator[None]:
    """Runs a server in its own process for the time of the block."""
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await listening(port, process)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def attempt(seconds: float = 20, details: Sequence[Any] = ()) -> ActivityEnvironment:
    """The environment of one attempt, with a timeout of `seconds`. `details` are the heartbeat details of the attempt
    before."""
    environment = ActivityEnvironment()
    limit = timedelta(seconds=seconds)
    environment.info = dataclasses.replace(
        environment.info, start_to_close_timeout=limit, heartbeat_details=list(details)
    )
    return environment
