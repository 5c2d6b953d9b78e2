"""The epoch of a plan: which engine may write its record and send its mail.

An engine is a Temporal namespace with its workers. The first engine of a plan has epoch 1. Each opening from the record
raises the epoch by one. From then on, the activities of an earlier engine refuse to write and to send. The file is
RECORD/PLAN/epoch.json. It is missing in the first epoch of a plan.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.files.durable import write_durably
from adapters.files.record_file import RecordFault, read_value, record_error
from models.common.ids import safe_item_id
from models.common.values import Instant, Value

EARLIER = "EarlierEpoch"
"""The type of the error with which an activity refuses to work for an earlier engine."""

WAIT = 180.0
"""The most seconds that `raise_epoch` waits for what the earlier engine is doing. A mail may take that long."""


class Epoch(Value):
    """The engine that may write the record of a plan and send its mail."""

    epoch: int = 1
    since: Instant | None = None
    """When this epoch began. None for the first one."""
    engine: str = ""
    """The id of the Temporal namespace on which the plan was opened. Empty in the first epoch."""
    opened: bool = True
    """False: the plan is being opened from the record, and not everything of it runs yet."""
    source: int = 0
    """The epoch whose states were opened. 0 in the first epoch."""


class EpochBusy(Exception):
    """The earlier engine still writes or sends. The message says what to do."""


def epoch_path(root: Path, plan: str) -> Path:
    return root / plan / "epoch.json"


def read_epoch(root: Path, plan: str) -> Epoch:
    """Returns the epoch of a plan. It is 1 if the record has no file of it. Raises RecordFault for a faulty file."""
    return read_value(epoch_path(root, plan), Epoch) or Epoch()


@asynccontextmanager
async def engine_of(root: Path, plan: str, epoch: int) -> AsyncIterator[None]:
    """Runs the body for the engine of this epoch. While the body runs, nobody can raise the epoch.

    `epoch` is 0 for a workflow that does not know it; it then counts as the first. Raises a non-retryable
    ApplicationError of the type `EARLIER` if the record belongs to a later epoch.
    """
    descriptor = _open_lock(root, plan)
    try:
        while not _lock(descriptor, fcntl.LOCK_SH):
            await asyncio.sleep(0.02)
        check_epoch(root, plan, epoch)
        yield
    finally:
        os.close(descriptor)


def check_epoch(root: Path, plan: str, epoch: int) -> None:
    """Raises a non-retryable ApplicationError of the type `EARLIER` if the record belongs to a later epoch, or a
    retryable one (RecordDamaged) if the file of the epoch cannot be read."""
    try:
        now = read_epoch(root, plan)
    except RecordFault as error:
        raise record_error(str(error), "RecordDamaged", final=False) from None
    if max(epoch, 1) < now.epoch:
        since = f" since {now.since:%-d %B %Y %H:%M} UTC" if now.since else ""
        message = (
            f"{plan} goes on elsewhere{since}: its record is in epoch {now.epoch}, and this engine is of epoch "
            f"{max(epoch, 1)}. Nothing was written or sent; stop the workers of this engine"
        )
        raise record_error(message, EARLIER)


async def write_epoch(root: Path, plan: str, epoch: Epoch) -> None:
    """Writes the epoch of a plan, as soon as no activity of an earlier engine runs. Raises EpochBusy if one runs too
    long."""
    descriptor = _open_lock(root, plan)
    try:
        try:
            async with asyncio.timeout(WAIT):
                while not _lock(descriptor, fcntl.LOCK_EX):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            message = f"a worker of {plan} still writes or sends after {WAIT:.0f} s; stop its workers, and try again"
            raise EpochBusy(message) from None
        write_durably(epoch_path(root, plan), epoch.model_dump_json(indent=1).encode() + b"\n")
    finally:
        os.close(descriptor)


def _open_lock(root: Path, plan: str) -> int:
    if not safe_item_id(plan):
        raise record_error(f"{plan!r} cannot name a folder of the record")
    path = root / plan / "epoch.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
