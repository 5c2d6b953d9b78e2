"""Files that people or the program write: plans, contacts, tables, the record, the inbox.

Activities and the command line use them. An error about a bad file names the file, the line and the field. A write that
fails leaves no half-written file.
"""
