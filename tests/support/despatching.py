"""Runs the activity `despatch` once, with a real SMTP server and a fake post room."""

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
    """A fake client. It answers only one query: which notices still stand."""

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
    """The activities of one worker."""
    return PostActivities(config, room or PostRoom())  # type: ignore[arg-type]


async def run(
    config: Settings,
    what: Despatch,
    room: PostRoom | None = None,
    seconds: float = 20,
    activities: PostActivities | None = None,
) -> DespatchResult:
    """Runs one attempt, with a timeout of `seconds`. Without `activities` it runs in a new worker."""
    environment = ActivityEnvironment()
    limit = timedelta(seconds=seconds)
    environment.info = dataclasses.replace(environment.info, workflow_id=ROOM, start_to_close_timeout=limit)
    return await environment.run((activities or activities_of(config, room)).despatch, what)


@asynccontextmanager
async def post(tmp_path: Path, **options: Any) -> AsyncIterator[tuple[Mailbox, Settings]]:
    async with smtp_server(**options) as mailbox:
        yield mailbox, settings(tmp_path, smtp_port=mailbox.port)
