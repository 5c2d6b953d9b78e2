"""Keeps the documents that offices file, beside the record, in folders named by their SHA-256 digest."""

import hashlib
import os
import re
import uuid
from pathlib import Path

from adapters.files.regular_file import open_regular
from cli.errors import BadUsage
from cli.session import Session
from models.messages.acts import Document

LARGEST_DOCUMENT = 50_000_000
"""The most bytes that a document may have."""


def document_of(path: Path | None) -> tuple[Document | None, bytes]:
    """Returns the name, digest and size of a regular file as a Document, and the content of the file.

    Returns None and empty bytes if `path` is None. Raises BadUsage for a link, a folder, a pipe or a device, and if
    the file is too large or cannot be read.
    """
    if path is None:
        return None, b""
    try:
        with open_regular(path, links=False) as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(LARGEST_DOCUMENT + 1)
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_DOCUMENT:
        message = f"{path} has {max(size, len(content)):,} bytes; file a document of at most {LARGEST_DOCUMENT:,} bytes"
        raise BadUsage("too-large", message)
    name = re.sub(r"[^\w.() -]", "_", path.name)[:120]
    return Document(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content)), content


async def keep_document(here: Session, document: Document, content: bytes) -> None:
    """Copies a document to RECORD/PLAN/documents/DIGEST/NAME, so that people can read it later. Does nothing if that
    file exists already."""
    kept = here.record / await here.plan() / "documents" / document.sha256 / document.name
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{uuid.uuid4().hex}")
    partial.write_bytes(content)
    partial.replace(kept)
