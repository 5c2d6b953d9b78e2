"""Makes fields for letters from proposals and ledger lines. The fields name offices by title, and hold no sentences.

The letter templates write the sentences in each language. models/messages/sentences writes those of the record.
"""

from typing import TYPE_CHECKING, Any

from models.common.times import ZonedTime
from models.messages.acts import Act, Agree, Progress, Topic
from models.messages.notices import Happened, NoWorkday, Proposed
from models.messages.sentences import value_in_words
from models.plan.amendment import Amendment, AmendmentKind

if TYPE_CHECKING:  # models/machine/draft.py imports this module
    from models.machine.state import ItemState, Proposal
    from models.messages.effects import Order
    from models.messages.views import LedgerEntry


def proposed(state: "ItemState", proposal: "Proposal") -> Proposed:
    """Returns a proposal as fields for a letter."""
    terms, setup = proposal.terms, state.setup
    told = Proposed(
        number=proposal.number,
        replaces=proposal.replaces or 0,
        topic=terms.topic.value,
        by=setup.title_of(proposal.office, proposal.side),
        side=setup.party(proposal.side).adjective,
        slot=terms.slot,
        place=terms.place,
        # A new time or place that came by mail stands in no calendar yet.
        invited=terms.slot is not None
        and (proposal.message is None or proposal.counters is None)
        and state.invites_to(terms.slot),
        format=terms.format.value if terms.format else "",
        link=terms.link,
        zones=setup.zones if terms.slot is not None else (),
        host=setup.names.get(terms.host or "", terms.host or ""),
        until=terms.until,
        reason=terms.reason,
        clashes=tuple(
            NoWorkday(day=each.day, who=_adjective(state, each.side), kind=each.kind.value, name=each.name)
            for each in terms.clashes
        ),
    )
    if terms.topic is Topic.ANSWER:
        asked = state.words_of(terms.question)
        return told.model_copy(update={"question": asked, "value": value_in_words(terms.value, setup.names)})
    if terms.topic is Topic.RECTIFY and terms.rectified is not None:
        fact = terms.rectified
        asked = state.words_of(fact.item)
        return told.model_copy(
            update={"question": asked, "fact": fact.what.value, "value": fact.now, "before": fact.before}
        )
    if terms.topic is Topic.AMEND and terms.amendment is not None:
        return told.model_copy(update=_amendment(state, terms.amendment))
    return told


def _written(state: "ItemState", proposal: "Proposal") -> tuple[tuple[str, str], ...]:
    """What offices had written beside their answers to an agreed proposal: titles and words. Only the coordinator of a
    side is invited and answers an invitation; the consent may be that of an office above it."""
    given = (each for each in proposal.consents if each.words)
    return tuple((state.setup.party(each.side).coordinator.title, each.words) for each in given)


def _adjective(state: "ItemState", side: str) -> str:
    return next((party.adjective for party in state.setup.parties if party.side == side), side)


def _amendment(state: "ItemState", amendment: Amendment) -> dict[str, object]:
    names = state.setup.names
    title = amendment.fields.get("title") if amendment.kind is AmendmentKind.ADD else None
    fields = () if amendment.kind is AmendmentKind.ADD else amendment.fields.items()
    return {
        "change": amendment.kind.value,
        "question": str(title or state.words_of(amendment.obligation)),
        "value": names.get(amendment.value, amendment.value),
        "fields": tuple((field, value_in_words(value, names)) for field, value in fields),
        "ref": amendment.provision,
    }


def amended(state: "ItemState", number: int, amendment: Amendment, title: str) -> Proposed:
    """Returns an amendment in force as fields for a letter to the offices of the changed item. `title` is the title of
    the item that these offices know."""
    told = Proposed(number=number, topic=Topic.AMEND.value, by="", side="")
    return told.model_copy(update={**_amendment(state, amendment), "question": title})


def told_of(order: "Order", relieved: bool = False) -> dict[str, Any]:
    """Returns fields for an announcement about the amendment that caused an order. Empty if no amendment caused the
    order. `relieved` is True for an office that no longer follows the item."""
    return {"happened": Happened(verb="amended", proposal=order.amended, relieved=relieved)} if order.amended else {}


def happened(state: "ItemState", entry: "LedgerEntry", act: Act | None) -> Happened:
    """Returns a line of the ledger as fields for a letter. `act` is the act that the line is about. None if it is about
    no act."""
    setup = state.setup
    found = state.proposal(entry.data["proposal"]) if isinstance(entry.data.get("proposal"), int) else None
    document = getattr(act, "document", None)
    # For a held meeting, the mark knows the day and the place: the agreed ones, or those of the act. In a
    # dispute it is the mark of the other side.
    counts = entry.verb == "held" and entry.data.get("dispute") != "stands"
    held = state.held_facts if counts else None
    style = held.format if held is not None else getattr(act, "format", None)
    return Happened(
        verb=entry.verb,
        by=setup.title_of(entry.office, entry.side or "") if entry.office else "",
        side=setup.party(entry.side).adjective if entry.side in setup.sides else "",
        proposal=proposed(state, found) if found is not None else None,
        counters=found.counters or 0 if found is not None else 0,
        reason=_reason(act) or (found.terms.reason if found is not None else ""),
        text=getattr(act, "text", ""),
        document=document.name if document else "",
        digest=document.sha256 if document else "",
        on=held.on if held is not None else getattr(act, "on", None),
        place=held.place if held is not None else getattr(act, "place", ""),
        format=style.value if style else "",
        replaced="replaced" in entry.data,
        before=_before(entry, entry.data["replaced"]) if "replaced" in entry.data else None,
        state=entry.data.get("state", "") if entry.verb == "progress" else "",
        abouts=_abouts(entry),
        dispute=entry.data.get("dispute", "") if entry.verb in ("held", "not_held") else "",
        under_silence=setup.silence is not None,
        outside_window=bool(entry.data.get("outside_window")),
        words=_written(state, found) if entry.verb == "agreed" and found is not None else (),
    )


def _abouts(entry: "LedgerEntry") -> tuple[str, ...]:
    """Returns what an office agrees to, or disputes. Empty for lines with other verbs."""
    if entry.verb == "agree":
        return tuple(str(each) for each in entry.data.get("abouts", ()))
    if entry.verb != "dispute" or "about" not in entry.data:
        return ()
    return ("not-held",) if entry.data.get("said") == "not-held" else (str(entry.data["about"]),)


def _reason(act: Act | None) -> str:
    """Returns the reason that an act gives, or the note of an agreement or of an answer to a status round. Empty if it
    gives none."""
    return act.note if isinstance(act, Progress | Agree) else getattr(act, "reason", "")


def _before(entry: "LedgerEntry", replaced: dict[str, Any]) -> Happened:
    """Returns what a correction has replaced as fields for a letter."""
    document = replaced.get("document") or {}
    verb = entry.verb if "held" not in replaced else "held" if replaced["held"] else "not_held"
    return Happened(
        verb=verb,
        reason=str(replaced.get("reason") or replaced.get("note") or ""),
        text=str(replaced.get("text") or ""),
        document=str(document.get("name", "")),
        digest=str(document.get("sha256", "")),
        on=ZonedTime.model_validate(replaced["on"]) if replaced.get("on") else None,
        place=str(replaced.get("place") or ""),
        format=str(replaced.get("format") or ""),
        state=str(replaced.get("state") or ""),
    )
