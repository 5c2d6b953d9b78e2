"""An event loop on virtual time: the one heap of instants of a life.

Nothing waits for real. When no callback is ready, the clock of the loop jumps to the next timer. Threads and sockets do
not exist: what a program hands to a thread runs at once, and a connection is a pair of objects in memory. So one seed
gives one life, however busy the machine is.
"""

import asyncio
import contextvars
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

Connector = Callable[[Callable[[], asyncio.BaseProtocol], str, int], asyncio.Transport]
"""A function that takes a protocol factory, a host and a port, and returns a transport in memory. It raises OSError if
nobody listens there."""


class AtRest(Exception):
    """Raised if nothing will ever happen again in the loop."""


class _Selector:
    """In place of a selector: to wait means to move the clock."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise AtRest("nothing is ready, and no timer is set")
        self._loop.seconds += timeout
        return []

    def close(self) -> None:
        return


class VirtualLoop(asyncio.BaseEventLoop):
    """The event loop of one life. `start` is the instant at which the life begins."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self.start = start
        self.seconds = 0.0
        self.connector: Connector | None = None
        """Opens connections in memory. None: nobody listens anywhere."""
        self.troubles: list[BaseException] = []
        """Errors of callbacks. Each is a fault of the simulator."""
        self._outside = contextvars.copy_context()
        self._clock_resolution = 1e-6
        self._selector = _Selector(self)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keeps the error, so that the life ends with it."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.troubles.append(error)
            self.stop()

    def time(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        """Returns the virtual present, in whole microseconds."""
        return self.start + timedelta(microseconds=round(self.seconds * 1e6))

    def when(self, instant: datetime) -> float:
        """Returns the time of the loop at an instant."""
        return (instant - self.start).total_seconds()

    def later(self, delay: float, callback: Callable[..., object], *args: Any) -> asyncio.TimerHandle:
        """Calls a function after so many seconds, outside of the process whose code is running now."""
        return self.call_later(delay, callback, *args, context=self._outside)

    def soon(self, callback: Callable[..., object], *args: Any) -> None:
        """Calls a function next, outside of the process whose code is running now."""
        self.call_soon(callback, *args, context=self._outside)

    def _process_events(self, event_list: list[Any]) -> None:
        return

    def _write_to_self(self) -> None:
        return

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Runs the function at once, and returns a future that is done."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    async def create_connection(  # type: ignore[override]
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], host: Any = None, port: Any = None, **more: Any
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        """Connects two objects in memory. Raises OSError if nobody listens."""
        if self.connector is None:
            raise ConnectionRefusedError(f"nobody listens at {host}:{port}")
        transport = self.connector(protocol_factory, str(host), int(port))
        return transport, transport.get_protocol()
