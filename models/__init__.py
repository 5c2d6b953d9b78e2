"""The pure core: it decides, and carries nothing out.

Workflows, activities, adapters, the command line, the rehearsal and tests use it. It consists of frozen pydantic models
and of functions that take and return them. It never reads a clock, a file or a network. It never imports Temporal. Each
folder here imports only from folders below it; `.importlinter` states the order.
"""
