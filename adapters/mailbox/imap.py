"""An IMAP folder as a source of incoming mail (RFC 3501 and 9051). IMAPClient runs in a thread.

The program marks each message that it has taken in with a keyword. So a person may read the mailbox too, and the
program misses no answer. Some servers keep no keywords. The program then moves the message to AIDE_IMAP_DONE_FOLDER. If
that folder is not set, the program marks the message as seen, and reads only unseen messages.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from imapclient import IMAPClient, exceptions

from adapters.mailbox.source import Bounds, MailboxUnavailable, Message, OfferedBefore
from adapters.settings import Settings
from adapters.text import clean_line
from adapters.tls import tls_context

KEYWORD = "AideTaken"
"""The keyword with which the program marks each message that it has taken in."""

_STEPS = 4
"""One step may last this many times AIDE_IMAP_TIMEOUT. A server that sends its answer too slowly is given up."""

_FAULTS = (exceptions.IMAPClientError, OSError, ValueError, LookupError)
"""The errors that can end a connection: refusals of the server, errors of the network, and answers that are not
IMAP."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ImapMailbox:
    """One folder of an IMAP mailbox. It keeps its connection between rounds, and opens a new one if the connection is
    lost."""

    def __init__(self, settings: Settings, bounds: Bounds = Bounds()) -> None:  # noqa: B008 - frozen
        self._settings = settings
        self._bounds = bounds
        self._turns = OfferedBefore()
        self._talk: _ImapConversation | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def name(self) -> str:
        return f"IMAP {self._settings.imap_host}/{self._settings.imap_folder}"

    async def messages(self) -> AsyncIterator[Message]:
        keys = self._turns.of(await self._do(lambda talk: talk.unmarked()), self._bounds.messages)
        sizes = await self._do(lambda talk: talk.sizes(keys))
        octets = 0
        for key in keys:
            if octets >= self._bounds.octets:
                return
            if key not in sizes:
                continue  # another client moved it since
            message = await self._read(key, sizes[key])
            if message is not None:
                octets += len(message.data)
                self._turns.offered(key)
                yield message

    async def _read(self, key: str, size: int) -> Message | None:
        # Ask for one byte more than the limit, because the sizes of some servers are estimates.
        whole = size <= self._bounds.limit
        wanted = self._bounds.limit + 1 if whole else self._bounds.head
        data = await self._do(lambda talk: talk.octets(key, wanted))
        return None if data is None else self._bounds.cut(key, data, whole)

    async def done(self, key: str) -> None:
        await self._do(lambda talk: talk.mark(key))

    async def close(self) -> None:
        async with self._one_at_a_time:
            talk, self._talk = self._talk, None
            if talk is not None:
                await asyncio.to_thread(talk.leave)

    async def _do(self, step: "Callable[[_ImapConversation], _T]") -> _T:
        """Runs one step on the open connection, or on a new one. Raises MailboxUnavailable."""
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(_STEPS * self._settings.imap_timeout):
                    return await self._on_a_connection(step)
            except BaseException as error:
                talk, self._talk = self._talk, None
                if talk is not None:
                    talk.interrupt()
                if isinstance(error, _FAULTS):
                    raise MailboxUnavailable(f"{self.name}: {self._words(error)}") from None
                raise

    async def _on_a_connection(self, step: "Callable[[_ImapConversation], _T]") -> _T:
        if self._talk is not None:
            try:
                return await asyncio.to_thread(self._talk.take, step)
            except (exceptions.IMAPClientAbortError, OSError):
                self._talk = None  # servers and firewalls close idle connections: try again on a new one
        self._talk = await asyncio.to_thread(_ImapConversation, self._settings)
        return await asyncio.to_thread(self._talk.take, step)

    def _words(self, error: Exception) -> str:
        """Says what went wrong, and which setting to check. The password is left out."""
        password = self._settings.imap_password
        text = clean_line(str(error))
        if password and password.get_secret_value():
            text = text.replace(password.get_secret_value(), "...")
        text = text[:200]
        if "got more than" in text:  # imaplib bounds a line of an answer
            return "too many messages there were never taken in; name a first day in AIDE_IMAP_SINCE"
        if isinstance(error, exceptions.LoginError):
            return f"the login was refused ({text}); check AIDE_IMAP_USERNAME and AIDE_IMAP_PASSWORD"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({text}); name the authority's certificate in AIDE_CA_FILE"
        if isinstance(error, exceptions.CapabilityError):
            return f"the server lacks what was asked ({text}); check AIDE_IMAP_SECURITY"
        if isinstance(error, _NoFolder):
            return text
        if isinstance(error, exceptions.IMAPClientReadOnlyError):
            return (
                f"may only be read ({text}); what was taken in has to be marked: give this login the right to set flags"
            )
        if isinstance(error, TimeoutError) and not text:
            text = "no answer in time"
        return f"cannot be read ({type(error).__name__}: {text}); check AIDE_IMAP_HOST, AIDE_IMAP_PORT"


