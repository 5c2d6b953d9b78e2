"""A model of a Temporal server. It drives the real workflow classes through the activations of the SDK.

It keeps histories, timers, signals, Updates and children of workflows, and hands workflow tasks to the one worker. The
rules are those of the server: an event that comes while a task is under way waits for the next one, a run that ends
while events wait must first handle them, an Update that was refused leaves nothing in the history.
"""

from datetime import timedelta

from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from simulation.commands import Commands
from simulation.history import Outcome, Run, Turn, Waiting
from simulation.runs import TASK_TIMEOUT, NotFound

__all__ = ["Engine", "NotFound"]


class Engine(Commands):
    """The server of one life: hands workflow tasks to the worker, and takes its answers."""

    def retry(self, run: Run, after: float) -> None:
        """Hands a workflow task out again, after this many seconds."""
        run.tasked = True
        self.loop.later(after, self._task, run)

    def wake_all(self) -> None:
        """A worker has come up: hands out every task that waits."""
        for run in list(self.runs.values()):
            if not run.tasked and not run.closed and (run.incoming or run.updates):
                self._wake(run)

    def _task(self, run: Run) -> None:
        run.tasked = False
        if run.closed or not (run.incoming or run.updates) or not self.worker.up:
            return  # without a worker, the task waits: `wake_all` hands it out
        run.tasked = True
        events, updates = list(run.incoming), dict(run.updates)
        at = self.loop.now() - timedelta(seconds=self.behind())
        if run.turns:
            at = max(at, run.turns[-1].at)
        act = self._activation(run, [*events, *(each.job for each in updates.values())], at)
        completion = self.worker.activate(run, act)
        if completion.HasField("failed"):
            run.failures += 1
            self.worker.evict(run)
            if run.failures == 3:
                self.on_fault("task-failed", f"{run.id}: {completion.failed.failure.message}")
            self.retry(run, min(TASK_TIMEOUT * 2**run.failures, 600.0))
            return
        commands = list(completion.successful.commands)
        turn = Turn(at, events, commands, act.history_length, act.continue_as_new_suggested)
        pause = self.latency("think")
        incarnation = self.worker.incarnation
        run.thinking = pause > 0
        if run.thinking:
            self.loop.later(pause, self._answered, run, turn, updates, incarnation)
        else:
            self._answered(run, turn, updates, incarnation)

    def _answered(self, run: Run, turn: Turn, updates: dict[str, Waiting], incarnation: int) -> None:
        """The answer to a workflow task has come, or is lost."""
        run.thinking = False
        if incarnation != self.worker.incarnation or self.lost("task"):
            self.worker.evict(run)
            self.retry(run, TASK_TIMEOUT)
            return
        ends = any(_ends(each) for each in turn.commands)
        if ends and (len(run.incoming) > len(turn.jobs) or run.updates.keys() - updates.keys()):
            # UnhandledCommand: what came meanwhile is handled first.
            self.worker.evict(run)
            self.retry(run, 0.0)
            return
        run.failures = 0
        run.incoming = run.incoming[len(turn.jobs) :]
        turn.commands = self._settle_updates(run, turn, updates)
        if turn.jobs or turn.commands:
            run.turns.append(turn)
            run.length += 3 + len(turn.commands)
        run.tasked = False
        for command in turn.commands:
            self._carry_out(run, command)
        if run.incoming or run.updates:
            self._wake(run)

    def _settle_updates(self, run: Run, turn: Turn, updates: dict[str, Waiting]) -> list[WorkflowCommand]:
        """Answers the Updates of a task. Returns the commands without refusals, which leave nothing in the history."""
        kept = []
        for command in turn.commands:
            if not command.HasField("update_response"):
                kept.append(command)
                continue
            response = command.update_response
            update_id = response.protocol_instance_id
            if response.HasField("accepted"):
                run.accepted[update_id] = None
                job = WorkflowActivationJob()
                job.CopyFrom(updates[update_id].job)
                job.do_update.run_validator = False
                turn.jobs.append(job)
                kept.append(command)
                continue
            refused = response.HasField("rejected")
            outcome = Outcome(failure=response.rejected) if refused else Outcome(result=response.completed)
            if update_id in run.accepted:
                run.accepted[update_id] = outcome
                kept.append(command)
            there = run.updates.pop(update_id, None)
            if there is not None and not there.future.done():
                there.future.set_result(outcome)
        return kept


def _ends(command: WorkflowCommand) -> bool:
    return command.WhichOneof("variant") in (
        "complete_workflow_execution",
        "fail_workflow_execution",
        "continue_as_new_workflow_execution",
    )
