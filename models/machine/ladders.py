"""Ladders: begins and settles awaited acts as the state requires, and climbs the ladder of each."""

from collections.abc import Iterator

from models.common.values import Instant
from models.machine.draft import Draft, S, Step
from models.machine.letter_fields import proposed
from models.machine.rules import Rules
from models.machine.setup import ItemSetup
from models.machine.state import Ask, ItemState, OpenAct
from models.machine.status_rounds import asked_in_round
from models.messages.effects import Await, Settle
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AskedBefore, Notice
from models.messages.sentences import assumption, describe, infinitive
from models.messages.views import AwaitedRow


def asks(rules: Rules[S], state: S) -> Iterator[Ask]:
    """Everything that the state requires of the sides. A dormant item also asks for answers to proposals and rounds."""
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
    """Settles the awaited acts that the state no longer requires, and begins those that it now requires.

    Acts that stay awaited keep their ladders. A new notice to the side `acting` is quiet, because the receipt of its
    act tells it already. `due_at` is the instant at which the new acts were due. None: now.
    """
    required = list(asks(rules, draft.state))
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
    )
    draft.put(rounds={**draft.state.rounds, key: number}, open_acts=(*draft.state.open_acts, open_act))
    _await(rules, draft, open_act, asked, quiet)


def restart(draft: Draft[S]) -> None:
    """Settles every awaited act. The next `reconcile` asks each again, from now on, beginning with the coordinator."""
    for open_act in draft.state.open_acts:
        _settle(draft, open_act)
    draft.put(open_acts=())


def _settle(draft: Draft[S], open_act: OpenAct) -> None:
    ladder = draft.state.setup.party(open_act.side).ladder
    for i in range(open_act.rung):
        key = notice_key(draft.state.setup, open_act, i + 1)
        draft.effects.append(Settle(office=ladder[i].office, item=draft.state.setup.id, keys=(key,)))


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
        at=at,
        asked_before=tuple(below.title for below in ladder[: open_act.rung - 1]),
        before=tuple(
            AskedBefore(office=below.office, title=below.title, since=climbed)
            for below, climbed in zip(ladder, open_act.climbs[:-1], strict=False)
        ),
        assumed=tuple(assumption(reading) for reading in setup.assumed),
        readings=setup.assumed,
        quiet=quiet,
        gather=open_act.gather,
    )
    draft.told(rung.office)
    draft.effects.append(Await(notice=notice))


def act_in_words(rules: Rules[S], state: S, open_act: OpenAct) -> str:
    """The awaited act as an infinitive with its object: "answer proposal 2 of the ..."."""
    own = rules.act_in_words(state, open_act)
    proposal = state.proposal(open_act.subject) if open_act.act == "answer" else None
    if own is not None or proposal is None:
        return own or infinitive(open_act.act)
    whose = state.setup.party(proposal.side).offices.get(proposal.office, proposal.office)
    words = f', with the words "{proposal.terms.reason}"' if proposal.message and proposal.terms.reason else ""
    said = describe(proposal.terms, state.setup.clock, state.setup.names)
    return f"answer proposal {proposal.number} of the {whose}: {said}{words}"


def awaiting(state: ItemState) -> tuple[AwaitedRow, ...]:
    """One row for each awaited act and each office that is asked for it, oldest first."""
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
    """The instant by which the office on a rung should act: the instant of the next rung. On the last rung: the end of
    the window. With a status round: its close. An answer to a date: at the latest the start of that date."""
    ladder = state.setup.party(open_act.side).ladder
    if open_act.act == "progress" and state.round is not None:
        return state.round.closes
    due = state.window_end if open_act.stays or rung >= len(ladder) else open_act.since + ladder[rung].after
    proposal = state.proposal(open_act.subject) if open_act.act == "answer" else None
    slot = proposal.terms.slot if proposal else None
    begun = open_act.climbs[rung - 1] if rung <= open_act.rung else open_act.since
    if slot is None or slot.start.utc <= begun:
        return due
    return slot.start.utc if due is None else min(due, slot.start.utc)  # a later answer is of no use


# Climbing


def climb(rules: Rules[S], draft: Draft[S]) -> None:
    """Climbs one rung of each ladder whose next rung is due."""
    for open_act in draft.state.open_acts:
        instant = next_rung_at(draft.state, open_act)
        if instant is None or instant > draft.now:
            continue
        noticed_late = draft.now - instant > draft.state.setup.despatch.period / 10
        climbed = open_act.model_copy(update={"climbs": (*open_act.climbs, draft.now if noticed_late else instant)})
        _replace(draft, open_act, climbed)
        rung = draft.state.setup.party(open_act.side).ladder[climbed.rung - 1]
        text = f"{rung.label} awaited: {infinitive(open_act.act)}"
        draft.enter("rung", text, office=rung.office, rung=climbed.rung, act_awaited=open_act.act)
        _await(rules, draft, climbed, instant, quiet=False)


def next_rung_at(state: ItemState, open_act: OpenAct) -> Instant | None:
    """When one more, higher office is awaited. None on the last rung, which stays, and while the ladder is paused.

    If the last rung was climbed late by more than a tenth of a despatch period, the next one comes at the earliest one
    despatch period after it. So after an outage one rung is climbed, not all.
    """
    ladder = state.setup.party(open_act.side).ladder
    if open_act.stays or open_act.paused or open_act.rung >= len(ladder):
        return None
    planned = open_act.since + ladder[open_act.rung].after
    below_planned = max(open_act.since + ladder[open_act.rung - 1].after, open_act.climbs[0])
    climbed, gap = open_act.climbs[-1], state.setup.despatch.period
    if climbed - below_planned <= gap / 10:
        return planned
    return max(planned, climbed + gap)


def rung_moments(state: ItemState) -> Iterator[Moment]:
    """The moments at which one more, higher office is awaited, one for each open act."""
    for open_act in state.open_acts:
        instant = next_rung_at(state, open_act)
        if instant is not None:
            rung = state.setup.party(open_act.side).ladder[open_act.rung]
            yield Moment(instant, MomentKind.RUNG, rung.label)


def _replace(draft: Draft[S], old: OpenAct, new: OpenAct) -> None:
    draft.put(open_acts=tuple(new if each is old else each for each in draft.state.open_acts))


# Offices that cannot be reached


def pause(state: S, key: str, reason: str, now: Instant) -> Step[S]:
    """Pauses the ladder of a notice that does not reach its office. Silence that our own mail causes must not climb."""
    text = f"cannot be reached ({reason}): its ladder pauses"
    return _reach(state, key, now, paused=True, text=text, reason=reason)


def resume(state: S, key: str, now: Instant) -> Step[S]:
    """Resumes the ladder of a notice, because its office is reached again. The time of that rung starts again."""
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


def notice_key(setup: ItemSetup, open_act: OpenAct, rung: int) -> str:
    """The key of a notice: plan / obligation / session (or -) / act / rung / round / office."""
    office = setup.party(open_act.side).ladder[rung - 1].office
    return f"{setup.plan}/{setup.obligation}/{setup.session or '-'}/{open_act.act}/{rung}/{open_act.round}/{office}"
