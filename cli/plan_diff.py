"""Compares a plan file with the plan in force, for `register --diff`."""

import asyncio
from pathlib import Path
from typing import Any

from cli.asking import plan_state_of
from cli.files.plan_file import ABSENT, Difference, compared, not_agreed
from cli.launching import launched_plan
from cli.session import session
from models.governance.plan_state import PlanState
from models.plan.plan import Plan

AGREED = "agreed since the launch"


def diff_document(file: Plan, data: Path, plan: str | None) -> dict[str, Any]:
    """Returns the document that `register --diff --json` prints (docs/json.md). It asks the plan's workflow.

    `plan` is the id of the plan in force, or None if the plan file has that id. Raises Refused if no plan of this id is
    launched, and NoServer if Temporal or the worker does not answer.
    """
    return document_of(file, asyncio.run(_state(data, plan or file.plan)))


async def _state(data: Path, plan: str) -> PlanState:
    async with session(data, plan) as here:
        return await plan_state_of(here)


def document_of(file: Plan, state: PlanState) -> dict[str, Any]:
    """Returns the differences between a plan file and the plan in force. Each says whether the sides have agreed on it
    since the launch."""
    untold = not_agreed(file, state.plan, launched_plan(state))
    found = [_entry(each, each not in untold) for each in compared(file, state.plan)]
    return {"plan": state.plan.plan, "differences": found}


def _entry(each: Difference, agreed: bool) -> dict[str, Any]:
    return {
        "part": each.part,
        "field": each.field,
        "file": None if each.file is ABSENT else each.file,
        "in_force": None if each.in_force is ABSENT else each.in_force,
        "agreed": agreed,
        "text": each.in_words(from_file=True),
    }


def diff_text(document: dict[str, Any]) -> str:
    """Returns the document of `diff_document` as text for people: one line for each difference. The value in the file
    stands on the left."""
    lines = [f"{each['text']}{f' ({AGREED})' if each['agreed'] else ''}" for each in document["differences"]]
    if not lines:
        return f"the file reads like the plan {document['plan']} in force"
    return "\n".join((f"{document['plan']}: in the file -> in force", *(f"  {line}" for line in lines)))
