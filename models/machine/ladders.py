"""Ladders: these functions begin and settle awaited acts, as the state of an item requires, and climb their ladders."""

from collections.abc import Iterator
from datetime import timedelta

from models.common.values import Instant
from models.machine.asked_by_letter import (
    answer_lapses,
    asked_at,
    at_the_latest,
    delay_above,
    is_written_to,
    latest,
    letter_gone,
    moved_by_letter,
)
from models.machine.draft import Draft, S, Step
from models.machine.letter_fields import proposed
from models.machine.rules import Rules
from models.machine.setup import ItemSetup
from models.machine.silence import object_by
from models.machine.state import Ask, ItemState, OpenAct, Proposal
from models.machine.status_rounds import asked_in_round
from models.messages.effects import Await, Settle
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AskedBefore, Notice
from models.messages.sentences import assumption, describe, infinitive
from models.messages.views import AwaitedRow


def asks(rules: Rules[S], state: S) -> Iterator[Ask]:
    """Yields every act that the state requires of the sides. A closed item requires none. A dormant item requires only
    answers to proposals and to status rounds."""
    if state.closed:
        return
    for proposal in state.open_proposals:
        for side in state.setup.sides:
            if not proposal.consented(side):
                said = rules.said_by_invitation(state, proposal)
                yield Ask(act="answer", side=side, subject=proposal.number, said=said)
    if rules.answers_rounds:
        yield from asked_in_round(state)
    if state.awake:
        yield from rules.phase(state).asks(state)


def reconcile(rules: Rules[S], draft: Draft[S], acting: str = "", due_at: Instant | None = None) -> None:
    """Settles the awaited acts that the state no longer requires, and begins the acts that it now requires.

    Acts that stay awaited keep their ladders. `acting` is the side whose act caused this. Its receipt tells it what is
    awaited of it, so its new notices cause no letter of their own. Empty: no act caused this. `due_at` is the instant
    at which the new acts were due. None: now.
    """
    required = [ask for ask in asks(rules, draft.state) if not _too_late(draft, ask)]
    wanted = {(ask.act, ask.side, ask.subject) for ask in required}
    kept = []
    for open_act in draft.state.open_acts:
        if (open_act.act, open_act.side, open_act.subject) in wanted:
            kept.append(open_act)
        else:
            _settle(draft, open_act)
    draft.put(open_acts=tuple(kept))
    present = {(each.act, each.side, each.subject) for each in kept}
    for ask in required:
        if (ask.act, ask.side, ask.subject) not in present:
            _begin(rules, draft, ask, due_at or draft.now, quiet=ask.said or ask.side == acting)


def _too_late(draft: Draft[S], asked: Ask | OpenAct) -> bool:
    """Whether it asks for an answer to a proposal whose time has come. Nobody is asked for such an answer."""
    at = draft.state.lapses_at(asked.subject) if asked.act == "answer" else None
    return at is not None and at <= draft.now


def _begin(rules: Rules[S], draft: Draft[S], ask: Ask, at: Instant, quiet: bool) -> None:
    key = f"{ask.act}/{ask.side}"
    number = draft.state.rounds.get(key, 0) + 1
    # If an item should have asked before it was opened, as in an adoption, its ladder starts at the opening.
    asked = at if draft.now - at <= draft.state.setup.despatch.period / 10 else draft.now
    since = min(ask.since or asked, asked)
    open_act = OpenAct(
        act=ask.act,
        side=ask.side,
        subject=ask.subject,
        round=number,
        since=since,
        climbs=(since,),
        stays=ask.stays,
        gather=ask.gather,
        by_letter=_counts_letters(draft.state, ask),
        went={1: since} if quiet else {},
    )
    draft.put(rounds={**draft.state.rounds, key: number}, open_acts=(*draft.state.open_acts, open_act))
    _await(rules, draft, open_act, asked, quiet)


def _counts_letters(state: ItemState, ask: Ask) -> bool:
    return state.setup.edition >= 1 and not ask.stays and len(state.setup.party(ask.side).ladder) > 1


def restart(draft: Draft[S]) -> None:
    """Settles every awaited act. After that, `reconcile` begins the acts that are still required at their first rung,
    the coordinator."""
    for open_act in draft.state.open_acts:
        _settle(draft, open_act)
    draft.put(open_acts=())


