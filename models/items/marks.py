"""Marks: a side says that a meeting was held, or was not held. This side may correct its mark, and another side may
dispute it.

A dispute ends when all sides of the dispute give the same mark.
"""

from datetime import time, timedelta
from typing import Any

from models.common.times import ZonedTime
from models.common.values import Instant
from models.items.invitations import call_off
from models.items.meeting_state import Mark, MeetingState, held_date
from models.machine.draft import Draft
from models.machine.refusals import refusal
from models.machine.replacing import correction, refuse_of_others, refuse_same
from models.machine.rules import Deed, Rules
from models.machine.silence import MARK, applies, end_silences, put_on_record, rule_on_record
from models.messages import acts
from models.messages.acts import Held, NotHeld, Topic
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal

MeetingRules = Rules[MeetingState]

# Held


def refuse_held(rules: MeetingRules, state: MeetingState, act: Held, side: str, now: Instant) -> Refusal | None:
    earlier = marked_already(state, act)
    if earlier is not None and earlier.side != side:
        return refuse_of_others(rules, state, "already-marked", _said(state, earlier))
    if act.on is not None and (wrong := _refuse_day(rules, state, act.on, act.outside_window, now)) is not None:
        return wrong
    if earlier is not None and _alike(earlier, _held_mark(state, act, side, now)):
        return refuse_same(rules, state, "mark")
    if act.on is not None or (earlier is not None and earlier.held):
        return None  # a correction that names no day keeps the day
    agreed = state.agreed or (state.mark.agreed if state.mark else None)
    if agreed is None:
        message = "no date was agreed; propose one, or say on which day it was held without one"
        return refusal(rules, state, "no-date", message)
    if agreed.slot.start.utc > now:
        message = (
            f"it is agreed for {state.setup.clock.moment(agreed.slot.start.utc)} and has not begun; "
            "if it was held on an earlier day, say on which day"
        )
        return refusal(rules, state, "not-begun", message)
    return None


def marked_already(state: MeetingState, act: Held | NotHeld) -> Mark | None:
    """Returns the mark that this mark would replace. None if no mark counts now, if the marks are disputed, or if the
    mark is about another day than the meeting that was marked as not held."""
    mark = state.mark
    if mark is None or state.stances or (not mark.held and state.agreed is not None):
        return None
    if mark.held or isinstance(act, NotHeld) or act.on is None:
        return mark
    day = mark.agreed.slot.start.local.date() if mark.agreed else None
    return mark if act.on.local.date() == day else None


def _said(state: MeetingState, mark: Mark) -> str:
    when = state.setup.clock.moment(mark.at)
    return f"on {when}, {mark.office} marked it {mark_in_words(mark)}"


def _alike(one: Mark, other: Mark) -> bool:
    """Whether two marks say the same about the meeting."""
    return (one.held, held_date(one), one.reason) == (other.held, held_date(other), other.reason)


def _refuse_day(rules: MeetingRules, state: MeetingState, on: ZonedTime, express: bool, now: Instant) -> Refusal | None:
    """Returns why the meeting cannot have been held on the day `on`. None if it can have been held then.

    `express` is True if the side says itself that this day was outside the window.
    """
    day, setup = f"{on.local:%-d %B %Y}", state.setup
    if on.utc > now:
        return refusal(rules, state, "not-begun", f"{day} has not come yet; name a past day")
    if not _within(on, setup.valid_from, setup.valid_until):
        valid = setup.clock.span(setup.valid_from, setup.valid_until)
        message = f"{day} lies outside the validity of the plan ({valid}); name a day within it"
        return refusal(rules, state, "outside-validity", message)
    if not express and (window := _missed_window(state, on)):
        message = f"{day} lies outside the window ({window}); if it was held then all the same, add --outside-window"
        return refusal(rules, state, "outside-window", message)
    return None


