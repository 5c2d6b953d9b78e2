"""The workflows. Each is a short loop: it asks the core what is due, does it, and waits for an instant or a message."""
