"""Logins of the calendars: each has a password of its own, which it keeps."""

import pytest
from pydantic import SecretStr

from servers.errors import ServersError
from servers.logins import PUBLISHER, calendar_logins


def test_each_login_has_a_password_of_its_own_and_keeps_it() -> None:
    first = calendar_logins(["khm-moc", "lao-khm"], {})
    assert list(first) == [PUBLISHER, "khm-moc", "lao-khm"]
    passwords = [each.get_secret_value() for each in first.values()]
    assert len(set(passwords)) == 3 and min(map(len, passwords)) == 32
    again = calendar_logins(["khm-moc", "lao-khm"], {})
    assert not set(passwords) & {each.get_secret_value() for each in again.values()}
    later = calendar_logins(["lao-moic"], first)
    assert {name: later[name] for name in first} == first and set(later) == {*first, "lao-moic"}
    assert passwords[0] not in repr(first)


def test_no_office_gets_the_programs_own_login() -> None:
    with pytest.raises(ServersError, match="rename it"):
        calendar_logins(["organizer"], {PUBLISHER: SecretStr("x")})
