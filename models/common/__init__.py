"""Values that mean the same everywhere: instants, durations, wall times, zones, identifiers.

Every other folder of `models/` may import this one. It contains nothing about plans or items, and imports no other.
"""
