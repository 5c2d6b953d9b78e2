"""Aide-Mémoire at the command line: `python starter.py --help`; installed, `aide-memoire` and `aide-memoire-worker`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    """Runs a command of the command line."""
    os.umask(0o077)  # what it writes is for this account alone; so for everything that `up` starts
    _find_own_packages()
    from cli.app import main as run

    _leave(run)


def work() -> None:
    """Runs the worker: what `python worker.py` does in a checkout."""
    os.umask(0o077)
    _find_own_packages()
    from worker import main as run

    _leave(run)


def _find_own_packages() -> None:
    """Our packages lie beside this file, in a checkout and where a wheel has put them. Nothing else may be taken for
    them, whatever else is installed."""
    own = str(Path(__file__).resolve().parent)
    if sys.path[:1] != [own]:
        sys.path.insert(0, own)


def _leave(run: Callable[[], int]) -> None:
    """Leaves with the true exit code. The SDK's native threads can crash the interpreter's teardown, and with it the
    code: leave without it."""
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
