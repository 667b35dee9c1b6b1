"""Files are put on file whole, shared by their owner, and swept up when nobody wants them."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.settings import UploadPolicy
from app.uploads.inputs import InspectedFile
from app.uploads.queries import readable_upload, upload_rows
from app.uploads.services import (
    inspect_file,
    judge_upload,
    path_of,
    remove_strays,
    rescan_uploads,
    share_upload,
    store_upload,
)
from models.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from models.journal.tables import Job, OutboxEvent
from models.permissions import SYSTEM, VISITOR, Actor, Role
from models.uploads.content import FileState, Kind, Purpose, SentFile
from models.uploads.tables import Upload, UploadShare
from tests import files
from tests.app.streams import books as kept
from tests.market import NOON

books, market, session = kept.books, kept.market, kept.session


@pytest.fixture
def policy(tmp_path: Path) -> UploadPolicy:
    return UploadPolicy(folder=tmp_path / "uploads")


@pytest.fixture
def scanned(tmp_path: Path) -> UploadPolicy:
    return UploadPolicy(folder=tmp_path / "uploads", clamd="127.0.0.1:3310")


def inspected(policy, name="permit.pdf", content=None, purpose=Purpose.PERMIT) -> InspectedFile:
    sent = files.sent(name, files.pdf() if content is None else content)
    return inspect_file(sent, purpose=purpose, field="document", policy=policy)


def stored(session, policy, actor) -> Upload:
    return store_upload(session, inspected(policy), actor=actor, now=NOON, policy=policy)


def refused(sent: SentFile | None, purpose: Purpose, policy: UploadPolicy) -> tuple[str, object]:
    with pytest.raises(Invalid) as refusal:
        inspect_file(sent, purpose=purpose, field="report", policy=policy)
    assert not any(policy.folder.rglob("*/*"))
    return refusal.value.code, refusal.value.facts["field"]


def code_of(function, *arguments, **named) -> str:
    with pytest.raises(Refusal) as refusal:
        function(*arguments, **named)
    return refusal.value.code


def lying(policy: UploadPolicy) -> list[Path]:
    return sorted(path for path in policy.folder.rglob("*") if path.is_file())


def test_a_file_lies_under_a_random_name_for_nobody_else_to_read(policy):
    content = files.pdf(2)
    first = inspected(policy, "../../etc/许可证.pdf", content)
    second = inspected(policy, "../../etc/许可证.pdf", content)
    assert first.name == "许可证.pdf"
    assert first.storage_key != second.storage_key
    assert first.sha256 == second.sha256
    path = path_of(policy.folder, first.storage_key)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.suffix == ""
    assert "static" not in path.parts
    assert len(lying(policy)) == 2


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "ab/../../../x", "/etc/passwd", "ab/cd", "", "ab/" + "g" * 38, "ab"]
)
def test_no_stored_name_leads_out_of_the_folder(policy, key):
    with pytest.raises(ValueError, match="not the name"):
        path_of(policy.folder, key)


@pytest.mark.parametrize(
    ("name", "content", "purpose", "kind", "kept_name"),
    [
        ("a.pdf", files.pdf(), Purpose.IDENTITY, Kind.PDF, "a.pdf"),
        ("a.JPG", files.picture("JPEG"), Purpose.PHOTO, Kind.JPEG, "a.jpg"),
        ("a.png", files.picture("PNG"), Purpose.EVIDENCE, Kind.PNG, "a.png"),
        ("a.webp", files.picture("WEBP"), Purpose.PHOTO, Kind.WEBP, "a.webp"),
        ("a.xlsx", files.workbook(), Purpose.ASSAY, Kind.XLSX, "a.xlsx"),
        ("a.csv", "参数,值\n".encode("gb18030"), Purpose.ASSAY, Kind.CSV, "a.csv"),
    ],
)
def test_what_a_purpose_takes_is_known_by_its_content(
    policy, name, content, purpose, kind, kept_name
):
    found = inspected(policy, name, content, purpose)
    assert (found.kind, found.name) == (kind, kept_name)
    kept = path_of(policy.folder, found.storage_key).read_bytes()
    assert found.size_bytes == len(kept)


@pytest.mark.parametrize(
    ("name", "content", "purpose", "code"),
    [
        ("a.pdf", b"", Purpose.PERMIT, "file-empty"),
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 10_000_000, Purpose.PERMIT, "file-large"),
        ("a.exe", b"MZ\x90\x00" + b"\0" * 300, Purpose.PERMIT, "file-kind"),
        ("a.pdf", b"MZ\x90\x00" + b"\0" * 300, Purpose.PERMIT, "file-kind"),
        ("a.html", b"<html><script>alert(1)</script>", Purpose.PERMIT, "file-kind"),
        ("a.svg", b"<svg onload=alert(1)>", Purpose.PHOTO, "file-kind"),
        ("a.gif", files.picture("GIF"), Purpose.PHOTO, "file-kind"),
        ("a.pdf", files.pdf(), Purpose.PHOTO, "file-kind"),
        ("a.xlsx", files.workbook(), Purpose.PERMIT, "file-kind"),
        ("a.csv", b"a,b\n", Purpose.PERMIT, "file-kind"),
        ("a.png", files.pdf(), Purpose.PERMIT, "file-name"),
        ("a.pdf.exe", files.pdf(), Purpose.PERMIT, "file-name"),
        ("a.pdf", files.picture("PNG"), Purpose.PERMIT, "file-name"),
        ("a", files.pdf(), Purpose.PERMIT, "file-name"),
        ("a.pdf", b"%PDF-1.4<script>alert(1)</script>", Purpose.PERMIT, "file-pdf-mixed"),
        ("a.csv", b"<script>", Purpose.ASSAY, "file-csv-markup"),
        ("a.xlsx", files.workbook({"xl/b.xml": b"0" * 9**8}), Purpose.ASSAY, "file-workbook-bomb"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_by_field_and_leaves_nothing(
    policy, name, content, purpose, code
):
    assert refused(files.sent(name, content), purpose, policy) == (code, "report")


def test_no_file_at_all_is_a_refusal_too(policy):
    assert refused(None, Purpose.PERMIT, policy) == ("file-missing", "report")


def test_a_stored_file_is_its_organizations_and_one_event(session, market, policy):
    file = inspected(policy)
    before = session.scalar(select(func.count()).select_from(OutboxEvent))
    upload = store_upload(session, file, actor=market.factory, now=NOON, policy=policy)
    assert upload.organization_id == market.factory.organization_id
    assert upload.uploaded_by == market.factory.user_id
    assert (upload.name, upload.purpose, upload.state) == ("permit.pdf", "permit", "clean")
    assert (upload.content_type, upload.size_bytes) == ("application/pdf", file.size_bytes)
    assert (upload.sha256, upload.storage_key) == (file.sha256, file.storage_key)
    assert session.scalar(select(func.count()).select_from(OutboxEvent)) == before + 1
    assert session.scalar(select(func.count()).where(Job.kind == "uploads.scan")) == 0
    assert upload_rows(session, [upload.id, 999_999])[upload.id].name == "permit.pdf"


@pytest.mark.parametrize("role", [Role.VISITOR, Role.GUEST, Role.VIEWER, Role.AUDITOR, Role.DRIVER])
def test_only_who_may_keep_files_stores_one(session, market, policy, role):
    actor = Actor(user_id=None, organization_id=market.factory.organization_id, role=role)
    file = inspected(policy)
    with pytest.raises(NotAllowed):
        store_upload(session, file, actor=actor, now=NOON, policy=policy)
    assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_an_organization_has_room_for_so_much(session, market, policy):
    file = inspected(policy)
    full = UploadPolicy(folder=policy.folder, organization_max_bytes=2 * file.size_bytes)
    for _ in range(2):
        store_upload(session, inspected(full), actor=market.factory, now=NOON, policy=full)
    found = code_of(store_upload, session, file, actor=market.factory, now=NOON, policy=full)
    assert found == "uploads-full"
    store_upload(session, file, actor=market.recycler, now=NOON, policy=full)


def test_who_may_read_a_file(session, market, policy):
    upload = stored(session, policy, market.factory)

    def seen() -> dict[str, bool]:
        actors = {
            "owner": market.factory,
            "viewer": Actor(
                user_id=None, organization_id=market.factory.organization_id, role=Role.VIEWER
            ),
            "recycler": market.recycler,
            "stranger": market.stranger,
            "operator": market.operator,
            "auditor": Actor(user_id=None, organization_id=None, role=Role.AUDITOR),
            "guest": Actor(
                user_id=None, organization_id=market.factory.organization_id, role=Role.GUEST
            ),
            "visitor": VISITOR,
        }
        found = {}
        for name, actor in actors.items():
            try:
                found[name] = readable_upload(session, upload.id, actor=actor) is upload
            except NotFound:
                found[name] = False
        return found

    nobody = dict.fromkeys(("recycler", "stranger", "guest", "visitor"), False)
    everybody = dict.fromkeys(("owner", "viewer", "operator", "auditor"), True)
    assert seen() == everybody | nobody
    assert market.recycler.organization_id is not None
    readers = [market.recycler.organization_id]
    for _ in range(2):
        share_upload(session, upload.id, readers, actor=market.factory, now=NOON)
    assert seen() == everybody | nobody | {"recycler": True}
    assert session.scalar(select(func.count()).select_from(UploadShare)) == 1


def test_only_the_owner_shares(session, market, policy):
    upload = stored(session, policy, market.factory)
    readers = [market.stranger.organization_id]
    for actor in (market.stranger, market.recycler, market.operator):
        with pytest.raises(NotAllowed):
            share_upload(session, upload.id, readers, actor=actor, now=NOON)
    assert session.scalar(select(func.count()).select_from(UploadShare)) == 0
    found = code_of(share_upload, session, 999_999, readers, actor=market.factory, now=NOON)
    assert found == "upload-unknown"


def test_a_file_waits_in_quarantine_until_the_scanner_has_spoken(session, market, scanned):
    passed, caught = (stored(session, scanned, market.factory) for _ in range(2))
    assert [passed.state, caught.state] == ["quarantined", "quarantined"]
    keys = session.scalars(select(Job.dedupe_key).where(Job.kind == "uploads.scan")).all()
    assert sorted(keys) == [f"scan:{n}:2026-06-01" for n in sorted((passed.id, caught.id))]
    for actor in (market.factory, market.operator):
        assert code_of(readable_upload, session, passed.id, actor=actor) == "upload-quarantined"
    assert code_of(readable_upload, session, passed.id, actor=market.stranger) == "upload-unknown"
    judge_upload(session, passed.id, None, actor=SYSTEM, now=NOON)
    judge_upload(session, caught.id, "Eicar-Test-Signature", actor=SYSTEM, now=NOON)
    assert readable_upload(session, passed.id, actor=market.factory) is passed
    assert code_of(readable_upload, session, caught.id, actor=market.factory) == "upload-refused"
    assert caught.refusal == "Eicar-Test-Signature"
    for upload in (passed, caught):
        with pytest.raises(Conflict):
            judge_upload(session, upload.id, None, actor=SYSTEM, now=NOON)
    with pytest.raises(NotAllowed):
        judge_upload(session, passed.id, None, actor=market.operator, now=NOON)
    assert [passed.state, caught.state] == [FileState.CLEAN.value, FileState.REFUSED.value]


def aged(policy: UploadPolicy, age: timedelta) -> None:
    for path in lying(policy):
        os.utime(path, ((NOON - age).timestamp(),) * 2)


def test_what_has_no_row_is_swept_up_and_what_has_one_stays(session, market, scanned):
    kept, caught = (stored(session, scanned, market.factory) for _ in range(2))
    orphan = inspected(scanned)
    shard = scanned.folder / "ab"
    shard.mkdir(exist_ok=True)
    (shard / ("c" * 38 + ".draft")).write_bytes(b"cut off")
    judge_upload(session, caught.id, "Eicar", actor=SYSTEM, now=NOON)
    aged(scanned, timedelta(minutes=59))
    assert remove_strays(session, actor=SYSTEM, now=NOON, policy=scanned) == ()
    assert len(lying(scanned)) == 4
    aged(scanned, timedelta(minutes=61))
    removed = remove_strays(session, actor=SYSTEM, now=NOON, policy=scanned)
    wanted = {orphan.storage_key, caught.storage_key, "ab/" + "c" * 38 + ".draft"}
    assert set(removed) == wanted
    assert lying(scanned) == [path_of(scanned.folder, kept.storage_key)]
    with pytest.raises(NotAllowed):
        remove_strays(session, actor=market.operator, now=NOON, policy=scanned)


def test_a_file_that_still_waits_is_asked_about_once_a_day(session, market, scanned):
    upload = stored(session, scanned, market.factory)
    assert rescan_uploads(session, actor=SYSTEM, now=NOON + timedelta(minutes=30)) == 0
    for _ in range(2):
        assert rescan_uploads(session, actor=SYSTEM, now=NOON + timedelta(days=1)) == 1
    keys = session.scalars(select(Job.dedupe_key).where(Job.kind == "uploads.scan"))
    assert sorted(keys) == [f"scan:{upload.id}:2026-06-01", f"scan:{upload.id}:2026-06-02"]


def test_a_file_is_looked_into_before_any_session_is_open(policy):
    """It takes no session at all: no client, however slow, holds a lock by it."""
    assert inspected(policy).storage_key
    assert datetime.fromtimestamp(lying(policy)[0].stat().st_mtime, UTC).year > 2020
