"""What was filed, outcome or evidence, as it stands in views and in the record."""

from typing import Any

from models.common.values import Instant
from models.messages.acts import Evidence, Outcome


def filing(act: Outcome | Evidence, side: str, at: Instant) -> dict[str, Any]:
    """What was filed, by whom and when, as it stands in views and in the record."""
    document = act.document.model_dump(mode="json") if act.document else None
    return {
        "office": act.office,
        "side": side,
        "at": at.isoformat().replace("+00:00", "Z"),
        "text": act.text,
        "document": document,
    }


def excerpt(act: Outcome | Evidence) -> str:
    """The beginning of what was filed, after a colon; empty where there is nothing to show."""
    parts = [f'"{act.text[:300]}"' if act.text else "", act.document.name if act.document else ""]
    text = ", ".join(part for part in parts if part)
    return f": {text}" if text else ""
