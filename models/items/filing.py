"""Filed outcomes and evidence, in the form that views and the record hold."""

from typing import Any

from models.common.values import Instant
from models.messages.acts import Evidence, Outcome


def filing(act: Outcome | Evidence, side: str, at: Instant) -> dict[str, Any]:
    """Gives an outcome or evidence with its office, side and instant, in the form that views and the record hold."""
    document = act.document.model_dump(mode="json") if act.document else None
    return {
        "office": act.office,
        "side": side,
        "at": at.isoformat().replace("+00:00", "Z"),
        "text": act.text,
        "document": document,
    }


def excerpt(act: Outcome | Evidence) -> str:
    """Gives a colon, the first 300 characters of the text in quotes, and the name of the document.

    Leaves out what was not filed. Gives an empty string if neither a text nor a document was filed.
    """
    parts = [f'"{act.text[:300]}"' if act.text else "", act.document.name if act.document else ""]
    text = ", ".join(part for part in parts if part)
    return f": {text}" if text else ""
