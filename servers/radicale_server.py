"""The embedded calendar server: Radicale, for this machine only."""

import sys

from servers.datafolder import DataFolder
from servers.errors import StartFailed
from servers.ports import LOOPBACK
from servers.processes import Child
from servers.waiting import Progress, wait_until

HOME = "/aide-memoire/"
"""Path of the collection under which the calendars are made."""

_READY = 20.0
"""Seconds that Radicale has to answer."""

# There are no accounts: whoever can reach the loopback address is a user of this machine. They may use our home, and
# see what lies at the root, as calendar programs do to find it; nothing else can be made here.
_RIGHTS = """\
[home]
user: .*
collection: aide-memoire(/.*)?
permissions: RrWw

[root]
user: .*
collection:
permissions: R
"""

_CONFIG = """\
[server]
hosts = {address}

[auth]
type = none

[rights]
type = from_file
file = {rights}

[storage]
filesystem_folder = {calendars}

[logging]
level = warning
"""


def radicale_child(folder: DataFolder, port: int) -> Child:
    """Radicale, not yet started. Writes its two configuration files into the data folder; raises ServersError."""
    rights, config = folder.root / "radicale.rights", folder.root / "radicale.conf"
    folder.write(rights, _RIGHTS)
    folder.write(config, _CONFIG.format(address=f"{LOOPBACK}:{port}", rights=rights, calendars=folder.calendars))
    # -P: what lies in the working folder is not taken for Radicale, or for a part of it.
    command = [sys.executable, "-P", "-m", "radicale", "--config", str(config)]
    return Child("radicale", command, folder.logs, directory=folder.root)


async def wait_for_radicale(child: Child, port: int, progress: Progress) -> None:
    """Waits until Radicale answers, and makes our home in it. Raises StartFailed if it dies or takes over 20 s."""
    import httpx

    # Without trust_env a proxy in the environment would be asked for the loopback address.
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as client:

        async def ready() -> bool:
            try:
                answer = await client.request("PROPFIND", HOME, headers={"Depth": "0"})
                if answer.status_code == httpx.codes.NOT_FOUND:
                    answer = await client.request("MKCOL", HOME)
            except httpx.TransportError:
                return False
            if answer.is_error:
                raise StartFailed(f"the calendar server answers {answer.status_code}; log: {child.log}")
            return True

        await wait_until(ready, "the calendar server", child, timeout=_READY, progress=progress)
