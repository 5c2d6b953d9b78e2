"""Documents that are filed: named by their digest, kept beside the record."""

import hashlib
import re
import uuid
from pathlib import Path

from cli.errors import BadUsage
from cli.session import Session
from models.messages.acts import Document

LARGEST_DOCUMENT = 50_000_000
"""Octets."""


def document_of(path: Path | None) -> tuple[Document | None, bytes]:
    """What a file is called and contains. Raises BadUsage for one that is too large or cannot be read."""
    if path is None:
        return None, b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_DOCUMENT:
        raise BadUsage("too-large", f"{path} has {len(content)} octets; at most {LARGEST_DOCUMENT} can be filed")
    name = re.sub(r"[^\w.() -]", "_", path.name)[:120]
    return Document(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content)), content


async def keep_document(here: Session, document: Document, content: bytes) -> None:
    """Keeps a copy under its digest beside the record, so that what was filed stays readable."""
    kept = here.record / await here.plan() / "documents" / document.sha256 / document.name
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{uuid.uuid4().hex}")
    partial.write_bytes(content)
    partial.replace(kept)
