"""The workflows. Each is a short loop. It asks the core what is due, carries it out, and waits for an instant or a
message."""
