"""The messages between the parts of the program: acts, effects, notices, calendar events, views, lines of the record.

The folders of `models/` that decide use it, and so do adapters and the command line. It holds values, and functions
that write them as English sentences. It decides nothing.
"""
