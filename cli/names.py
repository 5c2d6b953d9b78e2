"""Refuses names that do not exist, with the nearest that do."""

from collections.abc import Iterable

from cli.errors import Refused
from models.common.nearest import did_you_mean


def check_known(what: str, name: str | None, known: Iterable[str], otherwise: str) -> None:
    """Raises Refused (`no-such-office` for what = "office") if `name` is not known. `otherwise` says where to look."""
    known = list(known)
    if name is not None and name not in known:
        raise Refused(f"no-such-{what}", f"there is no {what} {name!r}; {did_you_mean(name, known, otherwise)}")
