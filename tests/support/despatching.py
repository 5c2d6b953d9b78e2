"""The activity that sends, run once: against a real SMTP server, with a post room that stands in for a workflow."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from activities.despatch import PostActivities
from adapters.settings import Settings
from models.post.despatch import Despatch, DespatchResult
from tests.support.mail_samples import Mailbox, settings, smtp_server

ROOM = "lao-khm/office/lao-moic"


class PostRoom:
    """Stands in for the client, for one query alone: what a post room says still stands."""

    def __init__(self, settled: set[str] | None = None) -> None:
        self.settled = settled or set()
        self.asked: list[tuple[str, str]] = []
        self.silent = False

    def get_workflow_handle(self, workflow_id: str) -> "PostRoom":
        self.workflow_id = workflow_id
        return self

    async def query(self, name: str, keys: list[str], result_type: type, rpc_timeout: timedelta) -> list[str]:
        if self.silent:
            raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
        self.asked.append((self.workflow_id, name))
        return [key for key in keys if key not in self.settled]


def activities_of(config: Settings, room: PostRoom | None = None) -> PostActivities:
    """As one worker has them."""
    return PostActivities(config, room or PostRoom())  # type: ignore[arg-type]


async def run(
    config: Settings,
    what: Despatch,
    room: PostRoom | None = None,
    seconds: float = 20,
    activities: PostActivities | None = None,
) -> DespatchResult:
    """One attempt, which Temporal would give up after `seconds`; of a worker of its own unless activities are given."""
    environment = ActivityEnvironment()
    limit = timedelta(seconds=seconds)
    environment.info = dataclasses.replace(environment.info, workflow_id=ROOM, start_to_close_timeout=limit)
    return await environment.run((activities or activities_of(config, room)).despatch, what)


@asynccontextmanager
async def post(tmp_path: Path, **options: Any) -> AsyncIterator[tuple[Mailbox, Settings]]:
    async with smtp_server(**options) as mailbox:
        yield mailbox, settings(tmp_path, smtp_port=mailbox.port)
