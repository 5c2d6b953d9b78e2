"""The activities that Temporal calls: one module for each, with the name that workflows use.

Only `worker.py` uses them. Each decides nothing. It gets its clients from `adapters/`, and works by the key of its
effect and never by the number of the attempt, so that a repetition does no harm.
"""
