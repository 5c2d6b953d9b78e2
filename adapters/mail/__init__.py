"""Outgoing mail: the words of letters, MIME, SMTP, and notes about sent mails.

The activity `despatch` and previews use it. It does not decide what to send to whom, because the post room decides
that.
"""
