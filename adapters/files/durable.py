"""Durable writes: a power cut does not undo them."""

import os
import tempfile
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes the names of the files in a folder durable. Call it after a file was made or renamed there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file, and makes its folder if that is missing. Even after a power cut the file holds all of the new
    data, or is as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
