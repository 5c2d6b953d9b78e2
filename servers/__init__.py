"""The embedded servers: Temporal, Radicale, a mail spool and the worker. `up` runs them on one machine."""
