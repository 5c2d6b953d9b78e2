"""Opens files that a person or another program names: never a pipe that nobody ends, a device, or, where a link could
lead to a file that was not meant, a link."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path, *, links: bool) -> BinaryIO:
    """A regular file, open for reading. With `links`, its name may be a symbolic link; links in the folders above are
    always followed. Raises OSError, whose `strerror` says what to do where the file is another kind of thing."""
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
