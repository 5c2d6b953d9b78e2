"""Makes what commands print for people: tables, lists and the live view."""
