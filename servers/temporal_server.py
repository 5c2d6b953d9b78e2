"""The embedded Temporal: the dev server of the `temporal` command, with a database file. This module also sets and
checks search attributes and retention."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from servers.datafolder import DataFolder
from servers.errors import ServersError, StartFailed
from servers.ports import LOOPBACK, Address, claim
from servers.processes import Child
from servers.waiting import Progress, wait_until

if TYPE_CHECKING:  # Importing the SDK takes half a second, and `up` should print its first line before that.
    from temporalio.client import Client

RETENTION = timedelta(days=4000)
"""How long Temporal keeps closed workflows. It is longer than the validity of any plan. Temporal's default is one
day."""

_READY = 30.0
"""Seconds in which the dev server must become ready. A large database makes it slow."""
_NO_HOST = " "
"""A host name that no request can have, because it is a space."""
_CALL = timedelta(seconds=10)
"""The longest time for a connection, or for one call."""


def find_temporal() -> Path:
    """Returns the path of the `temporal` command. It is AIDE_TEMPORAL_CLI if that is set, or else the command in this
    Python environment, or else the first one on PATH. A command on PATH counts only if no other account except the
    administrator can write it. Raises ServersError if there is no such command."""
    from adapters.settings import Programs

    if named := Programs().temporal_cli:
        if _runs(named.absolute()):
            return named.absolute()
        raise ServersError(f"AIDE_TEMPORAL_CLI: {named} is no program; name Temporal's CLI, or unset it")
    packaged = Path(sys.executable).parent / "temporal"
    if _runs(packaged):
        return packaged
    for folder in map(Path, os.get_exec_path()):
        if folder.is_absolute() and _runs(folder / "temporal") and not _planted(folder / "temporal"):
            return folder / "temporal"
    raise ServersError(
        "the `temporal` command is neither in this Python environment nor on PATH; run `make install`, name Temporal's "
        "CLI in AIDE_TEMPORAL_CLI, or set TEMPORAL_ADDRESS to a Temporal that runs already"
    )


def _runs(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)


def _planted(program: Path) -> bool:
    """Whether another account, except the administrator, may have written a program or its folder."""
    found = (program.resolve().stat(), program.parent.stat(), program.resolve().parent.stat())
    return any(each.st_uid not in (0, os.geteuid()) or each.st_mode & 0o002 for each in found)


def temporal_environment(address: str, namespace: str) -> dict[str, str]:
    """Returns the environment variables of `up`, in which Temporal's configuration names only the embedded server."""
    # A profile file, TEMPORAL_TLS or TEMPORAL_API_KEY for another cluster must not be used with the embedded one.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    return kept | {
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": namespace,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "TEMPORAL_VERSION_CHECK_DISABLED": "1",
    }


def temporal_child(
    folder: DataFolder, port: int, ui: Address | None, namespace: str, search_attributes: Mapping[str, str]
) -> Child:
    """Returns the child that runs the dev server, but does not start it. `ui` is the address of its UI. Only `up` knows
    this address. If it is None, the dev server runs no UI. `search_attributes` holds the type of each search attribute,
    by name: {"Office": "Keyword"}. Raises ServersError if there is no `temporal` command, or no free port."""
    command = [str(find_temporal()), "server", "start-dev", "--ip", LOOPBACK, "--log-level", "warn"]
    command += ["--port", str(port), "--db-filename", str(folder.temporal_db)]
    command += ["--ui-ip", ui.host, "--ui-port", str(ui.port), "--ui-disable-news-fetch"] if ui else ["--headless"]
    # Both always run. Through the HTTP API web pages could act as any user, so it is set to answer to no host name.
    for part, title in (("http", "Temporal's HTTP API"), ("metrics", "Temporal's metrics")):
        command += [f"--{part}-port", str(claim(title, 0, "--temporal-port"))]
    command += ["--dynamic-config-value", f"frontend.httpAllowedHosts={json.dumps([_NO_HOST])}"]
    # Measured: more than twice as many workflow starts a second, half the CPU, and safe if the process is killed.
    command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"]
    if namespace != "default":
        command += ["--namespace", namespace]
    for name, kind in search_attributes.items():
        command += ["--search-attribute", f"{name}={kind}"]
    environment = temporal_environment(f"{LOOPBACK}:{port}", namespace)
    return Child("temporal", command, folder.logs, environment=environment, patience=15.0)


async def wait_for_temporal(child: Child, port: int, namespace: str, progress: Progress) -> "Client":
    """Waits until the dev server answers for the namespace, and returns a client. Raises StartFailed if the server
    ends, or is not ready after 30 s."""
    import temporalio.client  # imported here, while the server is starting

    found: list[temporalio.client.Client] = []

    async def ready() -> bool:
        if await listens(port) and (client := await _client_of(f"{LOOPBACK}:{port}", namespace)):
            found.append(client)
        return bool(found)

    await wait_until(ready, "Temporal", child, timeout=_READY, progress=progress)
    return found[0]


