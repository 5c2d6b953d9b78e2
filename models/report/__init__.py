"""What the record tells: where each obligation stands, the progress report, the timeline.

For the command line and documents. It reads lines of the record and rows; it never decides and changes nothing.
"""
