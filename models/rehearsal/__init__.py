"""The same machines and post rooms, run in memory over years of virtual time.

For `rehearse` and for tests. It sends nothing and keeps nothing.
"""
