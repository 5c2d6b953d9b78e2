"""Starts the command line (`python starter.py`) or the worker. In the wheel, `aide-memoire` starts the command line,
and `aide-memoire-worker` starts the worker."""

import os
import sys
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    """Runs one command of the command line, and ends the program with the exit code of the command."""
    os.umask(0o077)  # only this account reads what the program and everything that `up` starts write
    _find_own_packages()
    from cli.app import main as run

    _leave(run)


def work() -> None:
    """Runs the worker, as `python worker.py` does, and ends the program with the exit code of the worker."""
    os.umask(0o077)
    _find_own_packages()
    from worker import main as run

    _leave(run)


def _find_own_packages() -> None:
    """Puts the folder of this file first on `sys.path`. The packages of the program are in this folder, in a checkout
    and in a wheel. So Python imports no other package of the same name."""
    own = str(Path(__file__).resolve().parent)
    if sys.path[:1] != [own]:
        sys.path.insert(0, own)


def _leave(run: Callable[[], int]) -> None:
    """Calls `run` and exits with the code that it returns. It skips the teardown of the interpreter, because native
    threads of the SDK can crash there and change the exit code."""
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
