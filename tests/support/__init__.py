"""Modules that several tests use: builders of small plans, real servers, checks of mails and calendars. It has no
tests."""
