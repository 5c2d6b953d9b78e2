"""`make conform`: runs every judge, one after the other. The exit code is 1 if one finds a fault. If a judge is
missing, it prints how to install it.

All that the judges need is installed in one folder, by default build/conform.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from conform import corpus
from conform.caldav_servers import running_radicale, running_xandikos

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


class MissingError(Exception):
    """A judge is not installed on this machine. The message says how to install it."""


class FaultError(Exception):
    """A judge has found a fault. The message is the output of the judge."""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**os.environ, **environment},
        text=True,
        capture_output=True,
        timeout=1800,
        check=False,
    )


def need(program: str, how: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise MissingError(f"there is no {program}; {how}")
    return found


def installed(what: subprocess.CompletedProcess[str], name: str) -> None:
    if what.returncode:
        raise MissingError(f"{name} could not be installed: {(what.stderr or what.stdout).strip()[-300:]}")


# --- judges of bytes ----------------------------------------------------------------------------------------------


def icaljs(build: Path) -> str:
    """Mozilla's ical.js reads every calendar object, and postal-mime reads every mail. Returns a line about the
    result."""
    npm = need("npm", "install Node.js 20 or newer (apt install nodejs npm)")
    folder = build / "icaljs"
    shutil.copytree(HERE / "icaljs", folder, dirs_exist_ok=True)
    installed(run(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=folder), "ical.js")
    said = run(need("node", "install Node.js"), folder / "judge.mjs", build / "corpus", cwd=folder)
    if said.returncode:
        raise FaultError(said.stdout[-4000:] + said.stderr[-2000:])
    versions = json.loads((folder / "package-lock.json").read_text())["packages"]
    return ", ".join(f"{name} {versions[f'node_modules/{name}']['version']}" for name in ("ical.js", "postal-mime"))


# By RFC 5546 section 3.2.8 a DECLINECOUNTER has SEQUENCE if it is above 0. The table of libical never allows it.
KNOWN = "Failed iTIP restrictions for SEQUENCE property. Expected 0 instances of the property and got 1"


def libical(build: Path) -> str:
    """Debian's libical parses every object, and checks it with its tables of RFC 5546. Returns a line about the
    result."""
    how = "install it with a compiler: apt install libical-dev gcc pkg-config"
    compiler, config = need("gcc", how), need("pkg-config", how)
    flags = run(config, "--cflags", "--libs", "libical")
    if flags.returncode:
        raise MissingError(f"there is no libical; {how}")
    judge = build / "libical"
    made = run(compiler, "-Wall", "-o", judge, HERE / "libical.c", *flags.stdout.split())
    installed(made, "libical's judge")
    files = sorted((build / "corpus").glob("*.ics"))
    faults = []
    lines = run(judge, *files).stdout.splitlines()
    if len(lines) != len(files):
        raise FaultError(f"it ended after {len(lines)} of {len(files)} objects")
    for file, line in zip(files, lines, strict=True):
        verdict = line.removeprefix(f"{file} ")
        declined = verdict == f"fault {KNOWN}" and "declinecounter" in file.name
        if not declined and verdict != f"ok {_instants(file)}":
            faults.append(f"{file.name}: {verdict}")
    if faults:
        raise FaultError("\n".join(faults[:40]))
    return f"libical {run(config, '--modversion', 'libical').stdout.strip()}"


def _instants(file: Path) -> str:
    said = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    times = [said.get(name) for name in ("start", "end")]
    return " ".join("-" if time is None else time.replace("-", "").replace(":", "") for time in times)


# --- servers and clients ------------------------------------------------------------------------------------------


def _environment(build: Path) -> Path:
    """Makes the Python environment of the judges. Returns its bin folder."""
    home = build / "venv"
    if not (home / "bin" / "xandikos").exists():
        installed(run(sys.executable, "-m", "venv", home), "a Python environment")
        lock = HERE / "requirements.lock"
        pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        installed(run(*pip, "--require-hashes", "-r", lock), "caldav and xandikos")
    return home / "bin"


def _tests(*arguments: str, **environment: str) -> str:
    said = run(sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *arguments, **environment)
    if said.returncode:
        raise FaultError((said.stdout + said.stderr)[-6000:])
    return said.stdout.strip().splitlines()[-1]


def xandikos(build: Path) -> str:
    """Runs all of tests/activities/test_publish.py on Xandikos, a CalDAV server that also schedules by itself."""
    programs = _environment(build)

    async def judge() -> str:
        async with running_xandikos(programs / "xandikos", build / "xandikos") as url:
            return await asyncio.to_thread(_tests, "tests/activities/test_publish.py", CONFORM_CALDAV=url)

    return asyncio.run(judge())


def caldav(build: Path) -> str:
    """The `caldav` client library reads the events that our client has written to two servers."""
    programs = _environment(build)

    async def judge() -> str:
        counted = []
        for server in (running_radicale(build / "radicale"), running_xandikos(programs / "xandikos", build / "read")):
            async with server as url:
                said = await asyncio.to_thread(run, sys.executable, "-m", "conform.publishing", url)
                if said.returncode:
                    raise FaultError(said.stdout + said.stderr)
                command = (programs / "python", HERE / "reading.py", url)
                said = await asyncio.to_thread(_piped, said.stdout, *command)
                if said.returncode:
                    raise FaultError(said.stdout + said.stderr)
                counted.append(said.stdout.strip())
        return "; ".join(counted)

    return asyncio.run(judge())


def _piped(given: str, *command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(each) for each in command]
    return subprocess.run(words, input=given, text=True, capture_output=True, timeout=300, check=False)


def dovecot(build: Path) -> str:
    """Runs tests/adapters/mailbox on Dovecot."""
    if shutil.which("dovecot") is None and not Path("/usr/sbin/dovecot").exists():
        raise MissingError("there is no dovecot; apt install dovecot-imapd")
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    last = _tests("tests/adapters/mailbox", "-k", "dovecot", PATH=path)
    if "passed" not in last or "skipped" in last:
        raise MissingError(f"Dovecot's tests did not run: {last}")
    return last


JUDGES: tuple[Callable[[Path], str], ...] = (icaljs, libical, xandikos, caldav, dovecot)


def main() -> int:
    parser = argparse.ArgumentParser(prog="conform", description=__doc__)
    names = [judge.__name__ for judge in JUDGES]
    parser.add_argument("judges", nargs="*", metavar="JUDGE", help=f"which of {', '.join(names)}; all of them if none")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "conform", help="where the judges are installed")
    asked = parser.parse_args()
    unknown = set(asked.judges) - set(names)
    if unknown:
        parser.error(f"there is no judge {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    build = asked.build.resolve()
    count = corpus.write(build / "corpus")
    print(f"{count} calendar objects and {count - len(list(corpus.at_rest()))} mails in {build / 'corpus'}", flush=True)
    failed, missing = [], []
    for judge in JUDGES:
        name = judge.__name__
        if asked.judges and name not in asked.judges:
            continue
        try:
            print(f"{name:9} ok       {judge(build)}", flush=True)
        except MissingError as error:
            missing.append(name)
            print(f"{name:9} SKIPPED  {error}", flush=True)
        except FaultError as error:
            failed.append(name)
            print(f"{name:9} FAILED\n{error}", flush=True)
    if missing:
        print(f"\nNOT JUDGED by {', '.join(missing)}: see above how to install what is missing.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
