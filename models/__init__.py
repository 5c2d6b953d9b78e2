"""The pure core: it decides, and does nothing.

For everybody: workflows, activities, adapters, the command line, the rehearsal, tests. Frozen pydantic models and
functions of them. It never reads a clock, a file or a network, and never imports Temporal. A room here imports only
from rooms below it; `.importlinter` has their order.
"""
