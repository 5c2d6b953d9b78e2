"""The form in which views and the record hold a filed outcome or filed evidence."""

from typing import Any

from models.common.values import Instant
from models.messages.acts import Evidence, Outcome


def filing(act: Outcome | Evidence, side: str, at: Instant) -> dict[str, Any]:
    """Returns a filed outcome or evidence with its office, side and instant, in the form of views and the record.

    `document` is None if the office filed only a text.
    """
    document = act.document.model_dump(mode="json") if act.document else None
    return {
        "office": act.office,
        "side": side,
        "at": at.isoformat().replace("+00:00", "Z"),
        "text": act.text,
        "document": document,
    }


def excerpt(act: Outcome | Evidence) -> str:
    """Returns the end of a record line: a colon, the first 300 characters of the text, and the document's name.

    The text or the document is left out if the office did not file it. Returns an empty string if it filed neither.
    """
    parts = [f'"{act.text[:300]}"' if act.text else "", act.document.name if act.document else ""]
    text = ", ".join(part for part in parts if part)
    return f": {text}" if text else ""
