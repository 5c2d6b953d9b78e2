"""The command line. For `starter.py` alone. It words what the core answers, and decides nothing."""
