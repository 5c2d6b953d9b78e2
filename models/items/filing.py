"""The form in which views and the record hold a filed outcome or filed evidence."""

from typing import Any

from models.common.values import Instant
from models.messages.acts import Evidence, Outcome


def filing(act: Outcome | Evidence, side: str, at: Instant, line: int) -> dict[str, Any]:
    """Returns a filed outcome or evidence with its office, side and instant, in the form of views and the record.

    `line` is the number of the ledger line. A correction of evidence names it. `document` is None if the office filed
    only a text.
    """
    document = act.document.model_dump(mode="json") if act.document else None
    return {
        "office": act.office,
        "side": side,
        "at": at.isoformat().replace("+00:00", "Z"),
        "text": act.text,
        "document": document,
        "line": line,
    }


def excerpt(act: Outcome | Evidence) -> str:
    """Returns the end of a record line: a colon, the first 300 characters of the text, and the document's name with its
    SHA-256 digest.

    The text or the document is left out if the office did not file it. Returns an empty string if it filed neither.
    """
    document = act.document
    text = filed_in_words(act.text, document.name if document else "", document.sha256 if document else None)
    return f": {text}" if text else ""


def said_in(filed: dict[str, Any]) -> str:
    """Returns a filed outcome or filed evidence in a few words, as `filed_in_words` does."""
    document = filed.get("document") or {}
    return filed_in_words(str(filed.get("text", "")), document.get("name", ""), document.get("sha256"))


def filed_in_words(text: str, name: str = "", digest: str | None = None) -> str:
    """Returns what was filed in a few words: "minutes", minutes.pdf (SHA-256 9f86...). Empty if nothing was filed.

    `name` and `digest` are those of the document. They are empty if only a text was filed.
    """
    file = f"{name} (SHA-256 {digest})" if name and digest else name
    return ", ".join(part for part in (f'"{text[:300]}"' if text else "", file) if part)
