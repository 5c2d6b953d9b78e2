"""The errors of `up`: a part cannot start, or cannot go on."""


class ServersError(Exception):
    """A part cannot start or cannot go on. The message names the part and the cause, and says what to do."""


class StartFailed(ServersError):
    """A part did not become ready: it died, or took too long."""


class GaveUp(ServersError):
    """A part died too often in a row, and is not started again."""
