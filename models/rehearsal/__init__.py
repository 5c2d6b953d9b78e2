"""The rehearsal: runs the machines and the post rooms in memory, over years of virtual time.

The commands of `cli` and the tests use this folder. A rehearsal sends no mail and writes no file.
"""
