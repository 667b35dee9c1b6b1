"""Jobs of uploads: the virus scanner is asked and the folder swept outside of any lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.database import SessionFactory
from app.settings import UploadPolicy
from app.uploads.inputs import ScanUpload, SweepUploads
from app.uploads.queries import waiting_key
from app.uploads.services import (
    find_virus,
    judge_upload,
    path_of,
    remove_strays,
    rescan_uploads,
)
from models.permissions import SYSTEM


@dataclass(frozen=True, slots=True)
class UploadJobs:
    policy: UploadPolicy

    def ask_scanner(
        self,
        sessions: SessionFactory,
        command: ScanUpload,
        now: datetime,  # noqa: ARG002  (the signature of a preparation)
    ) -> ScanUpload:
        with sessions() as session:
            key = waiting_key(session, command.upload_id)
        if key is None:
            return command
        # An installation that gave its scanner up has nothing but the inspection to go by.
        path, clamd = path_of(self.policy.folder, key), self.policy.clamd
        found = find_virus(path, clamd) if clamd else None
        return ScanUpload(upload_id=command.upload_id, asked=True, found=found)

    def note_answer(self, session: Session, command: ScanUpload, now: datetime) -> None:
        if command.asked and waiting_key(session, command.upload_id) is not None:
            judge_upload(session, command.upload_id, command.found, actor=SYSTEM, now=now)

    def remove_strays(
        self, sessions: SessionFactory, command: SweepUploads, now: datetime
    ) -> SweepUploads:
        with sessions() as session:
            remove_strays(session, actor=SYSTEM, now=now, policy=self.policy)
        return command

    def rescan(self, session: Session, command: SweepUploads, now: datetime) -> None:  # noqa: ARG002
        rescan_uploads(session, actor=SYSTEM, now=now)
