"""Makes the logins and secrets of `up`. Each calendar has its own login with a password."""

import secrets
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from servers.errors import ServersError

PUBLISHER = "organizer"
"""The name of the login that the program itself uses. It may write every calendar."""


def new_secret() -> SecretStr:
    """Returns a new random secret of 192 bits. It consists of letters, digits, - and _."""
    return SecretStr(secrets.token_urlsafe(24))


def calendar_logins(calendars: Iterable[str], before: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """Returns the password of each login, by the name of the login. There is the program's own login, and one login for
    each calendar, with the name of the calendar. Logins in `before` keep their passwords, also if their calendar is not
    in `calendars`. Raises ServersError if a calendar has the name of the program's own login."""
    names = sorted(set(calendars))
    if PUBLISHER in names:
        raise ServersError(
            f"an office is called {PUBLISHER!r}, which is the program's own login; rename it in the plan"
        )
    wanted = dict.fromkeys([PUBLISHER, *names])
    return {**before, **{name: before.get(name) or new_secret() for name in wanted}}
