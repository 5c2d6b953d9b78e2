"""Questions and notes about mails. Every kind of item takes them. No consent ever follows from them.

The secretariat asks an office what a mail of it means (`ask_back`), because nobody else may say it for its side. An
office that has read a letter may put a note about it on record (`note`).
"""

from datetime import timedelta

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.ladders import act_in_words, wait_for_words
from models.machine.letter_fields import proposed
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.state import QUESTIONS_KEPT, AskedBack, OpenAct
from models.messages.acts import AskBack, Note
from models.messages.notices import AnnouncementKind, Asked, AwaitedAct
from models.messages.views import Refusal
from models.plan.parties import Rung


def refuse_ask(rules: Rules[S], state: S, act: AskBack, side: str, now: Instant) -> Refusal | None:
    """Returns why the item does not ask an office about a mail. None if it asks. It asks about one mail once."""
    asked = next((each for each in state.asked_back if each.message == act.message.sha256), None)
    if asked is not None:
        when = state.setup.clock.moment(asked.at)
        message = f"{asked.office} was asked about message {act.number} on {when}; its answer is awaited"
        return refusal(rules, state, "already-asked", message)
    if act.office not in {rung.office for rung in state.setup.party(side).told}:
        message = f"the program writes to no office {act.office} about {state.setup.id}"
        return refusal(rules, state, "not-a-party", message)
    return None


def take_ask(rules: Rules[S], draft: Draft[S], act: AskBack, side: str) -> None:
    """Sends an office the question what its mail means, and gives its side the time of one rung to answer."""
    state, setup = draft.state, draft.state.setup
    seems = _seems_to_accept(rules, draft, side)
    proposal = state.proposal(seems) if seems else None
    text = f'the secretariat asks {act.office} ({side}) what its message {act.number} means: "{act.words}"'
    message = act.message.model_dump(mode="json")
    draft.enter("asked-back", text, number=act.number, words=act.words, asked=act.office, message=message)
    awaited = () if proposal else tuple(_awaited(rules, state, each) for each in state.open_acts if each.side == side)
    asked = Asked(
        words=act.words,
        proposal=proposed(state, proposal) if proposal is not None else None,
        awaited=awaited,
    )
    title = setup.title_of(act.office, side)
    rung = Rung(office=act.office, title=title, label="", after=timedelta(0))
    event = rules.invitation_to_answer(draft, act.office)
    [told] = draft.announce_to(
        AnnouncementKind.QUESTION, [rung], _question(act, proposal is not None), event=event, asked=asked, happened=None
    )
    kept = AskedBack(
        message=act.message.sha256, office=act.office, side=side, at=draft.now, key=told.key, proposal=seems
    )
    draft.put(asked_back=(*draft.state.asked_back, kept)[-QUESTIONS_KEPT:])
    wait_for_words(draft, side, seems or None)


def _seems_to_accept(rules: Rules[S], draft: Draft[S], side: str) -> int:
    """The number of the open proposal that the side seems to accept in words. 0 if there is none."""
    numbers = (each.number for each in draft.state.open_proposals if not each.consented(side))
    return next((number for number in numbers if rules.words_beside(draft.state, number, side)), 0)


def _awaited(rules: Rules[S], state: S, open_act: OpenAct) -> AwaitedAct:
    answered = state.proposal(open_act.subject) if open_act.act == "answer" else None
    return AwaitedAct(
        verb=open_act.act,
        act=act_in_words(rules, state, open_act),
        proposal=proposed(state, answered) if answered is not None else None,
        wanted=state.setup.evidence_wanted if open_act.act == "evidence" else "",
    )


def _question(act: AskBack, accepts: bool) -> str:
    if accepts:
        return f'Your office has accepted, and wrote: "{act.words}" Does your side accept without condition?'
    return f'Your office wrote: "{act.words}" What does your side wish to do?'


def refuse_note(rules: Rules[S], state: S, act: Note, side: str, now: Instant) -> Refusal | None:
    """Returns why the item does not take a note. None if it takes the note."""
    return None if act.text.strip() else refusal(rules, state, "bad-terms", "the note is empty; say what it notes")


def take_note(rules: Rules[S], draft: Draft[S], act: Note, side: str) -> None:
    """Puts a note on record. Nothing else follows from it."""
    source = f"message {act.number}" + (f" from {act.sender}" if act.sender else "")
    draft.enter(
        "note", f"{act.office} ({side}) notes, from {source}: {act.text}", act, number=act.number, note=act.text
    )


MAIL_DEEDS = {"ask_back": Deed(refuse_ask, take_ask), "note": Deed(refuse_note, take_note)}
"""The functions for the acts about mails, by verb."""
