"""Puts events onto a CalDAV server (RFC 4791), without ever overwriting what somebody else wrote there."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contacts_file import load_contacts
from activities.itip import calendar_object, merged, same_content, same_occasion, version_of
from activities.settings import Settings
from models.contacts import Contacts
from models.ids import safe_item_id
from models.invitation import CalendarEvent, Publication

TRIES = 5
"""How often one calendar is fetched, merged and written before the activity gives up for this attempt."""

_MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>
"""


@dataclass(frozen=True)
class _Stored:
    """An object as the server has it."""

    etag: str
    data: bytes


class CalendarActivities:
    """Writes events into the plan's and the offices' calendars."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http

    @activity.defn(name="publish")
    async def publish(self, publication: Publication) -> int | None:
        """Put an event into each calendar, or change it there; calendars are made on first use.

        Done where the server has this version or a newer one already. What a person added is kept. Where an earlier
        version there bears a SEQUENCE that this one does not exceed (Temporal was put back to an older state, and
        counts again), this one is written with the next higher, which is returned: invitations have to bear it too.
        Otherwise None.

        Raises a retryable ApplicationError: CalendarServerUnavailable, CalendarServerRefused (a setting to check),
        CalendarConflict (somebody else kept writing), ContactsFile.
        """
        contacts = load_contacts(self._settings.contacts)
        event = publication.event
        for name in publication.calendars:
            if "/" in name or not safe_item_id(name):
                raise ApplicationError(f"{name!r} cannot name a calendar", type="Calendar", non_retryable=True)
            event = await self._put(name, event, contacts)
        return event.sequence if event.sequence > publication.event.sequence else None

    async def _put(self, name: str, event: CalendarEvent, contacts: Contacts) -> CalendarEvent:
        """Returns the event with the SEQUENCE that it has there."""
        collection = f"{self._home()}{quote(name)}/"
        href = f"{collection}{quote(file_name(event.uid))}"
        agent = await self._schedules_by_itself(collection)
        for _ in range(TRIES):
            stored = await self._fetch(href)
            event = _outnumbering(event, calendar_object(event, contacts, None, agent), stored)
            ours = calendar_object(event, contacts, None, agent)
            wanted = _wanted(ours, stored, event.uid, href)
            if wanted is None:
                return event
            answer = await self._ask(
                "PUT",
                href,
                content=wanted,
                headers={"Content-Type": "text/calendar; charset=utf-8", **_condition(stored)},
            )
            if answer.is_success:
                return event
            if stored is None and answer.status_code in (404, 409):
                contact = contacts.offices.get(name)
                await self._make_calendar(collection, contact.name if contact and contact.name else name, answer)
            elif answer.status_code != 412:  # 412: it changed since we looked; look again
                raise self._refusal(answer)
        raise ApplicationError(f"{href} was changed by somebody else {TRIES} times in a row", type="CalendarConflict")

    async def _fetch(self, href: str) -> _Stored | None:
        answer = await self._ask("GET", href)
        if answer.status_code in (404, 410):
            return None
        if not answer.is_success:
            raise self._refusal(answer)
        return _Stored(answer.headers.get("ETag", ""), answer.content)

    async def _schedules_by_itself(self, collection: str) -> bool:
        """Whether the server would send invitations of its own (RFC 6638 section 2)."""
        answer = await self._ask("OPTIONS", collection)
        if answer.status_code in (401, 403):
            raise self._refusal(answer)
        return "calendar-auto-schedule" in answer.headers.get("DAV", "")

    async def _make_calendar(self, collection: str, title: str, refused: httpx.Response) -> None:
        """Make the calendar that a PUT did not find. Servers say 409 for a missing parent and for one that exists."""
        looked = await self._ask("PROPFIND", collection, headers={"Depth": "0"})
        if looked.is_success:
            raise self._refusal(refused)  # it is there: the refusal meant something else
        await self._make_home()
        body = _MKCALENDAR.format(name=escape(title)).encode()
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        made = await self._ask("MKCALENDAR", collection, content=body, headers=headers)
        if not made.is_success and made.status_code not in (405, 409):  # as above; Radicale says 409
            raise self._refusal(made)

    async def _make_home(self) -> None:
        """Make the collections above the calendars, the outermost first, as far as they are missing."""
        base = self._settings.caldav_url.rstrip("/")
        segments = [quote(part) for part in self._settings.caldav_home.split("/") if part]
        missing = []
        while segments:
            looked = await self._ask("PROPFIND", f"{base}/{'/'.join(segments)}/", headers={"Depth": "0"})
            if looked.status_code != 404:
                break
            missing.append(f"{base}/{'/'.join(segments)}/")
            segments.pop()
        for url in reversed(missing):
            made = await self._ask("MKCOL", url)
            if not made.is_success and made.status_code != 405:  # it exists: another worker was quicker
                raise self._refusal(made)

    def _home(self) -> str:
        parts = [self._settings.caldav_url.rstrip("/"), quote(self._settings.caldav_home.strip("/"))]
        return "".join(f"{part}/" for part in parts if part)

    async def _ask(
        self, method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request. Raises ApplicationError where no answer came or the server could not give one."""
        user, password = self._settings.caldav_username, self._settings.caldav_password
        auth = httpx.BasicAuth(user, password.get_secret_value() if password else "") if user else None
        # A proxy that compresses makes ETags weak, and a weak one never matches (RFC 9110 section 13.1.1).
        headers = {"Accept-Encoding": "identity", **(headers or {})}
        try:
            answer = await self._http.request(
                method, url, content=content, headers=headers, auth=auth, timeout=self._settings.caldav_timeout
            )
        except httpx.HTTPError as error:
            what = f"cannot be reached: {type(error).__name__} {error}"
            raise self._error(what, "CalendarServerUnavailable") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise self._error(f"answered {answer.status_code} to {method}", "CalendarServerUnavailable")
        return answer

    def _refusal(self, answer: httpx.Response) -> ApplicationError:
        what = f"refused {answer.request.method} {answer.request.url.path} with {answer.status_code}"
        if answer.status_code == 401:
            what += "; check AIDE_CALDAV_USERNAME and AIDE_CALDAV_PASSWORD"
        elif answer.status_code == 403:
            what += "; check that this user may write under AIDE_CALDAV_HOME"
        elif answer.is_redirect:
            what += f" to {answer.headers.get('Location')}; write that address in AIDE_CALDAV_URL"
        else:
            what += f": {' '.join(answer.text.split())[:200]}"
        return self._error(what, "CalendarServerRefused")

    def _error(self, what: str, kind: str) -> ApplicationError:
        url = httpx.URL(self._settings.caldav_url)  # without the user and password that a URL may hold
        return ApplicationError(f"calendar server {url.scheme}://{url.netloc.decode()} {what}", type=kind)


def file_name(uid: str) -> str:
    """The name of an event's resource, a function of its UID: a create whose answer was lost finds itself again."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", uid).lstrip(".") + ".ics"


def _condition(stored: _Stored | None) -> dict[str, str]:
    """RFC 4791 section 5.3.2: create only what is not there, change only what we saw."""
    return {"If-Match": stored.etag} if stored else {"If-None-Match": "*"}


def _outnumbering(event: CalendarEvent, ours: bytes, stored: _Stored | None) -> CalendarEvent:
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


def _wanted(ours: bytes, stored: _Stored | None, uid: str, href: str) -> bytes | None:
    """What is to be written; None where nothing is, because the server has this version or a newer one."""
    if stored is None:
        return ours
    if not stored.etag:
        raise ApplicationError(f"{href} came without an ETag and cannot be changed safely", type="CalendarConflict")
    try:
        there, here = version_of(stored.data, uid), version_of(ours, uid)
        if there and here and there[1] > here[1]:
            return None
        wanted = merged(stored.data, ours, uid)
    except ValueError as error:
        raise ApplicationError(f"{href} is not ours to change: {error}", type="CalendarConflict") from None
    return None if same_content(stored.data, wanted) else wanted
