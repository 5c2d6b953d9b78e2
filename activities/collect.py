"""The activity `collect`: watches the organizer's mailboxes and takes in the mail that comes."""

import asyncio
import contextlib
import logging
import time
from datetime import UTC, datetime

from temporalio import activity
from temporalio.client import Client

from activities.heartbeat import heartbeating
from adapters.files.epoch_file import check_epoch
from adapters.files.record_file import RecordFault
from adapters.inbound.asking import IntakeUnavailable
from adapters.inbound.intake import Intake
from adapters.mailbox.configured import mailboxes
from adapters.mailbox.source import MailboxUnavailable, MailSource
from adapters.settings import Settings
from models.post.mailbox import Collect, Collected

NO_MAILBOX = "no mailbox is set (AIDE_MAILDIR or AIDE_IMAP_HOST); answers by mail count only after `ingest`"

ROUND = 60.0
"""The most seconds for one reading of the mailboxes, so that plans that share them take turns. Messages that are left
are read the next time."""

_log = logging.getLogger(__name__)


def has_mailbox(settings: Settings) -> bool:
    """Whether the settings name a mailbox from which the program takes in answers."""
    return bool(mailboxes(settings))


class CollectingActivities:
    """The activity `collect`, with the mailboxes that it reads. It takes in mail for each plan whose mailbox workflow
    calls it."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._sources = mailboxes(settings)
        self._intakes: dict[str, Intake] = {}
        self._reading = asyncio.Lock()

    @activity.defn(name="collect")
    async def collect(self, wanted: Collect) -> Collected:
        """Watch the mailboxes until a message was taken in, the fault has changed, or the time is over. Return what was
        found.

        The activity marks a message in its mailbox after it has taken the message in. A message that it cannot take in
        now is tried again later. It raises no error for a faulty mailbox or message. `fault` of the result says what is
        wrong, and is empty if nothing is wrong. Raises a non-retryable ApplicationError (type EarlierEpoch) if the plan
        goes on elsewhere.
        """
        async with heartbeating():
            found = await self._watch(wanted)
            for source in self._sources:
                with contextlib.suppress(MailboxUnavailable):
                    await source.close()
        return found

    async def _watch(self, wanted: Collect) -> Collected:
        known = self._settings.record, self._settings.contacts, wanted.plan, self._settings.mail_authserv or ""
        intake = self._intakes.setdefault(wanted.plan, Intake(self._client, *known))
        end = time.monotonic() + wanted.watch.total_seconds()
        while True:
            check_epoch(self._settings.record, wanted.plan, wanted.epoch)
            async with self._reading:  # one at a time: an earlier attempt may still be running in this worker
                found = await self._round(intake)
            if found.taken or found.fault != wanted.fault or time.monotonic() >= end:
                return found
            if await self._stopping(min(self._settings.mail_poll, max(end - time.monotonic(), 0.0))):
                return found

    async def _stopping(self, seconds: float) -> bool:
        """Waits for this time. Returns True at once if the worker is told to stop, or else False."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await activity.wait_for_worker_shutdown()
                return True
        return False

    async def _round(self, intake: Intake) -> Collected:
        began = datetime.now(UTC)
        taken = needed = 0
        end, to_the_end = time.monotonic() + ROUND, True
        faults: list[str] = [] if self._sources else [NO_MAILBOX]
        for source in self._sources:
            try:
                async for message in source.messages():
                    entered = await self._take(intake, source, message.key, message.data, message.truncated, faults)
                    taken += entered is not None
                    needed += bool(entered)
                    if time.monotonic() >= end:
                        to_the_end = False
                        break
            except MailboxUnavailable as error:
                faults.append(str(error))
            except Exception as error:  # an error with one mailbox must not stop the others
                faults.append(f"{source.name} could not be read ({type(error).__name__})")
                _log.exception("%s could not be read", source.name)
        if to_the_end and not faults:
            try:
                intake.inbox.note_read(began)
            except OSError as error:
                faults.append(f"it cannot be noted that the mailbox was read: {error.strerror}")
        return Collected(taken=taken, needed=needed, fault="; ".join(dict.fromkeys(faults))[:500])

    async def _take(
        self, intake: Intake, source: MailSource, key: str, data: bytes, truncated: bool, faults: list[str]
    ) -> bool | None:
        """Takes a message in. Returns whether it needs a person, or None if it could not be taken in now."""
        try:
            entered = await intake.take(data, source.name, truncated)
        except (IntakeUnavailable, RecordFault, OSError) as error:
            fault = str(error)
        except Exception as error:  # an error with one message must not stop the others
            fault = f"a message could not be taken in ({type(error).__name__})"
        else:
            await source.done(key)
            return bool(entered.why)
        faults.append(fault)
        _log.warning("a message in %s is not taken in yet: %s", source.name, fault)
        return None
