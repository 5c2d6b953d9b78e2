"""A server that a command cannot reach, in words that say what to do."""

from pathlib import Path

import pytest

from cli.errors import BadUsage, NoServer
from cli.session import session


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEMPORAL_ADDRESS", "http://127.0.0.1:7233"),
        ("TEMPORAL_ADDRESS", "127.0.0.1:99999"),
        ("TEMPORAL_PROFILE", "nope"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere.pem"),
        ("TEMPORAL_TLS_CLIENT_CERT_DATA", "no certificate"),
    ],
)
async def test_a_bad_configuration_of_temporal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv(name, value)
    with pytest.raises(BadUsage, match="correct the variables TEMPORAL_") as told:
        async with session(tmp_path):
            pass
    assert told.value.code == "bad-settings"


@pytest.mark.parametrize(("address", "words"), [("127.0.0.1:1", "nothing listens there"), ("no.invalid:1", "host")])
async def test_a_server_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    with pytest.raises(NoServer, match=words) as told:
        async with session(tmp_path):
            pass
    assert "Error(" not in told.value.message
