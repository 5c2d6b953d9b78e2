"""The commands. Each module defines one command, or a few similar commands, with their options."""
