"""What holds for every answer, whoever asks: escaped, typed, told to nobody else."""

from __future__ import annotations

import ast
import hashlib
import inspect
import logging
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.errors import ParseException
from pydantic import BaseModel
from sqlalchemy import select, update
from werkzeug.routing import Rule

from app.database import SessionFactory, write_transaction
from app.journal.inputs import JobCommand
from app.web import ROOT
from models.accounts.tables import Organization, User
from models.base import Base
from models.demands.tables import Demand
from models.places.tables import Site
from models.streams.tables import Stream
from tests.app.browsing import marked, send, signed_in
from tests.fuzzing import unlimited
from tests.market import Market, stream_terms

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)

SCRIPT = """</script><script>fuzz()</script><!-- ' " onx=y {{7*7}} &amp; ${1}"""
# What a reading may note: that somebody came by, was refused, took a file. Never what is traded.
NOTED = ("login_session", "audit_", "outbox_event", "job", "api_token")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def rules_of(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def address_of(app: Flask, rule: Rule, market: Market) -> str:
    """An address of a rule: of the small market where it names one, else of the first row."""
    known = {"stream_id": market.stream_id, "demand_id": market.demand_id, "code": "en"}
    words = {"filename": "icon.svg", "action": "pause"}
    values = {name: (known | words).get(name, 1) for name in rule.arguments}
    with app.test_request_context():
        built = rule.build({name: str(value) for name, value in values.items()})
    assert built is not None
    return built[1]


def people(app: Flask) -> Iterator[FlaskClient]:
    yield app.test_client()
    for name in ("factory", "recycler", "operator"):
        yield signed_in(app, name)


@pytest.fixture(autouse=True)
def _as_often_as_needed(app: Flask) -> None:
    unlimited(app)


@pytest.fixture
def hostile_texts(trading: SessionFactory, market: Market) -> None:
    """Texts in the database that no form would have let in."""
    with write_transaction(trading) as session:
        for table in (Stream, Demand):
            session.execute(update(table).values(name=SCRIPT, description=SCRIPT, material_id=None))
        session.execute(update(Site).values(name=SCRIPT, capacity_note=SCRIPT))
        session.execute(update(Organization).values(name=SCRIPT, name_zh=SCRIPT))
        session.execute(update(User).values(name=SCRIPT))


def test_what_is_stored_is_escaped_wherever_it_is_shown(
    app: Flask, market: Market, hostile_texts: None
) -> None:
    shown = set()
    for reader in people(app):
        for rule in rules_of(app, "GET"):
            for language in ("en", "zh-CN"):
                path = address_of(app, rule, market)
                with reader.get(path, headers={"Accept-Language": language}) as answer:
                    if answer.mimetype not in ("text/html", "application/json"):
                        continue
                    text = answer.get_data(as_text=True)
                    if answer.mimetype == "text/html":
                        assert "<script>fuzz" not in text, path
                        assert '" onx=y' not in text.replace('\\" onx', ""), path
                    assert "49 &amp;" not in text, path
                    if "fuzz()" in text:
                        shown.add(rule.endpoint)
    # It was there to be seen: in a page, in an attribute, in a script's data and in JSON.
    assert shown >= {
        "matchmaking_pages.show_stream",
        "matchmaking_pages.show_market",
        "streams_pages.show_editor",
        "streams_pages.list_own",
    }


def test_what_is_asked_is_decoded_once_and_shown_escaped(client: FlaskClient) -> None:
    page = client.get("/market?q=%253Cb%253E%2526").text
    assert 'value="%3Cb%3E%26"' in page
    page = client.get('/market?q="><script>fuzz()</script>').text
    assert "<script>fuzz" not in page
    assert "&lt;script&gt;fuzz()" in page


def test_every_answer_says_what_it_is_and_in_which_characters(app: Flask, market: Market) -> None:
    for reader in people(app):
        for rule in app.url_map.iter_rules():
            method = next(m for m in ("GET", "POST") if m in (rule.methods or ()))
            with reader.open(address_of(app, rule, market), method=method) as answer:
                kind = answer.headers.get("Content-Type", "")
                if answer.get_data():
                    assert kind, rule.endpoint
                textual = kind.startswith(("text/", "image/svg")) or "xml" in kind
                assert not textual or "charset=utf-8" in kind, (rule.endpoint, kind)


def test_no_other_website_may_read_an_answer(app: Flask, market: Market) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for reader in people(app):
        for rule in app.url_map.iter_rules():
            for method in ("GET", "OPTIONS"):
                path = address_of(app, rule, market)
                with reader.open(path, method=method, headers=asked) as answer:
                    found = [name for name, _ in answer.headers if "Access-Control" in name]
                    assert found == [], rule.endpoint


def contents(sessions: SessionFactory) -> dict[str, str]:
    """A digest of every table but those in which a reading may note something."""
    found = {}
    with sessions() as session:
        for table in Base.metadata.sorted_tables:
            if not table.name.startswith(NOTED):
                rows = repr(sorted(map(repr, session.execute(select(table)).all())))
                found[table.name] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def test_reading_changes_nothing(app: Flask, market: Market, trading: SessionFactory) -> None:
    readers = list(people(app))
    before = contents(trading)
    for reader in readers:
        for rule in rules_of(app, "GET"):
            for method in ("GET", "HEAD", "OPTIONS"):
                with reader.open(address_of(app, rule, market), method=method) as answer:
                    assert answer.status_code < 500, rule.endpoint
    assert contents(trading) == before


def test_a_method_that_no_page_takes_is_refused(app: Flask, market: Market) -> None:
    for reader in people(app):
        for rule in app.url_map.iter_rules():
            for method in {"TRACE", "PUT", "CONNECT", "PATCH"} - set(rule.methods or ()):
                with reader.open(address_of(app, rule, market), method=method) as answer:
                    assert answer.status_code in (403, 405), (rule.endpoint, method)


LEFT_OVERS = (
    "/.git/config", "/.git/HEAD", "/.env", "/.svn/entries", "/instance/secret-key",
    "/instance/offtake.db", "/static/", "/static/js", "/static/js/", "/static/css/",
    "/static/../security.py", "/static/..%2fsecurity.py", "/static/%2e%2e/security.py",
    "/static/%2e%2e%2f%2e%2e%2fpyproject.toml", "/static//etc/passwd", "/static/\\..\\security.py",
    "/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/metrics", "/openapi", "/docs",
    "/swagger.json", "/server-status", "/phpinfo.php", "/admin", "/debug", "/uploads/", "/uploads",
)  # fmt: skip


@pytest.mark.parametrize("path", LEFT_OVERS)
def test_nothing_lies_about(app: Flask, market: Market, path: str) -> None:
    for reader in people(app):
        with reader.get(path) as answer:
            text = answer.get_data(as_text=True)
            expected = (200,) if path.startswith("/?") else (308, 400, 404)
            assert answer.status_code in expected
            for said in ("SECRET", "[core]", "Index of", "root:", "PUBLIC: Final", "[project]"):
                assert said not in text


def test_no_debugger_is_on(app: Flask) -> None:
    assert (app.debug, app.testing, app.jinja_env.auto_reload) == (False, False, False)
    text = (ROOT / "app/cli.py").read_text("utf-8")
    assert "debug=True" not in text
    assert '"reload"' not in text


BOUNDARIES = {
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"
    ),
    "both a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nG"
    ),
    "chunks by another spelling": (
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"
    ),
    "chunks twice": (
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"
    ),
    "a length that is no number": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    "a name with a blank": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc",
    "a folded header": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
    "a header with a NUL": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n",
    "chunks of the former version": (
        b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("sent", BOUNDARIES.values(), ids=list(BOUNDARIES))
def test_where_a_request_ends_is_never_in_doubt(facts_url: str, sent: bytes) -> None:
    settings = Config()
    loose = (
        "permit_obsolete_folding",
        "casefold_http_method",
        "permit_unconventional_http_version",
    )
    assert [name for name in loose if settings.settings[name].get()] == []
    with pytest.raises(ParseException):
        next(RequestParser(settings, iter([sent]), ("127.0.0.1", 1))).body.read()


def commands() -> list[type[BaseModel]]:
    """Every command and filter that comes from outside."""
    found = []
    for path in sorted((ROOT / "app").glob("*/inputs*")) + sorted(
        (ROOT / "app").glob("*/inputs/*.py")
    ):
        if path.name.startswith("_"):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for _, one in inspect.getmembers(import_module(name), inspect.isclass):
            if issubclass(one, BaseModel) and one.__module__.startswith(name):
                found.append(one)
    return found


# What decides over rights is named by the path and by who acts, never by a form.
DECIDED_ELSEWHERE = {"organization_id", "owner_id", "user_id", "state", "standing", "verified_at"}


def test_no_command_takes_a_field_that_it_does_not_name(facts_url: str) -> None:
    taken = [one for one in commands() if not issubclass(one, JobCommand)]
    # A filter only narrows a list; what a chat hung on its link is passed over.
    forms = [one for one in taken if not one.__name__.endswith("Filter")]
    assert len(forms) > 10
    assert [one.__name__ for one in forms if one.model_config.get("extra") != "forbid"] == []
    named = {f"{one.__name__}.{field}" for one in forms for field in one.model_fields}
    deciding = {name for name in named if name.partition(".")[2] in DECIDED_ELSEWHERE}
    # For which of one's organizations one acts, whom the operator makes a manager, and what only
    # the product itself hands on.
    assert deciding <= {
        "ChooseOrganization.organization_id",
        "AppointManager.organization_id",
        "Message.user_id",
    }


def test_a_field_that_no_form_has_refuses_the_whole(app: Flask, market: Market) -> None:
    client = signed_in(app, "factory")
    terms = stream_terms(market.factory_site_id, name="Mine")
    for name in ("organization_id", "state", "published_at", "version_id", "estimated", "id"):
        answer = send(client, "/streams", terms | {name: "2"})
        assert answer.status_code == 422, name
    assert "Mine" not in client.get("/streams").text


def test_a_field_sent_twice_is_no_choice_between_the_two(app: Flask, market: Market) -> None:
    client = signed_in(app, "factory")
    terms = stream_terms(market.factory_site_id, name=["First", "Second"])
    answer = send(client, "/streams", terms)
    assert answer.status_code == 422
    assert set(marked(answer.text)) == {"name"}
    # What stands in the address is never taken for what stands in the form.
    alone = stream_terms(market.factory_site_id)
    del alone["name"]
    answer = send(client, "/streams?name=Third", alone)
    assert answer.status_code == 422
    board = client.get("/streams").text
    assert not any(name in board for name in ("First", "Second", "Third"))


def test_address_and_form_are_read_as_one_only_for_where_to_go_next(facts_url: str) -> None:
    """`request.values` takes a field from the address or from the form, whichever there is."""
    fields = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "request.values.get":
                fields.add(ast.unparse(node.args[0]))
        assert path.read_text("utf-8").count("request.values") == path.read_text("utf-8").count(
            "request.values.get("
        )
    assert fields <= {"'next'"}


def test_whoever_cannot_be_looked_up_gets_nothing(
    app: Flask, market: Market, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(app, "factory")
    terms = stream_terms(market.factory_site_id, name="Never stored")
    token_page = client.get("/streams/new").text

    def fail(*_: object) -> None:
        raise RuntimeError("the table of people is away: password=hunter2")

    with monkeypatch.context() as broken, caplog.at_level(logging.CRITICAL):
        broken.setattr(type(app.extensions["offtake"].door), "find", fail)
        for path in ("/streams", f"/streams/{market.stream_id}/edit"):
            answer = client.get(path)
            assert answer.status_code == 500
            assert "Fly ash from silo 2" not in answer.text
            assert "hunter2" not in answer.text
            assert "Traceback" not in answer.text
        assert "csrf_token" in token_page
        refused = client.post("/streams", data=terms)
        assert refused.status_code in (400, 500)
    assert "Never stored" not in client.get("/streams").text
    assert client.get("/streams").status_code == 200


def test_a_password_is_masked_and_leaves_in_the_body_alone(app: Flask, market: Market) -> None:
    templates = sorted(Path(ROOT / "templates").rglob("*.html"))
    for path in templates:
        text = path.read_text("utf-8")
        for form in text.split("<form")[1:]:
            if "password" in form.split("</form")[0]:
                assert 'method="post"' in form.split(">")[0].lower(), path.name
    page = app.test_client().get("/sign-in").text
    assert 'type="password"' in page
    assert 'autocomplete="off"' not in page
    assert "onpaste" not in page
