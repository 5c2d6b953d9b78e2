"""The plan itself as an item: amended by consent of its signatories, seen whole in its rounds, ended in time."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from models import telling
from models.acts import Act, Terms, Topic
from models.adoption import AdoptedSession, adopted_entries
from models.amending import (
    AmendmentInForce,
    NotPossible,
    Settlement,
    Today,
    amended,
    before_settling,
    check_third_states,
    difference,
    settled,
)
from models.amendment import AmendmentKind
from models.asking_questions import asked_again, left_open, renamed, still_asked
from models.base import Instant
from models.commitment import CommitmentState
from models.correcting import corrected, names_host_of_three, past_question, wrong_correction
from models.effects import EnterElsewhere, Open, Order, PostRoomAddress, Resolve, SessionReport
from models.ids import event_uid, obligation_id, plan_id
from models.item import Draft, ItemSetup, ItemState, OpenAct, Proposal, ProposalStatus, Step, heard_at
from models.letters import AnnouncementKind, Proposed
from models.machine import Machine
from models.meeting import MeetingState
from models.opening import (
    ASKS_AGAIN,
    HOSTS_OF_THREE,
    MEETINGS,
    REACHES_OPEN,
    RECORDS_AWAITED,
    Launch,
    Openings,
    is_series,
    openings,
    outlives,
    round_at,
    setup_of,
    whole,
)
from models.parties import signatories
from models.plan import HostRule, Kind, Obligation, Plan, Provision, Window
from models.questions import PAST, Question, QuestionsState, past_of
from models.series import past_session
from models.summaries import Summary, ended_as, final_summary, obligation_of, open_summary, round_summary
from models.views import ItemRow, ItemView, Refusal
from models.wording import amendment_in_words, sentence_of, value_in_words
from models.zones import ROUND


class PlanState(ItemState):
    """What the plan's workflow carries."""

    launch: Launch
    plan: Plan
    """As it is in force."""
    windows: dict[str, tuple[Window, ...]] = {}
    launching: bool = True
    amendments: tuple[AmendmentInForce, ...] = ()
    questions: tuple[Question, ...] = ()
    settled: dict[str, JsonValue] = {}
    """Answers to questions, by question."""
    open_items: dict[str, str] = {}
    """Titles of what is open, by id: dated items, sessions, and what the rounds ask about."""
    round_items: tuple[str, ...] = ()
    """What the rounds ask about."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    """What was answered to the current round: by item and side."""
    busy: tuple[str, ...] = ()
    """Of what the rounds ask about, the items that are followed by themselves for the time being: no round asks."""
    ended: dict[str, int] = {}
    """How many sessions and one-off items have ended in which way."""
    rounds_shown: int = 0
    expiry_told: bool = False
    settlements: tuple[Settlement, ...] = ()
    """The same answers with the text that each took the place of, oldest first."""
    why: str = ""
    """Why the plan last came to read otherwise."""
    amending: bool = False
    """It was an amendment that last changed it, not the answer to a question."""
    overtaken: tuple[str, ...] = ()
    """Questions that an amendment has settled, or left without object."""
    lists: tuple[str, ...] = ()
    """Every list of questions that was ever opened: their ids are never used again."""

    def obligation(self, name: str) -> Obligation | None:
        """As the plan has it; what an amendment has dropped as the launch had it."""
        return self.plan.obligation(name) or self.launch.plan.obligation(name)

    def words_of(self, name: str) -> str:
        obligation = self.obligation(name)
        return obligation.title if obligation else name


class PlanMachine(Machine[PlanState]):
    verbs = frozenset({"propose", "accept", "reject", "counter", "withdraw"})
    topics = frozenset({Topic.AMEND, Topic.ANSWER})

    def status_of(self, state: PlanState) -> str:
        if state.closed:
            return state.closed.status
        return "launching" if state.launching else "in-force"

    def status(self, state: PlanState) -> str:
        return self.status_of(state)

    def asked_in_round(self, state: PlanState) -> Iterator[Any]:
        """Nothing: the rounds ask about its items."""
        return iter(())

    def next_moment(self, state: PlanState) -> tuple[Instant, str] | None:
        if state.closed or state.launching:
            return None
        return min(self._moments(state), default=None)

    def _moments(self, state: PlanState) -> Iterator[tuple[Instant, str]]:
        until, clock = state.launch.valid_until, state.setup.clock
        if until is not None:
            yield until, f"valid until {clock.last_day(until)}; it ends on"
            if state.launch.edition >= 2 and not state.expiry_told:
                yield until - state.plan.expiry_notice, "what is open is listed on"
        if state.rounds_passed < len(state.setup.rounds):
            yield state.setup.rounds[state.rounds_passed].at, "the status round asks on"
        if state.rounds_shown < len(state.setup.rounds):
            current = state.setup.rounds[state.rounds_shown]
            yield current.closes, f"round {current.name} is shown on"

    def sentence(self, state: PlanState) -> str:
        moment = self.next_moment(state)
        if moment is None:
            return f"{state.setup.plan_title}: in force"
        return f"{state.setup.plan_title}: {moment[1]} {state.setup.clock.day(moment[0])}"

    def row(self, state: PlanState) -> ItemRow:
        # Lists and operators see its status; what it waits for stands in its timer.
        setup = state.setup
        return ItemRow(
            id=setup.id,
            ref="-",
            kind="plan",
            title=setup.title,
            status=self.status_of(state),
            awaiting=self.awaiting(state),
            next_at=None if state.launching else self._next_at(state),
            clock=setup.clock,
        )

    def _next_at(self, state: PlanState) -> Instant | None:
        moment = self.next_moment(state)
        return moment[0] if moment and state.launch.edition >= 2 else None

    def view(self, state: PlanState) -> ItemView:
        return ItemView(
            **self.row(state).model_dump(),
            plan=state.setup.plan,
            proposals=tuple(p.model_dump(mode="json") for p in state.proposals),
            ledger=state.ledger,
            amendments=tuple(each.model_dump(mode="json") for each in state.amendments),
        )

    def refuse(self, state: PlanState, act: Act, now: Instant) -> Refusal | None:
        if state.launching:
            return Refusal(code="launching", message="the plan is being launched; try again when it is in force")
        return super().refuse(state, act, now)

    # What comes by itself

    def due(self, state: PlanState, now: Instant) -> Step[PlanState]:
        draft = Draft(state, now)
        if state.closed or state.launching:
            return Step(state=state)
        # After an outage a round may have closed when the next asks: what was answered to it is shown first.
        self._show_rounds(draft)
        due = sum(1 for each in state.setup.rounds if each.at <= now)
        if due > state.rounds_passed:
            draft.put(rounds_passed=due, answers={})
        self._list_open(draft)
        until = state.launch.valid_until
        if until is not None and until <= now:
            self._expire(draft)
        self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _show_rounds(self, draft: Draft[PlanState], last: bool = False) -> None:
        """The two ministries of foreign affairs see the whole round (B.2); as the plan ends, the one that is open."""
        rounds = draft.state.setup.rounds
        closed = sum(1 for each in rounds if each.closes <= draft.now)
        closed = max(closed, draft.state.rounds_passed) if last else closed
        if closed <= draft.state.rounds_shown:
            return
        draft.put(rounds_shown=closed)
        shown = rounds[closed - 1]
        summary = round_summary(draft.state, shown.name)
        until = draft.state.launch.valid_until
        draft.enter("round", summary.text, answers=draft.state.answers, busy=list(draft.state.busy))
        self._say_list(
            draft,
            AnnouncementKind.ROUND,
            summary,
            at=min(shown.closes, until or shown.closes),
            how=f"round {shown.name}",
            subject=shown.name,
        )

    def _say_list(
        self, draft: Draft[PlanState], kind: AnnouncementKind, summary: Summary, at: Instant, **more: Any
    ) -> None:
        """A list over the whole plan, to both ministries of foreign affairs."""
        sides, final = draft.state.setup.sides, self._ends(draft)
        draft.announce(
            kind, sides, summary.text, final=final, at=at, lists=summary.lists, counts=summary.counts, **more
        )

    def _ends(self, draft: Draft[PlanState]) -> bool:
        """Whether the plan ends at this very instant: what it says now still goes."""
        until = draft.state.launch.valid_until
        return until is not None and until <= draft.now

    def _list_open(self, draft: Draft[PlanState]) -> None:
        state = draft.state
        until = state.launch.valid_until
        if until is None or state.expiry_told or state.launch.edition < 2:
            return
        if until - state.plan.expiry_notice > draft.now:
            return
        draft.put(expiry_told=True)
        if self._ends(draft) and state.launch.edition >= REACHES_OPEN:
            return  # the final record says it
        found = open_summary(state, draft.now)
        text = f"The plan is valid until {state.setup.clock.last_day(until)}. {found.text}"
        summary = found.model_copy(update={"text": text})
        draft.enter("expiry", text)
        self._say_list(draft, AnnouncementKind.EXPIRY, summary, at=until - state.plan.expiry_notice, day=until)

    def _expire(self, draft: Draft[PlanState]) -> None:
        """What is open ends with the plan, but for the procedures that its text sets for afterwards (B.5)."""
        state = draft.state
        if state.launch.edition < 2:
            self.close(draft, "expired", None, "the validity of the plan has ended")
            return
        self._show_rounds(draft, last=True)
        text = f"open when the validity of the plan ended on {draft.moment(draft.now)}"
        for item in tuple(state.open_items):
            # Sessions are told by their series.
            if item.count("/") == 1 or item.startswith(f"{state.setup.id}/questions/"):
                edition = 2 if state.launch.edition >= REACHES_OPEN else 1
                order = Order(end="expired", text=text, edition=edition)
                draft.tell(item, order, at=state.launch.valid_until)
        summary = final_summary(state, draft.now)
        text = f"The validity of the plan has ended. {summary.text}"
        if state.launch.edition >= REACHES_OPEN:
            final = summary.model_copy(update={"text": text})
            until = state.launch.valid_until
            self._say_list(draft, AnnouncementKind.EXPIRY, final, at=until or draft.now, day=until, subject="final")
        draft.put(open_items={})
        self.close(draft, "expired", None, text)

    # Amendments

    def refuse_terms(self, state: PlanState, terms: Terms, now: Instant) -> Refusal | None:
        wrong = self._misfit(state, terms, now)
        return self.no(state, "bad-terms", wrong) if wrong else None

    def _misfit(self, state: PlanState, terms: Terms, now: Instant) -> str:
        """Why an amendment does not fit the plan as it reads now, or a correction its past; empty where it does."""
        if terms.topic is Topic.ANSWER:
            wrong = wrong_correction(state.plan, state.launch.history, state.settled, state.questions, terms, now)
            return wrong or (names_host_of_three(state.plan, terms) if state.launch.edition >= HOSTS_OF_THREE else "")
        amendment = terms.amendment
        if amendment is None:
            return "say which obligation is to read otherwise"
        mute = [name for name, side in state.plan.sides.items() if side.signatory and name not in state.setup.sides]
        if mute:
            return f"no focal point of {', '.join(mute)} is known that could consent: the plan cannot be amended"
        earlier = {each.amendment.obligation for each in state.amendments}
        gone = amendment.obligation in earlier and state.plan.obligation(amendment.obligation) is None
        if gone and amendment.kind is AmendmentKind.ADD:
            return f"{amendment.obligation} was in the plan before, and its record stays; choose another id"
        item = obligation_id(state.setup.plan, amendment.obligation)
        changes = amendment.kind in (AmendmentKind.CADENCE, AmendmentKind.FIRST_HOST)
        if changes and state.plan.obligation(amendment.obligation) and item not in state.open_items:
            return f"{amendment.obligation} has ended; add what is to follow it as another obligation"
        try:
            made = amended(state.plan, amendment, today_of(state, now))
            if state.launch.edition >= HOSTS_OF_THREE:
                check_third_states(state.plan, amendment, made)
        except NotPossible as error:
            return str(error)
        return ""

    def lines_of(self, state: ItemState, open_act: OpenAct) -> tuple[str, ...]:
        """What a proposed amendment would change, field by field, for those whose answer is awaited."""
        proposal = state.proposal(open_act.subject)
        if not isinstance(state, PlanState) or state.launch.edition < REACHES_OPEN or proposal is None:
            return super().lines_of(state, open_act)
        return tuple(difference(*proposed_texts(state, proposal)))

    def refuse_consent(self, state: PlanState, proposal: Proposal, now: Instant) -> Refusal | None:
        return self.refuse_terms(state, proposal.terms, now) or super().refuse_consent(state, proposal, now)

    def refuse_own(self, state: PlanState, act: Act, side: str, now: Instant) -> Refusal | None:
        return self.no(state, "wrong-kind", "a plan takes proposals and answers to them")

    def agreed(self, draft: Draft[PlanState], proposal: Proposal) -> None:
        """In force from this instant, the date of the last consent (B.7); the text that it replaces is kept."""
        if proposal.terms.topic is Topic.ANSWER:
            self._correct_past(draft, proposal.terms)
            return
        state, amendment = draft.state, proposal.terms.amendment
        assert amendment is not None
        before = state.plan.obligation(amendment.obligation)
        found = next((p for p, o in state.plan.obligations() if o.id == amendment.obligation), None)
        where = found.ref if found else amendment.provision
        provision = next(each for each in state.plan.provisions if each.ref == where)
        position = [each.id for each in provision.obligations].index(amendment.obligation) if found else None
        amendment = amendment.model_copy(update={"provision": where})
        earlier = [each.at for each in state.amendments if each.amendment.obligation == amendment.obligation]
        done = AmendmentInForce(
            number=proposal.number,
            amendment=amendment,
            text=amendment_in_words(amendment),
            at=draft.now,
            proposed_by=proposal.office,
            consents=tuple((consent.side, consent.at) for consent in proposal.consents),
            before=before.model_dump(mode="json") if before else None,
            before_since=earlier[-1] if earlier else None,
            position=position,
            operative=provision.operative,
        )
        plan = amended(state.plan, amendment, today_of(state, draft.now))
        why = f"by amendment {done.number}: {done.text}"
        draft.put(plan=plan, amendments=(*state.amendments, done), why=why, amending=True)
        draft.effects.append(Resolve(at=draft.now))
        self._overtake_questions(draft, done)
        self._drop_stale(draft)

    def _overtake_questions(self, draft: Draft[PlanState], done: AmendmentInForce) -> None:
        """Open questions that the amendment has settled, or left without object."""
        by_list: dict[str, list[JsonValue]] = {}
        for each in draft.state.questions:
            about = each.obligation == done.amendment.obligation and each.id not in draft.state.settled
            again = draft.state.launch.edition >= ASKS_AGAIN and left_open(draft.state.plan, each)
            if about and not again and not still_asked(draft.state.plan, each):
                by_list.setdefault(each.item, []).append(each.id)
        overtaken = [str(name) for names in by_list.values() for name in names]
        draft.put(overtaken=tuple(dict.fromkeys((*draft.state.overtaken, *overtaken))))
        for item, names in by_list.items():
            order = Order(changes={"overtaken": names}, text=draft.state.why)
            draft.tell(item, order)

    def _drop_stale(self, draft: Draft[PlanState]) -> None:
        """Proposals that no longer fit the plan as it now reads are overtaken; their proposers are told."""
        for proposal in draft.state.open_proposals:
            wrong = self._misfit(draft.state, proposal.terms, draft.now)
            if wrong:
                draft.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
                what = f"proposal {proposal.number}, {draft.words(proposal.terms)}, is overtaken: {wrong}"
                draft.enter("overtaken", what, proposal=proposal.number)
                draft.announce(AnnouncementKind.ANSWER, (proposal.side,), sentence_of(what))

    def resolved(
        self, state: PlanState, windows: Mapping[str, tuple[Window, ...]], now: Instant, at: Instant | None = None
    ) -> Step[PlanState]:
        """The windows of the plan as it now is, and as it has read since `at`: what follows for each item."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, at, now))
        before = state.launch.plan  # the plan that its items follow so far
        draft.put(windows=dict(windows), launch=state.launch.model_copy(update={"plan": state.plan}))
        consequences(draft, before, windows, state.windows)
        if draft.state.launch.edition >= ASKS_AGAIN and draft.state.amending:
            _ask_again(draft, before)
        return Step(state=draft.state, effects=tuple(draft.effects))

    # What its items tell

    def learn(self, state: PlanState, report: SessionReport, now: Instant) -> Step[PlanState]:
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, report.at, now))
        if report.status == "progress":
            self._learn_progress(draft, report)
        elif report.status == "answered":
            self._learn_answer(draft, report)
        elif report.status in ("busy", "idle"):
            others = tuple(item for item in state.busy if item != report.item)
            draft.put(busy=(*others, report.item) if report.status == "busy" else others)
        elif report.closed:
            self._learn_end(draft, report)
        elif report.status == "opened":
            draft.put(open_items={**state.open_items, report.item: report.title})
        self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _learn_progress(self, draft: Draft[PlanState], report: SessionReport) -> None:
        current = draft.state.round
        if current is None or report.progress.get("round") != current.name:
            return
        own = {**draft.state.answers.get(report.item, {}), report.progress["side"]: report.progress}
        draft.put(answers={**draft.state.answers, report.item: own})

    def _learn_end(self, draft: Draft[PlanState], report: SessionReport) -> None:
        state = draft.state
        if report.item in state.open_items:
            _count_ended(draft, report.item, ended_as(report.status, report.fate))
        open_items = {item: title for item, title in state.open_items.items() if item != report.item}
        draft.put(open_items=open_items, busy=tuple(item for item in state.busy if item != report.item))

    def _learn_answer(self, draft: Draft[PlanState], report: SessionReport) -> None:
        """A question is settled by consent of its offices: the plan's reading follows, and so do its items."""
        question = next((each for each in draft.state.questions if each.id == report.question), None)
        if question is None or question.id in draft.state.settled:
            return
        draft.put(settled={**draft.state.settled, question.id: report.value})
        said = value_in_words(report.value)
        draft.enter("settled", f"{question.text}: {said}", question=question.id, value=report.value)
        if question.field == PAST:
            self._settle_past(draft, past_of(question, report.value))
            return
        try:
            today, marked = today_of(draft.state, draft.now), draft.state.launch.edition >= REACHES_OPEN
            plan = settled(draft.state.plan, question, report.value, today, marked)
        except NotPossible as error:
            draft.enter("settled", f"the plan cannot follow this answer: {error}", question=question.id)
            return
        before = before_settling(draft.state.plan, question)
        done = Settlement(question=question.id, obligation=question.obligation, at=draft.now, before=before)
        why = f"settled by the offices: {question.text}: {said}"
        draft.put(plan=plan, settlements=(*draft.state.settlements, done), why=why, amending=False)
        draft.effects.append(Resolve(at=draft.now))
        self._drop_stale(draft)

    def _correct_past(self, draft: Draft[PlanState], terms: Terms) -> None:
        """What was on record as missed was held after all."""
        question = past_question(draft.state.plan, terms.question)
        assert question is not None
        past = corrected(question, terms.value, draft.state.settled)
        draft.put(settled={**draft.state.settled, question.id: terms.value})
        draft.enter("settled", f"{question.text}: {past.words}", question=question.id, value=terms.value)
        self._settle_past(draft, past)

    def _settle_past(self, draft: Draft[PlanState], past: AdoptedSession) -> None:
        state = draft.state
        item = obligation_id(state.setup.plan, past.obligation)
        if past.session and item in state.open_items:
            changes: dict[str, JsonValue] = {"past": past.model_dump(mode="json")}
            order = Order(changes=changes, text=f"session {past.session}: {past.words}")
            draft.tell(item, order)
            return
        found = next(((p, o) for p, o in state.plan.obligations() if o.id == past.obligation), None)
        if found is not None:  # a one-off item, or a session of a series that has ended
            own = state.windows.get(past.obligation, ())
            window = next((each for each in own if each.name == past.session), None)
            setup = setup_of(state.launch, *found, window if past.session else whole(own), ())
            if past.session:
                setup = past_session(setup, past.session, state.launch.launched)
            meets = found[1].kind in MEETINGS | {Kind.MEETING_SERIES}
            one: ItemState = MeetingState(setup=setup) if meets else CommitmentState(setup=setup)
            entries = adopted_entries(one, past, draft.now, first=past.follows + 1)
            draft.effects.append(EnterElsewhere(item=setup.id, entries=entries))


