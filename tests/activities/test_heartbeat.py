"""An attempt that a frozen worker takes up again ends before it does anything."""

import asyncio
import dataclasses
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import AsyncActivityCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

import activities.heartbeat
from activities.heartbeat import check_wanted, heartbeating
from models.post.despatch import FROZE

LIMIT = timedelta(seconds=1)


def environment(age: float = 0) -> ActivityEnvironment:
    """An activity that must send a heartbeat each second, and that began `age` seconds ago."""
    found = ActivityEnvironment()
    began = datetime.now(UTC) - timedelta(seconds=age)
    found.info = dataclasses.replace(found.info, heartbeat_timeout=LIMIT, started_time=began, task_token=b"token")
    return found


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activities.heartbeat, "EVERY", 0.05)


async def test_a_worker_that_froze_ends_the_attempt() -> None:
    done = []

    async def works() -> None:
        async with heartbeating():
            await asyncio.sleep(0.2)
            time.sleep(1.5)  # noqa: ASYNC251 - the whole process stands still
            await asyncio.sleep(0.5)
            done.append("sent")

    with pytest.raises(ApplicationError) as told:
        await environment().run(works)
    assert (told.value.type, done) == (FROZE, [])


async def test_a_worker_that_was_slow_goes_on_and_errors_of_the_body_pass() -> None:
    async def works() -> str:
        async with heartbeating():
            await asyncio.sleep(0.1)
            time.sleep(0.5)  # noqa: ASYNC251
            await asyncio.sleep(0.1)
            return "sent"

    async def fails() -> None:
        async with heartbeating():
            raise TimeoutError("of its own")

    assert await environment().run(works) == "sent"
    with pytest.raises(TimeoutError, match="of its own"):
        await environment().run(fails)


def client_that(answers: Exception | None, asked: list[bytes]) -> Any:
    async def heartbeat(rpc_timeout: timedelta) -> None:
        if answers is not None:
            raise answers

    def handle(task_token: bytes) -> Any:
        asked.append(task_token)
        return SimpleNamespace(heartbeat=heartbeat)

    return SimpleNamespace(get_async_activity_handle=handle)


@pytest.mark.parametrize(
    "answers",
    [
        RPCError("invalid activityID or activity already timed out", RPCStatusCode.NOT_FOUND, b""),
        RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b""),
        AsyncActivityCancelledError(),
    ],
)
async def test_an_attempt_that_a_worker_took_before_it_froze_is_not_begun(answers: Exception) -> None:
    asked: list[bytes] = []
    with pytest.raises(ApplicationError) as told:
        await environment(age=5).run(check_wanted, client_that(answers, asked))
    assert (told.value.type, asked) == (FROZE, [b"token"])


async def test_temporal_is_asked_only_about_an_old_attempt() -> None:
    asked: list[bytes] = []
    await environment(age=0.1).run(check_wanted, client_that(None, asked))
    assert asked == []
    await environment(age=5).run(check_wanted, client_that(None, asked))
    assert asked == [b"token"]
