"""What is followed: meetings, commitments, lists of questions, series with their turns.

For `governance`, which opens them, and for whoever runs a machine. An item never sends and never repeats itself: it
returns effects.
"""