Text = dict[str, JsonValue]
"""An obligation as JSON."""


def proposed_texts(state: PlanState, proposal: Proposal) -> tuple[Text | None, Text | None]:
    """The obligation as it reads, and as it would read by a proposal; None where there is none, or none would be left,
    and where the proposal is no amendment or fits the plan no longer."""
    amendment = proposal.terms.amendment
    if amendment is None:
        return None, None
    before = state.plan.obligation(amendment.obligation)
    try:
        after = amended(state.plan, amendment, today_of(state, proposal.at)).obligation(amendment.obligation)
    except NotPossible:  # it is overtaken as soon as the plan is changed
        after = None
    was, will = (each.model_dump(mode="json") if each else None for each in (before, after))
    return was, will


def today_of(state: PlanState, now: Instant) -> Today:
    """The day by the plan's clock and its count of years: calendar years, or years that begin with the plan."""
    plan, local = state.plan, now + state.setup.clock.offset
    start = plan.valid_from if plan.year == "plan" else None
    month, day = (start.month, start.day) if start else (1, 1)
    begins = local.replace(month=month, day=day, hour=0, minute=0, second=0, microsecond=0)
    year = local.year if local >= begins else local.year - 1
    left = begins.replace(year=year + 1) - local
    # Plans of edition 2 counted the calendar year, however little of it was left.
    return Today(year, left) if state.launch.edition >= REACHES_OPEN else Today(local.year, timedelta.max)


