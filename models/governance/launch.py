"""What a plan is launched with, and everything that a launch starts."""

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
    clock: Clock = Clock()
    """Of the plan's zone, resolved like its validity by whoever launches."""
    valid_until: Instant | None
    """Resolved in the plan's zone by whoever launches."""
    history: tuple[AdoptedSession, ...] = ()
    """What became of sessions of before the launch."""
    carried: dict[str, Any] | None = None
    """The state of the plan's workflow, from one of its runs to the next."""

    @property
    def rounds_on(self) -> bool:
        return self.plan.round is not None


class Openings(Value):
    """Everything that a launch starts."""

    post_rooms: tuple[PostRoomAddress, ...] = ()
    series: tuple[SeriesState, ...] = ()
    meetings: tuple[MeetingState, ...] = ()
    commitments: tuple[CommitmentState, ...] = ()
    questions: tuple[QuestionsState, ...] = ()
    past: tuple[tuple[ItemState, AdoptedSession], ...] = ()
    """One-off items of before the launch: recorded, and nobody is written to."""
