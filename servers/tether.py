"""Becomes another program that the kernel kills when `up` dies, however `up` dies. Linux only.

    python -I -S tether.py PID_OF_UP COMMAND ARGUMENT...

A program of its own and not a `preexec_fn`, because `up` has threads by then (Temporal's core), and Python code
between fork and exec is not safe beside threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Arranges the death signal and turns into the command; returns only by an exception."""
    parent, command = int(arguments[0]), arguments[1:]
    # SIGKILL: a child that hangs cannot ignore it, and every child survives being killed (WAL, atomic writes, retries).
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    # `up` may have died before the line above; then no signal would ever come.
    if os.getppid() != parent:
        raise SystemExit(f"process {parent}, which started this, is gone")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
