"""Private folders: only the account of the program may read and write the files in them."""

import os
import shlex
import stat
from pathlib import Path

OTHERS = 0o077
"""The mode bits of the group and of all other accounts."""


class NotPrivate(Exception):
    """Other accounts can read or write in a folder. The message names the folder, and says what to do."""


def keep_to_ourselves() -> None:
    """Sets the umask, so that files and folders that this process and its children make from now on are private."""
    os.umask(OTHERS)


def check_private(folder: Path) -> None:
    """Raises NotPrivate if other accounts may read or write a folder, or may replace it by another one. A folder that
    does not exist yet counts as private."""
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
    """Raises NotPrivate if every account may write in a parent folder that has no sticky bit. Such an account could put
    another folder in the place of this one."""
    for parent in folder.resolve().parents:
        try:
            mode = parent.stat().st_mode
        except FileNotFoundError:
            continue
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            mend = f"chmod o-w {shlex.quote(str(parent))}"
            raise NotPrivate(f"every account may write in {parent}, which holds {folder}; name another, or: {mend}")


def close_to_others(root: Path) -> int:
    """Makes all files and folders in a folder private, and returns how many it has changed. It does not change links.
    Raises NotPrivate if one of them belongs to another account."""
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
