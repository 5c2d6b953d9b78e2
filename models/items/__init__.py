"""The items that the program follows: meetings, commitments, lists of questions, series with their turns.

`governance` opens them; workflows and the rehearsal run their machines. An item sends nothing, and it repeats no
notice. It returns effects.
"""