def _within(on: ZonedTime, start: Instant | None, end: Instant | None) -> bool:
    """Whether `on` lies between two instants. A bound that is None sets no limit.

    If `on` is a whole day (its time is midnight), it is enough that a part of the day lies between them.
    """
    last = on.utc + timedelta(days=1) if on.local.time() == time(0) else on.utc
    return (start is None or last > start) and (end is None or on.utc < end)


def _missed_window(state: MeetingState, on: ZonedTime) -> str:
    """Returns the window in words, if the day `on` lies outside it.

    Empty if the day lies within the window, if there is no window, or if the sides had agreed on this day.
    """
    window, slot = state.setup.window, state.agreed.slot if state.agreed else None
    if slot is not None and slot.start.local.date() <= on.local.date() <= slot.end.local.date():
        return ""
    if window is None or _within(on, window.start, state.window_end):
        return ""
    return state.setup.clock.span(window.start, state.window_end)


def _held_mark(state: MeetingState, act: Held, side: str, now: Instant) -> Mark:
    """Returns the mark that the act makes. What it leaves open is as agreed or, in a correction, as marked before."""
    agreed = state.agreed or (state.mark.agreed if state.mark else None)
    earlier = marked_already(state, act)
    before = earlier if earlier is not None and earlier.held else None
    style = act.format or (before.format if before else agreed.format if agreed else None)
    place = act.place or (before.place if before else agreed.place if agreed else "")
    on = act.on or (before.on if before else None)
    return Mark(held=True, office=act.office, side=side, at=now, agreed=agreed, on=on, format=style, place=place)


def take_held(rules: MeetingRules, draft: Draft[MeetingState], act: Held, side: str) -> None:
    replaced, mark = marked_already(draft.state, act), _held_mark(draft.state, act, side, draft.now)
    date, window = held_date(mark), _missed_window(draft.state, act.on) if act.on else ""
    told = date.model_dump(mode="json") if date else None
    beyond = f", outside its window ({window})" if window else ""
    who = f"{act.office} ({side})"
    if replaced is not None:
        text = correction(who, "mark", mark_in_words(mark) + beyond, mark_in_words(replaced))
    else:
        text = f"{who} marks it {mark_in_words(mark)}{beyond}"
    before = mark_on_record(replaced)
    outside, rule = True if window else None, rule_on_record(draft.state)
    dispute = _in_dispute(draft.state, mark)
    rule = None if dispute == "stands" else rule
    draft.enter("held", text, act, date=told, outside_window=outside, replaced=before, silence=rule, dispute=dispute)
    _take_stance(draft, mark)


def mark_in_words(mark: Mark) -> str:
    """Returns what a mark says: "held on 3 March 2026 (Vientiane, hybrid)", or "not held: the road was closed"."""
    if not mark.held:
        return f"not held: {mark.reason}" if mark.reason else "not held"
    when = mark.on or (mark.agreed.slot.start if mark.agreed else None)
    return acts.mark_in_words(True, when, mark.place, mark.format.value if mark.format else "")


def mark_on_record(mark: Mark | None) -> dict[str, Any] | None:
    """Returns a mark in the form in which the line of its correction keeps it. None if nothing is corrected."""
    if mark is None:
        return None
    date, on = held_date(mark) if mark.held else None, mark.on or (mark.agreed.slot.start if mark.agreed else None)
    facts = mark.model_dump(mode="json", include={"held", "office", "side", "at", "place", "format", "reason"})
    return {
        **facts,
        "on": on.model_dump(mode="json") if on and mark.held else None,
        "date": date.model_dump(mode="json") if date else None,
        "words": mark_in_words(mark),
    }


# Not held


def refuse_not_held(rules: MeetingRules, state: MeetingState, act: NotHeld, side: str, now: Instant) -> Refusal | None:
    if state.stances:
        return None
    earlier = marked_already(state, act)
    if earlier is not None:
        if earlier.side != side:
            return refuse_of_others(rules, state, "already-marked", _said(state, earlier))
        return refuse_same(rules, state, "mark") if _alike(earlier, _not_held_mark(state, act, side, now)) else None
    if state.agreed is None:
        return refusal(rules, state, "no-date", "no date is agreed, so it cannot be marked as not held")
    if state.agreed.slot.start.utc > now:
        when = state.setup.clock.moment(state.agreed.slot.start.utc)
        message = f"it is agreed for {when} and has not begun; regret it, or propose to postpone it"
        return refusal(rules, state, "not-begun", message)
    return None


