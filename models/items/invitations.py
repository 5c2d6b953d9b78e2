"""The calendar event of a meeting: which guests get which version, and when the event is cancelled.

The module `event_versions` sets the version number (SEQUENCE) and the instant (DTSTAMP) of each version.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from models.common.times import same_time
from models.common.values import Instant
from models.items.event_versions import asks_again, following, until_now
from models.items.meeting_state import EventVersion, MeetingState
from models.machine.draft import Draft, Step
from models.machine.ladders import answer_dues
from models.machine.letter_fields import told_of
from models.machine.state import Proposal
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus, PartStat
from models.messages.effects import Order, Publish
from models.messages.notices import AnnouncementKind, SuggestedAct
from models.messages.sentences import sentence_of
from models.plan.parties import Rung
from models.plan.plan import Format

Meeting = Draft[MeetingState]


def invite(
    draft: Meeting,
    status: EventStatus,
    terms: Terms,
    accepted: set[str],
    text: str,
    suggests: SuggestedAct | None = None,
    consented: Collection[str] = (),
) -> None:
    """Sends a version of the event, with the date of `terms`, to the guests and to the calendars.

    The event shows the guests of the sides `accepted` as accepting. The sides `consented` have consented already, and
    the invitation does not ask them again. If nothing would change since the last version, nothing is sent.
    """
    setup, last, edition = draft.state.setup, draft.state.event, draft.state.setup.edition
    assert terms.slot is not None
    style = f" Format: {terms.format.value}." if terms.format else ""
    style += f" Join: {terms.link}" if terms.link else ""
    event = CalendarEvent(
        uid=setup.uid,
        sequence=0,
        dtstamp=draft.now.replace(microsecond=0),
        status=status,
        summary=setup.title,
        description=setup.spoken(f"{setup.plan_title}, provision {setup.ref}. {text}{style}"),
        location=location(terms),
        format=terms.format.value if terms.format and edition >= 1 else "",
        link=terms.link,
        slot=terms.slot,
        host=draft.state.host if edition >= 1 else None,
        attendees=(),
    )
    # Who answered other terms has not answered these.
    again = last is not None and asks_again(last, event, edition)
    answered = {} if again else draft.state.answers_to(terms.slot)
    event = event.model_copy(update={"attendees": _attendees(draft.state, accepted, answered)})
    offices = tuple(party.coordinator.office for party in setup.parties if party.side in consented)
    told = {"consented": offices, **until_now(last, event)}
    put_event(draft, following(last, event, edition), AnnouncementKind.INVITATION, text, suggests=suggests, **told)


def _attendees(state: MeetingState, accepted: set[str], answered: dict[str, PartStat]) -> tuple[Attendee, ...]:
    """Returns the guests. Those of the sides `accepted` accept. `answered` says what other offices have answered."""
    return tuple(
        Attendee(
            office=party.coordinator.office,
            title=party.coordinator.title,
            partstat=PartStat.ACCEPTED
            if party.side in accepted
            else answered.get(party.coordinator.office, PartStat.NEEDS_ACTION),
        )
        for party in state.setup.parties
    )


def accepting_sides(state: MeetingState, proposal: Proposal) -> set[str]:
    """Returns the sides that a tentative invitation to the proposed date shows as accepting.

    For a first invitation these are the sides that have consented. The same holds if only the place, the format, the
    joining link or the host changes. If the time changes, or if the last version was cancelled, there are none, because
    every guest must answer again (RFC 5546 section 3.2.2.1). If not, these are the sides that the last version shows as
    accepting.
    """
    last, slot = state.event, proposal.terms.slot
    if last is None or slot is None:
        return {consent.side for consent in proposal.consents}
    if last.status is EventStatus.CANCELLED or not same_time(last.slot, slot):
        return set()
    if state.setup.edition >= 1 and last.status is EventStatus.TENTATIVE and _differ(last, proposal.terms, state.host):
        return {consent.side for consent in proposal.consents}
    accepting = {each.office for each in last.attendees if each.partstat is PartStat.ACCEPTED}
    return {party.side for party in state.setup.parties if party.coordinator.office in accepting}


def _differ(last: CalendarEvent, terms: Terms, host: str | None) -> bool:
    style = terms.format.value if terms.format else ""
    return (last.location, last.format, last.link, last.host) != (location(terms), style, terms.link, host)


def location(terms: Terms) -> str:
    """Returns the place that the event of these terms shows. Empty if they name none."""
    return terms.place or ((terms.link or "virtual") if terms.format is Format.VIRTUAL else "")


def call_off(draft: Meeting, text: str, at: Instant | None = None) -> None:
    """Removes the agreed date, and cancels the calendar event if there is one.

    `at` is the instant at which the cancellation was due. None if it is due now.
    """
    last = draft.state.event
    draft.put(agreed=None, ended=False, remind_at=None, reminded=False)
    if last is None or last.status is EventStatus.CANCELLED:
        return
    setup = draft.state.setup
    changes = {
        "status": EventStatus.CANCELLED,
        "dtstamp": draft.now.replace(microsecond=0),
        "description": setup.spoken(f"{setup.plan_title}, provision {setup.ref}. {text}"),
    }
    off = following(last, last.model_copy(update=changes), setup.edition)
    put_event(draft, off, AnnouncementKind.CANCELLATION, text, at=at)


def put_event(draft: Meeting, event: CalendarEvent | None, kind: AnnouncementKind, text: str, **more: Any) -> None:
    """Sends a version of the event to the guests and to the calendars. Sends nothing if `event` is None.

    `more` holds further fields of the announcement.
    """
    if event is None:
        return
    last = draft.state.event
    if draft.state.reinvited and last is not None:
        event = _remove_former(draft, last, event, text)
    anew = last is None or asks_again(last, event, draft.state.setup.edition)
    draft.put(event=event, time_since=event.sequence if anew else draft.state.time_since)
    if anew:
        _keep_version(draft, event)
    setup = draft.state.setup
    if kind is AnnouncementKind.CANCELLATION and draft.state.reinvited:
        draft.announce_to(kind, [seat(attendee) for attendee in event.attendees], text, event=event, **more)
    else:
        proposal = draft.state.date_invited_to
        dues = answer_dues(draft.state, proposal, draft.now) if proposal else {}
        draft.announce(kind, setup.sides, text, event, dues=dues, **more)
    calendars = (setup.plan, *(attendee.office for attendee in event.attendees))
    invited_before = [attendee.office for attendee in last.attendees] if last else []
    removed = tuple(office for office in invited_before if office not in calendars)
    draft.effects.append(Publish(event=event, calendars=calendars, removed=removed))


VERSIONS_KEPT = 12
"""How many versions of an event a meeting keeps that asked the guests again."""


def _keep_version(draft: Meeting, event: CalendarEvent) -> None:
    invited = draft.state.date_invited_to if event.status is EventStatus.TENTATIVE else None
    number = invited.number if invited else None
    version = EventVersion(sequence=event.sequence, slot=event.slot, proposal=number)
    draft.put(versions=(*draft.state.versions, version)[-VERSIONS_KEPT:])


def invite_again(draft: Meeting, text: str) -> None:
    """Sends a version of the event to a proposed date, after something has changed to which the sides consent with the
    date. Does nothing if the event invites to no proposed date."""
    proposal = draft.state.date_invited_to
    if proposal is None or draft.state.setup.edition < 1:
        return
    suggests = SuggestedAct(verb="accept", proposal=proposal.number)
    sides = {consent.side for consent in proposal.consents}
    accepted = accepting_sides(draft.state, proposal)
    invite(draft, EventStatus.TENTATIVE, proposal.terms, accepted, text, suggests, sides)


def seat(attendee: Attendee) -> Rung:
    """Returns the rung that stands for a guest. Announcements name their receivers as rungs."""
    return Rung(office=attendee.office, title=attendee.title, label="", after=timedelta(0))


# An amendment gives the item other offices


def reinvite(draft: Meeting, order: Order) -> bool:
    """Invites the present offices of the item to its event, and sends a cancellation to the former ones.

    Returns True if it sent an invitation. Sends nothing and returns False if the order asks for no new invitation, if
    no event is to come, or if its guests stay the same.
    """
    last = _with_other_offices(draft, order)
    if order.reinvites:
        draft.put(reinvited=True)
    if last is None:
        return False
    kept = {attendee.office: attendee for attendee in last.attendees}
    now = [party.coordinator for party in draft.state.setup.parties]
    attendees = tuple(kept.get(rung.office, Attendee(office=rung.office, title=rung.title)) for rung in now)
    stamp = max(draft.now.replace(microsecond=0), last.dtstamp + timedelta(seconds=1))
    event = last.model_copy(update={"attendees": attendees, "sequence": last.sequence + 1, "dtstamp": stamp})
    text = sentence_of(f"The plan reads otherwise {order.text}")
    proposal = draft.state.open_proposal(Topic.DATE) if event.status is EventStatus.TENTATIVE else None
    suggests = SuggestedAct(verb="accept", proposal=proposal.number) if proposal else None
    put_event(draft, event, AnnouncementKind.INVITATION, text, suggests=suggests, **told_of(order))
    return True


def _with_other_offices(draft: Meeting, order: Order) -> CalendarEvent | None:
    """Returns the event if it is still to come and its guests are not the present offices of the item.

    Returns None if not, if the meeting was held, or if the order asks for no new invitation.
    """
    state = draft.state
    event = state.event
    if not order.reinvites or event is None or event.status is EventStatus.CANCELLED or state.held:
        return None
    now = {party.coordinator.office for party in state.setup.parties}
    changed = now != {attendee.office for attendee in event.attendees}
    return event if changed and event.slot.end.utc > draft.now else None


def _remove_former(draft: Meeting, last: CalendarEvent, event: CalendarEvent, text: str) -> CalendarEvent:
    """Sends each former guest a cancellation that names this guest only (RFC 5546 section 3.2.5).

    Returns the event for the present guests. If a former guest was removed, its version number (SEQUENCE) is higher
    than the last one.
    """
    invited = {attendee.office for attendee in event.attendees}
    former = [attendee for attendee in last.attendees if attendee.office not in invited]
    if not former or last.status is EventStatus.CANCELLED:
        return event
    event = event.model_copy(update={"sequence": max(event.sequence, last.sequence + 1)})
    for attendee in former:
        changes = {"status": EventStatus.CANCELLED, "attendees": (attendee,), "removes": True}
        stamps = {"sequence": event.sequence, "dtstamp": event.dtstamp}
        own = last.model_copy(update={**changes, **stamps})
        more = " It takes place without your office. Nothing about it is awaited of your office any longer."
        draft.announce_to(AnnouncementKind.CANCELLATION, [seat(attendee)], text + more, event=own)
    return event


# What the calendars hold


def newest(state: MeetingState, event: CalendarEvent) -> CalendarEvent:
    """Returns the newest version of `event`. The calendars must get this version.

    A newer version may have replaced `event` while `event` waited to be published. If not, `event` is returned.
    """
    last = state.event
    return last if last is not None and last.uid == event.uid and last.dtstamp > event.dtstamp else event


def outrun(state: MeetingState, published: CalendarEvent, sequence: int, now: Instant) -> Step[MeetingState]:
    """Gives the event a higher version number (SEQUENCE), if the calendars hold a higher one than the state.

    This happens after a rewind. `sequence` is the number with which the calendars hold the version `published`. The
    guests get the event again, because their programs ignore a version with a lower SEQUENCE (RFC 5546 section 2.1.5).
    If the event is over, nobody gets it again. Returns the new state and the effects.
    """
    last = state.event
    if last is None or last.sequence >= sequence:
        return Step(state=state)
    if last.status != published.status or not same_time(last.slot, published.slot):
        sequence += 1  # the event has changed since then
    draft = Draft(state, now)
    stamp = max(now.replace(microsecond=0), last.dtstamp + timedelta(seconds=1))
    event = last.model_copy(update={"sequence": sequence, "dtstamp": stamp})
    if last.slot.end.utc <= now:
        draft.put(event=last.model_copy(update={"sequence": sequence}))
        return Step(state=draft.state)  # the event is over, so nobody is told
    off = event.status is EventStatus.CANCELLED
    kind = AnnouncementKind.CANCELLATION if off else AnnouncementKind.INVITATION
    text = "This repeats the last message about this event. After a breakdown, calendars hold a higher version number."
    put_event(draft, event, kind, text)
    return Step(state=draft.state, effects=tuple(draft.effects))
