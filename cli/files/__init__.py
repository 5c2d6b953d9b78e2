"""Reads the files that a person gives to a command: plan files, history files, scenarios and answers."""
