"""Reads incoming mail, within limits: MIME parts, calendar objects, times, delivery reports.

The activity `collect` and the command `ingest` use these modules. They turn bytes into values, and give the answers to
the items. They do not decide whether an answer counts, because models/post/incoming.py decides that.
"""
