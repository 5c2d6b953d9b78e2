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
    """The argument of the plan's workflow."""

    plan: Plan
    launched: Instant
    edition: int = 0
    """The edition of the rules by which the plan's own workflow decides (models/machine/setup)."""
    as_of: Instant
    """What ended before this instant belongs to the past: it is recorded, and nobody is written to about it."""
    clock: Clock = Clock()
    """The clock of the plan's zone. The command that launches the plan computes it."""
    valid_from: Instant | None = None
    """The start of the validity. The command that launches the plan computes it. None if the plan states none."""
    valid_until: Instant | None
    """The end of the validity. The command that launches the plan computes it. None if the plan states no term."""
    history: tuple[AdoptedSession, ...] = ()
    """What became of the sessions before the launch, from the history file. Empty without one."""
    carried: dict[str, Any] | None = None
    """The state that one run of the workflow passes to the next. None in the first run."""

    @property
    def rounds_on(self) -> bool:
        """Whether the plan has status rounds."""
        return self.plan.round is not None


class Openings(Value):
    """Everything that a launch starts."""

    post_rooms: tuple[PostRoomAddress, ...] = ()
    series: tuple[SeriesState, ...] = ()
    meetings: tuple[MeetingState, ...] = ()
    commitments: tuple[CommitmentState, ...] = ()
    questions: tuple[QuestionsState, ...] = ()
    past: tuple[tuple[ItemState, AdoptedSession], ...] = ()
    """The one-off items of the past, each with what became of it. They are recorded, and no workflow starts for them.
    """
