"""The command line. For `starter.py` alone. It words what the core answers, and decides nothing.

`catalogue` lists the commands, `commands/` holds them, `app` imports the one that is called. `files/` reads what a
person hands in, `display/` words what is shown; the modules beside them are what several commands do.
"""
