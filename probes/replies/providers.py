"""Tells of which provider a host name is, as far as the rules speak of one."""

from __future__ import annotations

_PROVIDER_HOSTS = {
    "google": ("google.com", "gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "office365.com", "hotmail.com", "live.com", "office365.us", "microsoft.com"),
    "yahoo": ("yahoo.com", "yahoodns.net", "aol.com", "att.net", "yahoo.co.jp"),
    "apple": ("icloud.com", "me.com", "mac.com", "apple.com"),
    "zoho": ("zoho.com", "zoho.eu", "zoho.in", "zohomail.com"),
    "gmx": ("gmx.net", "gmx.com", "gmx.de", "web.de", "mail.com", "kundenserver.de", "ionos.com", "1and1.com"),
    "proofpoint": ("pphosted.com", "ppe-hosted.com"),
    "mimecast": ("mimecast.com", "mimecast.co.za"),
    "barracuda": ("barracudanetworks.com", "ess.barracuda.com"),
    "comcast": ("comcast.net",),
    "amazon": ("amazonaws.com", "amazonses.com"),
    "sendgrid": ("sendgrid.net",),
    "qq": ("qq.com",),
    "tonline": ("t-online.de",),
    "yandex": ("yandex.ru", "yandex.net", "yandex.com"),
}  # fmt: skip


def provider_of(host: str | None) -> str | None:
    """Return the provider that a host name belongs to, as far as the rules speak of it."""
    if not host:
        return None
    host = host.lower().rstrip(".")
    for name, ends in _PROVIDER_HOSTS.items():
        if any(host == end or host.endswith("." + end) for end in ends):
            return name
    return None
