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
    """Returns the end of a record line: a colon, the first 300 characters of the text, and the document's name with its
    SHA-256 digest.

    The text or the document is left out if the office did not file it. Returns an empty string if it filed neither.
    """
    text = filed_in_words(act.text, act.document.name if act.document else "", act.document and act.document.sha256)
    return f": {text}" if text else ""


def filed_in_words(text: str, name: str = "", digest: str | None = None) -> str:
    """Returns what was filed in a few words: "minutes", minutes.pdf (SHA-256 9f86...). Empty if nothing was filed.

    `name` and `digest` are those of the document. They are empty if only a text was filed.
    """
    file = f"{name} (SHA-256 {digest})" if name and digest else name
    return ", ".join(part for part in (f'"{text[:300]}"' if text else "", file) if part)
