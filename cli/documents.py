"""Checks the documents that offices file, and keeps them beside the record. The SHA-256 digest names their folder."""

import hashlib
import os
import re
import uuid
from pathlib import Path

from adapters.files.document_kinds import kind_of, kinds_in_words, named_otherwise
from adapters.files.regular_file import open_regular
from cli.errors import BadUsage
from cli.session import Session
from models.common.limits import DOCUMENT
from models.messages.acts import Document


def document_of(path: Path | None) -> tuple[Document | None, bytes]:
    """Returns the name, digest, size and kind of a regular file as a Document, and the content of the file.

    Returns None and empty bytes if `path` is None. Raises BadUsage for a link, a folder, a pipe or a device, for a
    file that cannot be read, is empty or is too large, and for a kind of file that no office files.
    """
    if path is None:
        return None, b""
    content = _read(path)
    kind = kind_of(content)
    if kind is None:
        message = f"{path} is of a kind that is not filed; file one of these kinds: {kinds_in_words()}"
        raise BadUsage("bad-file", message)
    if (said := named_otherwise(path.name, kind)) is not None:
        message = (
            f"the name of {path} says {said.name}, and its content is {kind.name}; check whether it is the right file, "
            f"and if it is, rename it so that it ends in {kind.endings[0]}"
        )
        raise BadUsage("bad-file", message)
    name = re.sub(r"[^\w.() -]", "_", path.name)[:120]
    digest = hashlib.sha256(content).hexdigest()
    return Document(name=name, sha256=digest, size=len(content), kind=kind.name), content


def _read(path: Path) -> bytes:
    """Returns the content of a document. Raises BadUsage for a file that is empty, too large, not regular or not
    readable."""
    try:
        with open_regular(path, links=False) as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(DOCUMENT + 1)
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be read: {error.strerror}") from error
    if not content:
        raise BadUsage("bad-file", f"{path} is empty; file the document itself")
    if len(content) > DOCUMENT:
        message = f"{path} has {max(size, len(content)):,} bytes; file a document of at most {DOCUMENT:,} bytes"
        raise BadUsage("too-large", message)
    return content


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
