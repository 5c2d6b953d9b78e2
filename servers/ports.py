"""Loopback ports: whether one is free, said before a server fails on it."""

import secrets
import socket
import sys
from typing import NamedTuple

from servers.errors import ServersError

LOOPBACK = "127.0.0.1"
_HIGHEST = 65535
_ANY = range(15_000, 32_000)
"""Where "any free port" is sought: below the ranges from which Linux (32768-60999) and macOS (49152-65535) hand out
ports of their own accord. One from those was seen to be taken between our look and the server's start, by one of the
many connections of the other parts."""
_TRIES = 200


class Address(NamedTuple):
    """Where something listens."""

    host: str
    port: int


class PortBusy(ServersError):
    """A port cannot be had. The message names the port, the part that wanted it and the option that changes it."""


def claim(name: str, port: int, option: str) -> int:
    """The port, once it is seen to be free on 127.0.0.1; for 0 any free one.

    `name` is the part that wants it and `option` the command-line option to choose another, for the message of
    PortBusy. The port is not held: another program that asks for this very port may still be first.
    """
    hint = f"choose another with {option}, or 0 for any free one"
    if not 0 <= port <= _HIGHEST:
        raise PortBusy(f"{port}, wanted by {name}, is not a port: it must lie between 0 and {_HIGHEST}; {hint}")
    if port == 0:
        return _any_free(name)
    try:
        _probe(port)
    except PermissionError as error:
        raise PortBusy(f"port {port}, wanted by {name}, is reserved for the system administrator; {hint}") from error
    except OSError as error:
        raise PortBusy(f"port {port}, wanted by {name}, is in use by another program; {hint}") from error
    return port


def hidden_address(name: str) -> Address | None:
    """An address of this machine that nobody guesses: of 16 million, with a port of 17,000. None where the system has
    no loopback address but 127.0.0.1, as macOS."""
    if not sys.platform.startswith("linux"):
        return None
    host = ".".join(("127", *(str(1 + secrets.randbelow(254)) for _ in range(3))))
    try:
        return Address(host, _any_free(name, host))
    except PortBusy:
        return None


def _any_free(name: str, host: str = LOOPBACK) -> int:
    for port in secrets.SystemRandom().sample(_ANY, _TRIES):
        try:
            _probe(port, host)
        except OSError:
            continue
        return port
    raise PortBusy(f"no free port was found for {name} between {_ANY.start} and {_ANY.stop - 1}; name one yourself")


def _probe(port: int, host: str = LOOPBACK) -> None:
    """Raises OSError if the port cannot be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers themselves do: a port that only waits for the last packets of a closed connection is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
