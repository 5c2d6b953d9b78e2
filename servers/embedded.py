"""Starts all embedded parts of `up`, starts a part again if it ends, and stops all parts in order."""

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from adapters.program_folders import ROOT
from servers.datafolder import DataFolder, RunFile, RunFileFault, read_run
from servers.errors import GaveUp, ServersError
from servers.gate import ENTRY, Gate
from servers.logins import PUBLISHER, calendar_logins, new_secret
from servers.ports import LOOPBACK, Address, claim, hidden_address
from servers.processes import Child, describe_exit, reap_orphans
from servers.radicale_server import radicale_child, wait_for_radicale, write_users
from servers.temporal_server import (
    RETENTION,
    check_search_attributes,
    configured_temporal,
    prepare_namespace,
    temporal_child,
    wait_for_temporal,
)
from servers.waiting import Progress, all_or_none, wait_until
from servers.worker_process import worker_child

if TYPE_CHECKING:
    from servers.spool import Spool
    from servers.ui_proxy import UiProxy


@dataclass(frozen=True)
class EmbeddedOptions:
    """What to start, and where. A port of 0 means any free port."""

    contacts: Path
    data: Path = Path("var")
    plan_file: Path | None = None
    plan: str | None = None
    """The id of the plan. None if `up` follows no plan."""
    calendars: Sequence[str] = ()
    """The names of the calendars. Each gets a login."""
    search_attributes: Mapping[str, str] = field(default_factory=dict)
    """The type of each search attribute, by name: {"Office": "Keyword"}."""
    temporal_port: int = 7233
    ui_port: int = 8233
    caldav_port: int = 5232
    smtp_port: int = 1025
    temporal_address: str | None = None
    """HOST:PORT of a Temporal that the environment configures. None: `up` starts its own Temporal."""
    namespace: str = "default"
    retention: timedelta = RETENTION
    """How long the embedded Temporal keeps closed workflows."""
    worker_command: Sequence[str] = ()
    """The program of the worker and its arguments. `up` adds `--data=FOLDER`. Empty: `up` starts no worker."""
    worker_directory: Path = ROOT
    worker_environment: Mapping[str, str] = field(default_factory=dict)
    """More environment variables for the worker. They replace variables of `up` with the same name."""
    worker_timeout: float = 60.0
    """Seconds in which the worker must write its ready file after its start."""


@dataclass
class _Supervised:
    """A child, its name for people, and what to do after each start of it."""

    child: Child
    title: str
    settle: Callable[[], Awaitable[None]]


