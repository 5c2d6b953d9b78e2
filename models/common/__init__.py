"""Values that mean the same everywhere: instants, durations, wall times, zones, identifiers.

Every other folder of `models/` may import this folder. This folder contains nothing about plans or items, and imports
no other folder of `models/`.
"""
