"""A launch that is not finished is not told as done, and what a workflow answers stops neither mailbox nor `up`."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import cli.answers
import cli.launching
from adapters.program_folders import ROOT
from cli.errors import NoServer, Refused
from cli.launching import launch_at, launch_plan
from models.common.ids import TASK_QUEUE, mailbox_id
from tests.support.builders import obligation, plan_of
from tests.support.rig import house, real_now, write_contacts


@workflow.defn(name="plan", sandboxed=False)
class Unanswering:
    """Stands for a plan that has become too large to answer."""

    @workflow.run
    async def run(self, launch: Any) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def state_now(self) -> str:
        return "x" * 3_000_000

    @workflow.query
    def launched(self) -> str:
        return "x" * 3_000_000


@pytest.fixture(autouse=True)
def less_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.answers, "ANSWER_WITHIN", 2.0)
    monkeypatch.setattr(cli.launching, "WORKER_WITHIN", 3.0)


async def runs(client: Client, workflow_id: str) -> bool:
    return (await client.get_workflow_handle(workflow_id).describe()).status is WorkflowExecutionStatus.RUNNING


async def ended(client: Client, *workflows: str) -> None:
    for each in workflows:
        await client.get_workflow_handle(each).terminate()


async def test_a_launch_without_a_worker_is_not_done_and_may_be_repeated(dev_server: Client, tmp_path: Path) -> None:
    plan = plan_of(obligation("m")).model_copy(update={"plan": "again"})
    launch = launch_at(plan, await real_now(), await real_now(), None)
    for _ in range(2):  # the second finds the first, and does not call it done either
        with pytest.raises(NoServer, match=r"Launch again to see whether it is done|is launched already") as told:
            await launch_plan(dev_server, launch, tmp_path / "record")
        assert told.value.code == "no-worker" and await runs(dev_server, mailbox_id("again"))
    async with house(dev_server, plan, tmp_path, queue=TASK_QUEUE):
        assert await launch_plan(dev_server, launch, tmp_path / "record") == "in force already"
        assert await runs(dev_server, "again/m")
    await ended(dev_server, "again", "again/m", mailbox_id("again"))


async def test_a_launch_that_was_ended_by_hand_is_not_in_force(dev_server: Client, tmp_path: Path) -> None:
    plan = plan_of(obligation("m")).model_copy(update={"plan": "halfway"})
    launch = launch_at(plan, await real_now(), await real_now(), None)
    with pytest.raises(NoServer):
        await launch_plan(dev_server, launch, tmp_path / "record")
    await ended(dev_server, "halfway")
    async with house(dev_server, plan, tmp_path, queue=TASK_QUEUE):
        with pytest.raises(Refused, match=r"has ended .terminated. before it had started every item") as told:
            await launch_plan(dev_server, launch, tmp_path / "record")
    assert told.value.code == "closed"
    await ended(dev_server, mailbox_id("halfway"))


async def test_the_mailbox_is_started_whatever_the_plan_answers(dev_server: Client, tmp_path: Path) -> None:
    plan = plan_of(obligation("m")).model_copy(update={"plan": "large"})
    launch = launch_at(plan, await real_now(), await real_now(), None)
    async with Worker(
        dev_server, task_queue=TASK_QUEUE, workflows=[Unanswering], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        for _ in range(2):
            with pytest.raises(NoServer, match="more to say than Temporal passes on") as told:
                await launch_plan(dev_server, launch, tmp_path / "record")
            assert told.value.code == "answer-too-large" and await runs(dev_server, mailbox_id("large"))
            await ended(dev_server, mailbox_id("large"))
    await ended(dev_server, "large")


async def test_up_runs_everything_although_the_plan_does_not_answer(dev_server: Client, tmp_path: Path) -> None:
    plan = plan_of(obligation("m"))
    file = tmp_path / "plan.yaml"
    file.write_text(yaml.safe_dump(json.loads(plan.model_dump_json(exclude_defaults=True))))
    write_contacts(plan, tmp_path / "plan.contacts.yaml")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "AIDE_"))}
    environment["TEMPORAL_ADDRESS"] = dev_server.service_client.config.target_host
    # The id of the plan belongs to a workflow for which no worker runs.
    await dev_server.start_workflow("plan", "x", id="t", task_queue="nobody")
    ports = [word for name in ("ui", "caldav", "smtp") for word in (f"--{name}-port", "0")]
    up = await asyncio.create_subprocess_exec(
        *(sys.executable, "starter.py", "up", "--data", str(tmp_path / "data"), "--plan-file", str(file), *ports),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert up.stdout is not None
    said = []
    try:
        async with asyncio.timeout(120):
            while line := await up.stdout.readline():
                said.append(line.decode().rstrip())
                if line == b"ready\n":
                    break
        assert any(line.startswith("no-worker: ") and "t is launched already" in line for line in said), said
        assert said[-1] == "ready" and await runs(dev_server, mailbox_id("t"))
    finally:
        up.terminate()
        await up.communicate()
    assert up.returncode == 0
    await ended(dev_server, "t", mailbox_id("t"))
