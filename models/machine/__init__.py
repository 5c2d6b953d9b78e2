"""How anything that is followed decides: the state of an item, its ladders, consent, status rounds, acts.

For `items` and `governance`, which say what one kind of item requires, and for whoever runs a machine. It never names a
kind of item.
"""
