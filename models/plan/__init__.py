"""What was signed: the plan file, its kinds of obligation, parties and ladders, windows, amendments.

Most other folders of `models/` use it. It holds the text and its readings, and nothing about the progress of an item.
"""
