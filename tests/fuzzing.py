"""Random requests over every route as every role, and what no answer may ever show.

Each request is made of its own seed: the same seed makes the same requests. Forms are those that
the pages really showed, with their tokens, so that most of what is sent reaches the services; one
or a few of their fields are hostile. Limits of how often one may ask are lifted, see `unlimited`.
"""

from __future__ import annotations

import logging
import random
import re
import traceback
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from time import perf_counter
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import limits
from models.base import Base
from tests.canaries import Person, World
from tests.hostile import (
    BODIES,
    EXTRA_FIELDS,
    EXTRA_VALUES,
    FORGED,
    HOSTILE,
    NUMBERS,
    ODD_HEADERS,
    SCRIPT,
    TWISTS,
    WORDS,
    Forms,
)

# What nothing that the product says may hold.
NEVER = (
    "Traceback (most recent call last)", "sqlalchemy.exc", "werkzeug.debug", "root:x:0:0", SCRIPT,
    "<img src=x onerror=fuzz()>", "51724863", "SELECT ", "jinja2.exceptions",
)  # fmt: skip
LIMITS = "offtake_limits"
# Reached by nothing but the run itself: they would end what everybody else needs.
DESTRUCTIVE: frozenset[str] = frozenset()


@dataclass
class Request:
    """One request, small enough to be read in a failure."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    form: list[tuple[str, Any]] | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sent = repr(self.form if self.form is not None else (self.body or b"")[:200])
        asked = f"{self.method} {self.path} query={self.query}"
        return f"{asked} sent={sent[:1500]} headers={repr(self.headers)[:300]}"


@dataclass
class Report:
    """What came of a run."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)  # by endpoint

    @property
    def asked(self) -> int:
        return self.answers.total()

    def statuses(self, method: str) -> Counter[int]:
        found: Counter[int] = Counter()
        for (_, asked, status), times in self.answers.items():
            if asked == method:
                found[status] += times
        return found


class _Unlimited(limits.RateLimits):
    """Lets everybody ask as often as they like."""

    def _ask(self, *_: Any) -> bool:
        return True


def unlimited(app: Flask) -> None:
    """Lift the limits of how often one may ask: who sends thousands of requests would meet 429."""
    found = app.extensions[LIMITS]
    app.extensions[LIMITS] = _Unlimited(shared=found.shared, alone=found.alone)


