"""The embedded calendar server: Radicale, for this machine only."""

import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from servers.datafolder import DataFolder
from servers.errors import StartFailed
from servers.logins import PUBLISHER
from servers.ports import LOOPBACK
from servers.processes import Child
from servers.waiting import Progress, wait_until

HOME = "/aide-memoire/"
"""Path of the collection under which the calendars are made."""

_READY = 20.0
"""Seconds that Radicale has to answer."""

_ROUNDS = 1000
"""The fewest that SHA-512 crypt has: slow hashes protect passwords that people choose, and these are random."""

# Every account of this machine, and every page in a browser on it, reaches the loopback address: nothing answers
# without a login. The program writes all calendars; every other login reads the calendar of its own name.
_RIGHTS = f"""\
[organizer]
user: {PUBLISHER}
collection: aide-memoire(/[^/]+)?
permissions: RrWw

[office]
user: .+
collection: aide-memoire/{{user}}
permissions: r

[root]
user: .+
collection:
permissions: R
"""

_CONFIG = """\
[server]
hosts = {address}

[auth]
type = htpasswd
htpasswd_filename = {users}
htpasswd_encryption = sha512

[rights]
type = from_file
file = {rights}

[storage]
filesystem_folder = {calendars}
folder_umask = 0077

[web]
type = none

[logging]
level = warning
"""


def radicale_child(folder: DataFolder, port: int) -> Child:
    """Radicale, not yet started; its logins are told with `write_users`. Writes its two configuration files into the
    data folder; raises ServersError."""
    rights, config = folder.root / "radicale.rights", folder.root / "radicale.conf"
    folder.write(rights, _RIGHTS)
    address, users = f"{LOOPBACK}:{port}", _users(folder)
    folder.write(config, _CONFIG.format(address=address, users=users, rights=rights, calendars=folder.calendars))
    # -P: what lies in the working folder is not taken for Radicale, or for a part of it.
    command = [sys.executable, "-P", "-m", "radicale", "--config", str(config)]
    return Child("radicale", command, folder.logs, directory=folder.root)


def write_users(folder: DataFolder, logins: Mapping[str, SecretStr]) -> None:
    """Tells Radicale the logins: of each password its hash. It reads them at each request. Raises ServersError.

    SHA-512 crypt is the strongest that Radicale takes without packages that we do not have (bcrypt, argon2-cffi).
    """
    from passlib.hash import sha512_crypt

    hashed = sha512_crypt.using(rounds=_ROUNDS)
    lines = (f"{login}:{hashed.hash(password.get_secret_value())}\n" for login, password in logins.items())
    folder.write(_users(folder), "".join(lines))


def _users(folder: DataFolder) -> Path:
    return folder.root / "radicale.users"


async def wait_for_radicale(child: Child, port: int, password: SecretStr, progress: Progress) -> None:
    """Waits until Radicale answers, and makes our home in it, with the password of the program's login. Raises
    StartFailed if it dies or takes over 20 s."""
    import httpx

    # Without trust_env a proxy in the environment would be asked for the loopback address.
    auth = (PUBLISHER, password.get_secret_value())
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", auth=auth, trust_env=False) as client:

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
