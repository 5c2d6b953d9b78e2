"""The rules of one kind of item: the questions that `Machine` asks about it.

Each kind has a subclass of `Rules`. It overrides the methods that concern it. The others keep the answers given here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple

from pydantic import BaseModel

from models.common.values import Instant
from models.machine.draft import Draft, S, Step
from models.machine.setup import ItemSetup
from models.machine.state import Ask, OpenAct, Proposal
from models.messages.acts import Act, Reject, Terms, Topic, Withdraw
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import ItemReport, Order
from models.messages.moments import Moment
from models.messages.notices import AskedQuestion
from models.messages.sentences import not_taken
from models.messages.views import Refusal


class Deed(NamedTuple):
    """What one verb does to an item. Both functions get the rules of the kind first."""

    refuse: Callable[[Any, Any, Any, str, Instant], Refusal | None]
    """Takes (rules, state, act, side, now). Gives the reason why the act is not taken, or None if it is."""
    take: Callable[[Any, Any, Any, str], int | None]
    """Takes (rules, draft, act, side) and carries the act out. Gives the number of a new proposal, or None."""


class Phase(NamedTuple):
    """One phase in the life of an item that is open and awake."""

    status: str
    """The status word of the item in this phase."""
    holds: Callable[[Any], bool]
    """Takes the state. Says whether the item is in this phase. An item is in exactly one phase of its life."""
    asks: Callable[[Any], Iterable[Ask]]
    """Takes the state. Gives what the phase requires of which side."""


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
    """The rules of one kind of item."""

    life: tuple[Phase, ...] = ()
    """The phases of the item, in their usual order."""
    deeds: Mapping[str, Deed] = {}
    """Every act that the item takes, by verb."""
    topics: frozenset[Topic] = frozenset()
    """The topics of the proposals that the item takes."""
    sleeps: bool = True
    """True: the item is dormant until an instant or a call wakes it. False: it is never awake, and has no phases."""
    answers_rounds: bool = True
    """True: status rounds ask about the item. False: it handles the rounds in its own way."""
    records_opening: bool = True
    """True: the record of the item begins with the line `opened`."""

    # What it requires

    def phase(self, state: S) -> Phase:
        """The phase in which the item is."""
        return next(phase for phase in self.life if phase.holds(state))

    def said_by_invitation(self, state: S, proposal: Proposal) -> bool:
        """Whether an invitation already asks for the answer to this proposal."""
        return False

    # In words

    def name(self, state: S) -> str:
        """The name of the item in the summary of its timer."""
        return f"{state.setup.ref} {state.setup.short}"

    def status_word(self, state: S) -> str | None:
        """The status word, if the kind has its own. None: the phase and the awaited acts decide it."""
        return None

    def waits_for(self, state: S) -> str | None:
        """What the item waits for if no instant moves it. None: it waits for a call or an act."""
        return None

    def act_in_words(self, state: S, open_act: OpenAct) -> str | None:
        """The awaited act as an infinitive with its object. None: the common words are used."""
        return None

    def lines_of(self, state: S, open_act: OpenAct) -> tuple[str, ...]:
        """Details of an awaited act, one line each. Empty if there are none."""
        return ()

    def questions_of(self, state: S, open_act: OpenAct) -> tuple[AskedQuestion, ...]:
        """The open questions that an awaited act settles."""
        return ()

    def not_taken_here(self, state: S, act: Act) -> str:
        """Says that the item does not take an act, and which acts it takes."""
        return not_taken(act.verb, state.setup.kind, self.deeds)

    # In views and the record

    def not_said(self, state: S) -> Iterator[NotSaid]:
        """Words that one might expect of it, beside the rungs that were not climbed."""
        return iter(())

    def row_facts(self, state: S) -> dict[str, Any]:
        """Fields of the row that this kind sets itself."""
        return {}

    def view_facts(self, state: S) -> dict[str, Any]:
        """Fields of the view that this kind sets itself, beside those of the row."""
        return {}

    def recorded_facts(self, state: S) -> dict[str, Any]:
        """What the record holds after a line, beside the awaited acts."""
        return {}

    # What time brings

    def moments(self, state: S) -> Iterator[Moment]:
        """Further moments at which this kind moves by itself. A kind that sleeps has them only while it is awake."""
        return iter(())

    def pass_moments(self, draft: Draft[S]) -> Instant | None:
        """Carries out the moments of this kind that have come. Gives the instant at which the last was due, or None."""
        return None

    # Acts and proposals

    def refuse_any(self, state: S, act: Act, now: Instant) -> Refusal | None:
        """Why the item takes no act at all now. None if it takes acts."""
        return None

    def refuse_terms(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        """Why these terms cannot be proposed. None if they can."""
        return None

    def refuse_consent(self, state: S, proposal: Proposal, now: Instant) -> Refusal | None:
        """Why an open proposal can no longer be accepted. None if it can."""
        return None

    def proposed(self, draft: Draft[S], proposal: Proposal) -> None:
        """Adds what this kind does after a new proposal: a meeting sends a tentative invitation."""

    def agreed(self, draft: Draft[S], proposal: Proposal) -> None:
        """Adds what this kind does after the last consent to a proposal."""

    def ends_with_consent(self, state: S) -> bool:
        """Whether the item ends after this consent."""
        return False

    def after_consent(self, draft: Draft[S]) -> None:
        """Adds what follows when all sides have been told: a list of questions ends when all of it is settled."""

    def fell(self, draft: Draft[S], proposal: Proposal) -> None:
        """Adds what follows when a proposal was rejected or withdrawn."""

    def tells_ended(self, draft: Draft[S], proposal: Proposal, act: Reject | Withdraw, side: str) -> bool:
        """Announces in its own way that a proposal was rejected or withdrawn. False: the common announcement goes."""
        return False

    # How it stands to its window and its turn

    def was_held(self, state: S) -> bool:
        """Whether the meeting was held."""
        return False

    def held_on(self, state: S) -> Instant | None:
        """When the meeting was held. None if it was not, or if no day is known."""
        return None

    def fulfilled(self, state: S) -> bool:
        """Whether the item has done what the plan asks."""
        return self.was_held(state)

    def excused(self, state: S) -> bool:
        """Whether every side has consented to a time after the window."""
        return False

    def under_way(self, state: S) -> bool:
        """Whether something has been agreed or done already, so that the item has begun."""
        return False

    # What other workflows tell

    def obeys(self, draft: Draft[S], order: Order) -> bool:
        """Carries out an order in its own way. False: the common way is used (models/machine/orders.py)."""
        return False

    def ending(self, draft: Draft[S], order: Order) -> None:
        """Announces what must be said before the item ends by order: a meeting sends a cancellation."""

    def amended(self, draft: Draft[S], before: ItemSetup, order: Order) -> bool:
        """Adds what follows from a changed setup. True if this tells the offices about the amendment."""
        return False

    def learn(self, draft: Draft[S], report: ItemReport) -> None:
        """Takes in a report of an item that this item opened."""

    # What its workflow carries

    def carried(self, state: S) -> BaseModel:
        """What one run of the workflow hands to the next. It must fit into a payload."""
        return state

    # Its calendar event

    def newest(self, state: S, event: CalendarEvent) -> CalendarEvent:
        """The version of the event to publish now. `event` is the version that was waiting."""
        return event

    def outrun(self, state: S, published: CalendarEvent, sequence: int, now: Instant) -> Step[S]:
        """The calendars hold the published event with a SEQUENCE higher than the item's own."""
        return Step(state=state)
