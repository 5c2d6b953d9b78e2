"""Status rounds: what no window dates is not nagged one by one, but asked once a year how far it has come."""

from collections.abc import Iterator
from datetime import timedelta

from models.common.values import Instant
from models.machine.consent import Proposing
from models.machine.draft import Draft, S
from models.machine.state import Ask, ItemState, Progressed
from models.messages.acts import Call, Progress
from models.messages.effects import SessionReport
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal
from models.plan.kinds import Kind

GATHER = timedelta(hours=1)
"""All that one round asks of an office goes in one letter, however long a worker takes over it."""


def gather(state: ItemState) -> timedelta:
    """How long a question of many may wait for the others."""
    return min(GATHER, state.setup.despatch.period / 10)


class Rounds(Proposing[S]):
    """The part of an item that sleeps: it is asked in rounds, and somebody may call it."""

    def asked_in_round(self, state: S) -> Iterator[Ask]:
        """Every side that has not answered the round that is open. What is busy anyway is not asked."""
        if state.round is None or state.round_closed or state.awake:
            return
        for side in self.unanswered(state):
            yield Ask(act="progress", side=side, subject=state.rounds_passed, stays=True, gather=gather(state))

    def unanswered(self, state: ItemState) -> tuple[str, ...]:
        """Sides that have not answered the last round."""
        name = state.round.name if state.round else ""
        answered = {each.side for each in state.progress if each.round == name}
        return tuple(side for side in state.setup.sides if side not in answered)

    def round_moment(self, state: ItemState) -> Moment | None:
        """When the open round closes, or the next one asks."""
        if state.round is not None and not state.round_closed:
            return Moment(state.round.closes, MomentKind.ROUND_CLOSES)
        if state.rounds_passed >= len(state.setup.rounds):
            return None
        return Moment(state.setup.rounds[state.rounds_passed].at, MomentKind.ROUND_ASKS)

    def pass_rounds(self, draft: Draft[S]) -> Instant | None:
        """Takes note of the rounds whose day has come; only the newest asks. Returns the instant at which it is due."""
        self._close_round(draft)
        rounds, passed = draft.state.setup.rounds, draft.state.rounds_passed
        due = sum(1 for each in rounds if each.at <= draft.now)
        if due <= passed:
            return None
        current = rounds[due - 1]
        draft.put(rounds_passed=due, round_closed=current.closes <= draft.now)
        if not draft.state.awake and not draft.state.round_closed:
            draft.enter("round", f"status round {current.name} asks how far it has come", round=current.name)
        return current.at

    def tell_waking(self, draft: Draft[S], before: S) -> None:
        """The plan learns that the rounds do not ask about it, being followed by itself, or do again."""
        state = draft.state
        if not state.setup.rounds or state.awake == before.awake or state.closed:
            return
        status = "busy" if state.awake else "idle"
        draft.report(SessionReport(session="", item=state.setup.id, status=status))

    def _close_round(self, draft: Draft[S]) -> None:
        """A round that is over is not nagged about: who was silent is put on record, and both ministries see it."""
        current = draft.state.round
        if current is None or draft.state.round_closed or current.closes > draft.now:
            return
        silent = () if draft.state.awake else self.unanswered(draft.state)
        draft.put(round_closed=True)
        if silent:
            text = f"status round {current.name} was not answered by {', '.join(silent)}"
            draft.enter("round", text, round=current.name, silent=list(silent))

    # Acts that every kind of item takes

    def refuse_progress(self, state: S, act: Progress) -> Refusal | None:
        if not state.setup.rounds:
            why = "only a call wakes it" if state.setup.on_trigger else "it is asked for without one"
            return self.no(state, "wrong-kind", f"no status round asks about it: {why}")
        if state.round is None:
            return self.no(state, "no-round", "no status round has asked yet")
        return None

    def take_progress(self, draft: Draft[S], act: Progress, side: str) -> None:
        assert draft.state.round is not None
        answer = Progressed(
            side=side,
            office=act.office,
            round=draft.state.round.name,
            state=act.state.value,
            note=act.note,
            at=draft.now,
        )
        draft.put(progress=(*(each for each in draft.state.progress if each.side != side), answer))
        note = f": {act.note}" if act.note else ""
        words = act.state.value.replace("-", " ")
        text = f"{act.office} ({side}) answers round {answer.round}: {words}{note}"
        draft.enter("progress", text, act, round=answer.round, state=answer.state, note=answer.note)
        told = {"side": side, "office": act.office, "round": answer.round, "state": answer.state, "note": act.note}
        report = SessionReport(session="", item=draft.state.setup.id, status="progress", progress=told)
        draft.report(report)

    def refuse_call(self, state: S, act: Call, side: str, now: Instant) -> Refusal | None:
        setup = state.setup
        if not (setup.on_trigger or setup.rounds):
            return self.no(state, "wrong-kind", "a window dates it: it is asked for by itself")
        if setup.on_trigger and setup.triggers and side not in setup.triggers:
            return self.no(state, "not-yours", f"it may be called by {', '.join(setup.triggers)}")
        if setup.kind == Kind.STANDING:
            return self.no(state, "wrong-kind", "it is continuous: it answers the status rounds, and is never called")
        if setup.not_before is not None and now < setup.not_before:
            when = f"{setup.condition}, from {setup.clock.moment(setup.not_before)} on"
            return self.no(state, "not-yet", f"it may be called {when}")
        if not act.reason.strip():
            return self.no(state, "bad-terms", "state the necessity as the reason")
        if state.awake:
            return self.no(state, "no-change", "it is called already")
        return None

    def take_call(self, draft: Draft[S], act: Call, side: str) -> None:
        draft.put(awake=True, asleep_until=None, called=act.reason)
        self.say_called(draft, act, side)

    def say_called(self, draft: Draft[S], act: Call, side: str) -> None:
        draft.enter("call", f"{act.office} ({side}) calls it: {act.reason}", act, reason=act.reason)
        draft.announce(AnnouncementKind.CALL, draft.state.setup.sides, sentence_of(draft.state.ledger[-1].text))

    def trigger(self, state: ItemState) -> str:
        """Who may wake an item that no instant wakes."""
        setup = state.setup
        if setup.on_trigger:
            when = f" ({setup.condition})" if setup.condition else ""
            return f"dormant until {' or '.join(setup.triggers or setup.sides)} calls it{when}"
        return "dormant until an office of any side acts"
