"""Adapters: the modules that work with files, mail, calendars, mailboxes, holidays and settings.

Activities, the command line and the embedded servers use them. An adapter imports `models/` and libraries. It imports
no workflow, no activity and no command.
"""
