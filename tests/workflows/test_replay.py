"""Every history ever committed replays on today's code: a change to a workflow's commands has to be gated."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.support import paths
from workflows.all import WORKFLOWS
from workflows.guard import Guard

HISTORIES = sorted(paths.HISTORIES.glob("*.json"))
TYPES = {"plan", "series", "meeting", "commitment", "questions", "secretariat", "mailbox"}


def test_there_is_a_history_of_each_workflow() -> None:
    found = {path.name.split("-")[3] for path in HISTORIES}
    assert found == TYPES


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_replays(path: Path) -> None:
    text = path.read_text()
    history = WorkflowHistory.from_json(json.loads(text)["workflow"], text)
    replayer = Replayer(workflows=WORKFLOWS, interceptors=[Guard()], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(history)
