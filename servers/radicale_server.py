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
"""The path of the collection (a folder on the calendar server) in which the program makes the calendars."""

_READY = 20.0
"""Seconds in which Radicale must answer after its start."""

_ROUNDS = 1000
"""The rounds of SHA-512 crypt: the fewest that it allows. Many rounds protect passwords that people choose, but these
passwords are random."""

# Every account of this machine, and every page in a browser on it, can reach the loopback address. So every request
# needs a login. The program's login writes all calendars. Every other login reads the calendar with its own name.
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
    """Returns the child that runs Radicale, but does not start it. It writes two configuration files of Radicale into
    the data folder. `write_users` writes the logins. Raises ServersError if a file cannot be written."""
    rights, config = folder.root / "radicale.rights", folder.root / "radicale.conf"
    folder.write(rights, _RIGHTS)
    address, users = f"{LOOPBACK}:{port}", _users(folder)
    folder.write(config, _CONFIG.format(address=address, users=users, rights=rights, calendars=folder.calendars))
    # -P: Python does not import modules from the working directory.
    command = [sys.executable, "-P", "-m", "radicale", "--config", str(config)]
    return Child("radicale", command, folder.logs, directory=folder.root)


def write_users(folder: DataFolder, logins: Mapping[str, SecretStr]) -> None:
    """Writes the file of logins, which holds each login and the hash of its password. Radicale reads the file at each
    request. Raises ServersError if the file cannot be written.

    SHA-512 crypt is the strongest hash that Radicale takes without more packages (bcrypt, argon2-cffi).
    """
    from passlib.hash import sha512_crypt

    hashed = sha512_crypt.using(rounds=_ROUNDS)
    lines = (f"{login}:{hashed.hash(password.get_secret_value())}\n" for login, password in logins.items())
    folder.write(_users(folder), "".join(lines))


def _users(folder: DataFolder) -> Path:
    return folder.root / "radicale.users"


async def wait_for_radicale(child: Child, port: int, password: SecretStr, progress: Progress) -> None:
    """Waits until Radicale answers, and makes the collection HOME. `password` is the password of the program's own
    login. Raises StartFailed if Radicale ends, or is not ready after 20 s."""
    import httpx

    # trust_env=False: a proxy in the environment cannot reach the loopback address.
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
