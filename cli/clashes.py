"""What a proposed date clashes with: days on which a side does not work."""

import sys

from adapters.hours import calendars_of
from cli.asking import item_state
from cli.errors import Refused
from cli.session import Session
from models.common.times import Slot
from models.messages.acts import Act, Clash, Counter, Propose, Topic
from models.messages.sentences import clashes_in_words
from models.post.workdays import clashes


async def clashes_of(here: Session, item: str, slot: Slot) -> tuple[Clash, ...]:
    """Days of a proposed date on which a side does not work. None where there is no such item: its act is refused with
    a better reason."""
    try:
        _, state = await item_state(here, item)
    except Refused:
        return ()
    return clashes(slot, calendars_of(here.contacts(), state.setup.parties))


def clashes_in(act: Act) -> tuple[Clash, ...] | None:
    """What the date that an act proposes clashes with; None for an act that proposes none."""
    if isinstance(act, Propose | Counter) and act.terms.topic is Topic.DATE:
        return act.terms.clashes
    return None


def warn(found: tuple[Clash, ...] | None) -> None:
    """Says on standard error what a proposed date clashes with. It is proposed all the same: the sides decide."""
    if found:
        sys.stderr.write(f"note: {clashes_in_words(found)}\n")