def post_rooms(launch: Launch) -> tuple[PostRoomAddress, ...]:
    """Of the signatories' focal points, who are written to about the plan as a whole."""
    if launch.edition < 2:
        return ()
    setup = plan_state(launch).setup
    return tuple(setup.post_room(party.coordinator.office) for party in setup.parties)


def carry(state: PlanState) -> Launch:
    """The state as the argument of the next run of the workflow. The plan is carried once."""
    dumped = state.model_dump(mode="json", exclude={"launch", "plan"})
    return state.launch.model_copy(update={"plan": state.plan, "carried": dumped})


def carried_on(launch: Launch) -> PlanState:
    """The state with which a run of the workflow begins."""
    if launch.carried is None:
        return plan_state(launch)
    bare = launch.model_copy(update={"carried": None})
    return PlanState.model_validate({**launch.carried, "launch": bare, "plan": launch.plan})


# --- from one reading of the plan to the next ------------------------------------------------------------------------


def consequences(
    draft: Draft[PlanState],
    before: Plan,
    windows: Mapping[str, tuple[Window, ...]],
    windows_before: Mapping[str, tuple[Window, ...]],
) -> None:
    """Orders to the items whose obligation is gone or reads otherwise, and the opening of what was added."""
    launch = draft.state.launch
    old = {o.id: (p, o) for p, o in before.obligations() if o.item is None}
    new = {o.id: (p, o) for p, o in launch.plan.obligations() if o.item is None}
    last = launch.model_copy(update={"plan": before})
    for name, (_, obligation) in old.items():
        item = obligation_id(launch.plan.plan, name)
        if name not in new:
            text = f"{obligation.title} was dropped from the plan {draft.state.why.partition(':')[0]}"
            draft.tell(item, Order(end="dropped", text=text))
            ended = [each for each in draft.state.open_items if each == item or each.startswith(f"{item}/")]
            for each in ended:
                _count_ended(draft, each, "dropped")
            draft.put(open_items={each: t for each, t in draft.state.open_items.items() if each not in ended})
        elif new[name][1] != obligation or windows.get(name) != windows_before.get(name):
            order = _order(last, old[name], windows_before, launch, new[name], windows, draft.state.why)
            if order is not None:
                if launch.edition >= REACHES_OPEN:
                    order = order.model_copy(
                        update={"edition": 2, "announce": draft.state.amending, "amended": _told(draft.state, name)}
                    )
                draft.tell(item, order)
                _relist(draft, item, order)
    added = [name for name in new if name not in old]
    if added:
        _open_added(draft, launch, windows, frozenset(added))


