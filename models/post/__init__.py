"""Mail to and from one office: the post room, office hours, contacts, incoming mail.

`rehearsal`, workflows, adapters and the command line use it. It knows offices, notices and letters. Except for `why`,
it does not know how an item decides.
"""