def _settle(draft: Draft[S], open_act: OpenAct) -> None:
    ladder = draft.state.setup.party(open_act.side).ladder
    for i in range(open_act.rung):
        key = notice_key(draft.state.setup, open_act, i + 1)
        draft.effects.append(Settle(office=ladder[i].office, item=draft.state.setup.id, keys=(key,)))
    if open_act.act == "answer":
        for asked in draft.state.asked_back:
            if (asked.proposal, asked.side) == (open_act.subject, open_act.side):
                draft.effects.append(Settle(office=asked.office, item=draft.state.setup.id, keys=(asked.key,)))


def _await(rules: Rules[S], draft: Draft[S], open_act: OpenAct, at: Instant, quiet: bool) -> None:
    state, setup = draft.state, draft.state.setup
    ladder = setup.party(open_act.side).ladder
    rung = ladder[open_act.rung - 1]
    answered = state.proposal(open_act.subject) if open_act.act == "answer" else None
    notice = Notice(
        key=notice_key(setup, open_act, open_act.rung),
        item=setup.id,
        ref=setup.ref,
        title=setup.title,
        short=setup.short,
        verb=open_act.act,
        act=act_in_words(rules, state, open_act),
        lines=rules.lines_of(state, open_act),
        round=state.round.name if open_act.act == "progress" and state.round else "",
        questions=rules.questions_of(state, open_act),
        proposal=proposed(state, answered) if answered is not None else None,
        wanted=setup.evidence_wanted if open_act.act == "evidence" else "",
        side=open_act.side,
        office=rung.office,
        office_title=rung.title,
        rung=open_act.rung,
        since=open_act.since,
        due=due_of(state, open_act, open_act.rung),
        ends=state.window_end,
        at=at,
        asked_before=tuple(each.title for each in _below(state, open_act, written_to=True)),
        before=_below(state, open_act, written_to=True),
        not_written_to=_below(state, open_act, written_to=False),
        acknowledged=open_act.by_letter and not quiet and open_act.rung < len(ladder),
        latest=_latest_due(state, open_act),
        assumed=tuple(assumption(reading) for reading in setup.assumed),
        readings=setup.assumed,
        quiet=quiet,
        gather=open_act.gather,
    )
    draft.told(rung.office)
    draft.effects.append(Await(notice=notice))


def _below(state: ItemState, open_act: OpenAct, written_to: bool) -> tuple[AskedBefore, ...]:
    """Returns the offices on the lower rungs that were written to, or those that were not."""
    ladder = state.setup.party(open_act.side).ladder
    return tuple(
        AskedBefore(office=ladder[rung - 1].office, title=ladder[rung - 1].title, since=asked_at(open_act, rung))
        for rung in range(1, open_act.rung)
        if is_written_to(open_act, rung) is written_to
    )


def act_in_words(rules: Rules[S], state: S, open_act: OpenAct) -> str:
    """Returns the awaited act as an infinitive with its object, for example "answer proposal 2 of the ..."."""
    own = rules.act_in_words(state, open_act)
    proposal = state.proposal(open_act.subject) if open_act.act == "answer" else None
    if own is not None or proposal is None:
        return own or infinitive(open_act.act)
    whose = state.setup.party(proposal.side).offices.get(proposal.office, proposal.office)
    words = f', with the words "{proposal.terms.reason}"' if proposal.message and proposal.terms.reason else ""
    said = describe(proposal.terms, state.setup.clock, state.setup.names)
    instead = f" (in place of proposal {proposal.replaces})" if proposal.replaces else ""
    return f"answer proposal {proposal.number}{instead} of the {whose}: {said}{words}"


def awaiting(state: ItemState) -> tuple[AwaitedRow, ...]:
    """Returns one row for each awaited act and each office that is asked for the act, oldest first."""
    rows = [
        AwaitedRow(
            office=state.setup.party(open_act.side).ladder[i].office,
            act=open_act.act,
            since=climbed,
            due=due_of(state, open_act, i + 1),
            rung=i + 1,
        )
        for open_act in state.open_acts
        for i, climbed in enumerate(open_act.climbs)
    ]
    return tuple(sorted(rows, key=lambda row: (row.since, row.rung, row.office)))


def due_of(state: ItemState, open_act: OpenAct, rung: int) -> Instant | None:
    """Returns the instant by which the office on a rung should act. None if nothing sets such an instant.

    It is the instant of the next rung. If the letter of a rung went late, the next rung comes later, and so is `due`.
    On the last rung, or if the ladder is not climbed, it is the end of the window. For an answer to a status round, it
    is the end of the round. For an agreement under silence, it is the end of the time to object; None while this time
    does not run. An answer to a proposal is due at the latest when its time comes: when a proposed date starts, or at
    the instant until which the item is to be postponed or its window extended.
    """
    if open_act.act == "progress" and state.round is not None:
        return state.round.closes
    if open_act.act == "agree" and open_act.stays and state.setup.edition >= 1:
        return object_by(state, open_act.side)
    next_rung = _next_rung(state, open_act, rung)
    due = state.window_end if open_act.stays or next_rung is None else next_rung
    proposal = state.proposal(open_act.subject) if open_act.act == "answer" else None
    slot = proposal.terms.slot if proposal else None
    useless = slot.start.utc if slot is not None else state.lapses_at(open_act.subject) if proposal else None
    begun = open_act.climbs[rung - 1] if rung <= open_act.rung else open_act.since
    if useless is None or useless <= begun:
        return due
    return useless if due is None else min(due, useless)  # a later answer is of no use


