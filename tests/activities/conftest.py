"""A real IMAP server and a person's mail program on its mailbox."""

from tests.support.mailboxes import certificates, config, person, port

__all__ = ["certificates", "config", "person", "port"]
