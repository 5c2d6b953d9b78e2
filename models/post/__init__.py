"""What goes to one office and what comes from it: the post room, office hours, contacts, incoming mail.

For `rehearsal`, workflows, adapters and the command line. It knows offices, notices and letters; it never knows how an
item decides.
"""
