"""Mailboxes from which the program reads incoming mail: a Maildir or an IMAP folder.

The activity `collect` and the command `ingest` use them. They return messages as bytes, and do not parse them.
"""
