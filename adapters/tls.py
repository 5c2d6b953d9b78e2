"""TLS towards mail and calendar servers: certificates are always verified."""

import ssl

from adapters.settings import Settings


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The machine's authorities, and the private one of AIDE_CA_FILE where one is named.

    Raises OSError (ssl.SSLError among them) for a file that is not there or holds no certificate.
    """
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return context
