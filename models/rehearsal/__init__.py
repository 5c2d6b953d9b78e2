"""The rehearsal: runs the machines and the post rooms in memory, over years of virtual time.

The command `rehearse` and tests use it. It sends nothing and writes no file.
"""
