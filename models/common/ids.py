"""The ids that the program makes: workflow ids, the task queue, the UID (permanent id) of a calendar event. A workflow
id looks like a path."""

import re
import uuid

TASK_QUEUE = "aide-memoire"

ASK_AGAIN = "the workflow has events that no worker has handled yet; ask again"
"""The message of a query that a worker did not answer, because the answer would have put its copy of the workflow out
of step with the history (workflows/stale_runs.py)."""

SLUG = r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"
"""Pattern of one segment of an id. It has no slash and no space, because URLs, file names and queries show ids."""

_UID_SPACE = uuid.UUID("5b0c7a52-3c1f-4f0e-9d3b-6a3c5a5f2b11")


def plan_id(plan: str) -> str:
    """The workflow id of a plan: lao-khm"""
    return plan


def obligation_id(plan: str, obligation: str) -> str:
    """The workflow id of a series, one-off meeting or commitment: lao-khm/16.3-jtc"""
    return f"{plan}/{obligation}"


def session_id(plan: str, obligation: str, session: str) -> str:
    """The workflow id of a session: lao-khm/16.3-jtc/2026"""
    return f"{plan}/{obligation}/{session}"


def secretariat_id(plan: str, office: str) -> str:
    """The workflow id of the post room of an office: lao-khm/office/lao-moic"""
    return f"{plan}/office/{office}"


def mailbox_id(plan: str) -> str:
    """The workflow id of the mailbox, which takes in the mail to the organizer: lao-khm/mailbox"""
    return f"{plan}/mailbox"


def questions_id(plan: str, institutions: tuple[str, ...]) -> str:
    """The workflow id of the list of questions that these institutions answer: lao-khm/questions/lao-mps.khm-moi"""
    return f"{plan}/questions/{'.'.join(institutions)}"


def full_item_id(plan: str, item: str) -> str:
    """The workflow id of an item. `item` is the name that a person gave, with or without the plan in front."""
    return item if item.startswith(f"{plan}/") else f"{plan}/{item}"


def safe_item_id(item: str) -> bool:
    """Whether an id can safely be a workflow id and a path of the record. False if it is longer than 200 characters, or
    if a part between slashes does not match SLUG."""
    return len(item) <= 200 and all(re.fullmatch(SLUG, part) and ".." not in part for part in item.split("/"))


def event_uid(item: str, launched: str, domain: str = "aide-memoire.example") -> str:
    """The UID (permanent id) of the calendar event of an item (RFC 7986 section 5.3). The same item and the same launch
    always give the same UID."""
    return f"{uuid.uuid5(_UID_SPACE, f'{item} {launched}')}@{domain}"
