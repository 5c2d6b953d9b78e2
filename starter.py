"""Aide-Mémoire at the command line: `python starter.py --help`."""

import os
import sys


def main() -> None:
    """Runs the command and leaves with its true exit code."""
    from cli.app import main as run

    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's native threads can crash the interpreter's teardown, and with it the exit code: leave without it.
    os._exit(code)


if __name__ == "__main__":
    main()