class _NoFolder(exceptions.IMAPClientError):  # type: ignore[misc]
    """The folder to read, or the one to move messages to, cannot be used. The message says what to do."""


class _ImapConversation:
    """A connection with its folder selected. Its methods block. Only one thread uses it at a time."""

    def __init__(self, settings: Settings) -> None:
        """Connects, logs in and selects the folder."""
        self._settings = settings
        security = settings.imap_security
        context = tls_context(settings)
        self._client = IMAPClient(
            settings.imap_host,
            port=settings.imap_port or (993 if security == "tls" else 143),
            ssl=security == "tls",
            ssl_context=context,
            timeout=settings.imap_timeout,
        )
        try:
            if security == "starttls":
                self._client.starttls(context)
            self._login()
            self._select()
        except BaseException:
            self._close()
            raise

    def take(self, step: "Callable[[_ImapConversation], _T]") -> _T:
        """Runs one step. Any error closes the connection, because its state is then unknown."""
        try:
            return step(self)
        except BaseException:
            self._close()
            raise

    def _login(self) -> None:
        user, password = self._settings.imap_username, self._settings.imap_password
        if not user:
            return
        secret = password.get_secret_value() if password else ""
        if self._client.has_capability("AUTH=PLAIN"):
            self._client.plain_login(user, secret)  # carries any character; LOGIN only ASCII
        else:
            self._client.login(user, secret)

    def _select(self) -> None:
        try:
            answer = self._client.select_folder(self._settings.imap_folder)
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError as error:
            raise _NoFolder(f"there is no such folder ({error}); check AIDE_IMAP_FOLDER") from None
        self._validity = int(answer[b"UIDVALIDITY"])
        kept = answer.get(b"PERMANENTFLAGS", ())
        self._keywords = b"\\*" in kept or KEYWORD.lower().encode() in {flag.lower() for flag in kept}
        self._moves = bool(self._settings.imap_done_folder) and self._client.has_capability("MOVE")
        if self._settings.imap_done_folder and not self._moves:
            _log.warning("%s cannot move messages; what was taken in stays where it is", self._settings.imap_host)

    def unmarked(self) -> list[str]:
        """The keys of the messages that were not taken in yet, oldest first."""
        self._select()  # again in each round: it shows new messages, and whether the server has renumbered them
        criteria: list[Any] = ["UNDELETED", "UNDRAFT"]
        if self._keywords:
            criteria += ["UNKEYWORD", KEYWORD]
        elif not self._moves:
            criteria += ["UNSEEN"]
        if self._settings.imap_since:
            criteria += ["SINCE", self._settings.imap_since]
        return [f"{self._validity}.{uid}" for uid in sorted(self._client.search(criteria))]

    def sizes(self, keys: list[str]) -> dict[str, int]:
        """The size of each message in bytes, by key, as the server says. Messages that are gone are left out."""
        uids = {uid: key for key in keys if (uid := self._uid(key)) is not None}
        answer = self._client.fetch(list(uids), ["RFC822.SIZE"]) if uids else {}
        return {uids[uid]: int(found[b"RFC822.SIZE"]) for uid, found in answer.items() if uid in uids}

    def octets(self, key: str, count: int) -> bytes | None:
        """The first `count` bytes of a message. It stays unseen. None if it is gone."""
        uid = self._uid(key)
        if uid is None:
            return None
        found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{count}>"]).get(uid, {})
        data = next((value for name, value in found.items() if name.startswith(b"BODY[]")), None)
        return None if data is None else bytes(data)[:count]

    def mark(self, key: str) -> None:
        """Marks a message as taken in, and moves it if AIDE_IMAP_DONE_FOLDER is set."""
        uid = self._uid(key)
        if uid is None:
            return
        flags = [b"\\Seen", KEYWORD.encode()] if self._keywords else [b"\\Seen"]
        self._client.add_flags([uid], flags, silent=True)
        if self._moves:
            self._move(uid)

    def _move(self, uid: int) -> None:
        folder = self._settings.imap_done_folder
        try:
            self._client.move([uid], folder)
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError:
            try:
                self._client.create_folder(folder)
            except exceptions.IMAPClientAbortError:
                raise
            except exceptions.IMAPClientError as error:
                text = f"cannot move a message to {folder!r} ({error}); check AIDE_IMAP_DONE_FOLDER"
                raise _NoFolder(text) from None
            self._client.move([uid], folder)

    def _uid(self, key: str) -> int | None:
        """The UID in a key. None if the server has renumbered its messages since (RFC 3501 section 2.3.1.1). They then
        come again under other keys."""
        validity, _, uid = key.partition(".")
        return int(uid) if validity == str(self._validity) else None

    def leave(self) -> None:
        """Logs out and closes the connection. Errors are ignored."""
        with contextlib.suppress(*_FAULTS):
            self._client.logout()
        self._close()

    def interrupt(self) -> None:
        """Ends a step that runs in another thread. It closes only the socket, because everything else waits for that
        thread."""
        with contextlib.suppress(OSError, ValueError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        with contextlib.suppress(*_FAULTS):
            self._client.shutdown()
