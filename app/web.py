"""Put the web application together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from flask import Flask, url_for
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from app.accounts.services import Door
from app.edge import Installation, PageRequest, current_frame
from app.fields import ID_MAX
from app.headers import csp_nonce
from app.i18n import FILTERS, LANGUAGES, current_language, set_up_languages
from app.journal.services import RefusalWitness
from app.problems import register_problem_handlers
from app.security import API, csrf, set_up_security
from app.settings import Settings
from app.wiring import FLOWS, PAGES, open_sessions
from models.catalogue.vehicles import VEHICLES
from models.uploads.content import ALLOWED

ROOT: Final = Path(__file__).parent.parent
VENDOR: Final = ROOT / "app/static/vendor/manifest.json"


class RowNumber(IntegerConverter):
    """A number that a database can hold; whatever is longer names nothing."""

    regex = rf"[0-9]{{1,{len(str(ID_MAX))}}}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=ID_MAX)


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings()
    app = Flask(__name__, template_folder="../templates")
    app.request_class = PageRequest
    app.url_map.converters["int"] = RowNumber
    app.secret_key = settings.signing_key
    sessions = open_sessions(settings.database, settings.audit_key)
    if settings.trusted_proxies:
        # Only then does a header say who asks and by which name: anybody could send it.
        trusted = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=trusted)  # type: ignore[method-assign]
    app.extensions["offtake"] = Installation(
        settings=settings,
        sessions=sessions,
        door=Door(settings.sessions),
        witness=RefusalWitness(sessions),
    )
    set_up_languages(app)
    set_up_security(app, settings)
    register_problem_handlers(app)
    _set_up_templates(app, settings)
    for page in PAGES:
        app.register_blueprint(page)
        if (page.url_prefix or "").startswith(API):
            csrf.exempt(page)  # programs bring a token and no cookie, see app/security.py
    for connect in FLOWS:
        connect(app, settings)
    return app


def _set_up_templates(app: Flask, settings: Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= FILTERS
    manifest: dict[str, dict[str, str]] = json.loads(VENDOR.read_text("utf-8"))["files"]

    def vendor(name: str) -> dict[str, str]:
        """Address and integrity of a browser asset, by its name in the package."""
        entry = manifest[name]
        url = url_for("static", filename=f"vendor/{entry['path']}")
        return {"url": url, "integrity": entry["integrity"]}

    def own(name: str) -> str:
        """Address of a file of ours, with its time of change, so that browsers keep it."""
        changed = int((ROOT / "app/static" / name).stat().st_mtime)
        return url_for("static", filename=name, v=changed)

    def page_context() -> dict[str, Any]:
        language = current_language()
        return {
            "frame": current_frame(),
            "language": language,
            "other_language": next(code for code in LANGUAGES if code != language),
            "languages": LANGUAGES,
            "currency": settings.currency,
            "tile_url": settings.tile_url,
            "tile_attribution": settings.tile_attribution,
        }

    def vehicle_names(mask: int) -> list[tuple[str, str]]:
        return [(names.en, names.zh) for bit, names in VEHICLES.items() if bit & mask]

    app.jinja_env.globals |= {"vendor": vendor, "own": own, "vehicle_names": vehicle_names}
    app.jinja_env.globals |= {"allowed_files": ALLOWED, "csp_nonce": csp_nonce}
    app.context_processor(page_context)
