"""What commands print for people: tables, lists, the live view."""
