"""Calendars: events as iCalendar objects, and a client for CalDAV servers.

The activity `publish` and the modules for outgoing mail use them. They do not decide what an event says.
"""
