"""What was signed: the plan file, its kinds of obligation, parties and ladders, windows, amendments.

For all rooms above. It knows the text and the readings of it; it never knows what became of an item.
"""