def _not_held_mark(state: MeetingState, act: NotHeld, side: str, now: Instant) -> Mark:
    agreed = state.agreed or (state.mark.agreed if state.mark else None)
    return Mark(held=False, office=act.office, side=side, at=now, agreed=agreed, reason=act.reason)


def take_not_held(rules: MeetingRules, draft: Draft[MeetingState], act: NotHeld, side: str) -> None:
    replaced, mark = marked_already(draft.state, act), _not_held_mark(draft.state, act, side, draft.now)
    who = f"{act.office} ({side})"
    text = f"{who} marks it {mark_in_words(mark)}"
    if replaced is not None:
        text = correction(who, "mark", mark_in_words(mark), mark_in_words(replaced))
    dispute = _in_dispute(draft.state, mark)
    draft.enter("not_held", text, act, reason=act.reason or None, replaced=mark_on_record(replaced), dispute=dispute)
    _take_stance(draft, mark)


# Which mark stands


def _in_dispute(state: MeetingState, mark: Mark) -> str | None:
    """Returns `settled` if the sides of the dispute say the same with this mark, `stands` if they do not. None if
    nothing is disputed."""
    if not state.stances:
        return None
    return "stands" if len({*_stances_with(state, mark).values()}) > 1 else "settled"


def _stances_with(state: MeetingState, mark: Mark) -> dict[str, bool]:
    return {**state.stances, mark.side: mark.held}


def _take_stance(draft: Draft[MeetingState], mark: Mark) -> None:
    """Records a mark. It counts at once, or, in a dispute, when all sides of the dispute say the same. The other sides
    learn of it in any case."""
    dispute, line = _in_dispute(draft.state, mark), draft.state.ledger[-1].text
    if dispute == "stands":
        draft.put(stances=_stances_with(draft.state, mark))
        if draft.state.setup.edition >= 1:
            text = f"{sentence_of(line)} The sides do not say the same yet."
            draft.announce(AnnouncementKind.MARK, draft.state.setup.others(mark.side), text)
        return
    if dispute == "settled":
        # Announcements tell the mark, so that each of them says what the sides now say.
        line = f"{sentence_of(line)} The sides now say the same."
        draft.enter_beside("settled", "the sides now say the same")
    draft.put(mark=mark, stances={})
    if mark.held:
        draft.overtake(Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE)
        draft.put(awake=True, asleep_until=None)
        ahead = draft.state.event is not None and draft.state.event.slot.start.utc > draft.now
        if mark.agreed is None or ahead:
            call_off(draft, "It was held on another day.")
        if applies(draft.state):
            put_on_record(draft, mark.side, MARK, AnnouncementKind.MARK, line)
        else:
            text = f"{sentence_of(line)} It may be disputed until it is closed out."
            draft.announce(AnnouncementKind.MARK, draft.state.setup.others(mark.side), text)
    else:
        _take_not_held_stance(draft, mark, f"{sentence_of(line)} A new date is awaited.")


def _take_not_held_stance(draft: Draft[MeetingState], mark: Mark, text: str) -> None:
    """A meeting that was not held has no outcome. Its mark has no silence, because it closes nothing."""
    if draft.state.outcome is not None:
        draft.put(outcome=None, reports=())
    end_silences(draft, MARK, "outcome")
    said = draft.state.announced
    call_off(draft, text)
    if draft.state.announced == said and draft.state.setup.edition >= 1:  # there was no event to cancel
        draft.announce(AnnouncementKind.MARK, draft.state.setup.others(mark.side), text)


HELD = Deed(refuse_held, take_held)
NOT_HELD = Deed(refuse_not_held, take_not_held)
