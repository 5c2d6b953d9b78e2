"""Opening again: what a plan needs to go on from its record on an empty server."""
