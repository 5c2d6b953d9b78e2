"""Orders that an item gets from the workflow that opened it. They name a host, the changes of an amendment, or an
end."""

from models.machine.closing import close
from models.machine.draft import Draft, S
from models.machine.ladders import restart
from models.machine.letter_fields import told_of
from models.machine.rules import Rules
from models.machine.setup import ItemSetup
from models.machine.silence import tell_again
from models.messages.effects import Announce, Order
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of


def obey(rules: Rules[S], draft: Draft[S], order: Order) -> None:
    """Carries out an order in the way that all kinds share. It is called if `Rules.obeys` has returned False. An order
    with `unless_begun` changes nothing if the item has begun."""
    state = draft.state
    if order.unless_begun and (state.open_proposals or rules.under_way(state)):
        return
    if order.host and state.host in (None, order.instead_of) and not rules.was_held(state):
        draft.put(host=order.host)
        text = order.text if order.text.startswith(order.host) else f"{order.host} hosts: {order.text}"
        draft.enter("host", text, host=order.host)
    if order.changes:
        _amend(rules, draft, order)
    if order.end:
        rules.ending(draft, order)
        say_dropped(draft, order)
        close(rules, draft, order.end, None, order.text, by=order.by or None, amendment=order.amendment)


def _amend(rules: Rules[S], draft: Draft[S], order: Order) -> None:
    before = draft.state.setup
    if "parties" in order.changes:
        restart(draft)  # settles the notices of the former offices
    draft.put(setup=before.changed(order.changes))
    after = draft.state.setup
    if (after.window, after.opens_at) != (before.window, before.opens_at):
        _redate(rules, draft, before)
    draft.enter("amended", order.text, changes=dict(order.changes))
    if "parties" in order.changes:
        tell_again(draft)
    told = rules.amended(draft, before, order)
    if order.announce and not told:
        say_amended(draft, before, order)


def _redate(rules: Rules[S], draft: Draft[S], before: ItemSetup) -> None:
    """The item has another window, or none. If it has not begun, it waits for the window, or for the next status round.

    Awaited acts are asked again, unless the item had a window before and its new window is already open.
    """
    state, setup = draft.state, draft.state.setup
    waits = setup.opens_at is None or setup.opens_at > draft.now
    moved = before.window is not None and setup.window is not None and not waits
    if not moved:
        restart(draft)
    end = setup.window.end if setup.window else None
    kept = moved and state.extended_to is not None and end is not None and state.extended_to > end
    draft.put(extended_to=state.extended_to if kept else None, late=False, excused=False)
    if waits and state.awake and not state.called and not rules.under_way(state):
        draft.put(awake=False)


def say_amended(draft: Draft[S], before: ItemSetup, order: Order) -> None:
    """Announces an amendment to the coordinators of the item, and to former coordinators that an amendment has
    replaced."""
    text = sentence_of(f"The plan reads otherwise {order.text}")
    after = draft.state.setup
    draft.announce(AnnouncementKind.AMENDMENT, after.sides, text, **told_of(order))
    now_asked = {party.coordinator.office for party in after.parties}
    gone = [party.coordinator for party in before.parties if party.coordinator.office not in now_asked]
    if gone:
        more = " Nothing about it is awaited of your office any longer."
        draft.announce_to(AnnouncementKind.AMENDMENT, gone, text + more, final=True, **told_of(order, relieved=True))


def say_dropped(draft: Draft[S], order: Order) -> None:
    """Announces that the item was dropped, unless this step has already announced something, for example a
    cancellation. No such announcement goes if the order ends the item with another status."""
    if order.end != "dropped" or any(isinstance(effect, Announce) for effect in draft.effects):
        return
    text = sentence_of(order.text)
    draft.announce(AnnouncementKind.AMENDMENT, draft.state.setup.sides, text, final=True)
