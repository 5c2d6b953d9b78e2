"""Connecting to Temporal: by Temporal's own environment configuration, else to the server that `up` started."""

import asyncio
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

DEFAULT_ADDRESS = "127.0.0.1:7233"
CONNECT_TIMEOUT = 7.0
"""Seconds. A server that cannot be reached is said so within ten."""


class Unreachable(Exception):
    """A server cannot be reached. The message names it and says what to do."""


def configured() -> dict[str, Any]:
    """What Temporal's environment configuration gives: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, a
    configuration file, TLS. Empty where nothing is configured."""
    try:
        return dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, ValueError, OSError) as error:
        raise Unreachable(f"Temporal's environment configuration cannot be read: {error}") from error


async def connect(fallback: str = DEFAULT_ADDRESS, namespace: str | None = None) -> Client:
    """A client of the configured Temporal server, else of the one at the fallback address.

    Raises Unreachable within ten seconds.
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
