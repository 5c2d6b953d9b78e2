"""The rules of one kind of item. `Machine` calls the methods of `Rules` to decide about an item.

Each kind has a subclass of `Rules`, which overrides the methods that its kind needs. The other methods keep the answers
that `Rules` gives.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple

from pydantic import BaseModel

from models.common.values import Instant
from models.machine.draft import Draft, S, Step
from models.machine.setup import ItemSetup
from models.machine.state import Ask, Consent, OpenAct, Proposal
from models.messages.acts import Act, Reject, Terms, Topic, Withdraw
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import ItemReport, Order
from models.messages.moments import Moment
from models.messages.notices import AskedQuestion
from models.messages.sentences import not_taken
from models.messages.views import Refusal


class Deed(NamedTuple):
    """The two functions that carry out one verb. Their first argument is the `Rules` of the kind of item."""

    refuse: Callable[[Any, Any, Any, str, Instant], Refusal | None]
    """Takes (rules, state, act, side, now). Returns why the item refuses the act, or None if it takes the act."""
    take: Callable[[Any, Any, Any, str], int | None]
    """Takes (rules, draft, act, side) and carries the act out. Returns the number of the new proposal, or None if the
    act makes none."""


class Phase(NamedTuple):
    """One phase in the life of an item that is open and awake."""

    status: str
    """The status word of the item in this phase."""
    holds: Callable[[Any], bool]
    """Takes the state. Returns True if the item is in this phase. An item is in exactly one phase of its life."""
    asks: Callable[[Any], Iterable[Ask]]
    """Takes the state. Returns the acts that this phase requires, each with the side that must do it."""


class NotSaid(NamedTuple):
    """A mail that a person may expect at one office, and for which the item has not asked the post room, or not yet.
    The command `why` shows it."""

    office: str
    act: str
    code: str
    """The cause, as one of the words of `Untold.code` in models/post/why."""
    reason: str
    until: Instant | None
    """When the office will be told. None if it will not be told, or if no instant is known."""


class Rules(Generic[S]):
    """The rules of one kind of item. A subclass overrides what its kind decides in another way."""

    life: tuple[Phase, ...] = ()
    """The phases of the item, in their usual order."""
    deeds: Mapping[str, Deed] = {}
    """The functions for every act that the item takes, by verb."""
    topics: frozenset[Topic] = frozenset()
    """The topics of the proposals that the item takes."""
    sleeps: bool = True
    """True: the item is dormant until an instant or a call wakes it. False: it is never awake, and has no phases."""
    answers_rounds: bool = True
    """True: `Machine` asks the status rounds about the item. False: the kind handles status rounds by its own
    methods."""
    records_opening: bool = True
    """True: the first line of the item's record is `opened`. False: the record begins with another line."""

    # What it requires

    def phase(self, state: S) -> Phase:
        """Returns the phase in which the item is."""
        return next(phase for phase in self.life if phase.holds(state))

    def said_by_invitation(self, state: S, proposal: Proposal) -> bool:
        """Whether an invitation has already asked the sides to answer this proposal."""
        return False

    # In words

    def name(self, state: S) -> str:
        """Returns the name of the item for the summary of its timer."""
        return f"{state.setup.ref} {state.setup.short}"

    def status_word(self, state: S) -> str | None:
        """Returns the status word, if this kind decides it itself. None: `status_of` finds the word from the state."""
        return None

    def waits_for(self, state: S) -> str | None:
        """Returns in words what the item waits for while it has no timer, for example "the end of the validity". None:
        there is nothing special to say, and the item waits until a side calls it or an office acts."""
        return None

    def act_in_words(self, state: S, open_act: OpenAct) -> str | None:
        """Returns the awaited act as an infinitive with its object. None: the words that all kinds share are used."""
        return None

    def lines_of(self, state: S, open_act: OpenAct) -> tuple[str, ...]:
        """Returns details of an awaited act for its notice, one line each. Empty if it needs no details."""
        return ()

    def questions_of(self, state: S, open_act: OpenAct) -> tuple[AskedQuestion, ...]:
        """Returns the open questions that an awaited act settles. Empty if the act settles no questions."""
        return ()

    def not_taken_here(self, state: S, act: Act) -> str:
        """Returns a message: the item does not take this act. It also names the acts that the item takes."""
        return not_taken(act.verb, state.setup.kind, self.deeds)

    # In views and the record

    def not_said(self, state: S) -> Iterator[NotSaid]:
        """Yields the mails that a person may expect of the item, and for which it has not asked the post room, or not
        yet. Rungs that were not climbed are not among them."""
        return iter(())

    def row_facts(self, state: S) -> dict[str, Any]:
        """Returns the fields of the item's row in `status` that this kind sets itself."""
        return {}

    def view_facts(self, state: S) -> dict[str, Any]:
        """Returns the fields of the item's view in `show` that this kind sets itself. The fields of `row_facts` are not
        among them."""
        return {}

    def recorded_facts(self, state: S) -> dict[str, Any]:
        """Returns facts that this kind adds to the data of a line in the record, next to the awaited acts."""
        return {}

    # What time brings

    def moments(self, state: S) -> Iterator[Moment]:
        """Returns more moments at which an item of this kind moves by itself. If the kind sleeps, they count only while
        the item is awake."""
        return iter(())

    def pass_moments(self, draft: Draft[S]) -> Instant | None:
        """Carries out the moments of this kind that have come. Returns the instant at which the last of them was due,
        or None if none has come."""
        return None

    # Acts and proposals

    def refuse_any(self, state: S, act: Act, now: Instant) -> Refusal | None:
        """Returns a refusal if the item takes no act at all now. None if it takes acts."""
        return None

    def refuse_terms(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        """Returns a refusal if nobody can propose these terms. None if a side can propose them."""
        return None

    def refuse_consent(self, state: S, proposal: Proposal, now: Instant) -> Refusal | None:
        """Returns a refusal if a side can no longer accept this open proposal. None if it can."""
        return None

    def consented_meanwhile(self, state: S, proposal: Proposal, counter: Proposal) -> tuple[Consent, ...]:
        """The consents that sides gave to a proposal in another way while it was countered by `counter`."""
        return ()

    def proposed(self, draft: Draft[S], proposal: Proposal) -> None:
        """Adds what this kind does after a new proposal. For example, a meeting sends a tentative invitation."""

    def agreed(self, draft: Draft[S], proposal: Proposal) -> None:
        """Adds what this kind does after the last consent to a proposal."""

    def ends_with_consent(self, state: S) -> bool:
        """Whether the item ends because of the consent that has just been given."""
        return False

    def after_consent(self, draft: Draft[S]) -> None:
        """Adds what follows after all sides were told of their consent. For example, a list of questions ends when
        every question is settled."""

    def fell(self, draft: Draft[S], proposal: Proposal, at: Instant | None = None) -> None:
        """Adds what follows when a proposal was rejected or withdrawn, or has lapsed. `at` is the instant at which the
        proposal lapsed. None: an act has ended the proposal now."""

    def tells_ended(self, draft: Draft[S], proposal: Proposal, act: Reject | Withdraw, side: str) -> bool:
        """Announces in its own way that a proposal was rejected or withdrawn, and then returns True. False: it
        announced nothing, so `Machine` sends the announcement that all kinds share."""
        return False

    # Words of offices

    def words_beside(self, state: S, proposal: int, side: str) -> str:
        """Returns what an office of a side wrote beside an answer to a proposal that was no consent yet. Empty if no
        such answer came."""
        return ""

    def words_answered(self, draft: Draft[S], proposal: int, side: str) -> str:
        """Forgets what `words_beside` returns, because the side has now answered the proposal plainly. Returns the
        office that wrote the words. Empty if none did."""
        return ""

    def invitation_to_answer(self, draft: Draft[S], office: str) -> CalendarEvent | None:
        """Returns the calendar event whose buttons an office may use to answer an open proposal, with a newer DTSTAMP
        than the last version. The item keeps this DTSTAMP. None if there is no such event."""
        return None

    # How it stands to its window and its turn

    def was_held(self, state: S) -> bool:
        """Whether the meeting was held."""
        return False

    def held_on(self, state: S) -> Instant | None:
        """Returns when the meeting was held. None if it was not held, or if no day is known."""
        return None

    def fulfilled(self, state: S) -> bool:
        """Whether the sides have done what the plan asks with this item."""
        return self.was_held(state)

    def excused(self, state: S) -> bool:
        """Whether every side has consented to a time after the window."""
        return False

    def under_way(self, state: S) -> bool:
        """Whether the item has begun: its sides have already agreed or done something."""
        return False

    # What other workflows tell

    def obeys(self, draft: Draft[S], order: Order) -> bool:
        """Carries out an order in its own way, and then returns True. False: it did nothing, so `obey` carries the
        order out (models/machine/orders.py)."""
        return False

    def ending(self, draft: Draft[S], order: Order) -> None:
        """Announces what the offices must know before an order ends the item. For example, a meeting sends a
        cancellation."""

    def amended(self, draft: Draft[S], before: ItemSetup, order: Order) -> bool:
        """Adds what follows from a changed setup. Returns True if it has told the offices about the amendment. False:
        the announcement that all kinds share is still to be sent."""
        return False

    def learn(self, draft: Draft[S], report: ItemReport) -> None:
        """Changes the state as a report requires. The report comes from an item that this item opened."""

    # What its workflow carries

    def closable(self, state: S) -> bool:
        """Whether everything that the close-out needs is on record, for example the evidence."""
        return False

    def carried(self, state: S) -> BaseModel:
        """Returns the state in the form in which one run of the workflow gives it to the next run. A payload of
        Temporal must hold it: models/machine/door.py and workflows/guard.py refuse what would make it too large."""
        return state

    # Its calendar event

    def newest(self, state: S, event: CalendarEvent) -> CalendarEvent:
        """Returns the version of the event to publish now. `event` is the version that was waiting to be published."""
        return event

    def outrun(self, state: S, published: CalendarEvent, sequence: int, now: Instant) -> Step[S]:
        """Returns the step after the calendars were found to hold a higher SEQUENCE (version number) than the item.

        `published` is the event that was written, and `sequence` is its number in the calendars. Only a meeting acts.
        """
        return Step(state=state)
