"""The activities of the model of the worker: the real functions, with timeouts, heartbeats and retries.

The server knows of an attempt only what reaches it: a result, an error, or nothing. If nothing comes in time, it tries
again.
"""

import asyncio
import contextvars
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.api.enums.v1 import TimeoutType
from temporalio.api.failure.v1 import ActivityFailureInfo, Failure, TimeoutFailureInfo
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from simulation.engine import Engine
from simulation.history import Run

_CONVERTER = pydantic_data_converter.payload_converter
_FAILURES = pydantic_data_converter.failure_converter

process: contextvars.ContextVar[int] = contextvars.ContextVar("process", default=0)
"""The incarnation of the worker that the running code belongs to. 0: the code is not of a worker."""

EXPECTED = frozenset(
    (
        *("ContactsFile", "LetterTemplate", "PostRoom", "MailServerUnavailable", "TransmissionUncertain"),
        *("CalendarServerUnavailable", "CalendarServerRefused", "CalendarConflict", "RecordDamaged", "OSError"),
    )
)
"""The types of errors that an activity may raise in a life. Every other one is a fault of the program."""


class ProcessDied(BaseException):
    """Raised in the code of a worker that has died. No code catches it."""


BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(eq=False)
class Attempted:
    """One activity that a workflow has scheduled, with its attempts."""

    run: Run
    seq: int
    kind: str
    id: str
    arguments: list[Any]
    start_to_close: float
    heartbeat: float
    first_interval: float
    longest_interval: float
    most_attempts: int
    scheduled: datetime
    attempt: int = 0
    attempt_scheduled: datetime = BEFORE_ALL
    details: list[Any] = field(default_factory=list)
    task: "asyncio.Task[Any] | None" = None
    timeout: asyncio.TimerHandle | None = None
    over: bool = False


