"""The machine and the state class of each kind of item. Workflows, command line and rehearsal look them up here."""

from typing import Any

from models.governance.plan_machine import PLAN
from models.governance.plan_state import PlanState
from models.items.commitment import COMMITMENT, CommitmentState
from models.items.meeting import MEETING
from models.items.meeting_state import MeetingState
from models.items.questions import QUESTIONS, QuestionsState
from models.items.series import SERIES
from models.items.series_state import SeriesState
from models.machine.machine import Machine
from models.machine.state import ItemState

MACHINES: dict[str, Machine[Any]] = {
    "plan": PLAN,
    "series": SERIES,
    "meeting": MEETING,
    "commitment": COMMITMENT,
    "questions": QUESTIONS,
}
"""The machine of each workflow type."""

STATES: dict[str, type[ItemState]] = {
    "plan": PlanState,
    "series": SeriesState,
    "meeting": MeetingState,
    "commitment": CommitmentState,
    "questions": QuestionsState,
}
