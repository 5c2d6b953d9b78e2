"""What Temporal calls: one module an activity, named as the workflows name it.

For `worker.py` alone. Each is a class with its clients from `adapters/` injected, and carries the key of its effect,
never the attempt. It decides nothing.
"""
