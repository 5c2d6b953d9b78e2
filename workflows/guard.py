"""Nothing that is sent to a workflow fails its task. A task that fails is tried again for ever: the workflow is stuck.

Signals that cannot be used are recorded and ignored. An Update whose handler meets a fault is answered with an error,
and nothing has changed. (What cannot be decoded at all, the SDK drops or refuses by itself, and logs it.)

A workflow that an earlier release left stuck goes on as soon as a worker with this guard runs: the message that failed
its task is handled anew.
"""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import (
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.common.limits import fault_of_signal

SMALL = 2_000
"""Bytes of a signal, as JSON, up to which only one in `SOME` is weighed."""
SOME = 50
LARGEST_BY_SIGNAL = 1_600_000
"""The most bytes of a state, as JSON, that a signal may leave. A payload of Temporal holds 2 MB; acts stop earlier
(models/machine/door), so only signals that nobody can have meant reach it."""


class Scales:
    """Weighs what signals leave of the state of one workflow, so that it fits into the next run."""

    def __init__(self) -> None:
        self._heard = 0
        self._full = False

    def weigh(self, message: BaseModel, before: Callable[[], BaseModel], after: Callable[[], BaseModel]) -> None:
        """Raises ValueError if the state after the signal is too large and larger than before. To be cheap, it weighs
        after a large signal and after every fiftieth one; once the state is too large, after every signal."""
        self._heard += 1
        if not self._full and self._heard % SOME and _size(message) <= SMALL:
            return
        size = _size(after())
        self._full = size > LARGEST_BY_SIGNAL
        if self._full and size > _size(before()):
            raise ValueError(f"{size:,} bytes would be too many to carry")


def _size(model: BaseModel) -> int:
    return len(model.model_dump_json(warnings=False).encode())


class GuardedHandlers(WorkflowInboundInterceptor):
    """Stands between the SDK and the handlers of every workflow."""

    async def handle_signal(self, input: HandleSignalInput) -> None:
        """Lets the handler hear the signal. One that cannot be used is recorded by the workflow, and ignored."""
        why = _fault(input.args)
        if why is None:
            try:
                await super().handle_signal(input)
                return
            except Exception as error:
                why = f"{type(error).__name__} in its handler"
                workflow.logger.exception("signal ignored", extra={"signal": input.signal})
        else:
            workflow.logger.warning("signal ignored: %s", why, extra={"signal": input.signal})
        ignored = getattr(workflow.instance(), "ignored", None)
        if ignored is not None:
            ignored(input.signal, why)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        """Takes the act. A fault of ours answers it with an error, and leaves the item as it was."""
        try:
            return await super().handle_update_handler(input)
        except FailureError:
            raise
        except Exception as error:
            workflow.logger.exception("update not taken", extra={"update": input.update})
            message = f"it could not be taken: {type(error).__name__}. Nothing has changed; the worker's log says more"
            raise ApplicationError(message, type="Fault", non_retryable=True) from error


class Guard(Interceptor):
    """Given to every worker, and to every replay."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return GuardedHandlers


def _fault(args: Any) -> str | None:
    """Why a signal is not heard; None where it is. Each of ours has one argument, a model."""
    if len(args) != 1 or not isinstance(args[0], BaseModel):
        return f"it has {len(args)} arguments; each signal has one"
    return fault_of_signal(args[0], workflow.now())
