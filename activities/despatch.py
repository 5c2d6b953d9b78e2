"""The activity `despatch`: transmits the mails of a post room. No other part of the program sends mail to offices.

The activity archives a mail before it sends the mail. So after an attempt with an unknown outcome, the same bytes go
again. Just before it sends, it asks the post room which notices still stand, so that no mail is about a settled matter.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from temporalio import activity
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.heartbeat import attempt_seconds, check_wanted, heartbeating
from activities.hours import hours_now
from adapters.files.contacts_file import load_contacts
from adapters.files.durable import write_durably
from adapters.files.epoch_file import engine_of
from adapters.files.state_file import keep_mail
from adapters.mail.compose import NoAddressError, compose_noting, recipient
from adapters.mail.sent_notes import archive_file, note_sent, noted_as_sent, sent_before
from adapters.mail.smtp import RefusedByServerError, identity_of, place, transmit
from adapters.mail.templates import fault_of
from adapters.settings import Settings
from adapters.temporal_troubles import in_words
from models.common.canonical import digest_of
from models.common.ids import secretariat_id
from models.post.contacts import Contacts
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.office_hours import Hours, HoursWanted
from models.post.post_room_state import keys_of

STANDING_QUERY = "standing"
"""The name of a query of the post room. The query takes a list of keys, and returns those that are still to be sent."""

QUERY_TIMEOUT = timedelta(seconds=10)

SENT_BEFORE = "it had gone before Temporal was put back to an older state"

_log = logging.getLogger(__name__)


class PostActivities:
    """The activity `despatch`. It sends letters and announcements, one mail for each despatch."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._lines = asyncio.Semaphore(settings.smtp_connections)

    @activity.defn(name="despatch")
    async def despatch(self, despatch: Despatch) -> DespatchResult:
        """Send one despatch, unless its notices no longer stand or the office is closed. The result says
        what happened.

        Raises an ApplicationError if the outcome is not final, and Temporal tries again. Its types: ContactsFile (the
        file is faulty), LetterTemplate (a template is faulty), PostRoom (the post room did not answer), WorkerFroze
        (Temporal has given this attempt up), MailServerUnavailable (nothing was delivered), TransmissionUncertain
        (nobody knows if the mail was delivered). A non-retryable one (type EarlierEpoch) says that the plan goes on
        elsewhere, and that nothing was sent.
        """
        async with heartbeating():
            hours = self._hours(despatch) if despatch.side else None
            if hours is not None and not hours.is_open(_attempt_at()):
                # An earlier attempt may have delivered it. Its archive stays, so that the same bytes go again.
                tried = archive_file(self._settings.record, despatch).exists()
                result = DespatchResult(fate=Fate.CLOSED, perhaps_arrived=tried)
            else:
                async with engine_of(self._settings.record, despatch.plan, despatch.epoch):
                    result = await self._fate(despatch)
            result = result.model_copy(update={"hours": hours})
        fields = {"key": despatch.key, "office": despatch.office, "fate": result.fate.value}
        _log.info("despatch %s: %s", despatch.key, result.fate.value, extra=fields)
        return result

    async def _fate(self, despatch: Despatch) -> DespatchResult:
        if not keys_of(despatch):
            return DespatchResult(fate=Fate.WITHDRAWN)
        archive = archive_file(self._settings.record, despatch)
        tried = archive.exists()
        if tried and (identity := noted_as_sent(archive, despatch)) is not None:
            # The worker of an earlier attempt was lost after it had sent the mail, before it could say so.
            return DespatchResult(fate=Fate.SENT, message_id=identity, letter=digest_of(archive.read_bytes()))
        if not tried and (identity := sent_before(archive, despatch)) is not None:
            return DespatchResult(fate=Fate.SENT, message_id=identity, reason=SENT_BEFORE)
        try:
            contacts = load_contacts(self._settings.contacts)
            recipient(despatch, contacts)
            fault = ""
            if tried:
                letter = archive.read_bytes()
            else:
                letter, fault = self._compose(despatch, contacts, archive)
            if despatch.epoch >= 1:
                room = secretariat_id(despatch.plan, despatch.office)
                known = despatch.model_dump(mode="json", exclude_defaults=True)
                keep_mail(self._settings.record, room, despatch.epoch, despatch.key, known)
            async with asyncio.timeout(attempt_seconds()), self._line():
                standing = await self._standing(despatch)
                if not standing or standing != set(keys_of(despatch)):
                    archive.unlink(missing_ok=True)
                    fate = Fate.CHANGED if standing else Fate.WITHDRAWN
                    return DespatchResult(fate=fate, **_perhaps(letter if tried else b""))
                await check_wanted(self._client)
                identity = await transmit(self._settings, letter)
        except TimeoutError:
            message = f"{place(self._settings)} was too slow for this attempt"
            raise ApplicationError(message, type="TransmissionUncertain") from None
        except (NoAddressError, RefusedByServerError) as error:
            perhaps = _perhaps(archive.read_bytes() if tried else b"")
            archive.unlink(missing_ok=True)
            content = isinstance(error, RefusedByServerError) and error.content
            return DespatchResult(fate=Fate.REFUSED, reason=str(error), content=content, **perhaps)
        note_sent(archive, despatch, identity)
        return DespatchResult(fate=Fate.SENT, message_id=identity, fault=fault, letter=digest_of(letter))

    def _hours(self, despatch: Despatch) -> Hours:
        """The office hours of the coming weeks, as they are now. The result takes them to the post room."""
        wanted = HoursWanted(
            office=despatch.office,
            side=despatch.side,
            zone=despatch.zone,
            period=despatch.period,
            since=_attempt_at(),
        )
        return hours_now(self._settings, wanted)

    def _compose(self, despatch: Despatch, contacts: Contacts, archive: Path) -> tuple[bytes, str]:
        try:
            letter, words = compose_noting(despatch, contacts, self._settings.templates, self._settings.desk_url or "")
        except TemplateError as error:
            raise ApplicationError(f"letter template: {fault_of(error)}", type="LetterTemplate") from None
        fields = {"key": despatch.key, "office": despatch.office}
        if words.fault:
            _log.warning("despatch %s: %s", despatch.key, words.fault, extra=fields)
        if words.missing:
            _log.info("despatch %s: %s", despatch.key, words.missing, extra=fields)
        write_durably(archive, letter)
        return letter, words.fault

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[None]:
        """Waits for one of AIDE_SMTP_CONNECTIONS connections. Ask the post room after it. Raises ApplicationError."""
        try:
            async with asyncio.timeout(attempt_seconds() / 2):
                await self._lines.acquire()
        except TimeoutError:
            message = f"{place(self._settings)} is busy with letters to others"
            raise ApplicationError(message, type="MailServerUnavailable") from None
        try:
            yield
        finally:
            self._lines.release()

    async def _standing(self, despatch: Despatch) -> set[str]:
        """The keys of the despatch whose notices still stand, as its post room says. No reminder of a date that has
        begun still stands."""
        room = activity.info().workflow_id
        keys = list(keys_of(despatch))
        try:
            handle = self._client.get_workflow_handle(room or "")
            answer = await handle.query(STANDING_QUERY, keys, result_type=list[str], rpc_timeout=QUERY_TIMEOUT)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            message = f"post room {room} did not say what stands: {in_words(error)}"
            raise ApplicationError(message, type="PostRoom") from error
        words = (*([despatch.announcement] if despatch.announcement else []), *despatch.reminders)
        late = {word.key for word in words if word.too_late(_attempt_at())}
        return set(answer) & set(keys) - late


def _perhaps(letter: bytes) -> dict[str, Any]:
    """What a result says of a mail that an earlier attempt may have delivered. Empty if no attempt was made before."""
    if not letter:
        return {}
    return {"perhaps_arrived": True, "message_id": identity_of(letter), "names_uncertain": True}


def _attempt_at() -> datetime:
    """When this attempt was scheduled, by the clock of the Temporal server. The post room decides by the same clock."""
    return activity.info().current_attempt_scheduled_time
