"""Loopback ports: whether one is free, said before a server fails on it."""

import socket

from servers.errors import ServersError

LOOPBACK = "127.0.0.1"
_HIGHEST = 65535


class PortBusy(ServersError):
    """A port cannot be had. The message names the port, the part that wanted it and the option that changes it."""


def claim(name: str, port: int, option: str) -> int:
    """The port, once it is seen to be free on 127.0.0.1; for 0 any free one.

    `name` is the part that wants it and `option` the command-line option to choose another, for the message of
    PortBusy. The port is not held: the part that binds it next may still be beaten to it.
    """
    hint = f"choose another with {option}, or 0 for any free one"
    if not 0 <= port <= _HIGHEST:
        raise PortBusy(f"{port}, wanted by {name}, is not a port: it must lie between 0 and {_HIGHEST}; {hint}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers themselves do: a port that only waits for the last packets of a closed connection is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError as error:
            raise PortBusy(
                f"port {port}, wanted by {name}, is reserved for the system administrator; {hint}"
            ) from error
        except OSError as error:
            raise PortBusy(f"port {port}, wanted by {name}, is in use by another program; {hint}") from error
        return int(probe.getsockname()[1])
