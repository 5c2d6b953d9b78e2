"""The progress report and the timeline of a plan, made from the record and from the rows of open items.

The command line and the folder `documents` use this folder. Its functions change no record and no item.
"""
