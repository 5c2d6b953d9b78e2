"""Checks links to video meetings, before they enter a proposal."""

from urllib.parse import urlsplit


def fault_of_link(link: str) -> str | None:
    """Returns the reason why a joining link cannot be used, in words. None if it can be used.

    A joining link is an https address (RFC 3986) in ASCII, without spaces and without a user name. Mails and calendar
    events show it, and people open it.
    """
    if not link.isascii() or any(c <= " " or c in '"<>\\^`{|}\x7f' for c in link):
        return "a joining link has only ASCII characters, and no space; copy it as the video service gives it"
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is no web address; write it as https://meet.example/jtc-2026"
    if parts.scheme != "https" or not host:
        return "a joining link begins with https://, as in https://meet.example/jtc-2026"
    if parts.username is not None or parts.password is not None:
        return "a joining link holds no user name; remove what stands before the @"
    return None
