"""The logins of the parts of `up`: a login with a password for each calendar, and secrets."""

import secrets
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from servers.errors import ServersError

PUBLISHER = "organizer"
"""The program's own login. It may write every calendar."""


def new_secret() -> SecretStr:
    """A new random secret of 192 bits, in letters, digits, - and _."""
    return SecretStr(secrets.token_urlsafe(24))


def calendar_logins(calendars: Iterable[str], before: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """The password of each login, by login: the program's own login, and one for each calendar, with the name of the
    calendar. Logins in `before` keep their passwords, even if their calendar is not named any more. Raises ServersError
    if a calendar has the name of the program's own login."""
    names = sorted(set(calendars))
    if PUBLISHER in names:
        raise ServersError(
            f"an office is called {PUBLISHER!r}, which is the program's own login; rename it in the plan"
        )
    wanted = dict.fromkeys([PUBLISHER, *names])
    return {**before, **{name: before.get(name) or new_secret() for name in wanted}}
