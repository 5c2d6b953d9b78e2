"""What one kind of item says of itself: the questions that the common decisions ask it.

A kind answers those that concern it, and leaves the others as they are here. `Machine` puts the answers to use.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple

from models.common.values import Instant
from models.machine.draft import Draft, S, Step
from models.machine.setup import ItemSetup
from models.machine.state import Ask, OpenAct, Proposal
from models.messages.acts import Act, Reject, Terms, Topic, Withdraw
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import Order, SessionReport
from models.messages.moments import Moment
from models.messages.notices import AskedQuestion
from models.messages.sentences import not_taken
from models.messages.views import Refusal


class Deed(NamedTuple):
    """What one verb does to an item. Both functions get the rules of the kind first."""

    refuse: Callable[[Any, Any, Any, str, Instant], Refusal | None]
    """(rules, state, act, side, now): why it is not taken; None if it is."""
    take: Callable[[Any, Any, Any, str], int | None]
    """(rules, draft, act, side): carries it out; the number of the proposal that it made, if it made one."""


class Phase(NamedTuple):
    """One stretch in the life of an item that is open and awake."""

    status: str
    """The word of rows and queries."""
    holds: Callable[[Any], bool]
    """(state): whether the item is in it. Of one life exactly one phase holds."""
    asks: Callable[[Any], Iterable[Ask]]
    """(state): what it requires of which side."""


class NotSaid(NamedTuple):
    """A word to one office that one might expect of an item, and that it has not said, or not yet. `why` shows it."""

    office: str
    act: str
    code: str
    """As in models/post/why (`Untold`)."""
    reason: str
    until: Instant | None
    """When it is said; None where it is not."""


class Rules(Generic[S]):
    """One kind of item."""

    life: tuple[Phase, ...] = ()
    """Its phases, in the order in which they are lived."""
    deeds: Mapping[str, Deed] = {}
    """By verb, every act that it takes."""
    topics: frozenset[Topic] = frozenset()
    """What may be proposed."""
    sleeps: bool = True
    """It is dormant until an instant or a call wakes it; otherwise it is never awake, and has no life of its own."""
    answers_rounds: bool = True
    """Status rounds ask it; otherwise it keeps account of rounds in its own way."""
    records_opening: bool = True
    """Its record begins with a line of its own."""

    # What it requires

    def phase(self, state: S) -> Phase:
        """The stretch of its life in which it is."""
        return next(phase for phase in self.life if phase.holds(state))

    def said_by_invitation(self, state: S, proposal: Proposal) -> bool:
        """Whether an invitation has already asked for the answer to this proposal."""
        return False

    # In words

    def name(self, state: S) -> str:
        """How its timer calls it."""
        return f"{state.setup.ref} {state.setup.short}"

    def status_word(self, state: S) -> str | None:
        """Its status where that follows from nothing but itself; None where its life and what is awaited tell it."""
        return None

    def waits_for(self, state: S) -> str | None:
        """What it waits for where no instant moves it; None where only a call or an act does."""
        return None

    def act_in_words(self, state: S, open_act: OpenAct) -> str | None:
        """What is awaited, as an infinitive with its object; None where the common words say it."""
        return None

    def lines_of(self, state: S, open_act: OpenAct) -> tuple[str, ...]:
        """What an act consists of, a line each; nothing where its words say it all."""
        return ()

    def questions_of(self, state: S, open_act: OpenAct) -> tuple[AskedQuestion, ...]:
        """The open questions that an act settles."""
        return ()

    def not_taken_here(self, state: S, act: Act) -> str:
        """Why it takes no such act, and what does."""
        return not_taken(act.verb, state.setup.kind, self.deeds)

    # In views and the record

    def not_said(self, state: S) -> Iterator[NotSaid]:
        """Words that one might expect of it, beside the rungs that were not climbed."""
        return iter(())

    def row_facts(self, state: S) -> dict[str, Any]:
        """Fields of its row that differ from those of every item."""
        return {}

    def view_facts(self, state: S) -> dict[str, Any]:
        """Fields of `show` that differ from those of every item, beside those of its row."""
        return {}

    def recorded_facts(self, state: S) -> dict[str, Any]:
        """What the record tells after each line, beside what is awaited from then on."""
        return {}

    # What time brings

    def moments(self, state: S) -> Iterator[Moment]:
        """Instants at which it moves by itself, beside those of every item. Of one that sleeps: while it is awake."""
        return iter(())

    def pass_moments(self, draft: Draft[S]) -> Instant | None:
        """Takes note of those of its instants that have come, and says when the last of them was due."""
        return None

    # Acts and proposals

    def refuse_any(self, state: S, act: Act, now: Instant) -> Refusal | None:
        """Why no act at all is taken now."""
        return None

    def refuse_terms(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        """Why terms cannot be proposed."""
        return None

    def refuse_consent(self, state: S, proposal: Proposal, now: Instant) -> Refusal | None:
        """Why an open proposal can no longer be accepted."""
        return None

    def proposed(self, draft: Draft[S], proposal: Proposal) -> None:
        """What else follows from a new proposal: a tentative invitation."""

    def agreed(self, draft: Draft[S], proposal: Proposal) -> None:
        """The last consent is in: what else follows from the terms."""

    def ends_with_consent(self, state: S) -> bool:
        """Whether it ends once everybody is told."""
        return False

    def after_consent(self, draft: Draft[S]) -> None:
        """What follows once everybody is told: the end of an item that has no more to settle."""

    def fell(self, draft: Draft[S], proposal: Proposal) -> None:
        """A proposal was rejected or withdrawn, and nothing took its place."""

    def tells_ended(self, draft: Draft[S], proposal: Proposal, act: Reject | Withdraw, side: str) -> bool:
        """Tells in its own way that a proposal was rejected or withdrawn; False where it does not."""
        return False

    # How it stands to its window and its turn

    def was_held(self, state: S) -> bool:
        """Whether a turn was served."""
        return False

    def held_on(self, state: S) -> Instant | None:
        """When it took place."""
        return None

    def fulfilled(self, state: S) -> bool:
        """Whether what was promised has been done."""
        return self.was_held(state)

    def excused(self, state: S) -> bool:
        """Whether every side has consented that it comes after its window."""
        return False

    def under_way(self, state: S) -> bool:
        """Whether something has been agreed or done already."""
        return False

    # What other workflows tell

    def obeys(self, draft: Draft[S], order: Order) -> bool:
        """Carries out an order in its own way; False where it is carried out as by every item."""
        return False

    def ending(self, draft: Draft[S], order: Order) -> None:
        """What must be said before it ends by order: a cancellation."""

    def amended(self, draft: Draft[S], before: ItemSetup, order: Order) -> bool:
        """What else follows from a setup that an amendment has changed; True where that tells the offices of it."""
        return False

    def learn(self, draft: Draft[S], report: SessionReport) -> None:
        """What an item that it opened tells."""

    # Its calendar event

    def newest(self, state: S, event: CalendarEvent) -> CalendarEvent:
        """The version that calendars need now, where this one was to be published."""
        return event

    def outrun(self, state: S, published: CalendarEvent, sequence: int, now: Instant) -> Step[S]:
        """The calendars hold what was published with a higher SEQUENCE than it counts."""
        return Step(state=state)
