"""The command line, which `starter.py` runs. It puts the answers of the core into words, and decides nothing.

`catalogue` lists the commands, `commands/` holds them, and `app` imports the command that a person calls. `files/`
reads the files that a person gives. `display/` prints for people. The other modules hold what several commands share.
"""