def _told(state: PlanState, obligation: str) -> Proposed | None:
    """The last amendment of an obligation, where it was an amendment that last changed the plan."""
    last = next((each for each in reversed(state.amendments) if each.amendment.obligation == obligation), None)
    if last is None or not state.amending:
        return None
    title = str((last.before or {}).get("title") or state.words_of(obligation))
    return telling.amended(state, last.number, last.amendment, title)


def _count_ended(draft: Draft[PlanState], item: str, word: str) -> None:
    """Sessions are counted, and the series that opened them is not counted beside them."""
    state = draft.state
    obligation = state.obligation(obligation_of(item))
    if (
        item.count("/") == 1
        and obligation is not None
        and is_series(state.launch, obligation, state.windows.get(obligation.id, ()))
    ):
        return
    draft.put(ended={**state.ended, word: state.ended.get(word, 0) + 1})


def _relist(draft: Draft[PlanState], item: str, order: Order) -> None:
    """What an amendment changes in the lists of what is open, and of what the rounds ask about."""
    state, changes = draft.state, order.changes
    if item in state.open_items and "title" in changes:
        draft.put(open_items={**state.open_items, item: str(changes["title"])})
    if "rounds" in changes:
        others = tuple(each for each in state.round_items if each != item)
        draft.put(round_items=(*others, item) if changes["rounds"] else others)


