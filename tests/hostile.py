"""What somebody with bad intentions sends: values, names of fields, bodies; and forms as shown."""

from __future__ import annotations

from html.parser import HTMLParser

FORGED = "Fuzz-Injected"
SCRIPT = "<script>fuzz()</script>"
HOSTILE = (
    "", " ", "\x00", "a\x00b", "x" * 300, "漢" * 6_000, "\u202egnp.exe", "e\u0301\u0301" * 40,
    "👩‍👩‍👧‍👦" * 50, "\ud83d", "\ufffe", "\u200b", "𝕬", "İ", "ß" * 200, "\t\n", "\\",
    "' OR '1'='1", "1; DROP TABLE stream;--", "%' ESCAPE '", "(a+)+$", "=1+1", "@SUM(1)",
    SCRIPT, '"><img src=x onerror=fuzz()>', "javascript:fuzz()", "//evil.example",
    "{{7191*7193}}", "{% include '/etc/passwd' %}", "${7191*7193}", "%(secret)s", "{0.__class__}",
    "%s%n", f"a\r\n{FORGED}: yes", "a@b.example\nBcc: x@y.example", "a@b",
    "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd\x00.pdf",
    "file:///etc/passwd", "http://127.0.0.1:1/",
    "NaN", "inf", "-Infinity", "1e309", "-1", "0", "00", "1e3", "9" * 40, "0x10", "١٢٣", "１２",
    "²", "1,5", "1.2345678901234567890", "true", "null", "[]", "{}",
    "2026-02-30", "0000-00-00", "9999-12-31", "-0001-01-01", "2026-06-30T00:00",
    "owner", "operator", "system",
)  # fmt: skip
# Of a row of a table, in an address.
NUMBERS = (
    "0", "-1", "999999", str(2**31), str(2**63 - 1), str(2**63), "9" * 30, "1.5", "abc", "%00", "١",
)  # fmt: skip
# Other parts of an address.
WORDS = (
    "publish", "pause", "close", "submit", "verify", "return", "suspend", "revoke", "en", "zh",
    "css/base.css",
)  # fmt: skip
# What no form offers and a careless one would take.
EXTRA_FIELDS = (
    "organization_id", "role", "state", "verified_at", "id", "user_id", "standing", "is_admin",
)  # fmt: skip
EXTRA_VALUES = ("1", "2", "operator", "verified", "true")
# Added to the name of a field.
TWISTS = ("-0", "-9999", "[]", "-0-parameter", ".x", "\x00")
ODD_HEADERS = (
    "X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "Accept", "Referer", "Range",
    "If-None-Match", "Authorization",
)  # fmt: skip
# Bodies that are not what their header says, or end before they should.
BODIES = {
    "application/x-www-form-urlencoded": (b"%ff%fe=%80&=&&%", b"name=%c3%28&a=%ff", b"&" * 5_000),
    "multipart/form-data": (b"--x\r\n", b""),
    "multipart/form-data; boundary=x": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff',
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="\xff\r\n--x--',
        b"--x--",
        b"--x\r\n\r\n--x--",
    ),
    "application/json": (b"{", b"[" * 5_000, b'{"a": NaN}', b'"\\ud800"', b"null", b"[1]"),
    "text/xml": (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",),
    "\xe9/\xff": (b"\x00",),
}


# What an honest person writes into an empty field, by its name or by its kind.
HONEST = {
    "email": "somebody@example.com", "password": "a password for tests", "lat": "36.2",
    "lon": "117.6", "waste_code": "900-001-S02", "codes": "900-001-S02", "radius_km": "90",
    "phone": "+8613812345678", "number": "N-2026-1", "pin": "4711", "next": "",
}  # fmt: skip
HONEST_OF_KIND = {
    "date": "2026-06-30", "number": "3", "decimal": "12", "numeric": "123456", "tel": "13812345678",
    "search": "ash", "url": "https://example.com/", "hidden": "", "file": "",
}  # fmt: skip


class Forms(HTMLParser):
    """The forms of a page: address, method, and the fields as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []
        self._inside = False
        self._select = ""
        self._named: dict[str, list[tuple[str, str]]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", ""), []))
            self._inside = True
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and self._inside:
            self.forms[-1][2].append((self._select, given.get("value", "")))
        elif tag in ("input", "textarea", "button") and self._inside and given.get("name"):
            name = given["name"]
            self.forms[-1][2].append((name, given.get("value") or _honest(name, given)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""


def _honest(name: str, given: dict[str, str]) -> str:
    stem = name.rpartition("-")[2]
    kind = given.get("inputmode") or given.get("type", "text")
    return HONEST.get(stem, HONEST_OF_KIND.get(kind, "Fuzz"))
