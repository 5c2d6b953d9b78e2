"""The act `rectify`. The plan takes it for a closed item, because the workflow of that item has ended, and opens the
rectification."""

from datetime import timedelta

from models.common.ids import event_uid
from models.common.values import Instant
from models.governance.opening import setup_of
from models.governance.plan_state import PlanState
from models.governance.summaries import obligation_of
from models.items.rectification import RectificationState, lapses_at
from models.machine.draft import Draft
from models.machine.machine import Machine
from models.machine.rules import Deed, Rules
from models.machine.setup import EDITION, ItemSetup
from models.messages.acts import Act, RecordedFact, Rectified, Rectify
from models.messages.effects import ItemReport, Open, Order
from models.messages.views import Refusal
from models.plan.parties import party_of

PlanRulesOf = Rules[PlanState]
PART = "rectification-"
"""How the last part of the id of a rectification begins: lao-khm/16.3-jtc/2026/rectification-1."""


def refuse_rectify(rules: PlanRulesOf, state: PlanState, act: Rectify, side: str, now: Instant) -> Refusal | None:
    """Returns why the plan does not open this rectification. None if it does.

    The plan does not read the record. It knows which items are open, and which offices take part in the obligation.
    """
    fact = act.fact
    name = fact.item.partition("/")[2]
    found = state.places().get(obligation_of(fact.item))
    if found is None or not fact.item.startswith(f"{state.setup.id}/") or f"/{PART}" in fact.item:
        message = f"{name or fact.item} names no item of the plan; name a closed meeting, session or commitment"
        return Refusal(code="no-such-item", message=message)
    setup = _setup(state, act, now)
    if setup.side_of(act.office) is None:
        offices = ", ".join(party.coordinator.office for party in setup.parties)
        message = f"{act.office} has no part in {fact.item}; its offices are {offices}"
        return Refusal(code="not-a-party", message=message)
    if fact.item in state.open_items:
        message = f"{name} is still open: its own side corrects what is wrong there, and another side disputes it"
        return Refusal(code="still-open", message=message)
    return _refuse_fact(state, act, now)


def _refuse_fact(state: PlanState, act: Rectify, now: Instant) -> Refusal | None:
    fact = act.fact
    if not act.reason.strip():
        return Refusal(code="bad-terms", message="say with a reason why the record is wrong")
    if (fact.what is RecordedFact.MARK) is not (fact.held is not None) or not fact.now:
        return Refusal(code="bad-terms", message=f"say how the {fact.what.value} is to read")
    if fact.on is not None and fact.on.utc > now:
        return Refusal(code="not-begun", message=f"{fact.on.local:%-d %B %Y} has not come yet; name a past day")
    if fact.now == fact.before:
        return Refusal(code="no-change", message=f"the record says already: {fact.before}")
    if (other := _open(state, fact.item, fact.what)) is not None:
        message = f"{other} about the same is open: accept or reject it there"
        return Refusal(code="open-proposal", message=message)
    return None


def _open(state: PlanState, item: str, what: RecordedFact) -> str | None:
    """Returns the name of the open rectification of this fact. None if there is none."""
    names = (name for name, of in state.rectifying.items() if of == what and name.startswith(f"{item}/{PART}"))
    return next((name.partition("/")[2] for name in names), None)


def take_rectify(rules: PlanRulesOf, draft: Draft[PlanState], act: Rectify, side: str) -> None:
    side = _setup(draft.state, act, draft.now).side_of(act.office) or ""
    item = act.fact.item.partition("/")[2]
    _open_new(draft, act, f"{act.office} ({side}) proposes to rectify the {act.fact.what.value} of {item}")


def _open_new(draft: Draft[PlanState], act: Rectify, text: str, unheard: bool = False) -> None:
    """Opens the rectification of an act. With `unheard` the program proposes it for a side that no mail has reached."""
    state, item = draft.state, act.fact.item
    setup = _setup(state, act, draft.now)
    longest = max((rung.after for party in setup.parties for rung in party.ladder), default=timedelta(0))
    opened = RectificationState(
        setup=setup,
        opening=act,
        unheard=unheard,
        of_title=_title(state, item),
        lapses=lapses_at(draft.now, longest, setup.despatch.period),
    )
    count = state.rectified.get(item, 0) + 1
    rectifying = {**state.rectifying, setup.id: act.fact.what.value}
    draft.put(rectified={**state.rectified, item: count}, rectifying=rectifying)
    draft.enter("rectify", text, None if unheard else act, item=item, opened=setup.id)
    draft.effects.append(Open(workflow="rectification", state=opened))


# Mail that comes back after silence has closed an item