def _order(
    last: Launch,
    old: tuple[Provision, Obligation],
    windows_before: Mapping[str, tuple[Window, ...]],
    launch: Launch,
    new: tuple[Provision, Obligation],
    windows: Mapping[str, tuple[Window, ...]],
    why: str,
) -> Order | None:
    """What an item must know of the change of its obligation; None where nothing concerns it."""
    name = new[1].id
    own, own_before = windows.get(name, ()), windows_before.get(name, ())
    series = is_series(launch, new[1], own) or is_series(last, old[1], own_before)
    changes: dict[str, JsonValue] = {}
    if series and own != own_before:
        changes["windows"] = [window.model_dump(mode="json") for window in own]
    window, window_before = (None, None) if series else (whole(own), whole(own_before))
    rounds = windows.get(ROUND, ())
    now_is = setup_of(launch, *new, window, () if series and own else rounds).model_dump(mode="json")
    was = setup_of(last, *old, window_before, () if series and own_before else rounds).model_dump(mode="json")
    changes.update({field: value for field, value in now_is.items() if was[field] != value})
    begins = new[1].host_rule is HostRule.ROTATING and old[1].host_rule is not HostRule.ROTATING
    host, former = new[1].working_first_host, old[1].working_first_host
    host = host if host != former or begins else None
    if series:
        changes.update(_of_series(old[1], new[1]))
    if not changes and host is None:
        return None
    named = new[1].host_rule is HostRule.FIXED or (
        launch.edition >= REACHES_OPEN and new[1].host_rule is not HostRule.ROTATING
    )
    instead_of = former if named else None
    return Order(host=host, instead_of=instead_of, changes=changes, text=why, reinvites="parties" in changes)


