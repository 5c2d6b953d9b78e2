"""Calendars: events as iCalendar objects, and CalDAV servers that hold them.

For the activity `publish` and for mail that carries an event. It never decides what an event says.
"""
