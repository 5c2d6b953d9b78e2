"""Where tests find what they read: the repository, and the folders of samples in it."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
TESTS = REPOSITORY / "tests"
MAILS = TESTS / "adapters" / "inbound" / "mails"
"""Mails as clients send them."""
HISTORIES = TESTS / "workflows" / "histories"
"""Of workflows, as the releases of their day recorded them."""
LANGUAGES = TESTS / "adapters" / "mail" / "languages"
