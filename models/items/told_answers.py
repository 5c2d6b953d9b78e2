"""What letters say of an answer by mail: what the office said, and what follows from it.

The fields name no words of a language. The letter templates write the sentences.
"""

from typing import Any

from models.items.meeting_state import MeetingState
from models.messages.acts import Reply, ReplyMethod
from models.messages.calendar_event import PartStat
from models.messages.notices import Answered, AnswerEffect, Happened

_SAID = {PartStat.ACCEPTED: "accepted", PartStat.TENTATIVE: "tentative", PartStat.DECLINED: "declined"}


def told_answer(
    state: MeetingState, act: Reply, side: str, effect: AnswerEffect | None = None, **more: Any
) -> dict[str, Any]:
    """Returns the field of an announcement that tells what an office answered by mail, and its `effect`. None: it has
    no effect that the receiver must know. `more` holds the fields of `Answered` that the effect needs."""
    said = "new-time" if act.method is ReplyMethod.COUNTER else _SAID.get(act.partstat or PartStat.NEEDS_ACTION, "none")
    answered = Answered(said=said, words=act.words or act.comment, effect=effect, **more)
    by, adjective = state.setup.title_of(act.office, side), state.setup.party(side).adjective
    return {"happened": Happened(verb="reply", by=by, side=adjective, answered=answered)}


def told_effect(effect: AnswerEffect, **more: Any) -> dict[str, Any]:
    """Returns the field of an announcement that tells an office what became of its own answer. `more` holds the fields
    of `Answered` that the effect needs."""
    return {"happened": Happened(verb="reply", answered=Answered(effect=effect, **more))}