def _next_rung(state: ItemState, open_act: OpenAct, rung: int) -> Instant | None:
    """Returns when the rung above a rung is climbed, or was climbed. None if there is none above it."""
    ladder = state.setup.party(open_act.side).ladder
    if rung >= len(ladder):
        return None
    if not open_act.by_letter or rung > open_act.rung:
        return open_act.since + ladder[rung].after + open_act.for_words
    if rung < open_act.rung:
        return open_act.climbs[rung]
    return at_the_latest(state, open_act, *_plans(state, open_act))


def _latest_due(state: ItemState, open_act: OpenAct) -> Instant | None:
    """Returns the latest instant to which `due` of the newest rung moves if its letter goes late. None if nothing
    limits it, or if its letter moves nothing."""
    ladder = state.setup.party(open_act.side).ladder
    if not open_act.by_letter or open_act.rung >= len(ladder):
        return None
    lapses = answer_lapses(state, open_act)
    limits = (latest(state, open_act, _planned(state, open_act, timedelta(0))), lapses)
    return min((each for each in limits if each is not None), default=None)


def answer_dues(state: ItemState, proposal: Proposal, now: Instant) -> dict[str, Instant]:
    """Returns, for the coordinator of each side that has not consented, the instant by which it should answer a
    proposal. A coordinator is missing if nothing sets such an instant, or if the instant has passed."""
    asked = {each.side: each for each in state.open_acts if (each.act, each.subject) == ("answer", proposal.number)}
    found = {}
    for party in state.setup.parties:
        anew = OpenAct(act="answer", side=party.side, subject=proposal.number, round=0, since=now, climbs=(now,))
        due = None if proposal.consented(party.side) else due_of(state, asked.get(party.side, anew), 1)
        if due is not None and due > now:
            found[party.coordinator.office] = due
    return found


# Climbing


def climb(rules: Rules[S], draft: Draft[S]) -> None:
    """Climbs one rung of each ladder whose next rung is due: the item asks the office of that rung too."""
    for open_act in draft.state.open_acts:
        instant = next_rung_at(draft.state, open_act)
        if instant is None or instant > draft.now or _too_late(draft, open_act):
            continue
        noticed_late = draft.now - instant > draft.state.setup.despatch.period / 10
        changes = {
            "climbs": (*open_act.climbs, draft.now if noticed_late else instant),
            "delay": delay_above(draft.state, open_act, instant),
        }
        climbed = open_act.model_copy(update=changes)
        _replace(draft, open_act, climbed)
        rung = draft.state.setup.party(open_act.side).ladder[climbed.rung - 1]
        text = f"{rung.label} awaited: {infinitive(open_act.act)}"
        draft.enter("rung", text, office=rung.office, rung=climbed.rung, act_awaited=open_act.act)
        _await(rules, draft, climbed, instant, quiet=False)


def next_rung_at(state: ItemState, open_act: OpenAct) -> Instant | None:
    """Returns the instant at which the next rung of a ladder is due.

    None if no rung is left, if the act is asked of the coordinator only, or while the ladder is paused. None too if the
    act answers a proposal and the next rung would not come before its time has come (`lapses_at`).

    The time of a rung counts from its letter (models/machine/asked_by_letter.py). None too while the ladder waits for
    that letter.

    If the last rung was climbed late by more than a tenth of a despatch period, the next one comes at the earliest one
    despatch period after it. So after an outage one rung is climbed, not all.
    """
    ladder = state.setup.party(open_act.side).ladder
    if open_act.stays or open_act.paused or open_act.rung >= len(ladder):
        return None
    instant = moved_by_letter(state, open_act, *_plans(state, open_act))
    lapses = answer_lapses(state, open_act)
    return instant if lapses is None or instant is None or instant < lapses else None


def _plans(state: ItemState, open_act: OpenAct) -> tuple[Instant, Instant]:
    """Returns the instant of the next rung by the plan, and the one that late letters have made of it."""
    return _planned(state, open_act, timedelta(0)), _planned(state, open_act, open_act.delay)


