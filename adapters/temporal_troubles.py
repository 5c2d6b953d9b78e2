"""Gives each error of Temporal its true name: what has gone wrong, whoever asked.

Temporal's client raises four kinds of errors, and its status codes say little. The same code NOT_FOUND, for example,
means a missing namespace, a missing workflow or a closed one. So this module also reads the message of the server. The
messages are those of Temporal server 1.32; tests/system/test_troubles.py meets each of them on a real server.
"""

from enum import StrEnum

from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from models.common.ids import ASK_AGAIN


class Trouble(StrEnum):
    """What has gone wrong between this program, Temporal and a worker."""

    AWAY = "away"
    """The server cannot be reached."""
    SILENT = "silent"
    """No answer came in time. The server, the worker or the workflow may be the cause."""
    NO_WORKER = "no-worker"
    """The server says that no worker has asked for work lately."""
    STUCK = "stuck"
    """The task of the workflow fails again and again."""
    NO_NAMESPACE = "no-namespace"
    NO_PERMISSION = "no-permission"
    ATTRIBUTES = "attributes"
    """The namespace lacks a search attribute."""
    OVERLOADED = "overloaded"
    """The server takes no more requests for the moment."""
    TOO_LARGE = "too-large"
    """The request has more bytes than Temporal takes. Nothing has changed."""
    ANSWER_TOO_LARGE = "answer-too-large"
    """The answer of a workflow has more bytes than Temporal passes on."""
    NOT_FOUND = "not-found"
    """There is no such workflow."""
    CLOSED = "closed"
    """The workflow has ended."""
    UNKNOWN_QUERY = "unknown-query"
    """The workflow does not know the query: it is no item, or its worker is of another release."""
    ASK_AGAIN = "ask-again"
    """The workflow could not answer at this moment (workflows/stale_runs.py)."""
    QUERY_FAILED = "query-failed"
    """The workflow has met a fault of the program while it answered."""
    OTHER = "other"


_TOO_LARGE = ("Blob data size exceeds limit", "received message after decompression larger than max", "too large")

_BY_WORDS = {
    RPCStatusCode.NOT_FOUND: (("Namespace ", Trouble.NO_NAMESPACE), ("already completed", Trouble.CLOSED)),
    RPCStatusCode.INVALID_ARGUMENT: (
        *((words, Trouble.TOO_LARGE) for words in _TOO_LARGE),
        ("search attribute", Trouble.ATTRIBUTES),
    ),
    RPCStatusCode.RESOURCE_EXHAUSTED: tuple((words, Trouble.TOO_LARGE) for words in _TOO_LARGE),
    RPCStatusCode.FAILED_PRECONDITION: (
        ("no poller seen", Trouble.NO_WORKER),
        ("Workflow Task in failed state", Trouble.STUCK),
        ("closed before", Trouble.CLOSED),  # it has ended before its first task
    ),
}
"""What words in the message of a status code mean. The first words that are found count."""

_BY_STATUS = {
    RPCStatusCode.UNAVAILABLE: Trouble.AWAY,
    RPCStatusCode.CANCELLED: Trouble.SILENT,
    RPCStatusCode.DEADLINE_EXCEEDED: Trouble.SILENT,
    RPCStatusCode.PERMISSION_DENIED: Trouble.NO_PERMISSION,
    RPCStatusCode.UNAUTHENTICATED: Trouble.NO_PERMISSION,
    RPCStatusCode.RESOURCE_EXHAUSTED: Trouble.OVERLOADED,
    RPCStatusCode.NOT_FOUND: Trouble.NOT_FOUND,
}
"""What a status code means if none of the words stand in its message."""


def trouble_of(error: Exception) -> Trouble:
    """Returns what an error of Temporal's client means. OTHER for an error that this function does not know."""
    match error:
        case RPCError():
            found = (trouble for words, trouble in _BY_WORDS.get(error.status, ()) if words in error.message)
            return next(found, _BY_STATUS.get(error.status, Trouble.OTHER))
        case WorkflowQueryFailedError():
            return _of_query(str(error))
        case WorkflowQueryRejectedError():
            return Trouble.CLOSED
        case TimeoutError() | WorkflowUpdateRPCTimeoutOrCancelledError():
            return Trouble.SILENT
    return Trouble.OTHER


def _of_query(message: str) -> Trouble:
    if ASK_AGAIN in message:
        return Trouble.ASK_AGAIN
    if "expected but not found" in message:
        return Trouble.UNKNOWN_QUERY
    if any(words in message for words in (*_TOO_LARGE, "GRPC Message too large")):
        return Trouble.ANSWER_TOO_LARGE
    return Trouble.QUERY_FAILED


def is_gone(error: RPCError) -> bool:
    """Whether an error says that there is no such workflow, or that it has ended. A missing namespace is neither."""
    return trouble_of(error) in (Trouble.NOT_FOUND, Trouble.CLOSED)


IN_WORDS = {
    Trouble.AWAY: "Temporal cannot be reached",
    Trouble.SILENT: "it did not answer in time; its worker, or Temporal, is away or busy",
    Trouble.NO_WORKER: "no worker runs",
    Trouble.STUCK: "it stands still: its workflow task fails again and again; look at it in the Temporal UI",
    Trouble.NO_NAMESPACE: "the namespace does not exist; correct TEMPORAL_NAMESPACE",
    Trouble.NO_PERMISSION: "Temporal refuses our login; correct TEMPORAL_API_KEY or the certificate",
    Trouble.ATTRIBUTES: "the namespace lacks a search attribute",
    Trouble.OVERLOADED: "Temporal takes no more requests for the moment",
    Trouble.TOO_LARGE: "the message is larger than Temporal takes",
    Trouble.ANSWER_TOO_LARGE: "its answer is larger than Temporal passes on",
    Trouble.NOT_FOUND: "there is no such workflow",
    Trouble.CLOSED: "it has ended",
    Trouble.UNKNOWN_QUERY: "it does not know the question; its worker is of another release",
    Trouble.ASK_AGAIN: "it could not answer at this moment",
    Trouble.QUERY_FAILED: "it met a fault of the program while it answered; look at it in the Temporal UI",
    Trouble.OTHER: "Temporal answers with an error",
}


def in_words(error: Exception) -> str:
    """Returns an error of Temporal's client in plain words, for logs and for what waits because of it. The words of
    the server follow in brackets, if they say more."""
    trouble = trouble_of(error)
    said = (error.message if isinstance(error, RPCError) else str(error)).partition("\n")[0][:200]
    more = trouble in (Trouble.AWAY, Trouble.NO_PERMISSION, Trouble.OVERLOADED, Trouble.QUERY_FAILED, Trouble.OTHER)
    return f"{IN_WORDS[trouble]} ({said})" if more and said else IN_WORDS[trouble]
