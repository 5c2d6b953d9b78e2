"""The auditor: judges what came out of a life. It shares no code with the program (.importlinter holds this)."""
