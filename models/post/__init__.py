"""Mail to and from one office: the post room, office hours, contacts, incoming mail.

The rehearsal, the workflows, the activities, the adapters and the command line use this folder. It knows offices,
notices and letters. Only its module `why` knows how an item decides.
"""
