"""Marks: a side says that a meeting was held, or was not held. Another side may dispute the mark.

A dispute ends when all sides of the dispute give the same mark.
"""

from datetime import time, timedelta

from models.common.times import ZonedTime
from models.common.values import Instant
from models.items.invitations import call_off
from models.items.meeting_state import Mark, MeetingState, held_date
from models.machine.draft import Draft
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.messages.acts import Dispute, Held, NotHeld, Topic
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal

MeetingRules = Rules[MeetingState]

# Held


def refuse_held(rules: MeetingRules, state: MeetingState, act: Held, side: str, now: Instant) -> Refusal | None:
    if state.held:
        assert state.mark is not None
        when = state.setup.clock.moment(state.mark.at)
        message = f"{state.mark.office} marked it held on {when}; another side may dispute that"
        return refusal(rules, state, "already-marked", message)
    if act.on is not None:
        return _refuse_day(rules, state, act.on, act.outside_window, now)
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


def take_held(rules: MeetingRules, draft: Draft[MeetingState], act: Held, side: str) -> None:
    state = draft.state
    agreed = state.agreed or (state.mark.agreed if state.mark else None)
    style = act.format or (agreed.format if agreed else None)
    place = act.place or (agreed.place if agreed else "")
    when = act.on or (agreed.slot.start if agreed else None)
    mark = Mark(
        held=True, office=act.office, side=side, at=draft.now, agreed=agreed, on=act.on, format=style, place=place
    )
    details = ", ".join(part for part in (place, style.value if style else "") if part)
    on = f" on {when.local:%-d %B %Y}" if when else ""
    where = f" ({details})" if details else ""
    date, window = held_date(mark), _missed_window(state, act.on) if act.on else ""
    told = date.model_dump(mode="json") if date else None
    beyond = f", outside its window ({window})" if window else ""
    text = f"{act.office} ({side}) marks it held{on}{where}{beyond}"
    draft.enter("held", text, act, date=told, outside_window=True if window else None)
    _take_stance(draft, mark)


# Not held


def refuse_not_held(rules: MeetingRules, state: MeetingState, act: NotHeld, side: str, now: Instant) -> Refusal | None:
    if state.stances:
        return None
    if (state.mark is not None and state.agreed is None) or state.held:
        assert state.mark is not None
        word = "held" if state.mark.held else "not held"
        message = f"{state.mark.office} marked it {word}; another side may dispute that"
        return refusal(rules, state, "already-marked", message)
    if state.agreed is None:
        return refusal(rules, state, "no-date", "no date is agreed, so it cannot be marked as not held")
    if state.agreed.slot.start.utc > now:
        when = state.setup.clock.moment(state.agreed.slot.start.utc)
        message = f"it is agreed for {when} and has not begun; regret it, or propose to postpone it"
        return refusal(rules, state, "not-begun", message)
    return None


def take_not_held(rules: MeetingRules, draft: Draft[MeetingState], act: NotHeld, side: str) -> None:
    state = draft.state
    agreed = state.agreed or (state.mark.agreed if state.mark else None)
    reason = f": {act.reason}" if act.reason else ""
    draft.enter("not_held", f"{act.office} ({side}) marks it not held{reason}", act, reason=act.reason or None)
    mark = Mark(held=False, office=act.office, side=side, at=draft.now, agreed=agreed, reason=act.reason)
    _take_stance(draft, mark)


# Which mark stands


def _take_stance(draft: Draft[MeetingState], mark: Mark) -> None:
    """Records a mark. It counts at once, or, in a dispute, when all sides of the dispute say the same."""
    if draft.state.stances:
        stances = {**draft.state.stances, mark.side: mark.held}
        if len(set(stances.values())) > 1:
            draft.put(stances=stances)
            return
        draft.enter("settled", "the sides now say the same")
    draft.put(mark=mark, stances={})
    word = sentence_of(draft.state.ledger[-1].text)
    if mark.held:
        draft.overtake(Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE)
        draft.put(awake=True, asleep_until=None)
        ahead = draft.state.event is not None and draft.state.event.slot.start.utc > draft.now
        if mark.agreed is None or ahead:
            call_off(draft, "It was held on another day.")
        others = draft.state.setup.others(mark.side)
        draft.announce(AnnouncementKind.MARK, others, f"{word} It may be disputed until it is closed out.")
    else:
        call_off(draft, f"{word} A new date is awaited.")


# A mark or an outcome is disputed


def refuse_dispute(rules: MeetingRules, state: MeetingState, act: Dispute, side: str, now: Instant) -> Refusal | None:
    if not act.reason.strip():
        return refusal(rules, state, "bad-terms", "say what is disputed and why")
    if state.stances:
        return refusal(rules, state, "disputed", "the mark is disputed already; mark it held or not-held")
    by = state.outcome["side"] if state.outcome else state.mark.side if state.mark else None
    if by is None or (state.mark and not state.mark.held and state.agreed is not None):
        return refusal(rules, state, "nothing-marked", "there is no mark or outcome that can be disputed now")
    if by == side:
        return refusal(rules, state, "own-mark", "your own side put this on record; another side may dispute it")
    return None


def take_dispute(rules: MeetingRules, draft: Draft[MeetingState], act: Dispute, side: str) -> None:
    state = draft.state
    about = "outcome" if state.outcome else "mark"
    text = f"{act.office} ({side}) disputes the {about}: {act.reason}"
    draft.enter("dispute", text, act, about=about, reason=act.reason)
    if state.outcome:
        draft.put(outcome=None, reports=(), silence=None)
    elif state.mark:
        draft.put(stances={state.mark.side: state.mark.held, side: not state.mark.held})
    others = state.setup.others(side)
    draft.announce(AnnouncementKind.ANSWER, others, sentence_of(text))


HELD = Deed(refuse_held, take_held)
NOT_HELD = Deed(refuse_not_held, take_not_held)
DISPUTE = Deed(refuse_dispute, take_dispute)
