"""The plan itself as an item: its launch, its amendments by consent, its status rounds, the end of its validity.

`report`, `rehearsal`, workflows and the command line use it. It opens items and gives them orders. It sends no mail: it
returns effects.
"""
