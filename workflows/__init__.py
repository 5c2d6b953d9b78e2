"""The workflows. Each is a short loop: ask the core what is due, do it, wait for the next instant or message."""
