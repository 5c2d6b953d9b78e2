"""Waits until a part of `up` is ready, and tells a person meanwhile that it still waits."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from servers.errors import StartFailed
from servers.processes import Child

Progress = Callable[[str], None]
"""The type of a function that shows one line of text to a person. It is called when a step begins, takes long, or
ends."""

_POLL = 0.03
"""Seconds between two checks."""
_SILENCE = 2.0
"""Seconds between two calls of `progress` during a wait."""


async def wait_until(
    ready: Callable[[], Awaitable[bool]],
    what: str,
    child: Child,
    *,
    timeout: float,  # noqa: ASYNC109 - the error names the part, and no check is interrupted
    progress: Progress,
) -> None:
    """Calls `ready` again and again until it returns True. Calls `progress` every 2 s with a line that names the part
    (`what`).

    Raises StartFailed if `ready` has not returned True after `timeout` seconds, or if the child has ended.
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
    """Runs all coroutines at the same time, and waits until all are done. If one raises an error, the others are
    cancelled, and that error is raised (not in an ExceptionGroup)."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
