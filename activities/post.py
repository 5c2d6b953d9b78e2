"""Transmits what a post room despatches: the only place from which mail leaves.

A letter is archived before it goes, so that an attempt whose outcome is unknown is repeated with the same bytes; and
its post room is asked once more, so that nothing is sent about what was settled meanwhile.
"""

import asyncio
import contextlib
import email
import email.policy
import hashlib
import logging
import re
import traceback
from datetime import datetime, timedelta
from pathlib import Path

import aiosmtplib
from jinja2 import TemplateError
from temporalio import activity
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.alive import heartbeating
from activities.contacts_file import load_contacts
from activities.durable import write_durably
from activities.itip import clean_line
from activities.letters import NoAddressError, compose, recipient
from activities.office_hours import hours_now
from activities.said import note_sent, sent_before
from activities.settings import Settings
from models.contacts import Contacts
from models.hours import Hours, HoursWanted
from models.ids import safe_item_id
from models.letters import Despatch, DespatchResult, Fate
from models.postroom import keys_of

STANDING_QUERY = "standing"
"""Asked of the post room with one argument, a list of keys; answers with those that still stand."""

QUERY_TIMEOUT = timedelta(seconds=10)

# RFC 4954 section 6: what these codes refuse is our login, whatever command they answer.
_LOGIN_CODES = (530, 534, 535, 538)

_ATTEMPT_SHARE = 0.8

SENT_BEFORE = "it had gone before Temporal was put back to an older state"

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The server definitely refused this letter; the message is its code and text, fit to be shown."""

    content = False
    """It refused what was said, not the address."""


class PostActivities:
    """Sends letters and announcements, one mail for each despatch."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client

    @activity.defn(name="despatch")
    async def despatch(self, despatch: Despatch) -> DespatchResult:
        """Send one despatch, unless what it says no longer stands.

        Raises a retryable ApplicationError where the outcome is not final: ContactsFile, LetterTemplate, PostRoom
        (which did not say what stands), MailServerUnavailable (nothing was delivered), TransmissionUncertain.
        """
        async with heartbeating():
            hours = self._hours(despatch) if despatch.side else None
            if hours is not None and not hours.is_open(_attempt_at()):
                # What may have arrived with an unknown outcome keeps its archive: the same bytes go again.
                tried = archive_file(self._settings.record, despatch).exists()
                result = DespatchResult(fate=Fate.CLOSED, perhaps_arrived=tried)
            else:
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
        if not tried and (identity := sent_before(archive, despatch)) is not None:
            return DespatchResult(fate=Fate.SENT, message_id=identity, reason=SENT_BEFORE)
        try:
            contacts = load_contacts(self._settings.contacts)
            recipient(despatch, contacts)
            letter = archive.read_bytes() if tried else self._compose(despatch, contacts, archive)
            # Over before Temporal starts the next attempt: two at once could speak after the post room fell silent.
            async with asyncio.timeout(_ATTEMPT_SHARE * _attempt_seconds()):
                standing = await self._standing(despatch)
                if not standing or standing != set(keys_of(despatch)):
                    archive.unlink(missing_ok=True)
                    fate = Fate.CHANGED if standing else Fate.WITHDRAWN
                    identity = identity_of(letter) if tried else ""
                    return DespatchResult(fate=fate, perhaps_arrived=tried, message_id=identity)
                identity = await transmit(self._settings, letter)
        except TimeoutError:
            message = f"{_place(self._settings)} was too slow for this attempt"
            raise ApplicationError(message, type="TransmissionUncertain") from None
        except (NoAddressError, RefusedError) as error:
            archive.unlink(missing_ok=True)
            content = isinstance(error, RefusedError) and error.content
            return DespatchResult(fate=Fate.REFUSED, reason=str(error), content=content, perhaps_arrived=tried)
        note_sent(archive, despatch, identity)
        return DespatchResult(fate=Fate.SENT, message_id=identity)

    def _hours(self, despatch: Despatch) -> Hours:
        """The office's hours as they are now. Also the answer to its post room, which so knows the weeks to come."""
        wanted = HoursWanted(
            office=despatch.office,
            side=despatch.side,
            zone=despatch.zone,
            period=despatch.period,
            since=_attempt_at(),
        )
        return hours_now(self._settings, wanted)

    def _compose(self, despatch: Despatch, contacts: Contacts, archive: Path) -> bytes:
        try:
            letter = compose(despatch, contacts, self._settings.templates)
        except TemplateError as error:
            # Jinja puts the template's own lines into the traceback.
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
            place = f" {frames[-1].filename}, line {frames[-1].lineno}" if frames else ""
            raise ApplicationError(f"letter template{place}: {error.message}", type="LetterTemplate") from None
        write_durably(archive, letter)
        return letter

    async def _standing(self, despatch: Despatch) -> set[str]:
        """The keys of the despatch that its post room still stands by."""
        room = activity.info().workflow_id
        keys = list(keys_of(despatch))
        try:
            handle = self._client.get_workflow_handle(room or "")
            answer = await handle.query(STANDING_QUERY, keys, result_type=list[str], rpc_timeout=QUERY_TIMEOUT)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            raise ApplicationError(f"post room {room} did not say what stands: {error}", type="PostRoom") from error
        return set(answer) & set(keys)


