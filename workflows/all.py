"""The list of all workflows, for the worker."""

from typing import Any

from workflows.commitment import CommitmentWorkflow
from workflows.mailbox import MailboxWorkflow
from workflows.meeting import MeetingWorkflow
from workflows.plan import PlanWorkflow
from workflows.questions import QuestionsWorkflow
from workflows.rectification import RectificationWorkflow
from workflows.secretariat import SecretariatWorkflow
from workflows.series import SeriesWorkflow

WORKFLOWS: list[type[Any]] = [
    PlanWorkflow,
    SeriesWorkflow,
    MeetingWorkflow,
    CommitmentWorkflow,
    QuestionsWorkflow,
    RectificationWorkflow,
    SecretariatWorkflow,
    MailboxWorkflow,
]