def _of_series(old: Obligation, new: Obligation) -> dict[str, JsonValue]:
    """What a series holds beside its setup, where it has changed."""
    rotating = new.host_rule is HostRule.ROTATING
    changes: dict[str, JsonValue] = {}
    if new.host_rule is not old.host_rule:
        changes["host_rule"] = new.host_rule.value
    if new.host_rule is not old.host_rule or new.host != old.host:
        changes["fixed_host"] = None if rotating else new.host
    if new.first_title != old.first_title:
        changes["first_title"] = new.first_title
    begins = rotating and old.host_rule is not HostRule.ROTATING
    if rotating and (begins or new.working_order != old.working_order):
        changes["order"] = list(new.working_order)
    return changes


def _open_added(
    draft: Draft[PlanState], launch: Launch, windows: Mapping[str, tuple[Window, ...]], added: frozenset[str]
) -> None:
    """What an amendment adds to the plan is opened as at a launch, from now on."""
    provisions = tuple(
        provision.model_copy(update={"obligations": tuple(o for o in provision.obligations if o.id in added)})
        for provision in launch.plan.provisions
    )
    alone = launch.model_copy(
        update={
            "plan": launch.plan.model_copy(update={"provisions": provisions, "readings": {}}),
            "launched": draft.now,
            "as_of": draft.now,
            "history": (),
        }
    )
    opening = openings(alone, windows)
    for item, past in opening.past:
        draft.effects.append(EnterElsewhere(item=item.setup.id, entries=adopted_entries(item, past, draft.now)))
    open_all(draft, opening.model_copy(update={"questions": _new_lists(draft, opening)}))


