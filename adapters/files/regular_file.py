"""Opens files that a person or another program names. It opens regular files only. It never opens a device, or a pipe
that keeps the program waiting. If the caller asks for it, it does not follow a link, because the link may lead to
another file than the one that was meant."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path, *, links: bool) -> BinaryIO:
    """Returns a regular file, open for reading. If `links` is True, the path may be a symbolic link to the file. Links
    in the folders of the path are always followed.

    Raises OSError if the file cannot be opened, or is no regular file. `strerror` says what to do in the second case.
    """
    # The descriptor is looked at, and not the name: between a look and the opening another file can take the name. A
    # pipe without a writer would keep a plain open waiting for ever.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | (0 if links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if not links and error.errno in (errno.ELOOP, errno.EMLINK) and path.is_symlink():
            raise _wrong(path, "this is a link; name the file that it leads to") from None
        if error.errno in (errno.ENXIO, errno.EOPNOTSUPP):  # a socket
            raise _wrong(path, _NO_FILE) from None
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise _wrong(path, "this is a folder; name the file in it")
        if not stat.S_ISREG(mode):
            raise _wrong(path, _NO_FILE)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


_NO_FILE = "this is a pipe, a device or a socket; write its content to a file, and name that file"


def _wrong(path: Path, message: str) -> OSError:
    return OSError(errno.EINVAL, message, str(path))
