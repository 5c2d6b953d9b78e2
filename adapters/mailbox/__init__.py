"""Where mail that comes in is fetched: a Maildir or an IMAP mailbox.

For the activity `collect` and `ingest`. It hands messages on as they came; it never reads what they say.
"""
