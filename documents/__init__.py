"""Documents for people: the progress report as DOCX and HTML, and the timeline as SVG."""
