"""The mail relay of a life: an SMTP server in memory (RFC 5321), with refusals at each stage.

The real client of the program speaks to it. What the relay has taken is on its way to a mailbox, and may be lost,
doubled, delayed or returned there.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from simulation.auditor.evidence import SentMail
from simulation.faults import Trouble
from simulation.loop import VirtualLoop

STAGES = {"mail": "refused-4xx-mail", "rcpt": "refused-4xx-rcpt", "data": "refused-4xx-data"}


class Relay:
    """The server. `taken` is called with each mail that it takes, and the number of that mail."""

    def __init__(self, loop: VirtualLoop, trouble: Trouble, taken: Callable[[SentMail, int], None]) -> None:
        self.loop, self.trouble, self.taken = loop, trouble, taken
        self.refuses: Callable[[str], bool] = lambda address: False
        """Whether an address does not exist."""
        self.refused: Callable[[str], None] = lambda address: None
        """Called with an address that the relay refuses for good."""
        self.alive: Callable[[], bool] = lambda: True
        """Whether the process lives that is speaking."""
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        """Called before and after the relay takes a mail. They may let the worker die."""

    def connect(self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int) -> asyncio.Transport:
        """Opens a connection. Raises OSError while the relay is down."""
        if self.trouble.during("relay-down", self.loop.seconds):
            raise ConnectionRefusedError("the relay is down")
        return _Line(self, factory())


class _Line(asyncio.Transport):
    """One connection, seen from the client."""

    def __init__(self, relay: Relay, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self._relay, self._protocol = relay, protocol
        self._buffer = b""
        self._in_data = self._closing = False
        self._to = ""
        self._began = relay.loop.now()
        self._mail = relay.trouble.number("mail")
        relay.loop.soon(protocol.connection_made, self)
        self._say("220 relay.example ESMTP")

    # What the client calls

    def write(self, data: Any) -> None:
        if self._closing or not self._relay.alive():
            return
        self._buffer += bytes(data)
        while not self._closing:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            if self._in_data and self._buffer.startswith(b".\r\n"):
                head, self._buffer = b"", self._buffer[3:]
            elif end in self._buffer:
                head, _, self._buffer = self._buffer.partition(end)
            else:
                return
            if self._in_data:
                self._in_data = False
                self._message(head + b"\r\n")
            else:
                self._command(head.decode("latin-1"))

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._relay.loop.soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def is_closing(self) -> bool:
        return self._closing

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        return

    # What the server does

    def _say(self, text: str) -> None:
        if not self._relay.trouble.during("relay-hangs", self._relay.loop.seconds):
            self._relay.loop.later(0.01, self._deliver, text.encode() + b"\r\n")

    def _deliver(self, data: bytes) -> None:
        if not self._closing:
            self._protocol.data_received(data)  # type: ignore[attr-defined]

    def _command(self, line: str) -> None:
        verb = line[:4].upper()
        if verb in ("EHLO", "HELO"):
            self._say("250-relay.example\r\n250 8BITMIME")
        elif verb == "QUIT":
            self._say("221 bye")
        elif verb == "RSET":
            self._say("250 ok")
        elif verb == "MAIL":
            self._say(self._refusal("mail") or "250 ok")
        elif verb == "RCPT":
            self._to = line.partition("<")[2].partition(">")[0]
            missing = self._relay.refuses(self._to) or self._meets("refused-5xx-rcpt")
            if missing:
                self._relay.refused(self._to)
            self._say("550 5.1.1 no such mailbox" if missing else self._refusal("rcpt") or "250 ok")
        elif verb == "DATA":
            self._in_data = True
            self._say("354 go on")
        else:
            self._say("500 what")

    def _meets(self, kind: str) -> bool:
        return self._relay.trouble.meets(kind, self._mail) is not None

    def _refusal(self, stage: str) -> str:
        if self._meets(STAGES[stage]) or (
            stage == "rcpt" and self._relay.trouble.during("relay-4xx", self._relay.loop.seconds)
        ):
            return "451 4.3.0 try again later"
        return ""

    def _message(self, data: bytes) -> None:
        data = data.replace(b"\r\n..", b"\r\n.")
        if self._meets("refused-5xx-data"):
            self._relay.refused(self._to)
            self._say("554 5.6.0 the content is not wanted")
            return
        if refusal := self._refusal("data"):
            self._say(refusal)
            return
        if self._meets("dropped-before-answer"):
            self.close()
            return
        self._relay.before()
        if self._closing:
            return
        mail = SentMail(began=self._began, at=self._relay.loop.now(), to=self._to, data=data)
        self._relay.taken(mail, self._mail)
        if self._meets("dropped-after-answer"):
            mail.acknowledged = False
            self.close()
            return
        self._relay.after()
        self._say("250 2.0.0 taken")
