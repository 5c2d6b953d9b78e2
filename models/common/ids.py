"""Every identifier, defined once: workflow ids read as paths, plus the task queue and the uid of a calendar object."""

import re
import uuid

TASK_QUEUE = "aide-memoire"

SLUG = r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"
"""One segment of a path. No slash, no space: ids are shown in URLs, file names and queries."""

_UID_SPACE = uuid.UUID("5b0c7a52-3c1f-4f0e-9d3b-6a3c5a5f2b11")


def plan_id(plan: str) -> str:
    """lao-khm"""
    return plan


def obligation_id(plan: str, obligation: str) -> str:
    """A series, one-off meeting or commitment: lao-khm/16.3-jtc"""
    return f"{plan}/{obligation}"


def session_id(plan: str, obligation: str, session: str) -> str:
    """lao-khm/16.3-jtc/2026"""
    return f"{plan}/{obligation}/{session}"


def secretariat_id(plan: str, office: str) -> str:
    """lao-khm/office/lao-moic"""
    return f"{plan}/office/{office}"


def mailbox_id(plan: str) -> str:
    """The workflow that takes in what is sent to the organizer: lao-khm/mailbox"""
    return f"{plan}/mailbox"


def questions_id(plan: str, institutions: tuple[str, ...]) -> str:
    """The list of what some offices have to settle: lao-khm/questions/lao-mps.khm-moi"""
    return f"{plan}/questions/{'.'.join(institutions)}"


def full_item_id(plan: str, item: str) -> str:
    """The workflow id of an item that was named with or without its plan."""
    return item if item.startswith(f"{plan}/") else f"{plan}/{item}"


def safe_item_id(item: str) -> bool:
    """Whether an id may become a workflow id and a path of the record."""
    return len(item) <= 200 and all(re.fullmatch(SLUG, part) and ".." not in part for part in item.split("/"))


def event_uid(item: str, launched: str, domain: str = "aide-memoire.example") -> str:
    """The iCalendar UID of a session: stable for its life, different when a plan is launched anew (RFC 7986 5.3)."""
    return f"{uuid.uuid5(_UID_SPACE, f'{item} {launched}')}@{domain}"
