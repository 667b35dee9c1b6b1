"""The virus scanner is asked by a job, outside of any lock, until it answers."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import SessionFactory, prepare_to_write, write_transaction
from app.journal.inputs import JobKind
from app.settings import Settings, UploadPolicy
from app.uploads.inputs import ScanUpload, SweepUploads
from app.uploads.jobs import UploadJobs
from app.uploads.services import find_virus, inspect_file, path_of, store_upload
from app.uploads.services.scanning import ScannerSilent
from app.wiring import SCHEDULES, job_kinds
from app.worker import run_due_jobs
from models.journal.tables import Job
from models.uploads.content import Purpose
from models.uploads.tables import Upload
from tests import files
from tests.app.uploads.scanner import EICAR, FakeClamd, fake_clamd
from tests.market import NOON, Market

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    listener = socket.create_server(("127.0.0.1", 0))
    with fake_clamd(listener, f"127.0.0.1:{listener.getsockname()[1]}") as served:
        yield served


def stored(trading: SessionFactory, market: Market, policy: UploadPolicy, content: bytes) -> int:
    file = inspect_file(
        files.sent("a.csv", content), purpose=Purpose.ASSAY, field="report", policy=policy
    )
    with write_transaction(trading) as session:
        return store_upload(session, file, actor=market.factory, now=NOON, policy=policy).id


def kinds_of(policy: UploadPolicy) -> dict[str, JobKind]:
    jobs = UploadJobs(policy)
    return {
        ScanUpload.kind: JobKind(ScanUpload, jobs.note_answer, prepare=jobs.ask_scanner),
        SweepUploads.kind: JobKind(SweepUploads, jobs.rescan, prepare=jobs.remove_strays),
    }


def found(trading: SessionFactory, upload_id: int) -> tuple[str, str | None]:
    with trading() as session:
        upload = session.get_one(Upload, upload_id)
        return upload.state, upload.refusal


def test_the_scanner_passes_one_file_and_refuses_another(
    trading: SessionFactory, market: Market, clamd: FakeClamd, tmp_path: Path
) -> None:
    policy = UploadPolicy(folder=tmp_path / "uploads", clamd=clamd.address)
    clean = stored(trading, market, policy, b"a,b\n" * 30_000)  # several pieces
    caught = stored(trading, market, policy, b"a," + EICAR + b"\n")
    assert run_due_jobs(trading, kinds_of(policy), now=NOON) >= 2
    assert found(trading, clean) == ("clean", None)
    assert found(trading, caught) == ("refused", "Eicar-Test-Signature")
    assert sorted(len(heard) for heard in clamd.heard) == sorted((120_000, len(EICAR) + 3))


def test_a_file_stays_in_quarantine_while_the_scanner_is_silent(
    trading: SessionFactory, market: Market, clamd: FakeClamd, tmp_path: Path
) -> None:
    policy = UploadPolicy(folder=tmp_path / "uploads", clamd=clamd.address)
    upload_id = stored(trading, market, policy, b"a,b\n")
    for said in (
        b"INSTREAM size limit exceeded. ERROR\0",
        b"",
        b"stream: \0",
        b"OK\0",
        b"\xff" * 9,
    ):
        clamd.answer = said
        with pytest.raises(ScannerSilent):
            find_virus(path_of(policy.folder, key_of(trading, upload_id)), clamd.address)
    run_due_jobs(trading, kinds_of(policy), now=NOON)
    assert found(trading, upload_id) == ("quarantined", None)
    with trading() as session:
        job = session.scalars(select(Job).where(Job.kind == "uploads.scan")).one()
        assert job.run_at > NOON
        assert "ScannerSilent" in str(job.last_error)
    clamd.answer = None
    run_due_jobs(trading, kinds_of(policy), now=NOON + timedelta(days=1))
    assert found(trading, upload_id) == ("clean", None)


def key_of(trading: SessionFactory, upload_id: int) -> str:
    with trading() as session:
        return session.get_one(Upload, upload_id).storage_key


def test_a_scanner_may_listen_on_a_socket_of_the_machine(facts_url: str, tmp_path: Path) -> None:
    address = str(tmp_path / "clamd.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    (tmp_path / "file").write_bytes(EICAR)
    with fake_clamd(listener, address):
        assert find_virus(tmp_path / "file", address) == "Eicar-Test-Signature"
    with pytest.raises(ScannerSilent):
        find_virus(tmp_path / "file", str(tmp_path / "nobody.sock"))


def test_a_scanner_that_was_given_up_leaves_the_inspection_to_go_by(
    trading: SessionFactory, market: Market, tmp_path: Path
) -> None:
    before = UploadPolicy(folder=tmp_path / "uploads", clamd="127.0.0.1:1")
    upload_id = stored(trading, market, before, b"a,b\n")
    run_due_jobs(trading, kinds_of(UploadPolicy(folder=before.folder)), now=NOON)
    assert found(trading, upload_id) == ("clean", None)


def test_an_answer_that_comes_twice_counts_once(
    trading: SessionFactory, market: Market, clamd: FakeClamd, tmp_path: Path
) -> None:
    policy = UploadPolicy(folder=tmp_path / "uploads", clamd=clamd.address)
    upload_id = stored(trading, market, policy, b"a,b\n")
    jobs = UploadJobs(policy)
    answers = [
        jobs.ask_scanner(trading, ScanUpload(upload_id=upload_id), NOON),
        ScanUpload(upload_id=upload_id, asked=True, found="Late"),
        ScanUpload(upload_id=upload_id),
    ]
    for answer in answers:
        with write_transaction(trading) as session:
            jobs.note_answer(session, answer, NOON)
    assert found(trading, upload_id) == ("clean", None)
    assert jobs.ask_scanner(trading, ScanUpload(upload_id=upload_id), NOON).asked is False


def test_a_form_that_was_refused_leaves_nothing_for_long(
    trading: SessionFactory, market: Market, tmp_path: Path
) -> None:
    policy = UploadPolicy(folder=tmp_path / "uploads")
    file = inspect_file(
        files.sent("a.pdf", files.pdf()), purpose=Purpose.PERMIT, field="x", policy=policy
    )
    with trading() as session:
        prepare_to_write(session)
        store_upload(session, file, actor=market.factory, now=NOON, policy=policy)
        session.rollback()
    path = path_of(policy.folder, file.storage_key)
    assert path.exists()
    os.utime(path, ((NOON - timedelta(hours=2)).timestamp(),) * 2)
    UploadJobs(policy).remove_strays(trading, SweepUploads(), NOON)
    assert not path.exists()


def test_a_worker_knows_these_jobs_and_sweeps_every_night(facts_url: str, tmp_path: Path) -> None:
    kinds = job_kinds(Settings(DATABASE_URL=facts_url, instance=tmp_path))
    assert {ScanUpload.kind, SweepUploads.kind} <= set(kinds)
    (sweep,) = (each for each in SCHEDULES if isinstance(each.command, SweepUploads))
    assert sweep.every == timedelta(days=1)
