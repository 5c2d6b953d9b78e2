"""Connects to Temporal: to the server in Temporal's environment configuration, or else to the one that `up` started."""

import asyncio
from typing import Any

from temporalio.client import Client, Interceptor, OutboundInterceptor, QueryWorkflowInput, WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from models.common.ids import ASK_AGAIN

DEFAULT_ADDRESS = "127.0.0.1:7233"
CONNECT_TIMEOUT = 7.0
"""Seconds that `connect` waits for the server. So a command says within ten seconds that a server cannot be reached."""

ASKED_AGAIN = 10
"""How often a query is repeated that a worker asks to repeat, half a second apart. Once is enough in nearly all cases,
because the server then gives the query to the worker together with the new events."""


class Unreachable(Exception):
    """A server cannot be reached, or the configuration of the connection cannot be read. The message says what to
    do."""


class Misconfigured(Unreachable):
    """Temporal's environment configuration cannot be used. The message says what is wrong and what to do."""


def configured() -> dict[str, Any]:
    """Returns the arguments for `Client.connect` from Temporal's environment configuration (TEMPORAL_ADDRESS,
    TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, a configuration file, TLS). Empty if nothing is configured. Raises
    Misconfigured if the configuration cannot be read."""
    try:
        found = dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, ValueError, OSError) as error:
        raise _misconfigured(error) from error
    return {name: value for name, value in found.items() if value != ""}  # an empty variable is none


class RepeatedQueries(Interceptor):
    """Repeats a query if the worker asks for it (workflows/stale_runs.py). Every client of the program does this."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Repeating(next)


class _Repeating(OutboundInterceptor):
    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        for _ in range(ASKED_AGAIN):
            try:
                return await super().query_workflow(input)
            except WorkflowQueryFailedError as error:
                if ASK_AGAIN not in str(error):
                    raise
                await asyncio.sleep(0.5)
        return await super().query_workflow(input)


async def connect(fallback: str = DEFAULT_ADDRESS, namespace: str | None = None) -> Client:
    """Returns a client of the configured Temporal server. If none is configured, it connects to the address `fallback`.

    `namespace` counts only if the configuration names none. Raises Unreachable within ten seconds, and Misconfigured
    for a configuration that cannot be used.
    """
    config = configured()
    config.setdefault("target_host", fallback)
    if namespace is not None:
        config.setdefault("namespace", namespace)
    address = config["target_host"]
    if "://" in address:
        raise _misconfigured(ValueError("write HOST:PORT, without a scheme"), f" of {address}")
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await Client.connect(
                **config, data_converter=pydantic_data_converter, interceptors=[RepeatedQueries()]
            )
    except (RuntimeError, RPCError, TimeoutError, OSError) as error:
        hint = "start it with `make up`, or set TEMPORAL_ADDRESS"
        reason = "no answer" if isinstance(error, TimeoutError) else _in_words(str(error))
        raise Unreachable(f"Temporal at {address} cannot be reached ({reason}); {hint}") from error
    except (ValueError, TypeError) as error:
        raise _misconfigured(error, f" of {address}") from error


_WORDS = {
    "ConnectionRefused": "nothing listens there",
    "dns error": "there is no such host",
    "InvalidContentType": "what answers there is no Temporal",
    "InvalidCertificate": "its certificate is not trusted",
    "UnknownIssuer": "its certificate is not trusted",
}
"""What the engine's client says of a failed connection, and what people read instead."""


def _in_words(text: str) -> str:
    return next((words for sign, words in _WORDS.items() if sign in text), text.split("\n")[0][:200])


def _misconfigured(error: Exception, of: str = "") -> Misconfigured:
    first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    remedy = "correct the variables TEMPORAL_..., or the file that TEMPORAL_CONFIG_FILE names"
    return Misconfigured(f"Temporal's environment configuration{of} cannot be used ({first[:200]}); {remedy}")
