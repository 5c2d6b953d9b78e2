"""Waiting for something to become ready, without leaving whoever watches in silence."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from servers.errors import StartFailed
from servers.processes import Child

Progress = Callable[[str], None]
"""Told one line, in words, whenever something begins, takes long, or changes."""

_POLL = 0.03
"""Seconds between two looks."""
_SILENCE = 2.0
"""Seconds after which a wait is mentioned, and then again."""


async def wait_until(
    ready: Callable[[], Awaitable[bool]],
    what: str,
    child: Child,
    *,
    timeout: float,  # noqa: ASYNC109 - the message says what was waited for, and looking is never cut short
    progress: Progress,
) -> None:
    """Looks until `ready` says yes, telling `progress` every 2 s.

    Raises StartFailed after `timeout` seconds, or once the child that is to become ready has ended.
    """
    began = time.monotonic()
    mention = _SILENCE
    while True:
        child.must_run()
        if await ready():
            return
        waited = time.monotonic() - began
        if waited >= timeout:
            raise StartFailed(f"{what} was not ready after {timeout:.0f} s; log: {child.log}")
        if waited >= mention:
            progress(f"still waiting for {what} ({waited:.0f} s)")
            mention += _SILENCE
        await asyncio.sleep(_POLL)


async def all_or_none(*work: Coroutine[Any, Any, None]) -> None:
    """Runs the work side by side. The first error ends it all and is raised as it is, not in a group."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
