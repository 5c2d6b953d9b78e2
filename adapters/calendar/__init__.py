"""Calendars: events as iCalendar objects, and a client for CalDAV servers.

The activity `publish` uses them, and so does mail that carries an event. They do not decide what an event says.
"""
