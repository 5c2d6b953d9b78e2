"""Filed outcomes and evidence, in the form of views and of the record."""

from typing import Any

from models.common.values import Instant
from models.messages.acts import Evidence, Outcome


def filing(act: Outcome | Evidence, side: str, at: Instant) -> dict[str, Any]:
    """An outcome or evidence with its office, side and instant, in the form of views and of the record."""
    document = act.document.model_dump(mode="json") if act.document else None
    return {
        "office": act.office,
        "side": side,
        "at": at.isoformat().replace("+00:00", "Z"),
        "text": act.text,
        "document": document,
    }


def excerpt(act: Outcome | Evidence) -> str:
    """A colon, then the first 300 characters of the filed text and the name of the document. Empty without both."""
    parts = [f'"{act.text[:300]}"' if act.text else "", act.document.name if act.document else ""]
    text = ", ".join(part for part in parts if part)
    return f": {text}" if text else ""