SILENCED_KEPT = 100
"""How many of the items that silence has closed the plan remembers. Mail comes back within days."""


def note_silenced(draft: Draft[PlanState], report: ItemReport) -> None:
    """Remembers which sides said nothing until silence closed the item."""
    items = {**draft.state.silenced, report.item: report.silent}
    draft.put(silenced=dict([*items.items()][-SILENCED_KEPT:]))


def hear_unheard(draft: Draft[PlanState], key: str, reason: str) -> None:
    """Opens a rectification in the name of a side, because the mail that told it came back after silence had closed the
    item. So nothing stands of which that side has never heard.

    `key` is the key of the announcement in this mail. Nothing happens if the plan does not remember that silence closed
    the item, if the side has agreed, or if a rectification of the close-out is open.
    """
    item, office = key.rsplit("/", 3)[0], key.rsplit("/", 1)[-1]
    state = draft.state
    place = state.places().get(obligation_of(item))
    if item not in state.silenced or place is None or _open(state, item, RecordedFact.CLOSE_OUT):
        return
    parties = (party_of(state.plan, place[1], side) for side in place[1].all_sides)
    party = next((each for each in parties if office in each.offices and each.side in state.silenced[item]), None)
    if party is None:
        return
    title = party.offices[office]
    fact = Rectified(
        item=item,
        what=RecordedFact.CLOSE_OUT,
        before="it is closed out, because no side objected",
        text=f"{party.name or party.adjective} had not been told of it when it was closed out",
    )
    why = f"the mail to {title} came back after the close-out ({reason})"[:900]
    act = Rectify(act_id=f"unheard/{key}"[:200], office=party.coordinator.office, fact=fact, reason=why)
    name = item.partition("/")[2]
    _open_new(draft, act, f"{why}: a rectification of {name} opens in the name of {party.side}", unheard=True)


def _setup(state: PlanState, act: Rectify, now: Instant) -> ItemSetup:
    """Returns the setup of the rectification that the act opens. Its sides are those of the closed item."""
    provision, obligation = state.places()[obligation_of(act.fact.item)]
    base = setup_of(state.launch.model_copy(update={"plan": state.plan}), provision, obligation, None, ())
    item = f"{act.fact.item}/{PART}{state.rectified.get(act.fact.item, 0) + 1}"
    title = _title(state, act.fact.item)
    return base.model_copy(
        update={
            "edition": EDITION,
            "id": item,
            "kind": "rectification",
            # The keys of notices have this name. So no two rectifications have the same key.
            "session": item.split("/", 2)[2],
            "title": f"Rectification of {title}",
            "short": f"Rectification of {title}",
            "uid": event_uid(item, now.isoformat()),
            "parent": state.setup.id,
            "opens_at": None,
            "rounds": (),
            "on_trigger": False,
            "assumed": (),
            "silence": None,
            "remind": None,
        }
    )


def _title(state: PlanState, item: str) -> str:
    """Returns the title of a closed item: the title of its obligation, and the name of its session."""
    _, obligation = state.places()[obligation_of(item)]
    session = item.split("/")[2] if item.count("/") > 1 else ""
    return f"{obligation.title} {session}".strip()


def learn_rectified(draft: Draft[PlanState], report: ItemReport) -> bool:
    """Notes that a rectification has ended. Returns False, and changes nothing, if the report is about another item."""
    if report.item not in draft.state.rectifying:
        return False
    left = {name: what for name, what in draft.state.rectifying.items() if name != report.item}
    draft.put(rectifying=left)
    return True


def expire_rectifications(draft: Draft[PlanState], text: str) -> None:
    """Ends the open rectifications with the validity of the plan."""
    for item in draft.state.rectifying:
        draft.tell(item, Order(end="expired", by="expiry", text=text), at=draft.state.launch.valid_until)
    draft.put(rectifying={})


RECTIFY = Deed(refuse_rectify, take_rectify)


def refuse_here(machine: Machine[PlanState], state: PlanState, act: Act, now: Instant) -> Refusal | None:
    """Returns why the plan refuses the act `rectify`. None if it takes the act, or if it is another act.

    The office needs no part in the plan as a whole, and only the sides of the closed item decide.
    """
    if not isinstance(act, Rectify):
        return None
    for taken in state.taken:
        if taken.act_id == act.act_id:
            return None if (taken.verb, taken.office) == (act.verb, act.office) else machine.reused(state, taken)
    if state.closed:
        message = "the validity of the plan has ended, so its record is final"
        return Refusal(code="closed", message=message)
    return refuse_rectify(machine.rules, state, act, "", now)