def _ask_again(draft: Draft[PlanState], before: Plan) -> None:
    """What was settled, and an amendment leaves to the sides again, is asked again."""
    state = draft.state
    closed = {each.id: each for each in state.questions if each.id in state.settled or each.id in state.overtaken}
    again = {
        name: each
        for name, each in closed.items()
        if left_open(state.plan, each) and (name in state.overtaken or not left_open(before, each))
    }
    if not again:
        return
    draft.put(
        settled={name: value for name, value in state.settled.items() if name not in again},
        overtaken=tuple(name for name in state.overtaken if name not in again),
        questions=tuple(each for each in state.questions if each.id not in again),
    )
    lists = asked_again(state.plan, state.setup.clock, draft.now, again.values(), state.setup.records_awaited)
    opening = Openings(questions=lists)
    open_all(draft, opening.model_copy(update={"questions": _new_lists(draft, opening)}))


def _new_lists(draft: Draft[PlanState], opening: Openings) -> tuple[QuestionsState, ...]:
    """What an addition leaves to offices that have an open list goes into that one; the others get a new one."""
    new: list[QuestionsState] = []
    for each in opening.questions:
        base = each.setup.id
        names = [base, *(f"{base}.{n}" for n in range(2, len(draft.state.lists) + 3))]
        running = next((name for name in names if name in draft.state.open_items), None)
        if running is not None:
            asked = tuple(question.model_copy(update={"item": running}) for question in each.questions)
            changes: dict[str, JsonValue] = {"added": [question.model_dump(mode="json") for question in asked]}
            draft.tell(running, Order(changes=changes, text=draft.state.why))
            draft.put(questions=(*draft.state.questions, *asked))
            continue
        free = next(name for name in names if name not in draft.state.lists)
        new.append(each if free == base else renamed(each, free))
    return tuple(new)


