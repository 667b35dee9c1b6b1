"""Every template renders with fabricated rows in both languages; no text lacks its Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, render_template
from jinja2 import StrictUndefined
from markupsafe import Markup

from app import i18n
from app.journal.inputs import AuditFilter
from app.journal.queries.audit import AuditPage, AuditRow
from app.matchmaking.inputs import MarketFilter
from app.matchmaking.queries import rows
from app.security import ROUTES
from app.settings import RetentionPolicy
from models.catalogue.vehicles import VEHICLES
from models.catalogue.vocabulary import PHYSICAL_FORMS
from models.compliance.rights import Fault, Gap
from models.permissions import VISITOR, Actor, Frame, Role
from models.quantities import Grams, Metres, MinorPerTonne
from models.streams import terms
from models.uploads.content import ALLOWED
from tests.app.browsing import faults_of

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
CATALOGUE = ROOT / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
PLACES = re.compile(r"%\(\w+\)s")
TODAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 4, tzinfo=UTC)
TRADER = Frame(
    actor=Actor(user_id=1, organization_id=1, role=Role.TRADER),
    user_name="Li Wei",
    organization_name="Huaneng Laiwu",
    demonstration=True,
)
WATCHING = Frame(actor=Actor(user_id=2, organization_id=1, role=Role.VIEWER), user_name="Wang Fang")
VISITING = Frame(actor=VISITOR, demonstration=True)


@dataclass(frozen=True)
class Thing:
    """A row of a later query, as far as templates read it."""

    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name not in self.values:
            raise AttributeError(name)
        return self.values[name]


def thing(**values: Any) -> Thing:
    return Thing(values)


def grams(tonnes: float) -> Grams:
    return Grams(round(tonnes * 1_000_000))


def money(amount: float) -> MinorPerTonne:
    return MinorPerTonne(round(amount * 100))


SUPPLY = rows.ListingRow(
    side="stream", id=160, what_en="Fly ash", what_zh="粉煤灰",
    organization_en="Huaneng Laiwu power station", organization_zh="华能莱芜电厂",
    place_en="Laiwu", place_zh="莱芜", site_kind="coal_power", lat=36.13427, lon=117.684968,
    price_minor_per_tonne=money(45), year_g=grams(939_600), estimated=True, invented=False,
)  # fmt: skip
WANTED = rows.ListingRow(
    side="demand", id=3991, what_en="Fly ash", what_zh="粉煤灰",
    organization_en="Laiwu cement plant", organization_zh=None,
    place_en="Laiwu", place_zh="莱芜", site_kind="cement_integrated",
    lat=36.131958, lon=117.746608, price_minor_per_tonne=money(-20), year_g=grams(72_700),
    estimated=True, invented=True, distance_m=Metres(9_200),
)  # fmt: skip


def strip(symbol: str, name: tuple[str, str], verdict: rows.Verdict, **given: Any) -> rows.Strip:
    values: dict[str, Any] = {
        "unit": "wt%", "basis": "dry", "method": "", "typical": 5.6, "minimum": 4.9,
        "maximum": 6.3, "lower": None, "upper": 8.0, "inside_from": 0.0, "inside_to": 66.7,
        "value_at": 46.7, "range_from": 40.8, "range_to": 52.5,
    }  # fmt: skip
    return rows.Strip(
        hard=True,
        parameter=symbol.lower(), symbol=symbol, name_en=name[0], name_zh=name[1],
        verdict=verdict, **values | given,
    )  # fmt: skip


NO_VALUE = {
    "typical": None, "minimum": None, "maximum": None, "value_at": None,
    "range_from": None, "range_to": None,
}  # fmt: skip
STRIPS = (
    strip("LOI", ("Loss on ignition", "烧失量"), "ok"),
    strip("SO3", ("Sulphur trioxide", "三氧化硫"), "bad", upper=3.0, typical=3.9, value_at=78.0),
    strip("R45", ("Fineness, 45 µm residue", "细度（45 µm 筛余）"), "soft", unit="%", lower=10.0),
    strip("Cl", ("Chlorine", "氯"), "unk", upper=0.06, **NO_VALUE),
)


def fall(*parts: tuple[Any, float, float, float, bool]) -> rows.Waterfall:
    return rows.Waterfall(
        zero=0.0,
        rows=tuple(
            rows.WaterfallRow(part=part, amount_minor_per_tonne=money(a), x=x, width=w, total=total)
            for part, a, x, w, total in parts
        ),
    )


PARTNER = rows.PartnerRow(
    rank=1, listing=WANTED, tested=False, value_minor_per_tonne=money(31.7),
    netback_minor_per_tonne=money(-76.7), distance_m=Metres(9_200), road_m=Metres(14_000),
    month_g=grams(6_000), shared_months=9,
    waterfall=fall(
        ("gate", 98, 0, 100, False), ("haul", -9.3, 90.5, 9.5, False),
        ("handling", -12, 78.3, 12.2, False), ("netback", 76.7, 0, 78.3, True),
        ("ask", -45, 32.4, 45.9, False), ("value", 31.7, 0, 32.4, True),
    ),
    strips=STRIPS, crossing=rows.Crossing(outcome="filing", clause="Solid Waste Law 2020 art. 22"),
    receiver_id=3, verified=False,
)  # fmt: skip


def gap(fault: Fault) -> Gap:
    return Gap(
        requirement="discharge", fault=fault, kinds=("discharge_permit", "discharge_registration"),
        number="91370000", day=TODAY, clause="Solid Waste Law 2020 art. 39",
    )  # fmt: skip


REASONS = (
    *(rows.Reason(gate="right", gap=gap(fault)) for fault in Fault),
    rows.Reason(gate="crossing", clause="Law 2020 art. 22"),
    rows.Reason(gate="distance", have=104.2, limit=90.0, remedy=104.3),
    rows.Reason(gate="area", have=14.0, limit=0.0, remedy=14.0),
    rows.Reason(gate="vehicle", have_bits=1, limit_bits=6),
    rows.Reason(gate="month", have_bits=7, limit_bits=0),
    rows.Reason(gate="composition", have=3.9, limit=3.0, remedy=3.9, strip=STRIPS[1]),
    rows.Reason(gate="untested", strip=STRIPS[3]),
    rows.Reason(gate="value", have=-4.2, limit=0.0, remedy=4.2),
)
MISS = rows.NearMissRow(
    listing=WANTED, reasons=REASONS, opens_g=grams(5_700), distance_m=Metres(104_200),
    road_m=Metres(131_000), value_minor_per_tonne=money(2), strips=STRIPS,
)  # fmt: skip
PARTNERS = rows.PartnersPage(
    partners=(replace(PARTNER, tested=True), replace(PARTNER, rank=2)), partner_count=32,
    near_misses=(MISS,), considered=117, rejections=(("composition", 41), ("distance", 30)),
)  # fmt: skip
NOBODY = rows.PartnersPage(
    partners=(), partner_count=0, near_misses=(), considered=0, rejections=()
)
BARS = tuple(
    rows.MonthBar(month=n, mass_g=grams(6_000 * n), share=n / 12, current=n == 6)
    for n in range(1, 13)
)
ASSAY = rows.AssayRow(
    sampled_on=TODAY, valid_until=TODAY, laboratory="Jinan", provenance="accredited_laboratory",
    basis="dry", moisture=0.4, estimated=True,
    lines=(
        rows.AssayLine(
            symbol="LOI", name_en="Loss on ignition", name_zh="烧失量", unit="wt%",
            typical=5.6, minimum=4.9, maximum=6.3, method="GB/T 176",
        ),
    ),
)  # fmt: skip
STREAM = rows.StreamPage(
    listing=SUPPLY, owner_id=1, name="Silo 2", description="", state="published",
    code="900-001-S02", code_scheme="CN-SW", code_name_en="Fly ash", code_name_zh="粉煤灰",
    hazardous=False,
    physical_form="powder", rhythm="continuous", legal_status="by_product",
    delivery_term="ex_works", vat_included=True, vehicles=5, stock_g=grams(31_400),
    storage_limit_g=grams(48_000), days_until_full=6, months=BARS,
    closures=((TODAY, TODAY, "overhaul"),), assay=ASSAY, precision="exact", blurred=True,
    capacity_note="4 × 300 MW", source="Global Energy Monitor",
)  # fmt: skip
DEMAND = rows.DemandPage(
    listing=WANTED, owner_id=1, name="Mill 1", description="Silo on the south side.",
    state="published", codes=(("SW02", "Fly ash", "粉煤灰"), ("10 01 02", "Coal fly ash", None)),
    route_en="Cement addition", route_zh="水泥混合材", specification_en="Fly ash for cement",
    specification_zh="水泥活性混合材料用粉煤灰", specification_standard="GB/T 1596-2017",
    specification_status="unverified", vat_included=False, vehicles=1, radius_m=Metres(200_000),
    area=None, months=BARS, closures=(), limits=STRIPS, precision="county", blurred=False,
    capacity_note=None, source=None,
)  # fmt: skip
FIGURES = rows.MarketFigures(
    computed_at=datetime(2026, 6, 30, 4, tzinfo=UTC), streams=4_319, demands=6_065,
    stream_sites=1_489, demand_sites=1_923, feasible_pairs=184_220, untested_pairs=31_007,
    streams_with_partner=3_702, generated_g=grams(1_073e6), with_partner_g=grams(880e6),
    rate_generated_g=grams(1_073e6), rate_placeable_g=grams(352e6),
    best_minor_per_tonne=money(171),
    median_minor_per_tonne=money(38.4), rate=0.328, target=0.57, target_year=2025,
    target_source="MIIT 2022 No. 9", seconds=2.4,
)  # fmt: skip
MARKET = rows.MarketPage(
    rows=(SUPPLY, WANTED), streams=224, demands=213, stream_mass_g=grams(38.5e6), page=2, pages=3
)
EMPTY = rows.MarketPage(rows=(), streams=0, demands=0, stream_mass_g=Grams(0), page=1, pages=1)
LAND = thing(
    viewbox=(0, 0, 620, 520), provinces=("M10 10h60v40z",), streams=((30.0, 20.0, 3.0),),
    demands=((40.0, 25.0, 3.4),),
)  # fmt: skip
CHOICES = thing(
    sites=[(1, "Laiwu"), (2, "Jinan")], materials=[(7, "Fly ash", "粉煤灰")],
    vehicles=[(names.code, names.en, names.zh) for names in VEHICLES.values()],
    forms=PHYSICAL_FORMS, rhythms=terms.RHYTHMS, legal_statuses=terms.LEGAL_STATUSES,
    delivery_terms=terms.DELIVERY_TERMS, visibilities=terms.VISIBILITIES,
    routes=[(3, "Cement addition", "水泥混合材")],
    specifications=[(4, "Fly ash for concrete, grade I", "拌制混凝土用粉煤灰 I级")],
    parameters=[(11, "LOI", "Loss on ignition", "烧失量", "wt%"), (12, "", "pH", "pH", "-")],
    kinds=("eia_approval", "waste_permit"), ways=("store", "utilize"),
    bases=("none", "dry"), provenances=terms.PROVENANCES,
)  # fmt: skip
CODE = thing(
    code="10 01 17", shown="10 01 17", scheme="EWC", name_en="Fly ash from co-incineration",
    name_zh=None, hazardous=True, status="verified", source="Decision 2000/532/EC",
)  # fmt: skip
REFUSED = {
    "title": "Correct the marked fields and send again.", "status": 422,
    "errors": {"name": "This field is needed.", "months_t-3": "Write a number.",
               "limits-0-upper": "Too many decimal places.", "values-0-typical": "Write a number."},
}  # fmt: skip
TYPED = {
    "name": "Silo 2", "site_id": "2", "vehicles": ["tipper", "flatbed"],
    "months_t": ["0", "0", "0", "many", *["10"] * 8],
    "codes": "SW02", "ask_per_t": "-35", "physical_form": "sludge",
    "limits": [{"parameter": "11", "upper": "5.1234567", "hard": "false", "strict_upper": "true"}],
    "values": [{"parameter": "11", "typical": "five"}], "closures": [{"first_day": "2026-02-01"}],
}  # fmt: skip
FORM = {"values": {}, "problem": {}, "choices": CHOICES}
KEPT = {"values": TYPED, "problem": REFUSED, "choices": CHOICES}
OF_STREAM = {"stream_id": 5, "stream_name": "Silo 2"}
REPORT = thing(
    sampled_on=TODAY, laboratory="Works laboratory",
    file=thing(id=3, name="assay.pdf", state="clean"),
)  # fmt: skip
WAITING_REPORT = thing(
    sampled_on=TODAY, laboratory="Works laboratory",
    file=thing(id=4, name="assay.pdf", state="quarantined"),
)  # fmt: skip
TYPICAL = {"parameter": 11, "typical": "5", "minimum": "2", "maximum": "9", "basis": "dry"}
ROW = {"id": 5, "name": "Silo 2", "state": "draft", "year_g": grams(1_200), "limits": 2}
BOARD = [
    thing(**ROW, ask_minor_per_tonne=money(-35), price_minor_per_tonne=money(98),
          assay_until=until, actions=actions)
    for until, actions in ((TODAY, ("change", "publish", "close")), (None, ()))
]  # fmt: skip
SITE = thing(
    id=1, name="Laiwu", name_zh="莱芜", kind="coal_power", lat=36.1, lon=117.6, precision="exact",
    blurred=True, region_en="Laiwu", region_zh="莱芜",
)  # fmt: skip
PAPER = thing(
    id=1, site_id=1, site_name_en="Laiwu", site_name_zh="莱芜", kind="waste_permit", number="91-1",
    organization_id=3, organization_en="Works", organization_zh="工厂", valid_from=TODAY,
    valid_until=TODAY, days_left=0, badge="ends_7", ways=("store", "utilize"), codes=("10 01 17",),
    yearly_quota_g=grams(500), reserved_g=grams(100), used_g=grams(50), left_g=grams(350),
    state="verified", decided_at=NOON, decided_for_en="Operator", decided_for_zh=None, refusal=None,
    ended_at=None, upload_id=4, upload_name="permit.pdf", upload_state="quarantined",
    demonstration=False,
)  # fmt: skip
REFUSED_PAPER = thing(**PAPER.values | {
    "id": 2, "state": "refused", "refusal": "Not readable.", "upload_id": None, "valid_until": None,
    "badge": "", "days_left": None,
})  # fmt: skip
ENDED_PAPER = thing(**PAPER.values | {"id": 3, "state": "ended", "badge": "ended"})
ON_FILE = {
    "rows": [PAPER, REFUSED_PAPER, ENDED_PAPER], "organization_id": 3, "year": 2026,
    "steps": {1: ["end"], 2: ["resubmit", "end"], 3: []},
}  # fmt: skip
QUEUE = {
    "queue": thing(waiting=[PAPER, REFUSED_PAPER], waiting_count=60, decided=[PAPER]),
    "numbers": {1: thing(reason="number_malformed", outcome="forbidden", clause="HJ 608-2017")},
}  # fmt: skip
IDLE = thing(waiting=[], waiting_count=0, decided=[])
TRIED = {"paper_id": 2, "reason": "Not <readable>"}
VERDICT = thing(
    rule="operating_permit", outcome="forbidden", reason="paper_expired",
    clause="Solid Waste Law 2020 art. 80", paper_to_file="hazardous_permit",
)  # fmt: skip
DOSSIER_PAPER = thing(
    kind="waste_permit", number="91-1", valid_from=TODAY, valid_until=None, badge="ended",
    ways=("utilize",), codes=("10 01 17",), yearly_quota_g=grams(500), left_g=grams(20),
    state="verified", decided_on=TODAY, decided_for_en="Operator", decided_for_zh=None,
    demonstration=False,
)  # fmt: skip
DOSSIER = thing(
    organization_id=3, name_en="Works", name_zh="工厂", register="none", country="CN",
    register_number=None, standing="verified", verified_on=TODAY, demonstration=True,
    invented=False, jurisdiction="CN", on=TODAY, sites=[
        thing(number=1, name_en=None, name_zh=None, kind="other", region_en="Jinan",
              region_zh="济南", capacities=(("Ash", grams(9)),), papers=[DOSSIER_PAPER], checks=[
                  thing(code="10 01 17", name_en="Fly ash", name_zh=None, hazardous=True,
                        outcome="forbidden", verdicts=[VERDICT])]),
        thing(number=2, name_en="Laiwu", name_zh="莱芜", kind="other", region_en=None,
              region_zh=None, capacities=(), papers=[], checks=[]),
    ],
)  # fmt: skip
BARE = thing(**DOSSIER.values | {"sites": [], "demonstration": False})
FOUND = {
    "codes": [CODE],
    "materials": [thing(name_en="Fly ash", name_zh="粉煤灰", material_group="bulk",
                        status="derived")],
    "parameters": [thing(name_en="pH", name_zh="pH", symbol="", unit="-", basis="none",
                         status="own_judgement")],
    "specifications": [thing(standard="GB/T 1596", name_en="Fly ash", name_zh="粉煤灰",
                             status="unverified")],
}  # fmt: skip
NOT_ON_THE_MARKET = {
    "draft": "Draft: publish it, and its partners are computed within seconds",
    "paused": "Paused: publish it again, and its partners are computed within seconds",
    "closed": "Closed: it has left the market and has no partners",
}
NOTHING: dict[str, Any] = {"codes": [], "materials": [], "parameters": [], "specifications": []}
ASKED = MarketFilter(side="stream", material=7, within_km="100", price="pays")
SEARCHED = {
    "page": MARKET, "problem": {}, "values": {"q": "Laiwu"}, "filter": ASKED,
    "materials": [rows.MaterialChoice(id=7, name_en="Fly ash", name_zh="粉煤灰")],
}  # fmt: skip
SIGN_IN: dict[str, Any] = {"values": {"next": "/market"}, "problem": {}}
QR = Markup('<svg viewBox="0 0 1 1"></svg>')
POSTER = {"qr_svg": QR, "url": "http://127.0.0.1:8000/streams/160"}

# What each page is handed, by template; a template may be shown in several states.
ENTRY = AuditRow(
    id=7, at=NOON, topic="membership.ended", outcome="refused", role="owner", by_token=True,
    person="8d1c" * 8, organization_id=1, subject_kind="user", subject_id=None,
    subject_person="77aa" * 8, before={"role": "owner", "seat": 1}, after={"role": "viewer"},
    user_id=1, address="203.0.113.7", agent="Firefox", position=3, hash="f0" * 32,
)  # fmt: skip
STRANGER = replace(ENTRY, user_id=None, organization_id=None, by_token=False, position=None)
TRAIL = {
    "page": AuditPage(rows=(ENTRY, STRANGER), older_than=7),
    "filter": AuditFilter(topic="membership", older_than=9),
    "people": {1: "Li Wei"},
    "organizations": {1: "Huaneng Laiwu"},
    "problem": {},
    "values": {},
    "zone": UTC,
}
PRIVACY = {"problem": {}, "values": {}, "keeps": [], "policy": RetentionPolicy()}
PAGES: list[tuple[str, Frame, dict[str, Any]]] = [
    ("shared/problem.html", VISITING, {"problem": {"title": "No.", "status": 403}}),
    ("shared/problem.html", TRADER, {"problem": {"title": "No.", "status": 500, "incident": "a1"}}),
    ("matchmaking/landing.html", VISITING, {"figures": FIGURES, "map_svg": LAND}),
    ("matchmaking/landing.html", TRADER, {"figures": None, "map_svg": LAND}),
    ("matchmaking/landing.html", WATCHING, {"figures": None, "map_svg": LAND}),
    ("matchmaking/market.html", VISITING, SEARCHED),
    ("matchmaking/market.html", TRADER, SEARCHED | {"page": EMPTY}),
    ("matchmaking/market_rows.html", VISITING, SEARCHED),
    ("matchmaking/market_rows.html", VISITING, SEARCHED | {"problem": REFUSED}),
    ("matchmaking/stream.html", TRADER, {"stream": STREAM, "partners": PARTNERS, "may_edit": True}),
    ("matchmaking/stream.html", VISITING, {
        "stream": replace(STREAM, assay=replace(ASSAY, sampled_on=None, valid_until=None)),
        "partners": None, "may_edit": False}),
    ("matchmaking/stream.html", TRADER, {
        "stream": replace(STREAM, assay=None), "partners": NOBODY, "may_edit": True}),
    *((f"matchmaking/{side}.html", TRADER, {
        side: replace(page, state=state), "partners": NOBODY, "may_edit": True})
      for side, page in (("stream", STREAM), ("demand", DEMAND)) for state in NOT_ON_THE_MARKET),
    ("matchmaking/demand.html", TRADER, {
        "demand": DEMAND, "may_edit": True,
        "partners": replace(PARTNERS, partners=(replace(PARTNER, listing=SUPPLY),))}),
    ("matchmaking/demand.html", VISITING, {
        "demand": replace(DEMAND, limits=(), radius_m=None, area=(((36.0, 117.0),),)),
        "partners": replace(NOBODY, considered=3), "may_edit": False}),
    ("matchmaking/poster.html", VISITING, POSTER | {"listing": SUPPLY, "page": STREAM}),
    ("matchmaking/poster.html", VISITING, POSTER | {"listing": WANTED, "page": DEMAND}),
    ("streams/board.html", TRADER, {"rows": BOARD}),
    ("streams/board.html", TRADER, {"rows": []}),
    ("streams/form.html", TRADER, FORM | {"stream_id": None, "version": None}),
    ("streams/form.html", TRADER, KEPT | {"stream_id": 5, "version": 3}),
    ("streams/assay.html", TRADER, FORM | OF_STREAM | {
        "suggestions": [TYPICAL], "reports": [REPORT, WAITING_REPORT]}),
    ("streams/assay.html", TRADER, KEPT | OF_STREAM | {"suggestions": [], "reports": []}),
    ("demands/board.html", TRADER, {"rows": BOARD}),
    ("demands/board.html", TRADER, {"rows": []}),
    ("demands/form.html", TRADER, FORM | {"demand_id": None, "version": None}),
    ("demands/form.html", TRADER, KEPT | {"demand_id": 5, "version": 3}),
    ("places/sites.html", TRADER, {"rows": [SITE]}),
    ("places/sites.html", TRADER, {"rows": []}),
    ("places/form.html", TRADER, FORM),
    ("places/form.html", TRADER, KEPT),
    ("places/options.html", TRADER, {"rows": [
        thing(address="Laiwu, Jinan", lat=36.2, lon=117.6, precision="county")]}),
    ("places/options.html", TRADER, {"rows": []}),
    ("compliance/papers.html", TRADER, FORM | ON_FILE),
    ("compliance/papers.html", TRADER, KEPT | ON_FILE | {"rows": []}),
    ("compliance/queue.html", TRADER, QUEUE | {"tried": {}, "problem": {}}),
    ("compliance/queue.html", TRADER, QUEUE | {"tried": TRIED, "problem": REFUSED}),
    ("compliance/queue.html", TRADER, QUEUE | {"tried": {}, "problem": {}, "queue": IDLE}),
    ("compliance/dossier.html", TRADER, {"dossier": DOSSIER, "digest": "0" * 64}),
    ("compliance/dossier.html", TRADER, {"dossier": BARE, "digest": "0" * 64}),
    ("accounts/audit.html", WATCHING, TRAIL),
    ("accounts/audit.html", WATCHING, TRAIL | {"page": AuditPage(rows=(), older_than=None)}),
    ("accounts/privacy.html", WATCHING, PRIVACY),
    ("accounts/privacy.html", TRADER, PRIVACY | {"keeps": ["Huaneng Laiwu"]}),
    ("accounts/deleted.html", VISITING, {}),
    ("accounts/sign_in.html", VISITING, SIGN_IN),
    ("accounts/sign_in.html", VISITING, SIGN_IN | {"problem": {"title": "No.", "status": 422}}),
    ("catalogue/catalogue.html", VISITING, FOUND | {"q": "fly ash"}),
    ("catalogue/catalogue.html", VISITING, NOTHING | {"q": ""}),
    ("catalogue/code_options.html", VISITING, {"rows": [CODE]}),
    ("catalogue/code_options.html", VISITING, {"rows": []}),
]  # fmt: skip
WALKED = {"matchmaking/park.html"}
PARTS = {  # imported by the pages, never rendered alone
    "shared/page.html", "shared/words.html", "shared/components.html", "shared/fields.html",
    "shared/boards.html", "matchmaking/parts.html", "compliance/words.html",
}  # fmt: skip


def address(endpoint: str, **values: object) -> str:
    assert endpoint in ROUTES
    given = "&".join(f"{name}={value}" for name, value in values.items() if value is not None)
    return f"/{endpoint}?{given}"


def asset(name: str) -> dict[str, str]:
    return {"url": f"/static/vendor/{name}", "integrity": "sha384-none"}


def vehicle_names(mask: int) -> list[tuple[str, str]]:
    return [(names.en, names.zh) for bit, names in VEHICLES.items() if bit & mask]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application of templates alone, with the Chinese texts compiled beside it."""
    compiled = tmp_path_factory.mktemp("translations")
    target = compiled / "zh_Hans_CN/LC_MESSAGES/messages.mo"
    target.parent.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, target.open("wb") as file:
        write_mo(file, read_po(source, locale="zh_Hans_CN"))
    app = Flask(__name__, template_folder=str(TEMPLATES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "TRANSLATIONS", compiled)
        i18n.set_up_languages(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= i18n.FILTERS
    app.jinja_env.globals |= {
        "vendor": asset, "own": lambda name: f"/static/{name}?v=1", "url_for": address,
        "csrf_token": lambda: "token", "vehicle_names": vehicle_names,
        "allowed_files": ALLOWED, "csp_nonce": lambda: "nonce",
    }  # fmt: skip
    return app


Show = Callable[[str, Frame, dict[str, Any], str], str]


@pytest.fixture
def show(site: Flask) -> Show:
    def render(template: str, frame: Frame, context: dict[str, Any], language: str) -> str:
        other = "zh" if language == "en" else "en"
        around = {
            "frame": frame, "language": language, "other_language": other,
            "languages": i18n.LANGUAGES, "currency": "CNY", "tile_url": "", "tile_attribution": "",
        }  # fmt: skip
        headers = {"Cookie": f"{i18n.LANGUAGE_COOKIE}={language}"}
        with site.test_request_context("/market?q=a", headers=headers):
            return render_template(template, **around | context)

    return render


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("template", "frame", "context"), PAGES)
def test_a_template_renders_whole_and_without_inline_style_or_script(
    show: Show, template: str, frame: Frame, context: dict[str, Any], language: str
) -> None:
    assert faults_of(show(template, frame, context, language)) == []


def test_every_template_is_shown_by_these_tests() -> None:
    """Those of accounts are shown as they are, by the walk of tests/app/test_permissions.py."""
    present = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    shown = PARTS | {template for template, _, _ in PAGES}
    assert {name for name in present - shown if not name.startswith("accounts/")} == WALKED
    assert shown <= present


def test_a_price_below_zero_is_said_in_words(show: Show) -> None:
    html = show("matchmaking/market_rows.html", VISITING, SEARCHED, "en")
    assert '<span class="who">seller pays</span> <b>20</b><span class="unit">¥/t</span>' in html
    html = show("matchmaking/market_rows.html", VISITING, SEARCHED, "zh")
    assert '<span class="who">卖方补贴</span> <b>20</b><span class="unit">元/t</span>' in html


def test_a_refused_form_keeps_what_was_typed_and_says_which_field_is_wrong(show: Show) -> None:
    html = show("streams/form.html", TRADER, KEPT | {"stream_id": 5, "version": 3}, "en")
    assert '<a href="#f-months_t-3">Month 4</a>: Write a number.' in html
    assert 'value="many" aria-invalid="true" aria-describedby="e-months_t-3"' in html
    assert '<option value="sludge" selected>sludge</option>' in html
    assert '<span>Apr: <span id="e-months_t-3">Write a number.</span></span>' in html
    assert '<input type="hidden" name="version" value="3">' in html
    ticked = re.findall(r'name="vehicles" value="(\w+)" checked', html)
    assert ticked == ["tipper", "flatbed"]


def test_a_spare_row_of_limits_sends_nothing(show: Show) -> None:
    html = show("demands/form.html", TRADER, FORM | {"demand_id": None, "version": None}, "en")
    assert '<select class="form-select" id="f-limits-0-basis" name="limits-0-basis">' in html
    assert html.count('<option value="" disabled selected>') == 3
    assert 'name="limits-0-hard" value="false">' in html


def test_the_months_of_a_mask_are_named(show: Show) -> None:
    context = {"stream": STREAM, "partners": PARTNERS, "may_edit": True}
    html = show("matchmaking/stream.html", TRADER, context, "en")
    assert "No month in common: Jan, Feb, Mar against no month" in html
    assert "Loads powder tanker; unloads tipper, sealed tipper" in html


@pytest.mark.parametrize(("state", "said"), NOT_ON_THE_MARKET.items())
def test_what_is_not_on_the_market_says_why(show: Show, state: str, said: str) -> None:
    for side, page in (("stream", STREAM), ("demand", DEMAND)):
        context = {side: replace(page, state=state), "partners": NOBODY, "may_edit": True}
        html = show(f"matchmaking/{side}.html", TRADER, context, "en")
        assert f"<h3>{said}</h3>" in html
        assert "<dt>Partners</dt><dd>–</dd>" in html
        sending = re.findall(r'<form method="post" action="([^"]*action=publish[^"]*)">', html)
        wanted = f"/{side}s_pages.submit_action?{side}_id={page.listing.id}&amp;action=publish"
        assert sending == ([] if state == "closed" else [wanted])
        html = show(f"matchmaking/{side}.html", TRADER, context | {"may_edit": False}, "en")
        assert "action=publish" not in html


def test_partners_without_a_test_stand_under_a_heading_of_their_own(show: Show) -> None:
    third = replace(PARTNER, rank=3, strips=(*STRIPS, STRIPS[3], replace(STRIPS[3], hard=False)))
    partners = replace(PARTNERS, partners=(*PARTNERS.partners, third))
    context = {"stream": STREAM, "partners": partners, "may_edit": True}
    html = show("matchmaking/stream.html", TRADER, context, "en")
    shown = re.findall(r'(?<="rank">)\d|(?<="pt-part">)[^<]+|\d tests? missing', html)
    assert " ".join(shown) == "1 Would fit once tested 2 1 test missing 3 2 tests missing"
    html = show("matchmaking/stream.html", TRADER, context, "zh")
    assert re.findall(r"缺 \d 项检测", html) == ["缺 1 项检测", "缺 2 项检测"]


def test_who_may_not_place_anything_is_not_led_to_a_refusal(show: Show) -> None:
    led_to = re.compile(r'href="/((?:streams|demands)_pages\.\w+)')
    for frame, number in ((WATCHING, 0), (VISITING, 5)):
        html = show("matchmaking/landing.html", frame, {"figures": None, "map_svg": LAND}, "en")
        assert len(led_to.findall(html)) == number


def test_filling_in_limits_comes_back_at_the_limits(show: Show) -> None:
    html = show("demands/form.html", TRADER, FORM | {"demand_id": 5, "version": 3}, "en")
    assert 'formaction="/demands_pages.submit_change?demand_id=5#limits"' in html
    assert '<section class="ot-card ed-card" id="limits">' in html


def test_every_text_of_the_templates_has_its_chinese() -> None:
    with CATALOGUE.open("rb") as file:
        messages = [entry for entry in read_po(file, locale="zh_Hans_CN") if entry.id]
    chinese = {_first(entry.id): _first(entry.string) for entry in messages}
    found = extract_from_dir(TEMPLATES, method_map=[("**.html", "jinja2")])
    said = {_first(message) for _, _, message, _, _ in found}
    assert len(said) > 400
    assert [text for text in said if not chinese.get(text)] == []
    for english, text in chinese.items():
        assert sorted(set(PLACES.findall(text))) == sorted(set(PLACES.findall(english))), english
    assert [entry.id for entry in messages if entry.fuzzy] == []


def _first(text: object) -> str:
    """The text itself, or the first of its forms for one and several."""
    return str(text[0] if isinstance(text, tuple | list) else text)
