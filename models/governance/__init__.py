"""The plan itself as an item: its launch, its amendments by consent, its status rounds, the end of its validity.

`report`, `rehearsal`, workflows and the command line use this folder. Its functions send no mail and start no workflow.
They return effects, for example to open an item or to give an item an order, and the workflow carries these out.
"""
