"""Runs a command that the kernel kills as soon as `up` ends. Linux only.

    python -I -S tether.py PID_OF_UP COMMAND ARGUMENT...

It is a separate program and not a `preexec_fn`, because `up` has threads (of Temporal's core), and then no Python code
is safe between fork and exec.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Asks the kernel to kill this process when `up` ends, and then replaces the process by the command. It does not
    return. Raises OSError if the kernel refuses or the command cannot run. Raises SystemExit if `up` has ended
    already."""
    parent, command = int(arguments[0]), arguments[1:]
    # SIGKILL, because a child that hangs cannot ignore it. No child loses data when it is killed.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    # If `up` ended before the line above, no signal would come.
    if os.getppid() != parent:
        raise SystemExit(f"process {parent}, which started this, is gone")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