def _attempt_seconds() -> float:
    limit = activity.info().start_to_close_timeout
    return limit.total_seconds() if limit else 60.0


def _attempt_at() -> datetime:
    """When this attempt was scheduled, by the server's clock: the one by which the post room decides."""
    return activity.info().current_attempt_scheduled_time


# --- the archive --------------------------------------------------------------------------------------------------


def archive_file(root: Path, despatch: Despatch) -> Path:
    """Where a despatch's letter is kept. Raises a non-retryable ApplicationError for ids that must not become a path.

    The name is legible, and the digest keeps keys apart that look alike without their punctuation.
    """
    if not safe_item_id(f"{despatch.plan}/{despatch.office}"):
        raise ApplicationError(f"{despatch.office!r} cannot name a folder", type="Record", non_retryable=True)
    legible = re.sub(r"[^A-Za-z0-9._-]+", "-", despatch.key).strip(".-")[:120] or "letter"
    digest = hashlib.sha256(despatch.key.encode()).hexdigest()[:12]
    return root / despatch.plan / "letters" / despatch.office / f"{legible}.{digest}.eml"


# --- SMTP ---------------------------------------------------------------------------------------------------------


async def transmit(settings: Settings, letter: bytes) -> str:
    """Hand a letter to the mail server (RFC 5321); the envelope is that of its From and To. Returns its Message-ID.

    Raises RefusedError for a 5xx to RCPT or DATA; a retryable ApplicationError of type MailServerUnavailable
    where the server took nothing, TransmissionUncertain where the connection ended before its answer.
    """
    headers = email.message_from_bytes(letter, policy=email.policy.default)
    sender, to = (headers[name].addresses[0].addr_spec for name in ("From", "To"))
    server = _server(settings, sender)
    try:
        await _connect(server, settings)
        try:
            await server.sendmail(sender, [to], letter)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0], settings) from None
        except aiosmtplib.SMTPSenderRefused as error:
            # Our own address is refused: that is no fault of the office, and an operator can mend it.
            message = (
                f"{_place(settings)} refuses the sender {sender}: {error.code} {clean_line(str(error.message))[:200]}"
            )
            raise ApplicationError(message, type="MailServerUnavailable") from None
        except aiosmtplib.SMTPResponseException as error:
            refusal = _refusal(error, settings)
            if isinstance(refusal, RefusedError):
                refusal.content = True
            raise refusal from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            message = f"{_place(settings)} gave no answer to the letter: {clean_line(str(error))[:200]}"
            raise ApplicationError(message, type="TransmissionUncertain") from None
        # It is delivered; how the server says goodbye changes nothing.
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await server.quit()
    finally:
        server.close()
    return identity_of(letter)


def identity_of(letter: bytes) -> str:
    """The Message-ID of a letter, with its angle brackets."""
    return str(email.message_from_bytes(letter)["Message-ID"]).strip()


def _server(settings: Settings, sender: str) -> aiosmtplib.SMTP:
    password = settings.smtp_password
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=settings.smtp_timeout,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",  # a server without it is an error: never in the clear
        local_hostname=sender.rpartition("@")[2],  # the machine's own name is nobody's business
    )


async def _connect(server: aiosmtplib.SMTP, settings: Settings) -> None:
    try:
        await server.connect()
        await server.ehlo()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise _refusal(error, settings) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        message = f"{_place(settings)} cannot be reached: {clean_line(str(error))[:200]}"
        raise ApplicationError(message, type="MailServerUnavailable") from None


def _refusal(answer: aiosmtplib.SMTPResponseException, settings: Settings) -> Exception:
    """What a server's answer means: only a 5xx that is not about our login is the letter's own."""
    text = f"{answer.code} {clean_line(str(answer.message))}"[:200]
    if answer.code in _LOGIN_CODES or isinstance(answer, aiosmtplib.SMTPAuthenticationError):
        message = f"{_place(settings)} refused our login: {text}; check AIDE_SMTP_USERNAME and AIDE_SMTP_PASSWORD"
        return ApplicationError(message, type="MailServerUnavailable")
    if 500 <= answer.code < 600 and not isinstance(answer, aiosmtplib.SMTPHeloError):
        return RefusedError(text)
    return ApplicationError(f"{_place(settings)} did not take the letter: {text}", type="MailServerUnavailable")


def _place(settings: Settings) -> str:
    return f"mail server {settings.smtp_host}:{settings.smtp_port}"
