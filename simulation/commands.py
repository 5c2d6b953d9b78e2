"""What the model of the server does with the commands of a workflow task."""

from typing import Any

from temporalio.api.enums.v1 import WorkflowIdReusePolicy
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from simulation.history import Parent, Run
from simulation.runs import NotFound, Runs


class Commands(Runs):
    """Carries out commands: timers, activities, children, signals, and the ends of runs."""

    def _carry_out(self, run: Run, command: WorkflowCommand) -> None:
        kind = str(command.WhichOneof("variant"))
        handler = getattr(self, f"_do_{kind}", None)
        if handler is not None:
            handler(run, getattr(command, kind))
        elif kind not in ("upsert_workflow_search_attributes", "set_patch_marker", "update_response"):
            self.on_fault("unknown-command", f"{run.id}: {kind}")

    def _do_start_timer(self, run: Run, timer: Any) -> None:
        delay = timer.start_to_fire_timeout.ToTimedelta().total_seconds()
        run.timers[timer.seq] = self.loop.later(delay, self._fire, run, timer.seq)

    def _fire(self, run: Run, seq: int) -> None:
        run.timers.pop(seq, None)
        job = WorkflowActivationJob()
        job.fire_timer.seq = seq
        self._hand(run, job)

    def _do_cancel_timer(self, run: Run, timer: Any) -> None:
        handle = run.timers.pop(timer.seq, None)
        if handle is not None:
            handle.cancel()
        run.incoming = [each for each in run.incoming if each.fire_timer.seq != timer.seq or not _fires(each)]

    def _do_schedule_activity(self, run: Run, activity: Any) -> None:
        self.worker.schedule(run, activity)

    def resolve(self, run: Run, seq: int, result: Any) -> None:
        """An activity has ended. `result` is the ActivityResolution of the SDK."""
        run.activities.pop(seq, None)
        job = WorkflowActivationJob()
        job.resolve_activity.seq = seq
        job.resolve_activity.result.CopyFrom(result)
        self._hand(run, job)

    def _do_start_child_workflow_execution(self, run: Run, child: Any) -> None:
        parent = Parent(run.id, run.run, child.seq)
        reuse = child.workflow_id_reuse_policy != WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
        fields = dict(child.memo.items())
        made = self.start(child.workflow_type, child.workflow_id, child.input, fields, parent, reuse=reuse)
        job = WorkflowActivationJob()
        started = job.resolve_child_workflow_execution_start
        started.seq = child.seq
        if made is not None:
            started.succeeded.run_id = made.run
        else:
            started.failed.workflow_id = child.workflow_id
            started.failed.workflow_type = child.workflow_type
            name = "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS"
            started.failed.cause = StartChildWorkflowExecutionFailedCause.Value(name)
        self.loop.later(self.latency("start"), self._hand, run, job)

    def _do_signal_external_workflow_execution(self, run: Run, signal: Any) -> None:
        self.loop.later(self.latency("signal"), self._signal_from, run, signal)

    def _signal_from(self, run: Run, signal: Any) -> None:
        job = WorkflowActivationJob()
        job.resolve_signal_external_workflow.seq = signal.seq
        try:
            self.signal(signal.workflow_execution.workflow_id, signal.signal_name, signal.args)
        except NotFound:
            failure = Failure(
                message="Unable to signal external workflow because it was not found",
                application_failure_info=ApplicationFailureInfo(),
            )
            job.resolve_signal_external_workflow.failure.CopyFrom(failure)
        self._hand(run, job)

    def _do_modify_workflow_properties(self, run: Run, properties: Any) -> None:
        run.memo.update(properties.upserted_memo.fields)

    def _do_complete_workflow_execution(self, run: Run, done: Any) -> None:
        self._close(run, "completed")
        if run.parent is not None:
            parent = self.runs.get(run.parent.id)
            if parent is not None and parent.run == run.parent.run and not parent.closed:
                job = WorkflowActivationJob()
                job.resolve_child_workflow_execution.seq = run.parent.seq
                job.resolve_child_workflow_execution.result.completed.result.CopyFrom(done.result)
                self._hand(parent, job)

    def _do_fail_workflow_execution(self, run: Run, failed: Any) -> None:
        self.on_fault("workflow-failed", f"{run.id}: {failed.failure.message}")
        self._close(run, "failed")

    def _do_continue_as_new_workflow_execution(self, run: Run, again: Any) -> None:
        self._close(run, "continued")
        memo = {**run.memo, **dict(again.memo.items())}
        kind = again.workflow_type or run.kind
        self._begin(kind, run.id, again.arguments, memo, run.parent)

    def _close(self, run: Run, how: str) -> None:
        run.closed = how
        for handle in run.timers.values():
            handle.cancel()
        self.worker.abandon(run)
        self.worker.evict(run)
        if how == "continued":
            run.turns = []  # nobody asks an older run
        run.incoming = []
        for waiting in run.updates.values():
            if not waiting.future.done():
                waiting.future.set_exception(NotFound(run.id))
        run.updates = {}


def _fires(job: WorkflowActivationJob) -> bool:
    return job.HasField("fire_timer")
