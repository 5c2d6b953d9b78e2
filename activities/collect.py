"""Watches the organizer's mailboxes and takes in what comes."""

import asyncio
import contextlib
import logging
import time

from temporalio import activity
from temporalio.client import Client

from activities.heartbeat import heartbeating
from adapters.files.record_file import RecordFault
from adapters.inbound.intake import Intake, IntakeUnavailable
from adapters.mailbox.configured import mailboxes
from adapters.mailbox.source import MailboxUnavailable, MailSource
from adapters.settings import Settings
from models.post.mailbox import Collect, Collected

NO_MAILBOX = "no mailbox is named (AIDE_MAILDIR, AIDE_IMAP_HOST); answers come by `ingest` alone"

_log = logging.getLogger(__name__)


class CollectingActivities:
    """Takes in mail for the plans whose mailbox workflows ask for it."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._sources = mailboxes(settings)
        self._intakes: dict[str, Intake] = {}
        self._reading = asyncio.Lock()

    @activity.defn(name="collect")
    async def collect(self, wanted: Collect) -> Collected:
        """Look into each mailbox until something was taken in, what cannot be read has changed, or the time is over.

        A message is marked in its mailbox once it is taken in; one that cannot be is offered again. Nothing fails here:
        what is wrong is told.
        """
        async with heartbeating():
            found = await self._watch(wanted)
            for source in self._sources:
                with contextlib.suppress(MailboxUnavailable):
                    await source.close()
        return found

    async def _watch(self, wanted: Collect) -> Collected:
        intake = self._intakes.setdefault(
            wanted.plan, Intake(self._client, self._settings.record, self._settings.contacts, wanted.plan)
        )
        end = time.monotonic() + wanted.watch.total_seconds()
        while True:
            async with self._reading:  # one at a time, whatever a lost worker is still doing in another attempt
                found = await self._round(intake)
            if found.taken or found.fault != wanted.fault or time.monotonic() >= end:
                return found
            if await self._stopping(min(self._settings.mail_poll, max(end - time.monotonic(), 0.0))):
                return found

    async def _stopping(self, seconds: float) -> bool:
        """Whether the worker is told to stop within this time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await activity.wait_for_worker_shutdown()
                return True
        return False

    async def _round(self, intake: Intake) -> Collected:
        taken = needed = 0
        faults: list[str] = [] if self._sources else [NO_MAILBOX]
        for source in self._sources:
            try:
                async for message in source.messages():
                    entered = await self._take(intake, source, message.key, message.data, message.truncated, faults)
                    taken += entered is not None
                    needed += bool(entered)
            except MailboxUnavailable as error:
                faults.append(str(error))
        return Collected(taken=taken, needed=needed, fault="; ".join(dict.fromkeys(faults))[:500])

    async def _take(
        self, intake: Intake, source: MailSource, key: str, data: bytes, truncated: bool, faults: list[str]
    ) -> bool | None:
        """Whether the message needed a person; None where it could not be taken in now."""
        try:
            entered = await intake.take(data, source.name, truncated)
        except (IntakeUnavailable, RecordFault, OSError) as error:
            fault = str(error)
        except Exception as error:  # whatever one message finds, the others are taken in
            fault = f"a message could not be taken in ({type(error).__name__})"
        else:
            await source.done(key)
            return bool(entered.why)
        faults.append(fault)
        _log.warning("a message in %s is not taken in yet: %s", source.name, fault)
        return None
