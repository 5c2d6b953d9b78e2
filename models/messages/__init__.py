"""What parts say to each other: acts, effects, notices, calendar events, views, lines of the record.

For all rooms above, and for adapters and the command line. Values and their words in English; it never decides.
"""
