"""Ports on the loopback address. `up` checks with this module that a port is free, before it starts a server on the
port."""

import secrets
import socket
import sys
from typing import NamedTuple

from servers.errors import ServersError

LOOPBACK = "127.0.0.1"
_HIGHEST = 65535
_ANY = range(15_000, 32_000)
"""The ports from which "any free port" is chosen. They lie below the ranges from which Linux (32768-60999) and macOS
(49152-65535) give ports to connections. In those ranges, a connection of another part can take the port between the
check and the start of the server."""
_TRIES = 200


class Address(NamedTuple):
    """The address on which a server listens."""

    host: str
    port: int


class PortBusy(ServersError):
    """A port cannot be used. The message names the port, the part that needs it, and the option that changes it."""


def claim(name: str, port: int, option: str) -> int:
    """Checks that a port is free on 127.0.0.1, and returns the port. If `port` is 0, it returns any free port. Raises
    PortBusy if the port cannot be used.

    `name` is the part that needs the port. `option` is the command-line option that chooses another port. The message
    of PortBusy names both. The port is not reserved. Another program may still take it before the part does.
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
    """Returns a random address of this machine: one of 16 million hosts, with one of 17,000 ports. So nobody can guess
    the address. None if the system is not Linux, because it may have no loopback address except 127.0.0.1. None also if
    no port is free. `name` is the part that needs the address."""
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
        # The servers set this option too. With it, a port with only closed connections counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
