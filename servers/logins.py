"""Who may use the parts of `up`: a login with a password for each calendar, and the key of the Temporal UI."""

import secrets
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from servers.errors import ServersError

PUBLISHER = "organizer"
"""The program's own login: it writes every calendar."""


def new_secret() -> SecretStr:
    """What nobody guesses: 192 random bits, in letters, digits, - and _."""
    return SecretStr(secrets.token_urlsafe(24))


def calendar_logins(calendars: Iterable[str], before: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """The password of each login: the program's, and one for each calendar, of the same name. One that had a password
    keeps it, also if its calendar is no longer named. Raises ServersError for a calendar of the program's own name."""
    names = sorted(set(calendars))
    if PUBLISHER in names:
        raise ServersError(
            f"an office is called {PUBLISHER!r}, which is the program's own login; rename it in the plan"
        )
    wanted = dict.fromkeys([PUBLISHER, *names])
    return {**before, **{name: before.get(name) or new_secret() for name in wanted}}
