"""Pages of papers, their verification and the dossier, as a browser meets them."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from app.database import write_transaction
from models.accounts.tables import Organization
from models.compliance.tables import Paper
from models.demands.tables import Demand
from models.places.tables import Site
from models.uploads.tables import Upload
from tests.app.browsing import IN_CHINESE, chinese, marked, send, signed_in
from tests.app.compliance.permits import permit
from tests.conftest import ROOT
from tests.market import make_actor, make_market

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
RULES = sorted((ROOT / "models/compliance/rules").glob("*.py"))


@pytest.fixture
def market(trading):
    """Over the one of the books: here the rows are there for others to read."""
    with write_transaction(trading) as opened:
        return make_market(opened)


def scan():
    """The smallest file that is a PDF for everybody."""
    from pypdf import PdfWriter  # noqa: PLC0415

    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=72, height=72)
    writer.write(target)
    return io.BytesIO(target.getvalue())


def form(market, **changed):
    return {
        "site_id": str(market.recycler_site_id), "kind": "hazardous_permit", "number": "鲁危证 7",
        "valid_from": "2026-01-01", "valid_until": "2030-12-31", "ways": ["utilize", "store"],
        "codes": "772-002-18", "yearly_quota_t": "1200",
    } | changed  # fmt: skip


def papers(trading):
    with trading() as session:
        return {row.number: row for row in session.scalars(select(Paper))}


def test_a_paper_is_filed_with_its_scan_and_shown_with_all_it_allows(app, market, trading):
    client = signed_in(app, "recycler")
    sent = form(market) | {"document": (scan(), "permit.pdf")}
    answer = send(client, "/papers", sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/papers")
    paper = papers(trading)["鲁危证 7"]
    assert (paper.state, paper.yearly_quota_g) == ("unverified", 1_200_000_000)
    with trading() as session:
        upload = session.get(Upload, paper.upload_id)
        assert (upload.name, upload.purpose) == ("permit.pdf", "permit")
    page = client.get("/papers").text
    for shown in ("鲁危证 7", "not yet verified", "store, utilize", "772-002-18", "permit.pdf",
                  "1,200"):  # fmt: skip
        assert shown in page
    assert chinese("not yet verified") in client.get("/papers", headers=IN_CHINESE).text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ways": []}, "ways"),
        ({"ways": ["burn"]}, "ways"),
        ({"yearly_quota_t": "many"}, "yearly_quota_t"),
        ({"valid_until": "2025-01-01"}, "valid_until"),
        ({"codes": "HW99"}, "codes"),
        ({"state": "verified"}, "state"),
        ({"upload_id": "1"}, "upload_id"),
    ],
)
def test_a_bad_paper_is_refused_by_field_and_nothing_is_filed(app, market, trading, changed, field):
    before = set(papers(trading))
    answer = send(signed_in(app, "recycler"), "/papers", form(market, **changed))
    assert answer.status_code == 422
    assert f"#f-{field}" in answer.text
    assert set(papers(trading)) == before


def test_what_is_no_scan_is_refused_at_its_field(app, market, trading):
    before = set(papers(trading))
    sent = form(market) | {"document": (io.BytesIO(b"<script>"), "permit.pdf")}
    answer = send(signed_in(app, "recycler"), "/papers", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "document" in marked(answer.text)
    assert set(papers(trading)) == before


def test_a_file_is_added_later_and_not_exchanged(app, market, trading):
    client = signed_in(app, "recycler")
    send(client, "/papers", form(market))
    paper = papers(trading)["鲁危证 7"]
    path = f"/papers/{paper.id}/document"
    for status in (303, 409):
        answer = send(
            client, path, {"document": (scan(), "p.pdf")}, content_type="multipart/form-data"
        )
        assert answer.status_code == status
    assert send(client, path, {}).status_code == 422
    foreign = send(signed_in(app, "stranger"), path, {"document": (scan(), "p.pdf")},
                   content_type="multipart/form-data")  # fmt: skip
    assert foreign.status_code == 404


def test_the_operator_verifies_what_the_recycler_filed_and_the_recycler_ends_it(
    app, market, trading
):
    recycler, operator = signed_in(app, "recycler"), signed_in(app, "operator")
    send(recycler, "/papers", form(market))
    paper = papers(trading)["鲁危证 7"]
    queue = operator.get("/verification/papers").text
    assert "鲁危证 7" in queue
    assert "recycler" in queue
    answer = send(operator, f"/verification/papers/{paper.id}/verify", {})
    assert (answer.status_code, papers(trading)["鲁危证 7"].state) == (303, "verified")
    assert send(operator, f"/verification/papers/{paper.id}/verify", {}).status_code == 409
    assert "verified by the operator" in recycler.get("/papers").text
    assert send(recycler, f"/papers/{paper.id}/end", {}).status_code == 303
    assert papers(trading)["鲁危证 7"].state == "ended"


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(app, market, trading):
    send(signed_in(app, "recycler"), "/papers", form(market))
    paper = papers(trading)["鲁危证 7"]
    operator = signed_in(app, "operator")
    path = f"/verification/papers/{paper.id}/refuse"
    answer = send(operator, path, {"reason": ""})
    assert answer.status_code == 422
    assert "Say what is wrong with the paper." in answer.text
    answer = send(operator, path, {"reason": "<b>bad</b> scan"})
    assert answer.status_code == 422
    assert "&lt;b&gt;bad&lt;/b&gt; scan" in answer.text
    assert papers(trading)["鲁危证 7"].state == "unverified"
    assert send(operator, path, {"reason": "The scan is not readable."}).status_code == 303
    page = signed_in(app, "recycler").get("/papers").text
    assert "The scan is not readable." in page


@pytest.mark.parametrize("action", ["verify", "refuse"])
def test_nobody_but_the_operator_decides(app, market, trading, action):
    send(signed_in(app, "recycler"), "/papers", form(market))
    paper = papers(trading)["鲁危证 7"]
    for name in ("recycler", "factory", "stranger"):
        client = signed_in(app, name)
        assert client.get("/verification/papers").status_code == 403
        path = f"/verification/papers/{paper.id}/{action}"
        assert send(client, path, {"reason": "x"}).status_code == 403
    visitor = app.test_client().get("/verification/papers")
    assert (visitor.status_code, "/sign-in" in visitor.headers["Location"]) == (303, True)
    assert papers(trading)["鲁危证 7"].state == "unverified"


def test_steps_that_are_none_have_no_page(app, market, trading):
    send(signed_in(app, "recycler"), "/papers", form(market))
    paper = papers(trading)["鲁危证 7"]
    assert send(signed_in(app, "recycler"), f"/papers/{paper.id}/verify", {}).status_code == 404
    operator = signed_in(app, "operator")
    assert send(operator, f"/verification/papers/{paper.id}/end", {}).status_code == 404
    assert send(signed_in(app, "stranger"), f"/papers/{paper.id}/end", {}).status_code == 404
    assert papers(trading)["鲁危证 7"].state == "unverified"


def dossier_path(market, *, pdf=False):
    return f"/organizations/{market.recycler.organization_id}/dossier" + (".pdf" if pdf else "")


@pytest.mark.parametrize("pdf", [False, True])
def test_who_considers_a_receiver_reads_its_dossier_and_strangers_do_not_learn_of_it(
    app, market, trading, pdf
):
    path = dossier_path(market, pdf=pdf)
    for name in ("factory", "recycler", "operator", "stranger"):
        assert signed_in(app, name).get(path).status_code == 200
    assert app.test_client().get(path).status_code == 303
    with write_transaction(trading) as session:
        # Whoever has not been verified yet is not let near the papers of others.
        session.execute(
            update(Organization)
            .where(Organization.id == market.stranger.organization_id)
            .values(standing="new", verified_at=None)
        )
    assert signed_in(app, "stranger").get(path).status_code == 404
    with write_transaction(trading) as session:
        session.execute(update(Demand).values(state="paused"))
    assert [signed_in(app, name).get(path).status_code for name in
            ("factory", "recycler", "operator")] == [404, 200, 200]  # fmt: skip
    nobody = signed_in(app, "factory").get(path.replace(str(market.recycler.organization_id), "99"))
    assert nobody.status_code == 404


def test_the_dossier_says_what_is_on_file_and_what_the_law_says_of_it(app, market, trading):
    with write_transaction(trading) as session:
        session.execute(update(Paper).values(valid_until=None))
    page = signed_in(app, "factory").get(dossier_path(market)).text
    for shown in ("eia_approval-1", "discharge_permit-1", "900-001-S02", "24,000",
                  "the operator has not verified the paper yet", "Solid Waste Law 2020 art. 37",
                  "proof needed"):  # fmt: skip
        assert shown in page, shown
    operator = signed_in(app, "operator")
    for paper in papers(trading).values():
        assert send(operator, f"/verification/papers/{paper.id}/verify", {}).status_code == 303
    page = signed_in(app, "factory").get(dossier_path(market), headers=IN_CHINESE).text
    assert chinese("a verified paper is on file") in page
    assert chinese("the operator has not verified the paper yet") not in page


def text_of(pdf):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_sheet_embeds_its_fonts_and_says_the_same_in_both_languages(app, market):
    client = signed_in(app, "factory")
    digests = set()
    for language, title in (("en", "Trustee dossier"), ("zh-CN", "受托方核实档案")):
        answer = client.get(dossier_path(market, pdf=True), headers={"Accept-Language": language})
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.data.startswith(b"%PDF-")
        reader = PdfReader(io.BytesIO(answer.data))
        fonts = [
            font.get_object() for page in reader.pages
            for font in page["/Resources"]["/Font"].values()
        ]  # fmt: skip
        assert fonts
        for font in fonts:
            (inner,) = font["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
        assert reader.metadata.title == f"{title} – recycler"
        page = client.get(dossier_path(market), headers={"Accept-Language": language}).text
        digests.add(page.partition("<code>")[2].partition("</code>")[0])
    (digest,) = digests
    assert len(digest) == 64
    assert digest in text_of(answer.data).replace("\n", "")


def test_what_is_the_owners_alone_is_not_in_the_dossier(app, market, trading):
    with write_transaction(trading) as session:
        site = session.get(Site, market.recycler_site_id)
        site.blurred, site.name, site.lat, site.lon = True, "Hidden valley works", 36.2034, 117.9012
        session.execute(update(Demand).values(price_minor_per_tonne=98_765))
        refused = permit(session, market, "REFUSED-1")
        refused.state, refused.refusal = "refused", "smudged"
    client = signed_in(app, "factory")
    page = client.get(dossier_path(market)).text
    sheet = text_of(client.get(dossier_path(market, pdf=True)).data)
    for secret in ("Hidden valley", "36.20", "117.90", "987.65", "REFUSED-1", "smudged"):
        assert secret not in page
        assert secret not in sheet
    assert "Site 1" in page


def test_names_that_look_like_markup_of_the_sheet_are_set_as_they_are(app, market, trading):
    with write_transaction(trading) as session:
        organization = session.get(Organization, market.recycler.organization_id)
        organization.name = '#read("/etc/passwd") *bold* $x$ \\ "q"'
        make_actor(session, "another")
    sheet = signed_in(app, "factory").get(dossier_path(market, pdf=True))
    assert sheet.status_code == 200
    assert '#read("/etc/passwd")' in PdfReader(io.BytesIO(sheet.data)).metadata.title


def literals(keyword):
    return {
        node.value.value
        for path in RULES
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == keyword
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


@pytest.mark.parametrize(
    ("table", "keyword"),
    [("RULES", "rule"), ("REASONS", "reason"), ("TO_FILE", "paper_to_file")],
)
def test_everything_a_rule_can_say_has_its_words(app, table, keyword):
    with app.test_request_context():
        words = app.jinja_env.get_template("compliance/words.html").make_module()
        assert literals(keyword) - set(getattr(words, table)) == set()


def test_the_partner_card_leads_to_the_dossier_and_says_what_is_not_verified(app, market, trading):
    from app.matchmaking.services import refresh_market  # noqa: PLC0415
    from models.permissions import SYSTEM  # noqa: PLC0415
    from tests.market import MATCHING, NOON  # noqa: PLC0415

    with write_transaction(trading) as session:
        session.execute(update(Paper).values(valid_until=None))
        refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)
    path = f"/streams/{market.stream_id}"
    page = signed_in(app, "factory").get(path).text
    assert dossier_path(market) in page
    assert "Papers not yet verified" in page
    with write_transaction(trading) as session:
        session.execute(update(Paper).values(state="verified", decided_at=NOON))
    assert "Papers not yet verified" not in signed_in(app, "factory").get(path).text
