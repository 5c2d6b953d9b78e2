"""Mail that goes out: letters in words, MIME, SMTP, and the notes of what was sent.

For the activity `despatch` and for previews. It never chooses what is said to whom: the post room does.
"""
