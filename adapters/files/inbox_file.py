"""The inbox of a plan. It lists every message that the program has taken in, what became of the message, and whether a
person must still look at it.

The list is the file RECORD/PLAN/inbox.jsonl. Each line is about one message, or notes that a person has dealt with a
message. Lines are numbered from 1 and never change. The messages are files in RECORD/PLAN/inbox/. The name of each file
is the SHA-256 of its bytes, and only the owner may read the files. The program deletes nothing.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from adapters.files.durable import sync_folder
from adapters.files.record_file import RecordFault, locked
from models.common.ids import safe_item_id
from models.post.incoming import SeenTo, TakenIn

FOLDER = "inbox"


def inboxes(root: Path, plan: str) -> list["Inbox"]:
    """Returns the inbox of a plan, and then those of the other plans. Plans may share a mailbox, so a message about one
    plan may be in the inbox of another."""
    plans = {path.parent.name for path in root.glob(f"*/{FOLDER}.jsonl")}
    return [Inbox(root, each) for each in (plan, *sorted(plans - {plan}))]


class Inbox:
    """The inbox of one plan.

    Several processes may write to it. Before each line a process locks the file and reads the lines of the others.
    """

    def __init__(self, root: Path, plan: str) -> None:
        if not safe_item_id(plan):
            raise RecordFault(f"{plan!r} cannot name a folder of the record")
        self.path = root / plan / f"{FOLDER}.jsonl"
        self.folder = root / plan / FOLDER
        self._read_until = self.folder / "read-until"
        self._forget()

    def _forget(self) -> None:
        self._inode = self._read_to = self._count = 0
        self.messages: dict[int, TakenIn] = {}
        """The lines about messages, by their number. `read` fills this dictionary."""
        self.seen_to: dict[int, SeenTo] = {}
        """The notes that a person has dealt with a message, by the number of the message. `read` fills this
        dictionary."""
        self._by_digest: dict[str, TakenIn] = {}

    @property
    def waiting(self) -> list[TakenIn]:
        """The messages that need a person, oldest first. A message is left out after a person has dealt with it, or if
        it came again and has a newer line."""
        return [
            each
            for n, each in self.messages.items()
            if each.why and n not in self.seen_to and self._by_digest[each.digest] is each
        ]

    def unclear_answers(self, item: str, office: str) -> list[TakenIn]:
        """Returns the waiting messages that need a person only because an answer of the office about the item has words
        of its own. A plain answer or an act of the office's side sees to them."""
        return [
            each
            for each in self.waiting
            if all(one.seems and (one.item, one.office) == (item, office) for one in each.outcomes if one.why)
            and any(one.seems for one in each.outcomes)
        ]

    def read(self) -> "Inbox":
        """Reads the lines that were added to the file since the last read. Returns this inbox. Raises RecordFault if a
        line is no line of an inbox."""
        try:
            with self.path.open("rb") as file:
                now = os.fstat(file.fileno())
                if now.st_ino != self._inode or now.st_size < self._read_to:
                    self._forget()  # an operator put another file in its place
                    self._inode = now.st_ino
                file.seek(self._read_to)
                data = file.read()
        except FileNotFoundError:
            self._forget()
            return self
        data = data[: data.rfind(b"\n") + 1]  # an incomplete last line was never acknowledged
        for line in data.splitlines():
            self._note(line)
        self._read_to += len(data)
        return self

    def _note(self, line: bytes) -> None:
        try:
            fields = json.loads(line)
            said = SeenTo.model_validate(fields) if "done" in fields else TakenIn.model_validate(fields)
        except (ValueError, TypeError, ValidationError) as error:
            raise RecordFault(f"{self.path}: line {self._count + 1} is no line of an inbox; mend it") from error
        self._count += 1
        if isinstance(said, SeenTo):
            self.seen_to[said.done] = said
        else:
            self.messages[said.n] = self._by_digest[said.digest] = said

    @property
    def read_until(self) -> datetime | None:
        """The last instant at which the program had read the organizer's mailbox to its end. None if it never has."""
        try:
            return datetime.fromisoformat(self._read_until.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def note_read(self, until: datetime) -> None:
        """Stores the instant at which the program has read the organizer's mailbox to its end."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._read_until.with_suffix(f".{os.getpid()}")
        draft.write_text(until.isoformat(), encoding="ascii")
        draft.replace(self._read_until)

    def taken(self, digest: str) -> TakenIn | None:
        """Returns the newest line about a message with this digest. None if the inbox has no such line. Raises
        RecordFault as `read` does."""
        return self.read()._by_digest.get(digest)

    async def enter(self, message: TakenIn) -> TakenIn:
        """Appends a line about a message, and returns it with its number. If the newest line about this message says
        the same, it appends nothing and returns that line."""
        async with self._appending() as descriptor:
            before = self.taken(message.digest)
            if before is not None and (before.why, before.outcomes) == (message.why, message.outcomes):
                return before
            self._append(descriptor, message)
            return self._by_digest[message.digest]

    async def see_to(self, notes: Iterable[SeenTo]) -> list[SeenTo]:
        """Appends notes that a person has dealt with messages. Returns, for each message, the note that is in the file.

        If the file has a note about a message already, a second note changes nothing.
        """
        async with self._appending() as descriptor:
            self.read()
            wanted = list(notes)
            self._append(descriptor, *(each for each in wanted if each.done not in self.seen_to))
            return [self.seen_to[each.done] for each in wanted]

    def _appending(self) -> AbstractAsyncContextManager[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return locked(self.path)

    def _append(self, descriptor: int, *values: TakenIn | SeenTo) -> None:
        numbered = [each.model_copy(update={"n": n}) for n, each in enumerate(values, self._count + 1)]
        os.ftruncate(descriptor, self._read_to)
        data = "".join(each.model_dump_json() + "\n" for each in numbered).encode()
        written = 0
        while written < len(data):
            written += os.pwrite(descriptor, data[written:], self._read_to + written)
        os.fsync(descriptor)
        if self._read_to == 0:
            sync_folder(self.path.parent)
        self.read()

    def keep(self, raw: bytes) -> str:
        """Stores a message durably as a file, and returns the name of the file. If the same bytes come again, there is
        still one file."""
        name = f"{hashlib.sha256(raw).hexdigest()}.eml"
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self.folder / f".{name}.{os.getpid()}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
            sync_folder(self.folder)
        return name
