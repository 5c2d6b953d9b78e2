"""The mailboxes that the settings name."""

from adapters.mailbox.imap import ImapMailbox
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import MailSource
from adapters.settings import Settings


def mailboxes(settings: Settings) -> tuple[MailSource, ...]:
    """Returns one source for each mailbox that the settings name. Empty if they name no mailbox. Mail then comes in
    only with the command `ingest`."""
    found: list[MailSource] = []
    if settings.maildir is not None:
        found.append(Maildir(settings.maildir))
    if settings.imap_host is not None:
        found.append(ImapMailbox(settings))
    return tuple(found)
