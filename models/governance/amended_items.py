"""Carries a change of the plan over to its items: gives orders to open items, and opens new items."""

from collections.abc import Mapping

from pydantic import JsonValue

from models.common.ids import obligation_id
from models.governance.launch import Launch, Openings
from models.governance.opening import openings, outlives, setup_of, whole_window
from models.governance.plan_state import PlanState
from models.governance.question_lists import asked_again, left_open, renamed
from models.governance.summaries import obligation_of
from models.items.past_sessions import adopted_entries
from models.items.questions import QuestionsState
from models.machine import letter_fields
from models.machine.draft import Draft
from models.machine.state import ItemState
from models.messages.effects import EnterElsewhere, Open, Order
from models.messages.notices import Proposed
from models.plan.plan import HostRule, Obligation, Plan, Provision, Window
from models.plan.windows import ROUND

# --- from one reading of the plan to the next ------------------------------------------------------------------------


def consequences(
    draft: Draft[PlanState],
    before: Plan,
    windows: Mapping[str, tuple[Window, ...]],
    windows_before: Mapping[str, tuple[Window, ...]],
) -> None:
    """Tells the items of the plan about a change of the plan.

    If an obligation was dropped, its item gets the order to end. If an obligation or its windows have changed, its item
    gets an order with the changes. If an obligation was added, a new item opens. `before` and `windows_before` are the
    plan and its windows before the change.
    """
    launch = draft.state.launch
    old = {o.id: (p, o) for p, o in before.obligations() if o.item is None}
    new = {o.id: (p, o) for p, o in launch.plan.obligations() if o.item is None}
    last = launch.model_copy(update={"plan": before})
    for name, (_, obligation) in old.items():
        item = obligation_id(launch.plan.plan, name)
        if name not in new:
            draft.tell(item, _dropped(draft.state, obligation))
            ended = [each for each in draft.state.open_items if each == item or each.startswith(f"{item}/")]
            for each in ended:
                count_ended(draft, each, "dropped")
            draft.put(open_items={each: t for each, t in draft.state.open_items.items() if each not in ended})
        elif (
            new[name][1] != obligation
            or before.silence != launch.plan.silence
            or windows.get(name) != windows_before.get(name)
        ):
            order = _order(last, old[name], windows_before, launch, new[name], windows, draft.state.why)
            if order is not None:
                told = {"announce": draft.state.amending, "amended": _told(draft.state, name)}
                order = order.model_copy(update=told)
                draft.tell(item, order)
                _relist(draft, item, order)
    added = [name for name in new if name not in old]
    if added:
        _open_added(draft, launch, windows, frozenset(added))


def _dropped(state: PlanState, obligation: Obligation) -> Order:
    """Returns the order that ends the item of a dropped obligation. The order names the cause, an amendment or an
    answer."""
    number = state.amendments[-1].number if state.amending and state.amendments else None
    cause = "settled by the offices" if number is None else f"by amendment {number}"
    text = f"{obligation.title} was dropped from the plan {cause}"
    return Order(end="dropped", by="answer" if number is None else "amendment", amendment=number, text=text)


def _told(state: PlanState, obligation: str) -> Proposed | None:
    """Returns the last amendment of an obligation, in fields for letters.

    None if no amendment changed the obligation, or if the answer to a question made the last change of the plan.
    """
    last = next((each for each in reversed(state.amendments) if each.amendment.obligation == obligation), None)
    if last is None or not state.amending:
        return None
    title = str((last.before or {}).get("title") or state.words_of(obligation))
    return letter_fields.amended(state, last.number, last.amendment, title)


def count_ended(draft: Draft[PlanState], item: str, word: str) -> None:
    """Adds one to the number of items that have ended as `word` says (`ended_as`). Does not count a series, because its
    sessions are counted."""
    state = draft.state
    obligation = state.obligation(obligation_of(item))
    if item.count("/") == 1 and obligation is not None and obligation.recurs:
        return
    draft.put(ended={**state.ended, word: state.ended.get(word, 0) + 1})


def _relist(draft: Draft[PlanState], item: str, order: Order) -> None:
    """Takes the changes of an order to `item` into the state of the plan: the title, and whether status rounds ask
    about the item."""
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
    """Returns the order that tells an item how its obligation has changed. None if the change does not concern the
    item."""
    name = new[1].id
    own, own_before = windows.get(name, ()), windows_before.get(name, ())
    series = new[1].recurs or old[1].recurs
    changes: dict[str, JsonValue] = {}
    if series and own != own_before:
        changes["windows"] = [window.model_dump(mode="json") for window in own]
    window, window_before = (None, None) if series else (whole_window(own), whole_window(own_before))
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
    instead_of = former if new[1].host_rule is not HostRule.ROTATING else None
    return Order(host=host, instead_of=instead_of, changes=changes, text=why, reinvites="parties" in changes)


def _of_series(old: Obligation, new: Obligation) -> dict[str, JsonValue]:
    """Returns the changed fields of a series that its setup does not hold, with their new values."""
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
    """Opens the items of added obligations, in the same way as a launch at this instant."""
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


def ask_again(draft: Draft[PlanState], before: Plan) -> None:
    """Asks a settled or overtaken question again if the amended plan leaves its answer open.

    `before` is the plan before the amendment.
    """
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
    lists = asked_again(state.plan, state.setup.clock, draft.now, again.values())
    opening = Openings(questions=lists)
    open_all(draft, opening.model_copy(update={"questions": _new_lists(draft, opening)}))


def _new_lists(draft: Draft[PlanState], opening: Openings) -> tuple[QuestionsState, ...]:
    """Adds new questions to the open list of their institutions. If these have no open list, makes a new one. Returns
    the new lists."""
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
    """Opens new items, in the same order as a launch, and adds them to the lists in the state of the plan
    (`started`)."""
    for workflow, states in (
        ("series", opening.series),
        ("meeting", opening.meetings),
        ("commitment", opening.commitments),
        ("questions", opening.questions),
    ):
        draft.effects += [Open(workflow=workflow, state=state) for state in states]
    started(draft, opening)


def started(draft: Draft[PlanState], opening: Openings) -> None:
    """Adds new items to the lists in the state of the plan: open items, items of status rounds, questions, and lists of
    questions."""
    items: tuple[ItemState, ...] = (*opening.series, *opening.meetings, *opening.commitments, *opening.questions)
    # A procedure that only a call wakes is not an open item, because it does not end with the plan.
    open_items = {each.setup.id: each.setup.title for each in items if not outlives(each.setup)}
    asked = tuple(each.setup.id for each in items if each.setup.rounds)
    draft.put(
        open_items={**draft.state.open_items, **open_items},
        round_items=(*draft.state.round_items, *asked),
        questions=(*draft.state.questions, *(q for each in opening.questions for q in each.questions)),
        lists=(*draft.state.lists, *(each.setup.id for each in opening.questions)),
    )
