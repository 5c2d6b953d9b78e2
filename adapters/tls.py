"""TLS for connections to mail and calendar servers. Certificates are always verified."""

import ssl

from adapters.settings import Settings


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Returns an SSL context that trusts the authorities of the machine, and the one in AIDE_CA_FILE if that is set.

    Raises OSError if the file does not exist. Raises ssl.SSLError, a kind of OSError, if it holds no certificate.
    """
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return context
