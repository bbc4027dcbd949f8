"""All the spellings in which a secret could lie about, and a search for them."""

from __future__ import annotations

import base64
import json
import quopri
from urllib.parse import quote, quote_plus

ENCODINGS = ("plain", "base64 at each of three offsets", "hex", "quoted-printable", "URL", "JSON escapes", "UTF-16")


def spellings(secret: str) -> set[bytes]:
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw.hex(" ").encode(), secret.encode("utf-16-le")}
    found |= {quote(secret, safe="").encode(), quote_plus(secret).encode(), quopri.encodestring(raw).strip()}
    found |= {secret.encode("unicode_escape"), json.dumps(secret).strip('"').encode(), repr(raw)[2:-1].encode()}
    for offset in range(3):  # what base64 makes of it in the middle of something longer
        coded = base64.b64encode(b"\0" * offset + raw)
        begin, end = (offset * 8 + 5) // 6, (len(raw) + offset) * 8 // 6
        found |= {coded[begin:end], coded[begin:end].replace(b"+", b"-").replace(b"/", b"_")}
    return found


def found_in(secrets: dict[str, str], places: dict[str, bytes]) -> list[str]:
    """Return where which secret stands."""
    return [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, content in places.items()
        for spelling in spellings(secret)
        if spelling in content
    ]
