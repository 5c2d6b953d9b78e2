"""Checks of our mails and calendars by other programs, which need more than Python: `make conform`
(docs/conformance.md). The other programs are called judges."""
