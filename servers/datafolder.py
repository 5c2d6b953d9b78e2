"""The data folder of `up`: the paths in it, its lock, and its file run.json. run.json says which parts of `up` run."""

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
    """Another `up` uses the data folder. The message names its process, if that is known, and says what to do."""


class RunFileFault(ServersError):
    """The file run.json exists, but cannot be read or is damaged. The message says what to do."""


class RunFile(Value):
    """The content of run.json. It says which parts of `up` run on a data folder, and on which addresses. `up` writes
    the file, and commands read it."""

    model_config = ConfigDict(hide_input_in_errors=True)  # it holds passwords

    temporal_address: str
    """HOST:PORT on which Temporal takes calls (gRPC)."""
    namespace: str
    ui: str | None
    """The URL of the Temporal UI. None if `up` runs no UI (on macOS). None also if Temporal is a configured one,
    because `up` does not know the URL of its UI."""
    ui_entry: SecretStr | None = None
    """The URL that a person opens once, so that the browser may use the UI. None if `up` runs no UI."""
    caldav_url: str
    calendar_logins: Mapping[str, SecretStr] = {}
    """The password of each login of the calendar server, by login."""
    smtp_host: str
    smtp_port: int
    mail: Path
    """The folder of the mail spool."""
    record: Path
    contacts: Path
    plan_file: Path | None = None
    """The plan file of the last start. None if none was named."""
    plan: str | None = None
    """The id of the plan. None if `up` follows no plan."""
    pid: int
    """The process id of `up`."""
    children: Mapping[str, int] = {}
    """The process id of each child that runs, by its name: temporal, radicale, worker."""
    started: Instant
    state: Literal["starting", "running", "stopped"]

    @field_serializer("ui_entry", when_used="json")
    def _entry(self, entry: SecretStr | None) -> str | None:
        return entry.get_secret_value() if entry else None

    @field_serializer("calendar_logins", when_used="json")
    def _passwords(self, logins: Mapping[str, SecretStr]) -> dict[str, str]:
        return {name: password.get_secret_value() for name, password in logins.items()}

    def alive(self) -> bool:
        """Returns whether the `up` that wrote this file still runs. It checks the process too, because an `up` that was
        killed could not write that it has stopped."""
        return self.state != "stopped" and process_exists(self.pid)


def process_exists(pid: int) -> bool:
    """Returns whether a process with this id exists. It may belong to any user."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


ORGANIZER = "organizer"
"""The name of the folder of mail to the organizer. The folder is a Maildir, and holds the answers of offices."""


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces the content of a file. Even after a power cut the file has all of its new content, or its old content.
    Raises OSError if the file cannot be written."""
    # The name is hidden while the file is incomplete, so that nobody who lists the folder reads half of it.
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
    """The paths in one data folder, its lock and its run.json. All paths are absolute."""

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
        """Raises NotPrivate if other accounts may read or write the folder, or if it belongs to another account."""
        check_private(self._named)

    def create(self) -> None:
        """Makes the folders that are missing. Raises NotPrivate as `check` does. Raises ServersError if a folder cannot
        be made."""
        self.check()
        try:
            # Private, because mail, calendars and record name people.
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in self._folders:
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ServersError(
                f"the data folder {self.root} cannot be made ({error.strerror}); choose another with --data"
            ) from error

    def close(self) -> int:
        """Makes the files and folders private that an older release left open to other accounts. Returns how many it
        has changed. Raises NotPrivate if one of them cannot be changed."""
        closed = close_to_others(self.root)
        for folder in self._folders:
            check_private(folder)
        return closed

    def lock(self) -> None:
        """Locks the folder for this process, until `unlock` or the end of the process.

        Raises FolderLocked if another process has locked it. Raises the errors of `create` too.
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
        """Releases the lock, if this process has it. The lock file stays, because a new file would be another lock."""
        if self._held is not None:
            os.ftruncate(self._held, 0)
            os.close(self._held)
            self._held = None

    def write_run(self, run: RunFile) -> None:
        """Replaces the file run.json. Raises ServersError if the file cannot be written."""
        self.write(self.run_file, run.model_dump_json(indent=2) + "\n")

    def write(self, path: Path, text: str) -> None:
        """Replaces a file in the data folder. Raises ServersError if the file cannot be written. The message says
        why."""
        try:
            write_atomically(path, text.encode())
        except OSError as error:
            raise ServersError(f"{path} cannot be written: {error.strerror}") from error


def _locked(root: Path, pid: str) -> str:
    holder = f"process {pid}" if pid else "another process"
    stop = f"press Ctrl-C in its terminal (or: kill {pid})" if pid else "press Ctrl-C in its terminal"
    return f"the data folder {root} is in use by {holder}; {stop}, or choose another folder with --data"


def read_run(root: Path = Path("var")) -> RunFile | None:
    """Returns the content of run.json in a data folder. It says what `up` started last. None if there is no run.json.

    Raises RunFileFault if the file cannot be read or is damaged. Raises NotPrivate if other accounts may have written
    the file.
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