def open_all(draft: Draft[PlanState], opening: Openings) -> None:
    """Opens items in the order of a launch."""
    for workflow, states in (
        ("series", opening.series),
        ("meeting", opening.meetings),
        ("commitment", opening.commitments),
        ("questions", opening.questions),
    ):
        draft.effects += [Open(workflow=workflow, state=state) for state in states]
    started(draft, opening)


def started(draft: Draft[PlanState], opening: Openings) -> None:
    """Takes note of what has been opened."""
    items: tuple[ItemState, ...] = (*opening.series, *opening.meetings, *opening.commitments, *opening.questions)
    # What only a trigger wakes is not open: it ends with nothing, and the procedures of the plan itself outlive it.
    open_items = {each.setup.id: each.setup.title for each in items if not outlives(each.setup)}
    asked = tuple(each.setup.id for each in items if each.setup.rounds)
    draft.put(
        open_items={**draft.state.open_items, **open_items},
        round_items=(*draft.state.round_items, *asked),
        questions=(*draft.state.questions, *(q for each in opening.questions for q in each.questions)),
        lists=(*draft.state.lists, *(each.setup.id for each in opening.questions)),
    )


def plan_state(launch: Launch, windows: Mapping[str, tuple[Window, ...]] | None = None) -> PlanState:
    """The state with which a plan begins."""
    plan, item = launch.plan, plan_id(launch.plan.plan)
    rounds = (windows or {}).get(ROUND, ())
    setup = ItemSetup(
        plan=plan.plan,
        plan_title=plan.short,
        id=item,
        ref="-",
        kind="plan",
        obligation="-",
        session=None,
        title=plan.title,
        short=plan.short,
        uid=event_uid(item, launch.launched.isoformat()),
        parent="",
        parties=signatories(plan),
        despatch=plan.despatch,
        window=None,
        opens_at=None,
        clock=launch.clock,
        rounds=tuple(round_at(each) for each in rounds if each.start >= launch.as_of) if launch.rounds_on else (),
        records_awaited=launch.edition >= RECORDS_AWAITED,
    )
    return PlanState(setup=setup, launch=launch, plan=plan, windows=dict(windows or {}))


PLAN = PlanMachine()
