"""Puts events onto a CalDAV server (RFC 4791), without ever overwriting what somebody else wrote there."""

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
from adapters.settings import Settings
from models.common.ids import safe_item_id
from models.messages.calendar_event import CalendarEvent, EventStatus, Publication
from models.post.contacts import Contacts

TRIES = 8
"""How often one calendar is fetched, merged and written before the activity gives up for this attempt."""

CONNECTIONS = 8
"""How many events one worker writes at once: a calendar server that is slow gets no crowd."""


class CalendarActivities:
    """Writes events into the plan's and the offices' calendars."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._server = CalDav(settings, http)
        self._lines = asyncio.Semaphore(CONNECTIONS)

    @activity.defn(name="publish")
    async def publish(self, publication: Publication) -> int | None:
        """Put an event into each calendar, or change it there; calendars are made on first use.

        Done where the server has this version or a newer one already. What a person added is kept; what a person
        deleted is put there again by the next version, and by no repetition of this one. A cancelled event that is not
        there is not put there. From the calendars of offices that are no longer invited it is removed.

        Where an earlier version there bears a SEQUENCE that this one does not exceed (Temporal was put back to an older
        state, and counts again), this one is written with the next higher, which is returned: invitations have to bear
        it too. Otherwise None.

        A calendar that refuses holds up none of the others. Raises a retryable ApplicationError then:
        CalendarServerUnavailable, CalendarServerRefused (a setting to check), CalendarConflict (somebody else kept
        writing), ContactsFile.
        """
        for name in (*publication.calendars, *publication.removed):
            if "/" in name or not safe_item_id(name):
                raise ApplicationError(f"{name!r} cannot name a calendar", type="Calendar", non_retryable=True)
        contacts = load_contacts(self._settings.contacts)
        async with self._in_turn():
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
            # The next attempt begins here: what a person deletes meanwhile stays deleted.
            done.append(name)
            activity.heartbeat(done, event.sequence)
        if failures:
            raise failures[0]
        return event.sequence if event.sequence > publication.event.sequence else None

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """One of the few that write at once, and over before Temporal starts the next attempt."""
        try:
            async with asyncio.timeout(attempt_seconds()), self._lines:
                yield
        except TimeoutError:
            message = f"calendar server {httpx.URL(self._settings.caldav_url).host} was too slow for this attempt"
            raise ApplicationError(message, type="CalendarServerUnavailable") from None

    async def _put(self, name: str, title: str, event: CalendarEvent, contacts: Contacts) -> CalendarEvent:
        """Returns the event with the SEQUENCE that it has there."""
        server = self._server
        collection = f"{await server.home()}{quote(name)}/"
        agent = await server.schedules_by_itself(collection)
        href, sought, refused, seen = f"{collection}{quote(file_name(event.uid))}", False, 0, None
        for _ in range(TRIES):
            stored = await server.fetch(href)
            if stored is None and not sought:
                # Before it is created: a person may have moved it, or the server keeps it under a name of its own.
                sought = True
                if elsewhere := await server.find(collection, event.uid):
                    href = elsewhere
                    continue
            event = _outnumbering(event, calendar_object(event, contacts, None, agent), stored)
            wanted = _wanted(calendar_object(event, contacts, None, agent), stored, event.uid, href)
            if wanted is None or (stored is None and event.status is EventStatus.CANCELLED):
                return event
            # Refused although nothing has changed: its ETag does not hold, and another condition has to.
            refused = refused + 1 if stored == seen else 0
            seen = stored
            answer = await server.write(href, wanted, _condition(stored, refused, href))
            if answer.is_success:
                return event
            if stored is None and (elsewhere := server.conflicting(collection, answer)):
                href = elsewhere
            elif stored is None and answer.status_code in (404, 409):
                await server.make_calendar(collection, title, answer)
            elif answer.status_code != 412:  # 412: it changed since we looked; look again
                raise server.refusal(answer)
        raise ApplicationError(f"{href} was changed by somebody else {TRIES} times in a row", type="CalendarConflict")

    async def _remove(self, name: str, uid: str) -> None:
        """Take the event out of the calendar of an office that is no longer invited."""
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
    """What earlier attempts of this very publication have written, and with which SEQUENCE."""
    details = activity.info().heartbeat_details
    if len(details) != 2:
        return [], sequence
    done, reached = details
    return list(done), max(sequence, int(reached))


def _title(contacts: Contacts, office: str) -> str:
    contact = contacts.offices.get(office)
    return contact.name or "" if contact else ""


def _condition(stored: Stored | None, refused: int, href: str) -> dict[str, str]:
    """RFC 4791 section 5.3.2: create only what is not there, change only what we saw."""
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
    """The event with a SEQUENCE that a version of before leaves free.

    In one life of an item SEQUENCE and DTSTAMP rise together. A later DTSTAMP whose SEQUENCE does not follow tells that
    the item was put back to an older state, and that the version there was said in the time that is lost.
    """
    if stored is None:
        return event
    try:
        there, here = version_of(stored.data, event.uid), version_of(ours, event.uid)
        if there is None or here is None or there[1] > here[1]:
            return event
        if there[1] == here[1]:
            sequence = max(there[0], here[0])  # what an attempt before this one has written
        elif there[0] > here[0] or (there[0] == here[0] and not same_occasion(stored.data, ours, event.uid)):
            sequence = there[0] + 1
        else:
            return event
    except ValueError:
        return event  # not ours: `_wanted` refuses it
    return event.model_copy(update={"sequence": sequence})


def _wanted(ours: bytes, stored: Stored | None, uid: str, href: str) -> bytes | None:
    """What is to be written; None where nothing is, because the server has this version or a newer one."""
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
