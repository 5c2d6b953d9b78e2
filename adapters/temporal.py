"""Connects to Temporal: to the server in Temporal's environment configuration, or else to the one that `up` started."""

import asyncio
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

DEFAULT_ADDRESS = "127.0.0.1:7233"
CONNECT_TIMEOUT = 7.0
"""Seconds. Commands report within ten seconds that a server cannot be reached."""


class Unreachable(Exception):
    """A server cannot be reached, or the configuration of the connection cannot be read. The message says what to
    do."""


def configured() -> dict[str, Any]:
    """The arguments of `Client.connect` from Temporal's environment configuration: TEMPORAL_ADDRESS,
    TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, a configuration file, TLS. Empty if nothing is configured. Raises Unreachable
    if the configuration cannot be read."""
    try:
        return dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, ValueError, OSError) as error:
        raise Unreachable(f"Temporal's environment configuration cannot be read: {error}") from error


async def connect(fallback: str = DEFAULT_ADDRESS, namespace: str | None = None) -> Client:
    """Returns a client of the configured Temporal server. If none is configured, it connects to the address `fallback`.

    `namespace` counts only if the configuration names none. Raises Unreachable within ten seconds.
    """
    config = configured()
    config.setdefault("target_host", fallback)
    if namespace is not None:
        config.setdefault("namespace", namespace)
    address = config["target_host"]
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await Client.connect(**config, data_converter=pydantic_data_converter)
    except (RuntimeError, RPCError, TimeoutError, OSError) as error:
        hint = "start it with `make up`, or set TEMPORAL_ADDRESS"
        reason = "no answer" if isinstance(error, TimeoutError) else str(error).split("\n")[0][:200]
        raise Unreachable(f"Temporal at {address} cannot be reached ({reason}); {hint}") from error
