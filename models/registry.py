"""Two tables by workflow type: the machine, and the class of the state. Workflows, command line and rehearsal use
them."""

from typing import Any

from models.governance.plan_machine import PLAN
from models.governance.plan_state import PlanState
from models.items.commitment import COMMITMENT, CommitmentState
from models.items.meeting import MEETING
from models.items.meeting_state import MeetingState
from models.items.questions import QUESTIONS, QuestionsState
from models.items.rectification import RECTIFICATION, RectificationState
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
    "rectification": RECTIFICATION,
}
"""By workflow type: the machine that decides for its items."""

STATES: dict[str, type[ItemState]] = {
    "plan": PlanState,
    "series": SeriesState,
    "meeting": MeetingState,
    "commitment": CommitmentState,
    "questions": QuestionsState,
    "rectification": RectificationState,
}
"""By workflow type: the class of the state of its items."""
