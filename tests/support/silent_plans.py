"""Two plans that share a mailbox, and a client whose workflows answer, refuse, fail or stay silent, as a test says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from temporalio.service import RPCError, RPCStatusCode

from models.common.ids import event_uid
from models.messages.views import Receipt

LAUNCHED = datetime(2026, 1, 1, tzinfo=UTC)
FOCAL_POINT = "focal-point@moc-khm.example"


def silent() -> Any:
    """What a client raises if no worker answers in time."""
    raise RPCError("Timeout expired", RPCStatusCode.CANCELLED, b"")


def gone() -> Any:
    raise RPCError("workflow not found", RPCStatusCode.NOT_FOUND, b"")


def broken() -> Any:
    """A state that this code cannot read."""
    raise ValueError("no PlanState")


def running() -> Any:
    return SimpleNamespace(launch=SimpleNamespace(launched=LAUNCHED))


@dataclass
class Workflows:
    """Stands for a client. What a workflow does when it is asked is a function by its id."""

    does: dict[str, Callable[[], Any]]
    asked: list[str] = field(default_factory=list)
    """Ids of the workflows, as often as they were asked."""

    def get_workflow_handle(self, workflow: str) -> "_Handle":
        return _Handle(self, workflow)


@dataclass
class _Handle:
    workflows: Workflows
    workflow: str

    async def query(self, name: str, **more: Any) -> Any:
        return self._ask()

    async def execute_update(self, name: str, act: Any, **more: Any) -> Any:
        return self._ask() or Receipt(item=self.workflow, status="scheduled", text=f"{act.office} answers")

    async def signal(self, name: str, value: Any) -> None:
        self._ask()

    def _ask(self) -> Any:
        self.workflows.asked.append(self.workflow)
        return self.workflows.does.get(self.workflow, gone)()


def records(root: Path, *plans: str) -> None:
    """A record of each plan, with one item `m`."""
    for plan in plans:
        (root / plan).mkdir(parents=True)
        (root / f"{plan}.jsonl").touch()
        (root / plan / "m.jsonl").touch()


def answer_to(item: str, number: int = 0, sender: str = FOCAL_POINT) -> bytes:
    """The answer of an office to the invitation of an item; each number is another answer."""
    return (
        f"From: {sender}\nSubject: Accepted {number}\nContent-Type: text/calendar; method=REPLY\n\n"
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n"
        f"UID:{event_uid(item, LAUNCHED.isoformat())}\nDTSTAMP:20260102T021500Z\nSEQUENCE:{number}\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{FOCAL_POINT}\nEND:VEVENT\nEND:VCALENDAR\n"
    ).encode()
