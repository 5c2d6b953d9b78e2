"""A real Temporal client whose calls reach the model of the server."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from temporalio.api.update.v1 import Outcome as UpdateOutcome
from temporalio.client import (
    Client,
    HeartbeatAsyncActivityInput,
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    SignalWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowQueryFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal import RepeatedQueries
from simulation.attempts import ProcessDied
from simulation.engine import Engine, NotFound

_CONVERTER = pydantic_data_converter.payload_converter


def client_of(engine: Engine, alive: Callable[[], bool]) -> Client:
    """Returns a client of the model. It repeats queries as every client of the program does. `alive` says whether the
    process still lives whose code is calling."""
    interceptors = [RepeatedQueries(), _Model(engine, alive)]
    return Client(cast(Any, None), data_converter=pydantic_data_converter, interceptors=interceptors)


class _Model(Interceptor):
    def __init__(self, engine: Engine, alive: Callable[[], bool]) -> None:
        self._engine, self._alive = engine, alive

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _ToModel(next, self._engine, self._alive, cast(Any, next)._client)


class _ToModel(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, engine: Engine, alive: Callable[[], bool], client: Client) -> None:
        super().__init__(next)
        self._engine, self._alive, self._client = engine, alive, client

    def _check(self) -> None:
        if not self._alive():
            raise ProcessDied

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        self._check()
        try:
            async with asyncio.timeout(_seconds(input.rpc_timeout)):
                answer = await self._engine.query(input.id, input.query, _CONVERTER.to_payloads(input.args))
        except NotFound:
            raise _not_found(input.id) from None
        except TimeoutError:
            raise _overdue() from None
        if answer.HasField("failed"):
            raise WorkflowQueryFailedError(answer.failed.message)
        types = [input.ret_type] if input.ret_type else None
        return _CONVERTER.from_payloads([answer.succeeded.response], types)[0]

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        self._check()
        try:
            self._engine.signal(input.id, input.signal, _CONVERTER.to_payloads(input.args))
        except NotFound:
            raise _not_found(input.id) from None

    async def heartbeat_async_activity(self, input: HeartbeatAsyncActivityInput) -> None:
        """An activity asks whether its attempt is still wanted. It is: the model ends an attempt that it gives up."""
        self._check()

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        self._check()
        update_id = input.update_id or ""
        try:
            future = self._engine.update(input.id, update_id, input.update, _CONVERTER.to_payloads(input.args))
            async with asyncio.timeout(_seconds(input.rpc_timeout)):
                outcome = await asyncio.shield(future)
        except NotFound:
            raise _not_found(input.id) from None
        except TimeoutError:
            raise WorkflowUpdateRPCTimeoutOrCancelledError() from None
        known = UpdateOutcome()
        if outcome.failure is not None:
            known.failure.CopyFrom(outcome.failure)
        elif outcome.result is not None:
            known.success.payloads.append(outcome.result)
        return WorkflowUpdateHandle(self._client, update_id, input.id, result_type=input.ret_type, known_outcome=known)


def _seconds(timeout: timedelta | None) -> float:
    return timeout.total_seconds() if timeout else 60.0


def _not_found(workflow_id: str) -> RPCError:
    return RPCError(f"workflow not found for ID: {workflow_id}", RPCStatusCode.NOT_FOUND, b"")


def _overdue() -> RPCError:
    return RPCError("Timeout expired", RPCStatusCode.DEADLINE_EXCEEDED, b"")
