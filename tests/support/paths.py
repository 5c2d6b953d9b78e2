"""Paths for tests: the repository, and its folders of samples."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
TESTS = REPOSITORY / "tests"
MAILS = TESTS / "adapters" / "inbound" / "mails"
"""Sample mails, as mail programs send them."""
HISTORIES = TESTS / "workflows" / "histories"
"""Histories of workflows that releases have recorded."""
LANGUAGES = TESTS / "adapters" / "mail" / "languages"
