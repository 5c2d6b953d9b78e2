"""Folders for their owner alone: other accounts of the machine neither read nor write what lies in them."""

import os
import shlex
import stat
from pathlib import Path

OTHERS = 0o077
"""The mode bits of the group and of everybody else."""


class NotPrivate(Exception):
    """Other accounts can reach what lies in a folder. The message names it, and what to do."""


def keep_to_ourselves() -> None:
    """From here on this process makes files and folders for its own account alone, and so do its children."""
    os.umask(OTHERS)


def check_private(folder: Path) -> None:
    """Raises NotPrivate where others may read or write a folder, or may put another in its place. A folder that is not
    there yet is private."""
    folder = folder.expanduser().absolute()
    try:
        found = folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return _check_parents(folder)
    if stat.S_ISLNK(found.st_mode):
        raise NotPrivate(f"{folder} is a link to {folder.readlink()}; name the folder itself")
    if not stat.S_ISDIR(found.st_mode):
        raise NotPrivate(f"{folder} is no folder; name another")
    if found.st_uid != os.geteuid():
        raise NotPrivate(f"{folder} belongs to another account (user id {found.st_uid}); name a folder of your own")
    if found.st_mode & OTHERS:
        mend = f"chmod -R go= {shlex.quote(str(folder))}"
        raise NotPrivate(f"other accounts may read or write {folder}; look whether they have, then close it: {mend}")
    return _check_parents(folder)


def _check_parents(folder: Path) -> None:
    """Whoever may write in a parent can put another folder under this name, unless its sticky bit forbids it."""
    for parent in folder.resolve().parents:
        try:
            mode = parent.stat().st_mode
        except FileNotFoundError:
            continue
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            mend = f"chmod o-w {shlex.quote(str(parent))}"
            raise NotPrivate(f"every account may write in {parent}, which holds {folder}; name another, or: {mend}")


def close_to_others(root: Path) -> int:
    """Takes from group and others what they may do with anything in a private folder; says with how many files and
    folders that was. Links are left alone. Raises NotPrivate for what belongs to another account."""
    closed = 0
    for folder, folders, files in os.walk(root):
        for path in (Path(folder, name) for name in (*folders, *files)):
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode) or not mode & OTHERS:
                continue
            try:
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            except PermissionError:
                mend = f"sudo chown -R {os.geteuid()} {shlex.quote(str(root))}"
                raise NotPrivate(f"{path} belongs to another account; take it over: {mend}") from None
            closed += 1
    return closed
