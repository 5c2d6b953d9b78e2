"""The end of a workflow whose plan was opened again on another engine."""

from typing import NoReturn

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.visibility import STATUS

EARLIER = "EarlierEpoch"
"""The type of the error with which an activity refuses to work for an engine of an earlier epoch."""


def goes_on_elsewhere(error: BaseException) -> bool:
    """Whether an activity was refused because the plan was opened again on another engine."""
    cause = error.cause if isinstance(error, ActivityError) else None
    return isinstance(cause, ApplicationError) and cause.type == EARLIER


def end_here(error: ActivityError) -> NoReturn:
    """Ends a workflow whose plan goes on elsewhere. Its row and its page in the Temporal UI say so."""
    message = str(error.cause)
    workflow.logger.error("the plan goes on elsewhere", extra={"why": message})
    workflow.upsert_search_attributes([STATUS.value_set("moved")])
    workflow.set_current_details(f"**It goes on elsewhere.** {message}")
    raise ApplicationError(message, type=EARLIER, non_retryable=True) from error
