"""The activities that Temporal calls. Each has one module, with the name by which workflows call the activity.

Only `worker.py` uses these modules. An activity decides nothing. It uses the clients of `adapters/`. It works by the
key of its effect and not by the number of the attempt, so a repetition does no harm.
"""
