"""Signatures and grants, verified as a platform does: OAuth 1.0a, and OAuth 2.0 with PKCE."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bot.demo.doubles._wire import Reply, Request

#: X refuses timestamps that are further away.
SKEW = timedelta(minutes=5)


@dataclass
class Keys:
    """The four keys of an OAuth 1.0a user, and the nonces that were used."""

    api_key: str
    api_secret: str
    access_token: str
    access_secret: str
    nonces: set[str] = field(default_factory=set)

    def fault(self, request: Request, now: datetime) -> str:
        """Say what is wrong with a request's signature; "" where it is right."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        given = dict(piece.strip().partition("=")[::2] for piece in rest.split(","))
        given = {name: unquote(text.strip('"')) for name, text in given.items()}
        wanted = {"oauth_consumer_key": self.api_key, "oauth_token": self.access_token}
        if scheme != "OAuth" or not wanted.items() <= given.items():
            return "unknown keys"
        if given.get("oauth_signature_method") != "HMAC-SHA1":
            return "unknown method"
        try:
            told = int(given["oauth_timestamp"])
        except (KeyError, ValueError):
            return "no timestamp"
        if abs(now.timestamp() - told) > SKEW.total_seconds():
            return "timestamp"
        signed = self._sign(request, given)
        if not hmac.compare_digest(signed.encode(), given.get("oauth_signature", "").encode()):
            return "signature"
        if given["oauth_nonce"] in self.nonces:
            return "nonce"
        self.nonces.add(given["oauth_nonce"])
        return ""

    def _sign(self, request: Request, given: Mapping[str, str]) -> str:
        pairs = [(name, text) for name, text in given.items() if name != "oauth_signature"]
        pairs += parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
        if request.content_type == "application/x-www-form-urlencoded":
            pairs += parse_qsl(request.body.decode(), keep_blank_values=True)
        pairs = [(name, text) for name, text in pairs if name != "realm"]
        # RFC 5849, 3.4.1: each name and value encoded, then sorted by bytes.
        encoded = sorted((quote(name, "~"), quote(text, "~")) for name, text in pairs)
        joined = "&".join(f"{name}={text}" for name, text in encoded)
        base = "&".join((request.method, quote(request.url, "~"), quote(joined, "~")))
        key = f"{quote(self.api_secret, '~')}&{quote(self.access_secret, '~')}"
        made = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        return base64.b64encode(made).decode()


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was given out."""

    scope: str
    made_at: datetime
    ends_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


@dataclass(frozen=True, slots=True)
class _Code:
    redirect_uri: str
    challenge: str
    scope: str
    ends_at: datetime


class BadGrant(Exception):
    """The token endpoint refuses; the words are the error's name."""


@dataclass
class Grants:
    """One client of a platform's OAuth 2.0: its codes, refresh tokens and access tokens."""

    client_id: str
    client_secret: str
    scope: str
    now: Callable[[], datetime]
    lasts: timedelta = timedelta(hours=2)
    single_use: bool = False  # whether a refresh token is dead once it was used
    asks_challenge: bool = True  # whether PKCE is asked of every code
    tokens: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)  # to its scope
    codes: dict[str, _Code] = field(default_factory=dict)

    def authorize(self, asked: Mapping[str, str]) -> Reply:
        """Stand for the person who agrees: send the browser back with a code."""
        challenge = asked.get("code_challenge", "")
        good = asked.get("client_id") == self.client_id and asked.get("response_type") == "code"
        if self.asks_challenge and (not challenge or asked["code_challenge_method"] != "S256"):
            good = False
        if not good or not asked.get("redirect_uri") or not asked.get("state"):
            return Reply.html("<!doctype html><title>No</title><p>This request is wrong.", 400)
        code = secrets.token_urlsafe(24)
        ends = self.now() + timedelta(seconds=30)
        scope = asked.get("scope", self.scope)
        self.codes[code] = _Code(asked["redirect_uri"], challenge, scope, ends)
        sent = urlencode({"state": asked["state"], "code": code})
        return Reply(302, b"", {"Location": f"{asked['redirect_uri']}?{sent}"})

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> str:
        """Give the scope that a code stands for; each is good once."""
        known = self.codes.pop(code, None)
        if known is None or known.redirect_uri != redirect_uri or known.ends_at < self.now():
            raise BadGrant("invalid_grant")
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if known.challenge and made.rstrip(b"=").decode() != known.challenge:
            raise BadGrant("invalid_grant")
        return known.scope

    def client(self, request: Request) -> None:
        """Check who asks: by the Authorization header, or by the fields of the form."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        given = request.fields.get("client_id", ""), request.fields.get("client_secret", "")
        if kind == "Basic":
            name, _, secret = base64.b64decode(text).decode().partition(":")
            given = unquote(name), unquote(secret)
        if given != (self.client_id, self.client_secret):
            raise BadGrant("invalid_client")

    def token(self, request: Request) -> dict[str, object]:
        """Answer the token endpoint; BadGrant where it refuses."""
        self.client(request)
        form = request.fields
        if form.get("grant_type") == "authorization_code":
            scope = self.exchange(
                form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", "")
            )
            return self.give(scope, refresh=True)
        if form.get("grant_type") != "refresh_token":
            raise BadGrant("unsupported_grant_type")
        given = form.get("refresh_token", "")
        if given not in self.refresh:
            raise BadGrant("invalid_grant")
        kept = self.refresh.pop(given) if self.single_use else self.refresh[given]
        return self.give(kept, refresh=self.single_use)

    def give(self, scope: str, *, refresh: bool) -> dict[str, object]:
        """Make an access token, and a refresh token where one is asked for."""
        access = secrets.token_urlsafe(24)
        self.tokens[access] = Token(scope, self.now(), self.now() + self.lasts)
        told: dict[str, object] = {
            "token_type": "bearer",
            "expires_in": int(self.lasts.total_seconds()),
            "access_token": access,
            "scope": scope,
        }
        if refresh:
            again = secrets.token_urlsafe(24)
            self.refresh[again] = scope
            told["refresh_token"] = again
        return told

    def known(self, bearer: str) -> Token | None:
        """The token that a Bearer header names, while it holds."""
        token = self.tokens.get(bearer)
        return token if token and token.holds(self.now()) else None

    def revoke(self) -> None:
        """Kill every token, as a person does who takes the app's access away."""
        self.tokens.clear()
        self.refresh.clear()
