"""What a server or a worker answers to a command, in words that say what to do."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from cli.errors import BadUsage, NoServer, Refused
from cli.session import answered, server_error, session
from models.plan.plan import Plan


async def fails(error: Exception) -> Any:
    raise error


async def decodes() -> Any:
    return Plan.model_validate({})


@pytest.mark.parametrize(
    ("call", "kind", "code", "words"),
    [
        (
            fails(WorkflowQueryFailedError("Query handler for 'view' expected but not found")),
            Refused,
            "wrong-kind",
            "no",
        ),
        (fails(WorkflowQueryFailedError("[TMPRL1100] Nondeterminism")), NoServer, "query-failed", "Temporal UI"),
        (decodes(), NoServer, "bad-answer", "run the same release"),
        (fails(RuntimeError("Failed decoding")), NoServer, "bad-answer", "run the same release"),
    ],
    ids=["another kind", "a workflow that fails", "another release", "no answer of ours"],
)
async def test_a_query_that_fails(call: Awaitable[Any], kind: type[Exception], code: str, words: str) -> None:
    with pytest.raises(kind, match=words) as told:
        await answered(call)
    assert told.value.code == code  # type: ignore[attr-defined]


def test_a_namespace_that_does_not_exist_is_a_setting() -> None:
    error = server_error(RPCError("Namespace nope is not found.", RPCStatusCode.NOT_FOUND, b""))
    assert isinstance(error, BadUsage) and "TEMPORAL_NAMESPACE" in error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEMPORAL_ADDRESS", "http://127.0.0.1:7233"),
        ("TEMPORAL_ADDRESS", "127.0.0.1:99999"),
        ("TEMPORAL_PROFILE", "nope"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere.pem"),
        ("TEMPORAL_TLS_CLIENT_CERT_DATA", "no certificate"),
    ],
)
async def test_a_bad_configuration_of_temporal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv(name, value)
    with pytest.raises(BadUsage, match="correct the variables TEMPORAL_") as told:
        async with session(tmp_path):
            pass
    assert told.value.code == "bad-settings"


@pytest.mark.parametrize(("address", "words"), [("127.0.0.1:1", "nothing listens there"), ("no.invalid:1", "host")])
async def test_a_server_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    with pytest.raises(NoServer, match=words) as told:
        async with session(tmp_path):
            pass
    assert "Error(" not in told.value.message