class Activities:
    """The activities of one life. `up` and `incarnation` say which process runs them, if one does."""

    on_crash: Callable[[], None]
    """Called when the code of an activity has met the death of its process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.up = False
        self.incarnation = 0
        self.parks: Callable[[Attempted], bool] = lambda task: False
        """Whether an activity is parked: nothing can come of it before `unpark`."""
        self._functions: dict[str, Callable[..., Any]] = {}
        self._running: set[Attempted] = set()
        self._parked: dict[int, Attempted] = {}
        self._waiting: list[Attempted] = []

    def schedule(self, run: Run, command: Any) -> None:
        """Schedules an activity for a workflow."""
        policy = command.retry_policy
        task = Attempted(
            run=run,
            seq=command.seq,
            kind=command.activity_type,
            id=command.activity_id,
            arguments=list(command.arguments),
            start_to_close=command.start_to_close_timeout.ToTimedelta().total_seconds(),
            heartbeat=command.heartbeat_timeout.ToTimedelta().total_seconds(),
            first_interval=policy.initial_interval.ToTimedelta().total_seconds() or 1.0,
            longest_interval=policy.maximum_interval.ToTimedelta().total_seconds() or 100.0,
            most_attempts=policy.maximum_attempts,
            scheduled=self.engine.loop.now(),
        )
        run.activities[task.seq] = task
        self._next_attempt(task, 0.0)

    def abandon(self, run: Run) -> None:
        """A run has ended: nobody waits for its activities any more."""
        for task in run.activities.values():
            task.over = True
            if task.task is not None:
                task.task.cancel()

    def _next_attempt(self, task: Attempted, delay: float) -> None:
        task.attempt += 1
        task.attempt_scheduled = self.engine.loop.now() + timedelta(seconds=delay)
        self.engine.loop.later(delay + self.engine.latency("activity"), self._begin, task)

    def _begin(self, task: Attempted) -> None:
        if task.over or task.run.closed:
            return
        if not self.up:
            self._waiting.append(task)
        elif self.parks(task):
            self._parked[id(task)] = task
        else:
            self._run(task)

    def unpark(self) -> None:
        """Something has come up for parked activities."""
        parked, self._parked = list(self._parked.values()), {}
        for each in parked:
            if not each.over and not each.run.closed:
                self._run(each)

    def _run(self, task: Attempted) -> None:
        function = self._functions[task.kind]
        environment = ActivityEnvironment()
        environment.payload_converter = _CONVERTER
        environment.info = dataclasses.replace(
            ActivityEnvironment.default_info(),
            activity_id=task.id,
            activity_type=task.kind,
            attempt=task.attempt,
            current_attempt_scheduled_time=task.attempt_scheduled,
            heartbeat_details=list(task.details),
            heartbeat_timeout=timedelta(seconds=task.heartbeat) or None,
            scheduled_time=task.scheduled,
            start_to_close_timeout=timedelta(seconds=task.start_to_close),
            started_time=self.engine.loop.now(),
            workflow_id=task.run.id,
            workflow_run_id=task.run.run,
            workflow_type=task.run.kind,
        )

        def beat(*details: Any) -> None:
            if process.get() == self.incarnation:
                task.details = list(details)

        environment.on_heartbeat = beat
        attempt, incarnation = task.attempt, self.incarnation
        token = process.set(incarnation)
        try:
            task.task = self.engine.loop.create_task(self._attempt(task, environment, function))
        finally:
            process.reset(token)
        self._running.add(task)
        task.task.add_done_callback(lambda done: self._done(task, attempt, incarnation, done))
        task.timeout = self.engine.loop.later(task.start_to_close, self._timed_out, task, attempt)

    async def _attempt(self, task: Attempted, environment: ActivityEnvironment, function: Any) -> Any:
        definition = activity._Definition.must_from_callable(function)
        arguments = _CONVERTER.from_payloads(task.arguments, definition.arg_types)
        result = await environment.run(function, *arguments)
        return _CONVERTER.to_payload(result)

    def _done(self, task: Attempted, attempt: int, incarnation: int, done: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if done.cancelled() or incarnation != self.incarnation:
            if not done.cancelled():
                done.exception()
            return
        error = done.exception()
        if isinstance(error, ProcessDied):
            self.engine.loop.soon(self._crashed, incarnation)
            return
        if task.over or task.attempt != attempt or task.run.closed:
            return
        if self.engine.lost("activity"):  # the server learns it from the timeout, and tries again
            return
        if task.timeout is not None:
            task.timeout.cancel()
        if error is None:
            result = ActivityResolution()
            result.completed.result.CopyFrom(done.result())
            self._finish(task, result)
            return
        self._failed(task, error)

    def _crashed(self, incarnation: int) -> None:
        """Code of this process has met the instant of its death."""
        if incarnation == self.incarnation and self.up:
            self.on_crash()

    def _failed(self, task: Attempted, error: BaseException) -> None:
        failure = Failure()
        _FAILURES.to_failure(error, _CONVERTER, failure)
        kind = failure.application_failure_info.type
        if kind not in EXPECTED:
            self.engine.on_fault("activity-error", f"{task.kind} of {task.run.id}: {type(error).__name__}: {error}")
        final = isinstance(error, ApplicationError) and error.non_retryable
        wait = error.next_retry_delay if isinstance(error, ApplicationError) else None
        self._again(task, failure, final=final, wait=wait.total_seconds() if wait else None)

    def _again(self, task: Attempted, failure: Failure, *, final: bool = False, wait: float | None = None) -> None:
        if final or (task.most_attempts and task.attempt >= task.most_attempts):
            whole = Failure(message="Activity task failed", cause=failure)
            whole.activity_failure_info.CopyFrom(
                ActivityFailureInfo(activity_id=task.id, scheduled_event_id=1, started_event_id=1)
            )
            whole.activity_failure_info.activity_type.name = task.kind
            result = ActivityResolution()
            result.failed.failure.CopyFrom(whole)
            self._finish(task, result)
            return
        backoff = min(task.first_interval * 2.0 ** min(task.attempt - 1, 20), task.longest_interval)
        self._next_attempt(task, backoff if wait is None else wait)

    def _finish(self, task: Attempted, result: ActivityResolution) -> None:
        task.over = True
        self.engine.resolve(task.run, task.seq, result)

    def _lost(self, task: Attempted) -> None:
        """The process of an attempt is dead. The server learns this when a heartbeat or the attempt is overdue."""
        if task.timeout is not None:
            task.timeout.cancel()
        wait = task.heartbeat or task.start_to_close
        self.engine.loop.later(wait, self._timed_out, task, task.attempt)

    def _timed_out(self, task: Attempted, attempt: int) -> None:
        if task.over or task.attempt != attempt or task.run.closed:
            return
        if task.task is not None and not task.task.done():
            task.task.cancel()
            self._running.discard(task)
        self._parked.pop(id(task), None)
        failure = Failure(
            message="activity timed out",
            timeout_failure_info=TimeoutFailureInfo(timeout_type=TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE),
        )
        self._again(task, failure)

    def _begin_waiting(self) -> None:
        """A process has come up: begins what waited for it."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            self._begin(each)

    def _lose_all(self) -> None:
        """The process has died: its attempts are lost."""
        running, self._running = list(self._running), set()
        for each in running:
            if each.task is not None:
                each.task.cancel()
            self._lost(each)
        parked, self._parked = list(self._parked.values()), {}
        for each in parked:
            self._lost(each)
