"""The data folder of `up`: where everything it keeps lies, who holds it, and what runs on it."""

import contextlib
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, SecretStr, ValidationError, field_serializer

from adapters.files.durable import sync_folder
from adapters.files.private import check_private, close_to_others
from models.common.values import Instant, Value
from servers.errors import ServersError


class FolderLocked(ServersError):
    """Another `up` holds the data folder."""


class RunFileFault(ServersError):
    """run.json is there and cannot be read as one."""


class RunFile(Value):
    """What runs on a data folder, and under which addresses. Written by `up`, read by the command lines."""

    model_config = ConfigDict(hide_input_in_errors=True)  # it holds passwords

    temporal_address: str
    """host:port of the gRPC frontend."""
    namespace: str
    ui: str | None
    """URL of the operators' Temporal UI; None where Temporal is a configured one and its UI is not known."""
    ui_entry: SecretStr | None = None
    """The address that lets a browser in there."""
    caldav_url: str
    calendar_logins: Mapping[str, SecretStr] = {}
    """The password of each login of the calendar server."""
    smtp_host: str
    smtp_port: int
    mail: Path
    record: Path
    contacts: Path
    plan_file: Path | None = None
    plan: str | None = None
    """Id of the plan."""
    pid: int
    """Of `up` itself."""
    children: Mapping[str, int] = {}
    """Process id of each child, by its name: temporal, radicale, worker."""
    started: Instant
    state: Literal["starting", "running", "stopped"]

    @field_serializer("ui_entry", when_used="json")
    def _entry(self, entry: SecretStr | None) -> str | None:
        return entry.get_secret_value() if entry else None

    @field_serializer("calendar_logins", when_used="json")
    def _passwords(self, logins: Mapping[str, SecretStr]) -> dict[str, str]:
        return {name: password.get_secret_value() for name, password in logins.items()}

    def alive(self) -> bool:
        """Whether the `up` that wrote this is still there; False also after it was killed and could not write so."""
        return self.state != "stopped" and process_exists(self.pid)


def process_exists(pid: int) -> bool:
    """Whether a process of this id is there, of whatever user."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


ORGANIZER = "organizer"
"""Folder of the mail to the organizer's own address, the answers: a Maildir."""


def write_atomically(path: Path, content: bytes) -> None:
    """The whole content under this name, or what was there before: also after a power cut. Raises OSError."""
    # Hidden while it is incomplete, so that nobody who lists the folder reads half of it.
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class DataFolder:
    """The sub-paths of one data folder, its lock and its run.json. Paths are absolute."""

    def __init__(self, root: Path = Path("var")) -> None:
        self._named = root
        self.root = root.expanduser().resolve()
        self.temporal_db = self.root / "temporal.db"
        self.calendars = self.root / "calendars"
        self.mail = self.root / "mail"
        self.organizer = self.mail / ORGANIZER
        self.record = self.root / "record"
        self.logs = self.root / "logs"
        self.run_file = self.root / "run.json"
        self.lock_file = self.root / "lock"
        self.ready_file = self.root / "worker.ready"
        self._folders = (self.calendars, self.mail, self.record, self.logs)
        self._held: int | None = None

    def check(self) -> None:
        """Raises NotPrivate where other accounts may read or write the folder, or it is not this account's own."""
        check_private(self._named)

    def create(self) -> None:
        """Makes the folders that are missing. Raises NotPrivate as `check` does, and ServersError when the file system
        refuses."""
        self.check()
        try:
            # Only for the account that runs `up`: mail, calendars and record name people.
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in self._folders:
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ServersError(
                f"the data folder {self.root} cannot be made ({error.strerror}); choose another with --data"
            ) from error

    def close(self) -> int:
        """Closes to other accounts what an older release left open in the folder; says with how many files and folders
        that was. Raises NotPrivate for what cannot be closed."""
        closed = close_to_others(self.root)
        for folder in self._folders:
            check_private(folder)
        return closed

    def lock(self) -> None:
        """Takes the folder for this process until `unlock` or the end of the process, however it ends.

        Raises FolderLocked when another process holds it, and what `create` raises.
        """
        self.create()
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise FolderLocked(_locked(self.root, pid)) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        self._held = descriptor

    def unlock(self) -> None:
        """Gives the folder back; nothing if it is not held. The file stays, because a new one would be a new lock."""
        if self._held is not None:
            os.ftruncate(self._held, 0)
            os.close(self._held)
            self._held = None

    def write_run(self, run: RunFile) -> None:
        """Replaces run.json. Raises ServersError."""
        self.write(self.run_file, run.model_dump_json(indent=2) + "\n")

    def write(self, path: Path, text: str) -> None:
        """Replaces a file of the folder's own. Raises ServersError, which says what the file system answered."""
        try:
            write_atomically(path, text.encode())
        except OSError as error:
            raise ServersError(f"{path} cannot be written: {error.strerror}") from error


def _locked(root: Path, pid: str) -> str:
    holder = f"process {pid}" if pid else "another process"
    stop = f"press Ctrl-C in its terminal (or: kill {pid})" if pid else "press Ctrl-C in its terminal"
    return f"the data folder {root} is in use by {holder}; {stop}, or choose another folder with --data"


def read_run(root: Path = Path("var")) -> RunFile | None:
    """What was last started on a data folder, or None if nothing ever was.

    Raises RunFileFault if it is unreadable, and NotPrivate if other accounts may have written it.
    """
    folder = DataFolder(root)
    folder.check()
    path = folder.run_file
    try:
        return RunFile.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFileFault(f"{path} cannot be read: {error.strerror}; make it readable for your account") from error
    except ValidationError as error:
        where = next((".".join(map(str, each["loc"])) for each in error.errors() if each["loc"]), "")
        what = f"it says nothing usable about {where}" if where else "it is no JSON"
        raise RunFileFault(f"{path} is damaged ({what}); delete it and start `up` again") from error
