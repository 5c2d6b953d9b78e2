"""What all kinds of items decide in the same way: state, acts, ladders, consent, status rounds.

`items` and `governance` add the rules of each kind of item. Workflows and the rehearsal run the machines. No module
of this folder imports the rules of one kind.
"""
