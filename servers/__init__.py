"""The embedded defaults: what `up` runs on one machine when nothing else is configured."""
