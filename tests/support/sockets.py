"""Runs small servers for tests on a free port of 127.0.0.1, and ends them with all their connections."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Meet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""A function that handles one connection."""


@asynccontextmanager
async def serving(meet: Meet, *expected: type[BaseException]) -> AsyncIterator[int]:
    """Runs a server and yields its port. A connection may end with an error in `expected`, or by cancellation."""
    tasks: set[asyncio.Task[None]] = set()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError, *expected):
            await meet(reader, writer)

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
