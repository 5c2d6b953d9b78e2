"""One module a command, or a family of them: its options, and what it does with them."""
