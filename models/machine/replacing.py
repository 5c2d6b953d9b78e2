"""Corrections: until the close-out, a side may replace what it has put on record itself.

This holds for a mark, an outcome, evidence and the answer to a status round. The earlier one stays in the record, in
the field `replaced` of the new line. The other sides are told what it says now and what it said before, and their time
to object begins again.
"""

from typing import Any

from models.machine.draft import S
from models.machine.refusals import refusal
from models.machine.rules import Rules
from models.messages.views import Refusal


def refuse_of_others(rules: Rules[S], state: S, code: str, said: str) -> Refusal:
    """Returns the refusal of an act that would replace what another side has put on record. `said` says what that side
    has put on record."""
    return refusal(rules, state, code, f"{said}; only its own side corrects it: if it is wrong, dispute it instead")


def refuse_same(rules: Rules[S], state: S, about: str) -> Refusal:
    """Returns the refusal of a correction that changes nothing. `about` is mark, outcome or evidence."""
    message = f"the {about} that your side put on record says the same already; a correction must say something else"
    return refusal(rules, state, "no-change", message)


def correction(who: str, about: str, now: str, before: str) -> str:
    """Returns the text of the ledger line of a correction: lao-moc (LAO) corrects the mark: ... (before: ...)."""
    return f"{who} corrects the {about}: {now} (before: {before})"


def filed_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two filed outcomes, or two pieces of evidence, have the same text and the same document."""
    digests = [(each.get("document") or {}).get("sha256") for each in (one, other)]
    return one.get("text") == other.get("text") and digests[0] == digests[1]
