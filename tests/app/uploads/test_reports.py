"""The report of a laboratory comes with its assay, or neither is kept."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from app.database import SessionFactory
from models.streams.tables import Assay, AssayReport
from models.uploads.tables import Upload
from tests import files
from tests.app.browsing import marked, signed_in, token_of
from tests.market import Market

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


def sent(client: FlaskClient, market: Market, content: bytes, **changed: Any) -> TestResponse:
    form = {
        "csrf_token": token_of(client),
        "sampled_on": "2026-05-02",
        "valid_until": "2031-05-01",
        "laboratory": "Works laboratory",
        "provenance": "own_laboratory",
        "basis": "dry",
        "moisture": "0.5",
        "values-0-parameter": "1",
        "values-0-typical": "4.2",
        "report": FileStorage(BytesIO(content), filename="报告.pdf", name="report"),
    } | changed
    return client.post(f"/streams/{market.stream_id}/assays/new", data=form)


def counted(trading: SessionFactory) -> tuple[int, int, int]:
    with trading() as session:
        found = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Assay, AssayReport, Upload)
        ]
    return found[0] or 0, found[1] or 0, found[2] or 0


def test_a_report_is_filed_with_its_assay_and_read_by_its_owner(
    app: Flask, market: Market, trading: SessionFactory
) -> None:
    client = signed_in(app, "factory")
    assert counted(trading) == (1, 0, 0)
    answer = sent(client, market, files.pdf())
    assert answer.status_code == 303, marked(answer.text)
    assert counted(trading) == (2, 1, 1)
    page = client.get(f"/streams/{market.stream_id}/assays/new").text
    assert "报告.pdf</a>" in page
    assert 'enctype="multipart/form-data"' in page
    assert 'accept=".pdf,.jpg,.jpeg,.png,.webp,.xlsx,.csv"' in page
    with trading() as session:
        upload = session.scalars(select(Upload)).one()
    assert f'href="/uploads/{upload.id}"' in page
    assert (upload.purpose, upload.organization_id) == ("assay", market.factory.organization_id)
    with client.get(f"/uploads/{upload.id}") as handed:
        assert handed.data == files.pdf()
    assert signed_in(app, "recycler").get(f"/uploads/{upload.id}").status_code == 404


@pytest.mark.parametrize(
    ("content", "changed", "field"),
    [
        (b"%PDF-1.4<script>alert(1)</script>", {}, "report"),
        (files.pdf_with_action("/JavaScript", JS="x"), {}, "report"),
        (files.picture("PNG"), {}, "report"),
        (b"", {}, "report"),
        (files.pdf(), {"sampled_on": "soon"}, "sampled_on"),
        (files.pdf(), {"valid_until": "2026-01-01"}, "valid_until"),
    ],
)
def test_neither_is_kept_when_one_is_refused(
    app: Flask,
    market: Market,
    trading: SessionFactory,
    content: bytes,
    changed: dict[str, str],
    field: str,
) -> None:
    answer = sent(signed_in(app, "factory"), market, content, **changed)
    assert answer.status_code == 422
    assert field in marked(answer.text)
    assert "Choose the file again" in answer.text
    assert counted(trading) == (1, 0, 0)


def test_an_assay_needs_no_report(app: Flask, market: Market, trading: SessionFactory) -> None:
    nothing = FileStorage(BytesIO(b""), filename="", name="report")
    assert sent(signed_in(app, "factory"), market, b"", report=nothing).status_code == 303
    assert counted(trading) == (2, 0, 0)


def test_nobody_files_a_report_for_others(
    app: Flask, market: Market, trading: SessionFactory
) -> None:
    assert sent(signed_in(app, "recycler"), market, files.pdf()).status_code == 403
    assert counted(trading) == (1, 0, 0)
