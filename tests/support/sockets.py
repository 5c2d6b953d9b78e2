"""Small servers that tests write themselves: on a free port of 127.0.0.1, ended with all that they still do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Meet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""One conversation."""


@asynccontextmanager
async def serving(meet: Meet, *expected: type[BaseException]) -> AsyncIterator[int]:
    """Yields the port. Conversations may end with what is `expected`, and with their cancellation."""
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
