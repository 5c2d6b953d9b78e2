"""The argument of a launch, and everything that a launch starts."""

from typing import Any

from models.common.clock import Clock
from models.common.values import Instant, Value
from models.items.commitment import CommitmentState
from models.items.meeting_state import MeetingState
from models.items.past_sessions import AdoptedSession
from models.items.questions import QuestionsState
from models.items.series_state import SeriesState
from models.machine.state import ItemState
from models.messages.effects import PostRoomAddress
from models.plan.plan import Plan


class Launch(Value):
    """The argument of the plan's workflow: the plan, and what the command that launches the plan has computed."""

    plan: Plan
    launched: Instant
    edition: int = 0
    """Which edition of the rules the plan's own workflow follows (`EDITION` in models/machine/setup)."""
    epoch: int = 0
    """The epoch of the engine on which the plan is launched. 0: a release that knew no epochs has launched it."""
    as_of: Instant
    """A session or a one-off item is past if its window has ended by this instant. The program records past items, and
    announces nothing about them. If nothing is known of one, a list of questions asks the sides what became of it."""
    clock: Clock = Clock()
    """The clock of the plan's time zone. The command that launches the plan computes this."""
    valid_from: Instant | None = None
    """The start of the validity. The command that launches the plan computes this. None if the plan states no start."""
    valid_until: Instant | None
    """The end of the validity. The command that launches the plan computes this. None if the plan states no term."""
    history: tuple[AdoptedSession, ...] = ()
    """What became of past sessions and one-off items, from the history file. Empty if there is no history file."""
    carried: dict[str, Any] | None = None
    """The state of the plan (`PlanState`) that the last run of the workflow passed on, as JSON. None in the first
    run."""

    @property
    def rounds_on(self) -> bool:
        """Whether the plan has status rounds."""
        return self.plan.round is not None


class Openings(Value):
    """Everything that a launch starts: post rooms, and one workflow for each state."""

    post_rooms: tuple[PostRoomAddress, ...] = ()
    series: tuple[SeriesState, ...] = ()
    meetings: tuple[MeetingState, ...] = ()
    commitments: tuple[CommitmentState, ...] = ()
    questions: tuple[QuestionsState, ...] = ()
    past: tuple[tuple[ItemState, AdoptedSession], ...] = ()
    """The past one-off items, each with what became of it. The program records them, and starts no workflow for
    them."""
