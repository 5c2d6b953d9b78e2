"""The errors of `up`. Each says that a part of `up` cannot start, or cannot go on."""


class ServersError(Exception):
    """A part of `up` cannot start or cannot go on. The message names the part and the cause, and says what to do."""


class StartFailed(ServersError):
    """A part of `up` did not become ready, because it ended or took too long."""


class GaveUp(ServersError):
    """A part of `up` ended too often in a row, and `up` does not start it again."""
