"""One life: a plan from its launch to its end, with the real workflows and activities, on virtual time."""

import asyncio
import contextlib
import gc
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

from jinja2.bccache import Bucket
from temporalio.contrib.pydantic import pydantic_data_converter

from models.common.ids import mailbox_id
from models.messages.views import ItemRow
from models.post.mailbox import MailboxState
from simulation.auditor.evidence import Evidence, Resting
from simulation.loop import AtRest
from simulation.story import Story, launch_of
from simulation.surroundings import Surroundings

_CONVERTER = pydantic_data_converter.payload_converter


@dataclass
class Lived:
    """What came of one life."""

    story: Story
    evidence: Evidence
    injected: Counter[str]
    activations: int
    replayed: int
    mails: int


@contextlib.contextmanager
def lived(story: Story) -> Iterator[Lived]:
    """Lives a story, and yields what came of it. Afterwards its files are gone."""
    base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="aide-life-", dir=base))
    try:
        yield _Life(story, folder).live()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Life(Surroundings):
    """Lives a story, from the launch of its plan to its end."""

    def live(self) -> Lived:
        """Lives the story to its end."""
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        (self.folder / "record").mkdir()
        self._write_contacts()
        self.relay.refuses = lambda address: address.endswith("@nowhere.example")
        self.relay.refused = self._unreached
        logging.disable(logging.CRITICAL)
        asyncio.set_event_loop(self.loop)
        gc.disable()
        try:
            with _quick_templates(), self.disk.between(), contextlib.suppress(AtRest, RuntimeError):
                self.loop.run_until_complete(self._whole_life())
            if self.loop.troubles:
                raise self.loop.troubles[0]
            self._note_the_end()
        finally:
            logging.disable(logging.NOTSET)
            self._end()
            gc.enable()
        return Lived(
            self.story,
            self.evidence,
            self.trouble.injected,
            self.worker.activations,
            self.worker.replayed,
            len(self.evidence.mails),
        )

    async def _whole_life(self) -> None:
        self._plan_faults()
        self.worker.rise()
        launch = launch_of(self.story, self.plan)
        self.evidence.valid_until = launch.valid_until
        row = ItemRow(id=self.plan.plan, ref="-", kind="plan", title=self.plan.title, status="launching")
        memo = {"row": _CONVERTER.to_payload(row)}
        self.engine.start("plan", self.plan.plan, [_CONVERTER.to_payload(launch)], memo)
        mailbox = MailboxState(plan=self.plan.plan, plan_title=self.plan.title)
        self.engine.start("mailbox", mailbox_id(self.plan.plan), [_CONVERTER.to_payload(mailbox)], {})
        self.people.plan_amendments()
        clerk = self.loop.create_task(self.people.look_at_inbox())
        await asyncio.sleep(self.story.days * 86400.0)
        clerk.cancel()

    def _note_the_end(self) -> None:
        for run in self.engine.runs.values():
            if run.closed:
                self.evidence.closed.add(run.id)
                continue
            busy = bool(run.timers or run.activities or run.tasked)
            rows: tuple[tuple[str, str, datetime], ...] = ()
            if "row" in run.memo and run.kind not in ("secretariat", "mailbox"):
                row = _CONVERTER.from_payload(run.memo["row"], ItemRow)
                rows = tuple((each.office, each.act, each.since) for each in row.awaiting)
            self.evidence.resting.append(Resting(run.id, run.kind, busy, rows))

    def _end(self) -> None:
        """Takes the life apart, so that nothing of it stays in memory."""
        self.worker.up = False
        self.worker.incarnation += 1
        for run in self.engine.runs.values():
            self.worker.drop(run)
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop._scheduled.clear()  # type: ignore[attr-defined]
        with contextlib.suppress(AtRest, RuntimeError):
            self.loop.run_until_complete(asyncio.sleep(0))
        asyncio.set_event_loop(None)
        self.loop.close()


_compiled: dict[bytes, Any] = {}


@contextlib.contextmanager
def _quick_templates() -> Iterator[None]:
    """Keeps the compiled letter templates. The program reads them again for each letter, which takes most of its time
    and does not depend on the life."""
    real = Bucket.bytecode_from_string

    def from_string(bucket: Bucket, string: bytes) -> None:
        if string not in _compiled:
            real(bucket, string)
            _compiled[string] = bucket.code
        bucket.code = _compiled[string]

    with mock.patch.object(Bucket, "bytecode_from_string", from_string):
        yield
