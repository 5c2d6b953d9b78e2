"""Files that people or the program write: plans, contacts, tables, the record, the inbox.

For activities and the command line. Bad input gets an error that names file, line and field; it never half-writes.
"""