async def listens(port: int) -> bool:
    """Returns whether a program accepts connections on this port of 127.0.0.1."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def _client_of(address: str, namespace: str) -> "Client | None":
    from temporalio.client import Client
    from temporalio.service import RPCError

    try:
        async with asyncio.timeout(_CALL.total_seconds()):
            client = await Client.connect(address, namespace=namespace)
        await namespace_retention(client)
    except (RPCError, RuntimeError, TimeoutError):  # RuntimeError is what the SDK raises when it cannot connect
        return None
    return client


async def configured_temporal(address: str, namespace: str) -> "Client":
    """Connects to the Temporal that the environment configures, and returns a client. Raises StartFailed if that
    Temporal does not answer."""
    from temporalio.client import Client
    from temporalio.envconfig import ClientConfig
    from temporalio.service import RPCError

    configuration = ClientConfig.load_client_connect_config()
    configuration["target_host"], configuration["namespace"] = address, namespace
    try:
        async with asyncio.timeout(_CALL.total_seconds()):
            client = await Client.connect(**configuration)
        await namespace_retention(client)
    except (RPCError, RuntimeError, TimeoutError) as error:
        cause = str(error) or "it took too long"
        raise StartFailed(
            f"the configured Temporal at {address}, namespace {namespace}, does not answer ({cause}); correct "
            "TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or unset them to use the embedded one"
        ) from error
    return client


async def namespace_retention(client: "Client") -> timedelta:
    """Returns how long the namespace of the client keeps closed workflows. Raises RPCError if Temporal does not answer
    or refuses."""
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

    request = DescribeNamespaceRequest(namespace=client.namespace)
    answer = await client.workflow_service.describe_namespace(request, timeout=_CALL)
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


async def prepare_namespace(client: "Client", search_attributes: Mapping[str, str], retention: timedelta) -> None:
    """Sets the search attributes and the retention of the namespace of an embedded Temporal. Raises StartFailed if
    Temporal refuses them."""
    from temporalio.service import RPCError

    try:
        await register_search_attributes(client, search_attributes)
        await keep_closed_workflows(client, retention)
    except RPCError as error:
        raise StartFailed(f"Temporal does not take the settings of namespace {client.namespace}: {error}") from error


async def keep_closed_workflows(client: "Client", retention: timedelta = RETENTION) -> None:
    """Sets how long the namespace of the client keeps closed workflows. Raises RPCError if Temporal does not answer or
    refuses. Raises StartFailed if Temporal does not keep the new value."""
    from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest

    if await namespace_retention(client) == retention:
        return
    request = UpdateNamespaceRequest(namespace=client.namespace)
    request.config.workflow_execution_retention_ttl.FromTimedelta(retention)
    await client.workflow_service.update_namespace(request, timeout=_CALL)
    kept = await namespace_retention(client)
    if kept != retention:
        raise StartFailed(f"Temporal keeps closed workflows for {kept.days} days, and not for {retention.days}")


async def registered_search_attributes(client: "Client") -> dict[str, str]:
    """Returns the type of each custom search attribute of the namespace of the client, by name: {"Office": "Keyword"}.
    Raises RPCError if Temporal does not answer or refuses."""
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

    request = ListSearchAttributesRequest(namespace=client.namespace)
    answer = await client.operator_service.list_search_attributes(request, timeout=_CALL)
    types = {name: IndexedValueType.Name(kind) for name, kind in answer.custom_attributes.items()}
    return {name: _camel(kind.removeprefix("INDEXED_VALUE_TYPE_")) for name, kind in types.items()}


async def register_search_attributes(client: "Client", wanted: Mapping[str, str]) -> None:
    """Registers the search attributes that the namespace lacks. Raises RPCError if Temporal does not answer or refuses.
    Raises StartFailed if the namespace has an attribute with another type.

    The option `--search-attribute` works only with a new database. With an existing one, the dev server silently
    ignores new attributes and changed types.
    """
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest

    known = await registered_search_attributes(client)
    _refuse_other_types(known, wanted)
    missing = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{_snake(kind)}")
        for name, kind in wanted.items()
        if name not in known
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request, timeout=_CALL)


async def check_search_attributes(client: "Client", wanted: Mapping[str, str], progress: Progress) -> None:
    """Checks that a configured Temporal has the search attributes. Raises StartFailed if one is missing or has another
    type. It registers none, because the server belongs to somebody else. If Temporal does not list its search
    attributes, it only says so to `progress`."""
    from temporalio.service import RPCError

    try:
        known = await registered_search_attributes(client)
    except RPCError as error:  # Temporal Cloud, for example, does not list them for every user
        progress(f"the search attributes of namespace {client.namespace} could not be checked ({error})")
        return
    _refuse_other_types(known, wanted)
    if missing := [name for name in wanted if name not in known]:
        commands = "\n".join(
            f"    temporal operator search-attribute create --namespace {client.namespace} "
            f"--name {name} --type {wanted[name]}"
            for name in missing
        )
        raise StartFailed(f"namespace {client.namespace} lacks search attributes; register them:\n{commands}")


def _refuse_other_types(known: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name, kind in wanted.items():
        if name in known and known[name] != kind:
            raise StartFailed(
                f"search attribute {name} is registered as {known[name]} in Temporal, and {kind} is wanted; "
                "use a new data folder (--data) or another namespace"
            )


def _camel(constant: str) -> str:
    return "".join(part.capitalize() for part in constant.split("_"))


def _snake(kind: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() and place else letter for place, letter in enumerate(kind)).upper()
