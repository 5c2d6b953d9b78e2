"""The canonical form of JSON: one value always has the same bytes. Digests of lines and states are digests of it.

The form is that of RFC 8785 (JSON Canonicalization Scheme): names of members in order, no spaces, UTF-8 without
escapes that are not needed, and numbers as ECMAScript writes them.
"""

import json
import math
from hashlib import sha256
from typing import Any


def canonical(value: Any) -> bytes:
    """Returns the bytes of a JSON value in canonical form, without a line end. A whole number is written with all its
    digits, also where ECMAScript would round it. Raises ValueError for a number that is not finite."""
    return _text(value).encode()


def digest_of(data: bytes) -> str:
    """Returns the SHA-256 of these bytes, as 64 digits from 0 to f."""
    return sha256(data).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        # RFC 8785 section 3.2.3 orders names by their UTF-16 code units.
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_quoted(name)}:{_text(value[name])}" for name in names) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(each) for each in value) + "]"
    if isinstance(value, float):
        return _number(value)
    return _quoted(value)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _number(value: float) -> str:
    """A number as ECMAScript writes it (RFC 8785 section 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    power = int(exponent)
    if -7 < power < 0:
        digits = mantissa.replace(".", "").lstrip("-")
        return ("-" if value < 0 else "") + "0." + "0" * (-power - 1) + digits
    return f"{mantissa.removesuffix('.0')}e{power:+d}"
