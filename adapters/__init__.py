"""How the program speaks to the world: files, mail, calendars, mailboxes, zones and holidays, settings.

For activities, the command line and the embedded servers. It knows `models/` and libraries; it never knows workflows,
activities or commands.
"""