class Embedded:
    """All embedded parts that work on one data folder. Call `start`, then `watch`, then `stop`."""

    quick = 30.0
    """Seconds. If a child ends sooner than this after it was ready, its end counts as a quick death."""
    deaths = 5
    """After this many quick deaths in a row, `up` does not start the child again."""
    backoff: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
    """Seconds that `up` waits before it starts a child again: the first value after the first quick death in a row, the
    second value after the second, and so on."""

    def __init__(self, options: EmbeddedOptions) -> None:
        self.options = options
        self.folder = DataFolder(options.data)
        self.run: RunFile | None = None
        """The content of run.json. None before `start`."""
        self.new_logins: dict[str, SecretStr] = {}
        """The logins that are new at this start, with their passwords. Their calendars had no login before."""
        self.new_entry: SecretStr | None = None
        """The URL that opens the Temporal UI, if it is new at this start. None if it was known before, or if there is
        no UI."""
        self._before: RunFile | None = None
        self._progress: Progress = lambda _: None
        self._parts: dict[str, _Supervised] = {}
        self._spool: Spool | None = None
        self._ui: UiProxy | None = None
        self._real_ui: Address | None = None
        self._watchers: list[asyncio.Task[None]] = []
        self._stopped = False

    async def start(self, progress: Progress) -> RunFile:
        """Starts all parts, waits until they are ready, and returns the content of run.json. `progress` gets one line
        for each step.

        If a part fails, this method stops the others and raises ServersError (FolderLocked, PortBusy, StartFailed...).
        Raises NotPrivate if other accounts can read or write the data folder.
        """
        self._progress = progress
        progress(f"data folder {self.folder.root}")
        self.folder.lock()
        try:
            if closed := self.folder.close():
                progress(f"closed {closed} files and folders of an older release to other accounts")
            await self._reap()
            self.run = self._claim()
            self._compose()
            # The spool comes after the first two, because its import takes a while, and they start in that time.
            await all_or_none(
                self._start_temporal_and_worker(), self._start_calendar(), self._start_spool(), self._start_ui()
            )
            self._record("running")
        except BaseException:
            await self.stop()
            raise
        return self.run

    async def watch(self) -> None:
        """Starts each child again that ends. It returns only when `stop` is called. Raises GaveUp if a child ends too
        often in a row."""
        if self._stopped:
            return
        self._watchers = [asyncio.ensure_future(self._supervise(part)) for part in self._parts.values()]
        try:
            done, _ = await asyncio.wait(self._watchers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._dismiss_watchers()
        for watcher in done:
            if not watcher.cancelled():  # `stop` cancels them
                watcher.result()

    async def stop(self) -> None:
        """Stops the worker, the spool, the UI, Radicale and Temporal, in this order. Then it unlocks the folder."""
        self._stopped = True
        await self._dismiss_watchers()
        try:
            # The worker comes first, because it may still be using the other parts.
            await self._stop_child("worker")
            if self._spool is not None:
                await self._spool.stop()
            if self._ui is not None:
                await self._ui.stop()
            await self._stop_child("radicale")
            await self._stop_child("temporal")
            if self.run is not None:
                self._record("stopped")
        finally:
            self.folder.unlock()

    async def _reap(self) -> None:
        with contextlib.suppress(RunFileFault):  # then the children of the last start are unknown
            self._before = read_run(self.folder.root)
        for name in await reap_orphans(self._before, self.folder.root):
            self._progress(f"ended {name}, which an `up` that was killed left behind")

    def _claim(self) -> RunFile:
        """Checks that the ports are free, and makes the content of run.json. Raises PortBusy."""
        options, folder = self.options, self.folder
        known = self._before.calendar_logins if self._before else {}
        logins = calendar_logins([*options.calendars, *([options.plan] if options.plan else [])], known)
        self.new_logins = {name: password for name, password in logins.items() if name not in known}
        address, ui, entry = options.temporal_address, None, None
        if address is None:
            address = f"{LOOPBACK}:{claim('Temporal', options.temporal_port, '--temporal-port')}"
            self._real_ui = hidden_address("the Temporal UI")
            if self._real_ui is None:
                self._progress("the Temporal UI is off: this system has no address where only `up` finds it")
            else:
                ui = f"http://{LOOPBACK}:{claim('the Temporal UI', options.ui_port, '--ui-port')}"
                entry = self._entry(ui)
        return RunFile(
            temporal_address=address,
            namespace=options.namespace,
            ui=ui,
            ui_entry=entry,
            caldav_url=f"http://{LOOPBACK}:{claim('the calendar server', options.caldav_port, '--caldav-port')}",
            calendar_logins=logins,
            smtp_host=LOOPBACK,
            smtp_port=claim("the mail spool", options.smtp_port, "--smtp-port"),
            mail=folder.mail,
            record=folder.record,
            contacts=options.contacts.resolve(),
            plan_file=options.plan_file and options.plan_file.resolve(),
            plan=options.plan,
            pid=os.getpid(),
            started=datetime.now(UTC),
            state="starting",
        )

    def _entry(self, ui: str) -> SecretStr:
        """The URL that lets a browser in. It has the key of the last start, or a new key at the first start."""
        known = self._before.ui_entry if self._before else None
        key = known.get_secret_value().rpartition("/")[2] if known else new_secret().get_secret_value()
        entry = SecretStr(f"{ui}{ENTRY}{key}")
        self.new_entry = None if known else entry
        return entry

    def _compose(self) -> None:
        """Makes the children, but does not start them."""
        assert self.run is not None
        options = self.options
        if options.temporal_address is None:
            port = _port_of(self.run.temporal_address)
            temporal = temporal_child(self.folder, port, self._real_ui, options.namespace, options.search_attributes)
            self._parts["temporal"] = _Supervised(temporal, "Temporal", self._settle_temporal)
        radicale = radicale_child(self.folder, _port_of(self.run.caldav_url))
        self._parts["radicale"] = _Supervised(radicale, "the calendar server", self._settle_calendar)
        if options.worker_command:
            worker = worker_child(
                self.folder,
                self.run,
                options.worker_command,
                options.worker_directory,
                options.worker_environment,
                own_temporal=options.temporal_address is None,
            )
            self._parts["worker"] = _Supervised(worker, "the worker", self._settle_worker)

    async def _start_ui(self) -> None:
        from servers.ui_proxy import UiProxy

        assert self.run is not None
        if self.run.ui is None or self.run.ui_entry is None or self._real_ui is None:
            return
        port, key = _port_of(self.run.ui), SecretStr(self.run.ui_entry.get_secret_value().rpartition("/")[2])
        self._ui = UiProxy(Gate(key, port), port, self._real_ui)
        await self._ui.start()

    async def _start_spool(self) -> None:
        from servers.spool import Spool

        assert self.run is not None
        self._spool = Spool(self.run.mail, self.run.contacts, self.run.smtp_port)
        await self._spool.start()
        self._progress(f"mail spool ready on {LOOPBACK}:{self._spool.port}")

    async def _start_calendar(self) -> None:
        assert self.run is not None
        # In a thread, so that the other parts go on: for a large plan, hashing takes a quarter of a second.
        await asyncio.to_thread(write_users, self.folder, self.run.calendar_logins)
        await self._bring_up(self._parts["radicale"])

    async def _start_temporal_and_worker(self) -> None:
        if "temporal" in self._parts:
            await self._bring_up(self._parts["temporal"])
        else:
            await self._join_configured()
        if "worker" in self._parts:
            await self._bring_up(self._parts["worker"])

    async def _bring_up(self, part: _Supervised) -> None:
        """Starts a child and waits until it is ready. Raises StartFailed."""
        began = time.monotonic()
        self._progress(f"starting {part.title}")
        if part.child.name == "worker":
            self.folder.ready_file.unlink(missing_ok=True)
        await part.child.start()
        # At once, so that run.json names the child even if `up` is killed now.
        self._record(self.run.state if self.run else "starting")
        await part.settle()
        self._progress(f"{part.title} ready after {time.monotonic() - began:.1f} s")

    async def _settle_temporal(self) -> None:
        assert self.run is not None
        child, port = self._parts["temporal"].child, _port_of(self.run.temporal_address)
        client = await wait_for_temporal(child, port, self.options.namespace, self._progress)
        await prepare_namespace(client, self.options.search_attributes, self.options.retention)

    async def _join_configured(self) -> None:
        assert self.run is not None
        self._progress(f"using the configured Temporal at {self.run.temporal_address}")
        client = await configured_temporal(self.run.temporal_address, self.options.namespace)
        await check_search_attributes(client, self.options.search_attributes, self._progress)

    async def _settle_calendar(self) -> None:
        assert self.run is not None
        child = self._parts["radicale"].child
        password = self.run.calendar_logins[PUBLISHER]
        await wait_for_radicale(child, _port_of(self.run.caldav_url), password, self._progress)

    async def _settle_worker(self) -> None:
        child, ready_file = self._parts["worker"].child, self.folder.ready_file

        async def ready() -> bool:
            return ready_file.exists()

        await wait_until(ready, "the worker", child, timeout=self.options.worker_timeout, progress=self._progress)

    async def _supervise(self, part: _Supervised) -> None:
        deaths = 0
        ready_since = time.monotonic()
        while True:
            status = await part.child.wait()
            deaths = deaths + 1 if time.monotonic() - ready_since < self.quick else 1
            ending = f"{part.title} {describe_exit(status)}"
            if deaths >= self.deaths:
                raise GaveUp(f"{ending}, {deaths} times in a row; it is not started again; log: {part.child.log}")
            delay = self.backoff[min(deaths, len(self.backoff)) - 1]
            self._progress(f"{ending}; starting it again in {delay:g} s (log: {part.child.log})")
            await asyncio.sleep(delay)
            # If a child dies before it is ready, or hangs and is ended, that is a quick death too.
            try:
                await self._bring_up(part)
            except ServersError as error:
                self._progress(str(error))
                await part.child.stop()
                ready_since = time.monotonic()
                continue
            ready_since = time.monotonic()

    async def _dismiss_watchers(self) -> None:
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)

    async def _stop_child(self, name: str) -> None:
        part = self._parts.get(name)
        if part is not None and part.child.running:
            self._progress(f"stopping {part.title}")
            await part.child.stop()

    def _record(self, state: Literal["starting", "running", "stopped"]) -> None:
        assert self.run is not None
        pids = {name: part.child.pid for name, part in self._parts.items()}
        children = {name: pid for name, pid in pids.items() if pid is not None}
        self.run = self.run.model_copy(update={"state": state, "children": children})
        self.folder.write_run(self.run)


def _port_of(address: str) -> int:
    return int(address.rpartition(":")[2])
