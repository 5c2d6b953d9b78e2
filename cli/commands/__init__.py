"""The commands: one module for each command or family of commands, with its options and what it does."""
