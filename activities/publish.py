"""The activity `publish`: writes events to a CalDAV server (RFC 4791). It keeps what other people have written
there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.heartbeat import attempt_seconds
from adapters.calendar.caldav import CalDav, Stored, file_name
from adapters.calendar.event_object import calendar_object
from adapters.calendar.merging import merged, same_content, same_occasion, version_of
from adapters.files.contacts_file import load_contacts
from adapters.files.epoch_file import engine_of
from adapters.settings import Settings
from models.common.ids import safe_item_id
from models.messages.calendar_event import CalendarEvent, EventStatus, Publication
from models.post.contacts import Contacts

TRIES = 8
"""How often one attempt tries to fetch, merge and write an event in one calendar before it fails."""

CONNECTIONS = 8
"""The most events that one worker writes at the same time, so that a slow calendar server does not get too many."""


class CalendarActivities:
    """The activity `publish`. It writes events into the calendars of the plan and of the offices."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._server = CalDav(settings, http)
        self._lines = asyncio.Semaphore(CONNECTIONS)

    @activity.defn(name="publish")
    async def publish(self, publication: Publication) -> int | None:
        """Put an event into each calendar, or change it there. A calendar that does not exist yet is made.

        Nothing is written if the server has this version of the event or a newer one. What a person added to the event
        is kept. If a person deleted the event, the next version puts it back, and a repetition of this version does
        not. A cancelled event is not put into a calendar that lacks it. The event is removed from the calendars of
        offices that are no longer invited.

        After a rewind, the server can hold an older version of the event with a SEQUENCE (version number) that is equal
        or higher. Then the event is written with the next higher SEQUENCE. The activity returns this number, because
        invitations need it too. In all other cases it returns None.

        If one calendar fails, the others are still written. After that, the activity raises a retryable
        ApplicationError. Its types: CalendarServerUnavailable, CalendarServerRefused (check a setting),
        CalendarConflict (another program changed the event again and again) or ContactsFile (the file is faulty).
        A non-retryable one (type EarlierEpoch) says that the plan goes on elsewhere, and that nothing was written.
        """
        for name in (*publication.calendars, *publication.removed):
            if "/" in name or not safe_item_id(name):
                raise ApplicationError(f"{name!r} cannot name a calendar", type="Calendar", non_retryable=True)
        contacts = load_contacts(self._settings.contacts)
        async with self._in_turn(), engine_of(self._settings.record, publication.plan, publication.epoch):
            return await self._write_all(publication, contacts)

    async def _write_all(self, publication: Publication, contacts: Contacts) -> int | None:
        done, sequence = _progress(publication.event.sequence)
        event = publication.event.model_copy(update={"sequence": sequence})
        failures: list[ApplicationError] = []

        for name in dict.fromkeys((*publication.calendars, *publication.removed)):
            if name in done:
                continue
            try:
                if name in publication.calendars:
                    title = publication.plan_title if name == publication.plan else _title(contacts, name)
                    event = await self._put(name, title or name, event, contacts)
                else:
                    await self._remove(name, event.uid)
            except ApplicationError as error:
                failures.append(error)
                continue
            # The next attempt goes on after this calendar, so that what a person deletes here meanwhile stays deleted.
            done.append(name)
            activity.heartbeat(done, event.sequence)
        if failures:
            raise failures[0]
        return event.sequence if event.sequence > publication.event.sequence else None

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Waits until fewer than CONNECTIONS events are being written. Ends before Temporal starts the next attempt."""
        try:
            async with asyncio.timeout(attempt_seconds()), self._lines:
                yield
        except TimeoutError:
            message = f"calendar server {httpx.URL(self._settings.caldav_url).host} was too slow for this attempt"
            raise ApplicationError(message, type="CalendarServerUnavailable") from None

    async def _put(self, name: str, title: str, event: CalendarEvent, contacts: Contacts) -> CalendarEvent:
        """Writes the event into one calendar. Returns it with the SEQUENCE that it has there."""
        server = self._server
        collection = f"{await server.home()}{quote(name)}/"
        agent = await server.schedules_by_itself(collection)
        href, sought, refused, seen = f"{collection}{quote(file_name(event.uid))}", False, 0, None
        for _ in range(TRIES):
            stored = await server.fetch(href)
            if stored is None and not sought:
                # Search before creating: a person may have moved it, or the server may use a name of its own.
                sought = True
                if elsewhere := await server.find(collection, event.uid):
                    href = elsewhere
                    continue
            event = _outnumbering(event, calendar_object(event, contacts, None, agent), stored)
            wanted = _wanted(calendar_object(event, contacts, None, agent), stored, event.uid, href)
            if wanted is None or (stored is None and event.status is EventStatus.CANCELLED):
                return event
            # The server refused although nothing changed, so its ETag cannot be relied on. Try the next condition.
            refused = refused + 1 if stored == seen else 0
            seen = stored
            answer = await server.write(href, wanted, _condition(stored, refused, href))
            if answer.is_success:
                return event
            if stored is None and (elsewhere := server.conflicting(collection, answer)):
                href = elsewhere
            elif stored is None and answer.status_code in (404, 409):
                await server.make_calendar(collection, title, answer)
            elif answer.status_code != 412:  # 412: it changed since we fetched it, so fetch it again
                raise server.refusal(answer)
        raise ApplicationError(f"{href} was changed by somebody else {TRIES} times in a row", type="CalendarConflict")

    async def _remove(self, name: str, uid: str) -> None:
        """Removes the event from the calendar of an office that is no longer invited."""
        server = self._server
        collection = f"{await server.home()}{quote(name)}/"
        href, sought, refused, seen = f"{collection}{quote(file_name(uid))}", False, 0, None
        for _ in range(TRIES):
            stored = await server.fetch(href)
            if stored is None:
                elsewhere = None if sought else await server.find(collection, uid)
                if elsewhere is None:
                    return
                href, sought = elsewhere, True
                continue
            _check_ours(stored, uid, href)
            refused = refused + 1 if stored == seen else 0
            seen = stored
            answer = await server.remove(href, _condition(stored, refused, href))
            if answer.is_success or answer.status_code in (404, 410):
                return
            if answer.status_code != 412:
                raise server.refusal(answer)
        raise ApplicationError(f"{href} was changed by somebody else {TRIES} times in a row", type="CalendarConflict")


def _progress(sequence: int) -> tuple[list[str], int]:
    """The calendars that earlier attempts at this publication have written, and the SEQUENCE that they used."""
    details = activity.info().heartbeat_details
    if len(details) != 2:
        return [], sequence
    done, reached = details
    return list(done), max(sequence, int(reached))


def _title(contacts: Contacts, office: str) -> str:
    contact = contacts.offices.get(office)
    return contact.name or "" if contact else ""


def _condition(stored: Stored | None, refused: int, href: str) -> dict[str, str]:
    """The condition of a write (RFC 4791 section 5.3.2): create only what is not there, change only what we saw.

    `refused` counts the conditions that failed. Raises ApplicationError (CalendarConflict) if none is left.
    """
    if stored is None:
        return {"If-None-Match": "*"}
    conditions = stored.conditions()
    if refused >= len(conditions):
        why = "came without an ETag" if not conditions else "does not take its own ETag"
        raise ApplicationError(f"{href} {why} and cannot be changed safely", type="CalendarConflict")
    return conditions[refused]


def _check_ours(stored: Stored, uid: str, href: str) -> None:
    try:
        ours = version_of(stored.data, uid) is not None
    except ValueError:
        ours = False
    if not ours:
        raise ApplicationError(f"{href} is not ours to remove", type="CalendarConflict")


def _outnumbering(event: CalendarEvent, ours: bytes, stored: Stored | None) -> CalendarEvent:
    """The event with a SEQUENCE above that of an older version on the server.

    Without a rewind, SEQUENCE and DTSTAMP of an item rise together. A later DTSTAMP without a higher SEQUENCE shows a
    rewind: the version on the server was sent in the lost time.
    """
    if stored is None:
        return event
    try:
        there, here = version_of(stored.data, event.uid), version_of(ours, event.uid)
        if there is None or here is None or there[1] > here[1]:
            return event
        if there[1] == here[1]:
            sequence = max(there[0], here[0])  # an earlier attempt has written this version
        elif there[0] > here[0] or (there[0] == here[0] and not same_occasion(stored.data, ours, event.uid)):
            sequence = there[0] + 1
        else:
            return event
    except ValueError:
        return event  # not ours: `_wanted` refuses it
    return event.model_copy(update={"sequence": sequence})


def _wanted(ours: bytes, stored: Stored | None, uid: str, href: str) -> bytes | None:
    """The bytes to write; None if the server has this version or a newer one. Raises ApplicationError."""
    if stored is None:
        return ours
    try:
        there, here = version_of(stored.data, uid), version_of(ours, uid)
        if there and here and there[1] > here[1]:
            return None
        wanted = merged(stored.data, ours, uid)
    except ValueError as error:
        raise ApplicationError(f"{href} is not ours to change: {error}", type="CalendarConflict") from None
    return None if same_content(stored.data, wanted) else wanted
