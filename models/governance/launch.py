"""What a plan is launched with, and everything that a launch starts."""

from typing import Any

from models.common.clock import Clock
from models.common.values import Instant, Value
from models.items.commitment import CommitmentState
from models.items.meeting import MeetingState
from models.items.past_sessions import AdoptedSession
from models.items.questions import QuestionsState
from models.items.series import SeriesState
from models.machine.state import ItemState
from models.messages.effects import PostRoomAddress
from models.plan.plan import Plan

EDITION = 5
"""How a plan launched today is opened. Plans of edition 1 know no rounds, no questions and no adopted history; those of
edition 2 call a procedure once only, are not told what a round does not ask about, and send no final record as they
end; the record of those of edition 3 does not tell what was awaited; in those of edition 4 two signatories could set
who hosts what a third state takes part in, and what an amendment left open again was not asked again."""

REACHES_OPEN = 3
"""From this edition on amendments and answers reach what is open, procedures may be called again, and the end of the
plan has its final record."""

RECORDS_AWAITED = 4
"""From this edition on the record tells what is awaited."""

ASKS_AGAIN = 5
"""From this edition on what an amendment leaves open again is asked again."""

HOSTS_OF_THREE = 5
"""From this edition on no amendment and no correction says who hosts what a third state takes part in."""


class Launch(Value):
    """The argument of the plan's workflow."""

    plan: Plan
    launched: Instant
    as_of: Instant
    clock: Clock = Clock()
    """Of the plan's zone, resolved like its validity by whoever launches."""
    valid_until: Instant | None
    """Resolved in the plan's zone by whoever launches."""
    edition: int = 1
    history: tuple[AdoptedSession, ...] = ()
    """What became of sessions of before the launch."""
    carried: dict[str, Any] | None = None
    """The state of the plan's workflow, from one of its runs to the next."""

    @property
    def rounds_on(self) -> bool:
        return self.edition >= 2 and self.plan.round is not None


class Openings(Value):
    """Everything that a launch starts."""

    post_rooms: tuple[PostRoomAddress, ...] = ()
    series: tuple[SeriesState, ...] = ()
    meetings: tuple[MeetingState, ...] = ()
    commitments: tuple[CommitmentState, ...] = ()
    questions: tuple[QuestionsState, ...] = ()
    past: tuple[tuple[ItemState, AdoptedSession], ...] = ()
    """One-off items of before the launch: recorded, and nobody is written to."""
