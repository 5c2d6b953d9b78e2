"""The two Temporal servers that tests run on: the real one, and the one whose time can be skipped."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters.temporal import RepeatedQueries
from tests.support.rig import register_attributes
from tests.support.wire import hook  # before anything that writes mails or calendar objects
from workflows.visibility import REGISTERED

# Tests start our programs in processes of their own, and Temporal's sandbox imports our modules for every workflow.
# Without __pycache__ each of them compiles the same modules again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# `make soak` looks much longer; on CI the examples are the same every time, so that a red run can be repeated.
# A property whose examples are dear asks for a share of them (tests/support/examples.py).
settings.register_profile("suite", max_examples=100, deadline=None, derandomize="CI" in os.environ)
settings.register_profile("soak", max_examples=6000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

BIN = Path(sys.executable).parent


LONG = ("system", "workflows", "servers")
"""Folders of the tests that start servers: they begin first, so that no core works alone at the end."""
OWN_SERVERS = {"desk", "dev_server", "skipping"}
"""Fixtures of tests that take seconds and share nothing within their module."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of the tests, and which run in the same process. A module stays together, so that its fixtures and
    caches are made once; a long test is given to any core by itself."""
    items.sort(key=lambda item: LONG.index(item.path.parent.name) if item.path.parent.name in LONG else len(LONG))
    for item in items:
        if not OWN_SERVERS & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(autouse=True)
def everything_generated_is_sound(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every mail and calendar object that a test made passes the strict judges of tests/support/wire."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        hook.judge_folder(folder)
    assert list(hook.faults()) == []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each core's process hands its counts to the one that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["judged"] = hook.counts


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for what, count in getattr(node, "workeroutput", {}).get("judged", {}).items():
        hook.counts[what] += count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if any(hook.counts.values()):
        judged = ", ".join(f"{count} different {what}" for what, count in hook.counts.items())
        terminalreporter.write_line(f"judged on the wire: {judged}")


@pytest.fixture(scope="session")
async def dev_server() -> AsyncIterator[Client]:
    """A real Temporal dev server in memory, with our search attributes."""
    attributes = [part for name, kind in REGISTERED.items() for part in ("--search-attribute", f"{name}={kind}")]
    env = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        interceptors=[RepeatedQueries()],
        dev_server_existing_path=str(BIN / "temporal"),
        dev_server_extra_args=attributes,
        dev_server_log_level="error",
    )
    async with env:
        yield env.client


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping server of its own: its clock is global."""
    env = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        interceptors=[RepeatedQueries()],
        test_server_existing_path=str(BIN / "temporal-test-server"),
    )
    async with env:
        await register_attributes(env.client)
        yield env
