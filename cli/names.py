"""Refuses a name that does not exist, and suggests similar names."""

from collections.abc import Iterable

from cli.errors import Refused
from models.common.nearest import did_you_mean


def check_known(what: str, name: str | None, known: Iterable[str], otherwise: str) -> None:
    """Raises Refused if `name` is not in `known`. Does nothing if `name` is None.

    `what` is the kind of name, for example "office"; the error code is then `no-such-office`. The message suggests
    similar names, or holds the text `otherwise` if there are none.
    """
    known = list(known)
    if name is not None and name not in known:
        raise Refused(f"no-such-{what}", f"there is no {what} {name!r}; {did_you_mean(name, known, otherwise)}")
