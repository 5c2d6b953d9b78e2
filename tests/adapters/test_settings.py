"""Settings of the worker: what is refused before anything is sent."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.mail_samples import settings


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"imap_host": "m.example", "imap_security": "none", "imap_username": "u"}, "AIDE_IMAP_SECURITY"),
        ({"smtp_host": "m.example", "smtp_username": "u"}, "AIDE_SMTP_SECURITY"),
        ({"caldav_url": "http://m.example", "caldav_username": "u"}, "AIDE_CALDAV_URL"),
        ({"ca_file": __file__}, "no certificate"),
        ({"ca_file": "/nowhere.pem"}, "no certificate"),
    ],
)
def test_no_login_goes_in_the_clear_beyond_this_machine(tmp_path: Path, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(tmp_path, **values)
    settings(tmp_path, smtp_host="localhost", smtp_username="u", caldav_url="http://[::1]:1", caldav_username="u")
