"""Settings of the worker: what is refused before anything is sent."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.settings import SettingsFault, read_settings
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"AIDE_X=\xe9", r"\.env is not UTF-8; save it as UTF-8, or remove it"),
        (b"AIDE_SMTP_PORT=abc", r"AIDE_SMTP_PORT: Input should be .*\ncorrect this in the environment or in \.env"),
    ],
)
def test_a_file_of_settings_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsFault, match=words):
        read_settings()


@pytest.mark.parametrize("url", ["https://desk.example", "https://desk.example/aide/", "http://localhost:8080"])
def test_the_address_of_the_desk(tmp_path: Path, url: str) -> None:
    assert settings(tmp_path, desk_url=url).desk_url == url.rstrip("/")
    assert settings(tmp_path).desk_url is None and settings(tmp_path, desk_url="").desk_url is None


@pytest.mark.parametrize(
    "url",
    (
        *("http://desk.example", "desk.example", "javascript:alert(1)", "https://", "https://me@desk.example"),
        *("https://desk.example/?a=b", "https://desk.example/#a", "https://desk .example", "https://[x", "https://d:x"),
    ),
)
def test_what_is_no_address_of_a_desk(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match=r"write it as https://desk\.example, or http://localhost:8080"):
        settings(tmp_path, desk_url=url)