class _Bugs(logging.Handler):
    """Keeps the end of the last traceback that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.last = "".join(traceback.format_exception(record.exc_info[1])[-4:])


class Fuzzer:
    """Asks at random, harvests the forms it is shown, and judges each answer."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.report = world, random.Random(seed), Report()
        self.rules = sorted(
            world.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)
        )
        self.bugs = _Bugs()
        self.ids = self._numbers()
        self.people = {person.name: person for person in world.people}

    def run(self, times: int) -> Report:
        """Every route as everybody in turn, in an order of chance, until `times` were asked."""
        loggers = [logging.getLogger("app.problems"), logging.getLogger(self.world.app.name)]
        for logger in loggers:
            logger.addHandler(self.bugs)
        try:
            self._look_around()
            turns: list[tuple[Rule, Person]] = []
            for number in range(times):
                if number % 400 == 399:
                    self.world.restore()
                    self.ids = self._numbers()
                if not turns:
                    turns = [(rule, who) for rule in self.rules for who in self.world.people]
                    self.chance.shuffle(turns)
                rule, person = turns.pop()
                self.ask(rule, person)
        finally:
            for logger in loggers:
                logger.removeHandler(self.bugs)
        return self.report

    def _look_around(self) -> None:
        """See every page as a few people, so that from the first request on forms are known."""
        for rule in self.rules:
            if "GET" in (rule.methods or ()) and rule.endpoint not in DESTRUCTIVE:
                for person in self.chance.sample(self.world.people, 5):
                    path = self._path(rule)
                    self._harvest(person, self._send(person, Request("GET", path)))

    def ask(self, rule: Rule, person: Person) -> None:
        request = self._request(rule, person)
        began = perf_counter()
        answer = self._send(person, request)
        self.report.seconds[rule.endpoint] += perf_counter() - began
        self.report.answers[rule.endpoint, request.method, answer.status_code] += 1
        wrong = self._wrong(person, answer)
        if not wrong:
            self._harvest(person, answer)
            return
        key = (rule.endpoint, re.sub(r"\d+", "#", wrong)[:80])
        if key not in self.report.failures:
            smaller = self._shrink(person, request, wrong)
            self.report.failures[key] = f"{wrong}\n  {person}\n  {smaller}\n{self.bugs.last}"

    def _numbers(self) -> dict[str, list[int]]:
        """The ids that exist, by table; some of each, the newest among them."""
        found = {}
        with self.world.sessions() as session:
            for table in Base.metadata.sorted_tables:
                if "id" in table.columns and table.name not in ("waste_code", "region", "place"):
                    newest = select(table.c.id).order_by(table.c.id.desc()).limit(12)
                    oldest = select(table.c.id).order_by(table.c.id).limit(12)
                    found[table.name] = [*session.scalars(oldest), *session.scalars(newest)]
        return found

    def _value(self, name: str, converter: str) -> str:
        if converter == "int" and self.chance.random() < 0.85:
            stem = name.removesuffix("_id")
            alike = [ids for table, ids in self.ids.items() if stem in table and ids]
            return str(self.chance.choice(self.chance.choice(alike) if alike else range(1, 20)))
        if converter == "int":
            return self.chance.choice(NUMBERS)
        known = self.chance.choice(WORDS)
        return known if self.chance.random() < 0.6 else quote(self._hostile(), safe="")

    def _hostile(self) -> str:
        return self.chance.choice(HOSTILE).encode("utf-8", "replace").decode()

    def _path(self, rule: Rule) -> str:
        return "".join(
            self._value(content, _kind(rule, content)) if dynamic else content
            for dynamic, content in _parts(rule)
        )

    def _request(self, rule: Rule, person: Person) -> Request:
        path = self._path(rule)
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        method = self.chance.choice(methods or ["GET"])
        if self.chance.random() < 0.03:
            method = self.chance.choice(
                ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "POST"]
            )
        request = Request(method, path, headers=self._headers(person))
        forms = person.forms.get(rule.endpoint, [])
        if method in ("GET", "HEAD") and self.chance.random() < 0.5:
            names = [name for form in forms for name, _ in form] or ["q", "page", "next", "near"]
            picked = [self.chance.choice(names) for _ in range(self.chance.randint(1, 4))]
            request.query = [(name, self._hostile()) for name in picked]
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            self._fill(request, rule, person)
        return request

    def _headers(self, person: Person) -> dict[str, str]:
        headers = dict(person.headers)
        chosen = self.chance.random()
        if chosen < 0.3:
            headers["Accept-Language"] = "zh-CN"
        elif chosen < 0.4:
            headers["HX-Request"] = "true"
        elif chosen < 0.5:
            value = re.sub(r"[\r\n\x00]", "", self._hostile()).encode().decode("latin-1")
            headers[self.chance.choice(ODD_HEADERS)] = value
        elif chosen < 0.52:
            headers["X-Huge"] = "x" * 60_000
        return headers

    def _fill(self, request: Request, rule: Rule, person: Person) -> None:
        """A form as some page showed it, or as another person was shown it, with a fault or two."""
        shown = person.forms.get(rule.endpoint) or [
            form for other in self.world.people for form in other.forms.get(rule.endpoint, [])
        ]
        fields = list(self.chance.choice(shown)) if shown else [("name", "x")]
        fields = self._browsers_choice(fields)
        chosen = self.chance.random()
        if chosen < 0.06:
            self._broken_body(request)
            return
        for _ in range(self.chance.choice((0, 0, 1, 1, 1, 2, 5))):
            self._spoil(fields)
        token = self._token(person)
        request.form = [("csrf_token", token), *fields]
        if chosen < 0.12:
            request.form = [*request.form, ("file", (b"%PDF-1.4 \xff", "../a\u202e.pdf"))]

    def _browsers_choice(self, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of each field one or, as with check boxes, two of the values that the page offered."""
        offered: dict[str, list[str]] = {}
        for name, value in fields:
            offered.setdefault(name, []).append(value)
        chosen = []
        for name, values in offered.items():
            value = self.chance.choice([value for value in values if value] or values)
            chosen.append((name, value))
        return chosen

    def _spoil(self, fields: list[tuple[str, Any]]) -> None:
        name = self.chance.choice(fields)[0] if fields else "name"
        place = next((n for n, one in enumerate(fields) if one[0] == name), 0)
        match self.chance.randrange(6):
            case 0:
                del fields[place : place + 1]
            case 1:
                fields.append((name, self._hostile()))  # a second time
            case 2:
                fields.append((name + self.chance.choice(TWISTS), self._hostile()))
            case 3:
                extra = self.chance.choice(EXTRA_FIELDS), self.chance.choice(EXTRA_VALUES)
                fields.append(extra)
            case _:
                fields[place : place + 1] = [(name, self._hostile())]

    def _broken_body(self, request: Request) -> None:
        kind = self.chance.choice(sorted(BODIES))
        request.headers["Content-Type"] = kind
        request.body = self.chance.choice(BODIES[kind])

    def _token(self, person: Person) -> str:
        if not person.token:
            for path in ("/sign-in", "/language/en"):  # whoever is in is led on to a page
                page = person.client.get(path, headers=person.headers, follow_redirects=True)
                person.token = _token_in(page.get_data(as_text=True))
                if person.token:
                    break
        return person.token or "none"

    def _send(self, person: Person, request: Request) -> TestResponse:
        self.bugs.last = ""
        data: Any = request.body
        if request.form is not None:
            gathered: dict[str, list[Any]] = {}
            for name, value in request.form:
                file = isinstance(value, tuple)
                sent = (BytesIO(value[0]), value[1]) if file else value
                gathered.setdefault(name, []).append(sent)
            data = gathered
        answer = person.client.open(
            request.path,
            method=request.method,
            query_string=urlencode(request.query, errors="replace"),
            data=data,
            headers=request.headers,
        )
        answer.get_data()
        answer.close()
        if answer.status_code == 400 or "/sign-in" in answer.headers.get("Location", ""):
            person.token = ""
        return answer

    def _wrong(self, person: Person, answer: TestResponse) -> str:
        """What an answer must not be; empty if it is sound."""
        said = _text_of(answer) + "\n".join(f"{name}: {value}" for name, value in answer.headers)
        target = urlsplit(answer.headers.get("Location", "")).netloc
        faults = (
            (answer.status_code >= 500, f"answered {answer.status_code}"),
            (any(never in said for never in NEVER), "said what nothing may say"),
            (FORGED in answer.headers, "let a header be written"),
            (target not in ("", "localhost"), f"led to {target}"),
            (answer.headers.get("X-Content-Type-Options") != "nosniff", "may be sniffed"),
            ("Content-Security-Policy" not in answer.headers, "wore no policy"),
        )
        leaks = self.world.leaks(person, said, answer.request.path)
        found = [words for wrong, words in faults if wrong] + [f"showed {mark}" for mark in leaks]
        return "; ".join(found)

    def _shrink(self, person: Person, request: Request, wrong: str) -> Request:
        """Leave out what the failure does not need, one thing at a time."""
        for name in ("query", "form"):
            items = getattr(request, name)
            for item in list(items or ()):
                if item[0] == "csrf_token":
                    continue
                fewer = Request(**vars(request) | {name: [one for one in items if one is not item]})
                last = self.bugs.last
                if self._wrong(person, self._send(person, fewer)) == wrong:
                    request, items = fewer, getattr(fewer, name)
                else:
                    self.bugs.last = last
        return request

    def _harvest(self, person: Person, answer: TestResponse) -> None:
        """Keep the forms of a page, without the marks of whoever read it."""
        if answer.status_code >= 400 and answer.status_code != 422:
            return
        if not (answer.mimetype or "").startswith("text/html"):
            return
        text = answer.get_data(as_text=True)
        person.token = _token_in(text) or person.token
        page = Forms()
        page.feed(text)
        adapter = self.world.app.url_map.bind("localhost")
        for method, address, fields in page.forms:
            path = urlsplit(address).path or answer.request.path
            try:
                endpoint, _ = cast("tuple[str, Any]", adapter.match(path, method=method.upper()))
            except Exception:  # noqa: BLE001  (whatever the address is, it leads nowhere)
                continue
            kept = [(n, self._without_marks(v)) for n, v in fields if n != "csrf_token"]
            shown = person.forms.setdefault(endpoint, [])
            if len(shown) < 6:
                shown.append(kept)
            else:
                shown[self.chance.randrange(6)] = kept

    def _without_marks(self, value: str) -> str:
        marked = any(secrets.found_in(value, value) for secrets in self.world.secrets)
        return "12.34" if marked and value[:1].isdigit() else "fuzz" if marked else value


def _token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return found[1] if found else ""


def _parts(rule: Rule) -> list[tuple[bool, str]]:
    return [part for part in rule._trace if part != (False, "|")]  # noqa: SLF001


def _kind(rule: Rule, name: str) -> str:
    return "int" if "Number" in type(rule._converters[name]).__name__ else "text"  # noqa: SLF001


def _text_of(answer: TestResponse) -> str:
    kind = answer.mimetype or ""
    data = answer.get_data()
    if kind == "application/pdf":
        return _text_of_pdf(data)
    return data.decode("utf-8", "replace")


def _text_of_pdf(data: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415  (few answers are one)

    # The answer to HEAD is empty.
    pages = PdfReader(BytesIO(data)).pages if data else ()
    return "\n".join(page.extract_text() for page in pages)
