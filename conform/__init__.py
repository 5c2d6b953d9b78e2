"""Judges of our mails and calendars that need more than Python: `make conform` (docs/conformance.md)."""
