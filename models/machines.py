"""Every kind of item with the machine that decides it: one registry for workflows, command line and rehearsal."""

from typing import Any

from models.commitment import COMMITMENT, CommitmentState
from models.governing import PLAN, PlanState
from models.item import ItemState
from models.machine import Machine
from models.meeting import MEETING, MeetingState
from models.questions import QUESTIONS, QuestionsState
from models.series import SERIES, SeriesState

MACHINES: dict[str, Machine[Any]] = {
    "plan": PLAN,
    "series": SERIES,
    "meeting": MEETING,
    "commitment": COMMITMENT,
    "questions": QUESTIONS,
}
"""By type of workflow."""

STATES: dict[str, type[ItemState]] = {
    "plan": PlanState,
    "series": SeriesState,
    "meeting": MeetingState,
    "commitment": CommitmentState,
    "questions": QuestionsState,
}