def _planned(state: ItemState, open_act: OpenAct, delay: timedelta) -> Instant:
    """Returns the instant of the next rung by the plan, if letters that went late move it by `delay`."""
    ladder = state.setup.party(open_act.side).ladder
    since = open_act.since + open_act.for_words + delay
    planned = since + ladder[open_act.rung].after
    below_planned = max(since + ladder[open_act.rung - 1].after, open_act.climbs[0])
    climbed, gap = open_act.climbs[-1], state.setup.despatch.period
    return planned if climbed - below_planned <= gap / 10 else max(planned, climbed + gap)


def rung_moments(state: ItemState) -> Iterator[Moment]:
    """Yields the moment of the next rung of each awaited act. An act whose ladder has no next rung has no moment."""
    for open_act in state.open_acts:
        instant = next_rung_at(state, open_act)
        if instant is not None:
            rung = state.setup.party(open_act.side).ladder[open_act.rung]
            yield Moment(instant, MomentKind.RUNG, rung.label)


def _replace(draft: Draft[S], old: OpenAct, new: OpenAct) -> None:
    draft.put(open_acts=tuple(new if each is old else each for each in draft.state.open_acts))


def wait_for_words(draft: Draft[S], side: str, proposal: int | None = None) -> None:
    """Gives a side the time of one rung, because it has answered in words that somebody must clear up. Its next higher
    office is asked only after this time, counted from now.

    `proposal` is the number of the proposal that the words answer. None: the words may concern any awaited act.
    """
    for open_act in draft.state.open_acts:
        answers = (open_act.act, open_act.subject) == ("answer", proposal)
        if open_act.side != side or not (proposal is None or answers):
            continue
        below = draft.state.setup.party(side).ladder[open_act.rung - 1]
        late = max(open_act.for_words, draft.now - open_act.since - below.after - open_act.delay)
        _replace(draft, open_act, open_act.model_copy(update={"for_words": late}))


# Offices that cannot be reached


def pause(state: S, key: str, reason: str, now: Instant) -> Step[S]:
    """Returns the step that pauses the ladder of a notice, because the notice does not reach its office. An office that
    was not reached cannot answer, so no higher office is asked."""
    text = f"cannot be reached ({reason}): its ladder pauses"
    return _reach(state, key, now, paused=True, text=text, reason=reason)


def resume(state: S, key: str, now: Instant) -> Step[S]:
    """Returns the step that resumes the ladder of a notice, because mail reaches its office again. The time until the
    next rung starts again from now."""
    return _reach(state, key, now, paused=False, text="is reached again: its time starts again")


def _reach(state: S, key: str, now: Instant, *, paused: bool, text: str, reason: str | None = None) -> Step[S]:
    draft = Draft(state, now)
    for open_act in state.open_acts:
        keys = [notice_key(state.setup, open_act, i + 1) for i in range(open_act.rung)]
        if key not in keys or open_act.paused is paused:
            continue
        office = state.setup.party(open_act.side).ladder[keys.index(key)].office
        since = open_act.since if paused else now - (open_act.climbs[-1] - open_act.since)
        climbs = open_act.climbs if paused else (*open_act.climbs[:-1], now)
        changed = open_act.model_copy(update={"paused": paused, "since": since, "climbs": climbs})
        _replace(draft, open_act, changed)
        verb = "unreached" if paused else "reached"
        draft.enter(verb, f"{office} {text}", office=office, reason=reason)
    return Step(state=draft.state, effects=tuple(draft.effects))


def gone(state: S, key: str, at: Instant, now: Instant) -> Step[S]:
    """Returns the step after the mail server has taken the first letter with a notice. The time of its rung counts from
    this letter. Another letter with it counts too, because the first one came back."""
    draft = Draft(state, now)
    for open_act in state.open_acts:
        for rung in range(1, open_act.rung + 1):
            if open_act.by_letter and notice_key(state.setup, open_act, rung) == key:
                _replace(draft, open_act, letter_gone(state, open_act, rung, min(at, now)))
    return Step(state=draft.state)


def notice_key(setup: ItemSetup, open_act: OpenAct, rung: int) -> str:
    """Returns the key of a notice: plan / obligation / session (or -) / act / rung / round / office. The round is the
    number of times that the act was newly asked of the side."""
    office = setup.party(open_act.side).ladder[rung - 1].office
    return f"{setup.plan}/{setup.obligation}/{setup.session or '-'}/{open_act.act}/{rung}/{open_act.round}/{office}"
