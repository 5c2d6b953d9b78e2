"""The contacts file of a spool, and of all that is started around it."""

from pathlib import Path

import pytest

from tests.support.spools import CONTACTS


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.yaml"
    path.write_text(CONTACTS)
    return path
