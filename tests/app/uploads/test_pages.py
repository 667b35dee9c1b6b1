"""Files are handed out to be saved: to whoever may read them, and never to be run."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from app.database import SessionFactory, write_transaction
from app.uploads.services import inspect_file, path_of, share_upload, store_upload
from models.uploads.content import FileState, Purpose
from models.uploads.tables import Upload
from tests import files
from tests.app.browsing import IN_CHINESE, chinese, signed_in
from tests.market import NOON, Market

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
NAME = '许可证 "2026"; x=y.pdf'
CONTENT = files.pdf(3)


@pytest.fixture
def upload_id(app: Flask, trading: SessionFactory, market: Market) -> int:
    policy = app.extensions["offtake"].settings.uploads
    file = inspect_file(
        files.sent(NAME, CONTENT), purpose=Purpose.PERMIT, field="document", policy=policy
    )
    with write_transaction(trading) as session:
        return store_upload(session, file, actor=market.factory, now=NOON, policy=policy).id


def test_a_file_is_handed_out_to_be_saved_and_not_to_be_shown(app: Flask, upload_id: int) -> None:
    with signed_in(app, "factory").get(f"/uploads/{upload_id}") as answer:
        assert answer.status_code == 200
        assert answer.data == CONTENT
        headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(CONTENT))
    disposition = headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''%E8%AE%B8%E5%8F%AF%E8%AF%81" in disposition
    assert '"2026"' not in disposition
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Last-Modified" not in headers or headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers


def test_what_is_not_yours_does_not_exist(
    app: Flask, upload_id: int, market: Market, trading: SessionFactory
) -> None:
    def seen() -> dict[str, int]:
        found = {"nobody": app.test_client().get(f"/uploads/{upload_id}").status_code}
        for name in ("factory", "recycler", "stranger", "operator"):
            with signed_in(app, name).get(f"/uploads/{upload_id}") as answer:
                found[name] = answer.status_code
                assert (answer.status_code == 200) == (CONTENT in answer.data)
                assert (answer.status_code == 200) == ("attachment" in str(answer.headers))
        return found

    assert seen() == {
        "nobody": 303, "factory": 200, "recycler": 404, "stranger": 404, "operator": 200,
    }  # fmt: skip
    missing = signed_in(app, "stranger").get("/uploads/999999")
    others = signed_in(app, "stranger").get(f"/uploads/{upload_id}")
    assert missing.status_code == others.status_code == 404
    assert "There is no such file." in missing.text
    assert "There is no such file." in others.text
    assert market.recycler.organization_id is not None
    with write_transaction(trading) as session:
        readers = [market.recycler.organization_id]
        share_upload(session, upload_id, readers, actor=market.factory, now=NOON)
    assert seen()["recycler"] == 200
    assert seen()["stranger"] == 404


@pytest.mark.parametrize(
    "path", ["0", "-1", "abc", "1%2F..%2F2", "99999999999999999999", "1.5", ""]
)
def test_nonsense_for_a_number_is_not_found(app: Flask, path: str) -> None:
    assert signed_in(app, "factory").get(f"/uploads/{path}").status_code == 404


@pytest.mark.parametrize("number", ["\u0661", "\uff11", "\u0967"])
def test_a_number_in_an_address_is_written_in_one_set_of_digits(app: Flask, number: str) -> None:
    addresses = app.url_map.bind("localhost")
    assert addresses.match("/uploads/1") == ("uploads_pages.download_upload", {"upload_id": 1})
    with pytest.raises(NotFound):
        addresses.match(f"/uploads/{number}")


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (FileState.QUARANTINED, "This file is still being checked for viruses."),
        (FileState.REFUSED, "This file was refused when it was checked for viruses."),
    ],
)
def test_a_file_that_has_not_passed_is_handed_to_nobody(
    app: Flask, upload_id: int, trading: SessionFactory, state: FileState, message: str
) -> None:
    with write_transaction(trading) as session:
        session.get_one(Upload, upload_id).state = state.value
    for name in ("factory", "operator"):
        answer = signed_in(app, name).get(f"/uploads/{upload_id}", headers=IN_CHINESE)
        assert answer.status_code == 409
        assert chinese(message) in answer.text
        assert CONTENT not in answer.data
    assert signed_in(app, "stranger").get(f"/uploads/{upload_id}").status_code == 404


def test_nothing_of_the_folder_is_reached_by_its_path(
    app: Flask, upload_id: int, trading: SessionFactory
) -> None:
    with trading() as session:
        key = session.get_one(Upload, upload_id).storage_key
    folder: Path = app.extensions["offtake"].settings.uploads.folder
    assert path_of(folder, key).exists()
    client = signed_in(app, "factory")
    for path in (
        f"/uploads/{key}",
        f"/static/../../instance/uploads/{key}",
        f"/static/%2e%2e/%2e%2e/instance/uploads/{key}",
        f"/instance/uploads/{key}",
    ):
        assert client.get(path).status_code == 404, path
