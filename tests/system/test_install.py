"""The wheel, installed into an environment of its own and run from a folder that has nothing to do with it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import REPOSITORY

SHIPPED = ("activities", "adapters", "cli", "documents", "models", "plans", "servers", "templates", "workflows")
DECOY = "raise ImportError('a package of somebody else was taken for ours')\n"


def tracked() -> list[str]:
    """The files of the repository, by their paths in it."""
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (REPOSITORY / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tracked files alone, without a package index."""
    folder = tmp_path_factory.mktemp("build")
    for name in tracked():
        if not name.startswith("tests/"):
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / "src" / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(folder), str(folder / "src")], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, its dependencies, and packages of others by our names."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True)
    packages = next(home.glob("lib/python*/site-packages"))
    dependencies = Path(pytest.__file__).resolve().parent.parent
    (packages / "dependencies.pth").write_text(f"{dependencies}\n")
    for name in ("models", "cli", "workflows"):
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text(DECOY)
    return home / "bin"


def test_the_wheel_holds_everything_that_runs_and_installs_one_name(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {name for name in tracked() if name.split("/")[0] in SHIPPED} | {"starter.py", "worker.py"}
    assert held == {f"aide_memoire/{name}" for name in wanted}


async def test_it_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    for name in ("models", "cli", "activities"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(DECOY)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "AIDE_", "PYTHON"))}
    # The server's own program comes with a dependency, which lies in the environment of the tests.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    program = str(installed / "aide-memoire")

    async def run(*words: str) -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            *(program, *words),
            cwd=tmp_path,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said

    code, register = await run("register", "--ref", "6.2")
    assert code == 0 and b"6.2" in register, register
    plan = next(installed.parent.glob("lib/python*/site-packages")) / "aide_memoire/plans/a-year-in-a-minute.yaml"
    ports = [word for name in ("temporal", "ui", "caldav", "smtp") for word in (f"--{name}-port", "0")]
    process = await asyncio.create_subprocess_exec(
        *(program, "up", "--plan-file", str(plan), *ports),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = []
    async with asyncio.timeout(120):
        async for line in process.stdout:
            said.append(line)
            if line == b"ready\n":
                break
    assert said[-1:] == [b"ready\n"], b"".join(said).decode()
    listed = await run("status")
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(30):
        await process.communicate()
    assert process.returncode == 0 and listed[0] == 0, listed[1]
    assert (tmp_path / "var" / "record").is_dir(), "data lie where the command was given"


def test_the_worker_starts_from_any_folder(installed: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    program = str(installed / "aide-memoire-worker")
    tried = subprocess.run([program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert tried.returncode == 3 and "cannot be reached" in tried.stderr, tried.stderr
