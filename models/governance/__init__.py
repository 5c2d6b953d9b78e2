"""The plan itself as an item: launched, amended by consent, asked in rounds, ended with its validity.

For `report`, `rehearsal`, workflows and the command line. It opens items and orders them; it never writes to an office
by itself.
"""
