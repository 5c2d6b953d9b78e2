"""The mailboxes that the settings name."""

from adapters.mailbox.imap import ImapMailbox
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import MailSource
from adapters.settings import Settings


def mailboxes(settings: Settings) -> tuple[MailSource, ...]:
    """One source for each mailbox that the settings name. Empty if they name none: then mail comes in only with
    `ingest`."""
    found: list[MailSource] = []
    if settings.maildir is not None:
        found.append(Maildir(settings.maildir))
    if settings.imap_host is not None:
        found.append(ImapMailbox(settings))
    return tuple(found)
