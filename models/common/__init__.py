"""Values that mean the same everywhere: instants, durations, wall times, zones, identifiers.

Every room may use it. It knows nothing of plans or items, and imports no other room.
"""
