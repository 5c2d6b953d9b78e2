"""What the answer of a server or a worker makes of a command. tests/system/test_troubles.py has the real servers."""

from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from cli.answers import asked, server_error
from cli.errors import BadUsage, NoServer, Refused
from models.plan.plan import Plan


def client_that(fails: Exception | None) -> Any:
    """A client whose workflows fail with an error, or answer with what is no plan."""

    async def query(name: str, result_type: type) -> Any:
        if fails is not None:
            raise fails
        return Plan.model_validate({})

    return SimpleNamespace(get_workflow_handle=lambda workflow: SimpleNamespace(query=query))


@pytest.mark.parametrize(
    ("fails", "kind", "code", "words"),
    [
        (WorkflowQueryFailedError("[TMPRL1100] Nondeterminism"), NoServer, "query-failed", "Temporal UI"),
        (WorkflowQueryFailedError("Blob data size exceeds limit."), NoServer, "answer-too-large", "2 MB"),
        (None, NoServer, "bad-answer", "run the same release"),
        (RuntimeError("Failed decoding"), NoServer, "bad-answer", "run the same release"),
        (
            RPCError("no poller seen", RPCStatusCode.FAILED_PRECONDITION, b""),
            NoServer,
            "no-worker",
            "up",
        ),
        (RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b""), NoServer, "unreachable", "tcp"),
    ],
)
async def test_a_query_that_fails(fails: Exception | None, kind: type[Exception], code: str, words: str) -> None:
    with pytest.raises(kind, match=words) as told:
        await asked(client_that(fails), "t/m", "view", Plan)
    assert told.value.code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("message", "status", "kind", "code", "words"),
    [
        ("Namespace nope is not found.", RPCStatusCode.NOT_FOUND, BadUsage, "bad-settings", "TEMPORAL_NAMESPACE"),
        ("Request unauthorized.", RPCStatusCode.PERMISSION_DENIED, BadUsage, "no-permission", "TEMPORAL_API_KEY"),
        ("rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, NoServer, "overloaded", "again"),
        ("workflow not found", RPCStatusCode.NOT_FOUND, Refused, "no-such-item", "status"),
        ("Workflow Task in failed state.", RPCStatusCode.FAILED_PRECONDITION, NoServer, "stuck", "Nothing is lost"),
        ("panic", RPCStatusCode.INTERNAL, NoServer, "temporal-error", "panic"),
    ],
)
def test_an_error_of_the_server(
    message: str, status: RPCStatusCode, kind: type[Exception], code: str, words: str
) -> None:
    error = server_error(RPCError(message, status, b""))
    assert type(error) is kind and error.code == code and words in error.message
