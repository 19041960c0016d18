"""Addresses as sources write them: made whole, or refused."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def address_in(written: str, url: str) -> str:
    """Resolve an address that the document at `url` names; "" for what is no web address."""
    try:
        whole = written if written.startswith(("http://", "https://")) else urljoin(url, written)
        parts = urlsplit(whole)
        _ = parts.port  # judged only when asked for
    except ValueError:
        return ""
    return whole if written and parts.scheme in ("http", "https") and parts.hostname else ""
