"""What an incoming mail says: MIME, iCalendar, times, delivery reports, all within bounds.

For the activity `collect` and `ingest`. It turns octets into values and hands them to items; it never decides whether
an answer counts (models/post/incoming.py does).
"""
