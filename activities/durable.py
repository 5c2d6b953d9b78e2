"""What a power cut must not undo."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes a new or renamed file in this folder durable: a name is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
