"""What an error of Temporal's client means. tests/system/test_troubles.py meets most of them on a real server."""

import pytest
from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal_troubles import IN_WORDS, Trouble, in_words, is_gone, trouble_of
from models.common.ids import ASK_AGAIN

STATUS = RPCStatusCode


@pytest.mark.parametrize(
    ("status", "message", "trouble"),
    [
        (STATUS.UNAVAILABLE, "tcp connect error", Trouble.AWAY),
        (STATUS.CANCELLED, "Timeout expired", Trouble.SILENT),
        (STATUS.DEADLINE_EXCEEDED, "context deadline exceeded", Trouble.SILENT),
        (STATUS.PERMISSION_DENIED, "Request unauthorized.", Trouble.NO_PERMISSION),
        (STATUS.UNAUTHENTICATED, "invalid API key", Trouble.NO_PERMISSION),
        (STATUS.RESOURCE_EXHAUSTED, "namespace rate limit exceeded", Trouble.OVERLOADED),
        (STATUS.NOT_FOUND, "Namespace nope is not found.", Trouble.NO_NAMESPACE),
        (STATUS.NOT_FOUND, "workflow not found for ID: x", Trouble.NOT_FOUND),
        (STATUS.NOT_FOUND, "workflow execution already completed", Trouble.CLOSED),
        (STATUS.INVALID_ARGUMENT, "Blob data size exceeds limit.", Trouble.TOO_LARGE),
        (
            STATUS.INVALID_ARGUMENT,
            "Namespace d has no mapping defined for search attribute X",
            Trouble.ATTRIBUTES,
        ),
        (STATUS.INVALID_ARGUMENT, "another", Trouble.OTHER),
        (STATUS.FAILED_PRECONDITION, "no poller seen for task queue recently", Trouble.NO_WORKER),
        (STATUS.FAILED_PRECONDITION, "Unable to query workflow due to Workflow Task in failed state.", Trouble.STUCK),
        (STATUS.FAILED_PRECONDITION, "Workflow execution closed before WorkflowTaskStarted event", Trouble.CLOSED),
        (STATUS.INTERNAL, "panic", Trouble.OTHER),
    ],
)
def test_the_server_says_what_is_wrong(status: RPCStatusCode, message: str, trouble: Trouble) -> None:
    error = RPCError(message, status, b"")
    assert trouble_of(error) is trouble
    assert is_gone(error) is (trouble in (Trouble.NOT_FOUND, Trouble.CLOSED))
    assert in_words(error).startswith(IN_WORDS[trouble])


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (WorkflowQueryFailedError("Blob data size exceeds limit."), Trouble.ANSWER_TOO_LARGE),
        (WorkflowQueryFailedError("GRPC Message too large"), Trouble.ANSWER_TOO_LARGE),
        (WorkflowQueryFailedError("Query handler for 'x' expected but not found"), Trouble.UNKNOWN_QUERY),
        (WorkflowQueryFailedError(ASK_AGAIN), Trouble.ASK_AGAIN),
        (WorkflowQueryFailedError("[TMPRL1100] Nondeterminism"), Trouble.QUERY_FAILED),
        (WorkflowUpdateRPCTimeoutOrCancelledError(), Trouble.SILENT),
        (TimeoutError(), Trouble.SILENT),
        (ValueError("x"), Trouble.OTHER),
    ],
)
def test_a_worker_says_what_is_wrong_or_nothing(error: Exception, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def test_every_trouble_has_words() -> None:
    assert set(IN_WORDS) == set(Trouble)
