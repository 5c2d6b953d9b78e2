"""Guards workflows against faulty messages. Without it, such a message could make a workflow task fail. Temporal then
repeats the task without end, and the workflow is stuck.

A signal that cannot be used is recorded and ignored. If the handler of an Update meets a fault, the sender gets an
error and the workflow does not change. The SDK itself drops or refuses a message that it cannot decode, and logs this.

If an earlier release left a workflow stuck, it goes on as soon as a worker with this guard runs. The worker handles the
message again that made the task fail.
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
"""The most bytes of a small signal, as JSON. The state is measured only after one in `SOME` small signals."""
SOME = 50
LARGEST_BY_SIGNAL = 1_600_000
"""The most bytes of a state, as JSON, after a signal. A payload of Temporal holds 2 MB. Proposals and consents have a
lower limit (models/machine/door.py), so no signal of normal use meets this one."""


class Scales:
    """Measures the state of one workflow after signals, so that the next run can carry it."""

    def __init__(self) -> None:
        self._heard = 0
        self._full = False

    def weigh(self, message: BaseModel, before: Callable[[], BaseModel], after: Callable[[], BaseModel]) -> None:
        """Raises ValueError if the state after a signal is too large, and larger than before the signal.

        To save time, it measures only after a large signal and after every fiftieth one. When the state is too large,
        it measures after every signal. `before` and `after` return the state before and after the signal.
        """
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
    """The SDK calls these functions in place of the handlers of a workflow. They call the handlers and catch errors."""

    async def handle_signal(self, input: HandleSignalInput) -> None:
        """Calls the handler of a signal. If the signal cannot be used, it is ignored, and the workflow puts this on
        record."""
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
        """Calls the handler of an Update. If the program itself fails in it, raises an ApplicationError (type Fault)
        for the sender, and the item stays as it was."""
        try:
            return await super().handle_update_handler(input)
        except FailureError:
            raise
        except Exception as error:
            workflow.logger.exception("update not taken", extra={"update": input.update})
            message = f"it could not be taken: {type(error).__name__}. Nothing has changed; the worker's log says more"
            raise ApplicationError(message, type="Fault", non_retryable=True) from error


class Guard(Interceptor):
    """Gives `GuardedHandlers` to the SDK. Every worker and every replay uses this interceptor."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return GuardedHandlers


def _fault(args: Any) -> str | None:
    """Returns why a signal cannot be used. None if it can. Each signal of this program has one argument, a model."""
    if len(args) != 1 or not isinstance(args[0], BaseModel):
        return f"it has {len(args)} arguments; each signal has one"
    return fault_of_signal(args[0], workflow.now())
