"""The progress report and the timeline of a plan, made from the record and from the rows of open items.

The command line and documents use it. It only reads.
"""
