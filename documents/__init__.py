"""What a person can hand on as it is: the progress report as DOCX and HTML, the timeline as SVG."""
