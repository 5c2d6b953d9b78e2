"""Which mailboxes are read, by the settings."""

from adapters.mailbox.imap import ImapMailbox
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import MailSource
from adapters.settings import Settings


def mailboxes(settings: Settings) -> tuple[MailSource, ...]:
    """A source for each mailbox that the settings name; none where answers come by `ingest` alone."""
    found: list[MailSource] = []
    if settings.maildir is not None:
        found.append(Maildir(settings.maildir))
    if settings.imap_host is not None:
        found.append(ImapMailbox(settings))
    return tuple(found)
