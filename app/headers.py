"""What every answer tells the browser: whose code may run, and who may look in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from flask import Response, g

from app.edge import current_actor
from app.settings import Settings
from models.permissions import Role

# {nonce} is new for every answer; {tiles} is the tile service of the installation, if it has one.
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
        "img-src 'self' data:{tiles}; connect-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "{embedder}",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
        "fullscreen=(self), geolocation=(self), gyroscope=(), magnetometer=(), microphone=(), "
        "midi=(), payment=(), publickey-credentials-create=(self), "
        "publickey-credentials-get=(self), usb=(), xr-spatial-tracking=()"
    ),
}
# Two years: browsers take nothing shorter into the lists that they are shipped with.
STRICT_TRANSPORT: Final = "max-age=63072000; includeSubDomains"


def csp_nonce() -> str:
    """What marks the scripts of this answer as ours."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def hardener(settings: Settings) -> Callable[[Response], Response]:
    headers = dict(HEADERS)
    # A tile service that the operator configured is the only other place images come from.
    tiles = f" {_origin(settings.tile_url)}" if settings.tile_url else ""
    embedder = "credentialless" if settings.tile_url else "require-corp"
    headers["Cross-Origin-Embedder-Policy"] = embedder
    policy = headers.pop("Content-Security-Policy").replace("{tiles}", tiles)
    if settings.secure_cookies:
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT

    def harden(response: Response) -> Response:
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = policy.replace("{nonce}", csp_nonce())
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if current_actor().role is not Role.VISITOR:
            # What only its reader may see must not come back after sign-out, nor from a proxy.
            response.headers["Cache-Control"] = "no-store"
        return response

    return harden


def _origin(url: str) -> str:
    parts = urlsplit(url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"
