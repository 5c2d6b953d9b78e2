"""A real IMAP server, our reading of it, and a person's mail program on the same mailbox."""

from tests.support.mailboxes import certificates, config, mailbox, person, port

__all__ = ["certificates", "config", "mailbox", "person", "port"]
