"""Who is connected to whom: edges, reactions, jobs, schedule. Everything that points upward."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from click import Command, Group
from flask import Blueprint
from sqlalchemy.orm import sessionmaker

from app.accounts.api import accounts_api
from app.accounts.commands import person_command, register_command
from app.accounts.inputs.privacy import PurgeAccounts
from app.accounts.jobs import AccountJobs
from app.accounts.pages import accounts_pages, set_up_sign_in
from app.accounts.pages.audit import audit_pages
from app.accounts.pages.blueprints import driver_pages, operator_pages, organization_pages
from app.accounts.pages.privacy import privacy_pages
from app.catalogue.pages import catalogue_pages
from app.compliance.inputs import WarnOfEndings
from app.compliance.jobs import ComplianceJobs
from app.compliance.pages import compliance_pages, dossier_pages, verification_pages
from app.database import SessionFactory, open_engine
from app.demands.inputs import PauseDemands
from app.demands.jobs import run_pause_demands
from app.demands.pages import demands_pages
from app.demands.queries import stated_capacities
from app.demonstration.commands import demo_code_command, demo_command
from app.journal.commands import doctor_command
from app.journal.inputs import JobKind, PurgeJournal, Routine, ScheduledCommand, SendMessage
from app.journal.jobs import JournalJobs
from app.journal.pages import journal_pages
from app.journal.queries import is_entry_pending
from app.journal.queries.health import JOURNAL_CHECKS, Check
from app.journal.services import Subscriptions, chain_waiting_entries, senders_for
from app.matchmaking.commands import match_command
from app.matchmaking.inputs import RefreshDemand, RefreshMarket, RefreshSite, RefreshStream
from app.matchmaking.jobs import MatchingJobs
from app.matchmaking.pages import matchmaking_pages
from app.places.commands import import_roads_command
from app.places.pages import places_pages
from app.settings import Settings
from app.streams.inputs import PauseStreams
from app.streams.jobs import run_pause_streams
from app.streams.pages import streams_pages
from app.uploads.inputs import ScanUpload, SweepUploads
from app.uploads.jobs import UploadJobs
from app.uploads.pages import uploads_pages
from models.accounts.events import OrganizationSuspended
from models.compliance.events import (
    PaperEnded,
    PaperEvent,
    PaperFiled,
    PaperRefused,
    PaperResubmitted,
    PaperVerified,
    QuotaTurned,
)
from models.demands.events import DemandChanged
from models.streams.events import StreamChanged

PAGES: Final[tuple[Blueprint, ...]] = (
    journal_pages,
    accounts_pages,
    audit_pages,
    privacy_pages,
    organization_pages,
    operator_pages,
    driver_pages,
    accounts_api,
    catalogue_pages,
    places_pages,
    compliance_pages,
    verification_pages,
    dossier_pages(stated_capacities),
    streams_pages,
    demands_pages,
    matchmaking_pages,
    uploads_pages,
)
# Connected once the application has its settings, its languages and its protection of forms.
FLOWS: Final = (set_up_sign_in,)
IMPORTS: Final = Group(
    "import",
    commands=[import_roads_command],
    help="Bring what is in a file into this installation.",
)
# What `offtake doctor` looks at: another feature adds a line.
CHECKS: Final[tuple[Check, ...]] = (*JOURNAL_CHECKS,)
COMMANDS: Final[tuple[Command, ...]] = (
    doctor_command(CHECKS),
    register_command,
    person_command,
    demo_command,
    demo_code_command,
    match_command,
    IMPORTS,
)
# Nightly in the market's zone: 18:10 UTC is ten past two in China.
NIGHTLY: Final = datetime(2026, 1, 1, 18, 10, tzinfo=UTC)
SCHEDULES: Final[tuple[ScheduledCommand, ...]] = (
    ScheduledCommand(
        name="refresh the market",
        command=RefreshMarket(),
        every=timedelta(days=1),
        any_occurrence=NIGHTLY,
    ),
    ScheduledCommand(
        name="purge the journal",
        command=PurgeJournal(),
        every=timedelta(days=1),
        any_occurrence=NIGHTLY + timedelta(minutes=20),
    ),
    ScheduledCommand(
        name="purge the accounts",
        command=PurgeAccounts(),
        every=timedelta(days=1),
        any_occurrence=NIGHTLY + timedelta(minutes=25),
    ),
    ScheduledCommand(
        name="warn of papers that end",
        command=WarnOfEndings(),
        every=timedelta(days=1),
        any_occurrence=NIGHTLY + timedelta(minutes=30),
    ),
    ScheduledCommand(
        name="sweep the uploads",
        command=SweepUploads(),
        every=timedelta(days=1),
        any_occurrence=NIGHTLY + timedelta(minutes=40),
    ),
)


# What a worker looks after between jobs.
ROUTINES: Final[tuple[Routine, ...]] = (
    Routine(name="chain the audit", is_due=is_entry_pending, run=chain_waiting_entries),
)


def job_kinds(settings: Settings) -> Mapping[str, JobKind]:
    """Every kind of job that a worker of this installation carries out."""
    matching = MatchingJobs(settings.matching)
    compliance = ComplianceJobs(settings.compliance)
    uploads = UploadJobs(settings.uploads)
    journal = JournalJobs(settings.retention, senders_for(settings.messages))
    return {
        PurgeJournal.kind: JobKind(PurgeJournal, journal.purge),
        PurgeAccounts.kind: JobKind(PurgeAccounts, AccountJobs(settings.retention).purge),
        SendMessage.kind: JobKind(SendMessage, journal.note_sent, prepare=journal.hand_over),
        ScanUpload.kind: JobKind(ScanUpload, uploads.note_answer, prepare=uploads.ask_scanner),
        SweepUploads.kind: JobKind(SweepUploads, uploads.rescan, prepare=uploads.remove_strays),
        WarnOfEndings.kind: JobKind(WarnOfEndings, compliance.warn_of_endings),
        PauseStreams.kind: JobKind(PauseStreams, run_pause_streams),
        PauseDemands.kind: JobKind(PauseDemands, run_pause_demands),
        RefreshStream.kind: JobKind(RefreshStream, matching.refresh_stream),
        RefreshDemand.kind: JobKind(RefreshDemand, matching.refresh_demand),
        RefreshSite.kind: JobKind(RefreshSite, matching.refresh_site),
        RefreshMarket.kind: JobKind(RefreshMarket, matching.refresh_market),
    }


# After each of them a site may receive other wastes than before.
RIGHTS_MOVE: Final[tuple[type[PaperEvent | QuotaTurned], ...]] = (
    PaperFiled, PaperVerified, PaperRefused, PaperResubmitted, PaperEnded, QuotaTurned,
)  # fmt: skip


def subscriptions() -> Subscriptions:
    wanted = Subscriptions()
    wanted.react(StreamChanged, lambda event: RefreshStream(stream_id=event.stream_id))
    wanted.react(DemandChanged, lambda event: RefreshDemand(demand_id=event.demand_id))
    wanted.react(
        OrganizationSuspended, lambda event: PauseStreams(organization_id=event.organization_id)
    )
    wanted.react(
        OrganizationSuspended, lambda event: PauseDemands(organization_id=event.organization_id)
    )
    for moves_rights in RIGHTS_MOVE:
        wanted.react(moves_rights, lambda event: RefreshSite(site_id=event.site_id))
    return wanted


def open_sessions(database_url: str, pseudonym_key: bytes = b"") -> SessionFactory:
    """The only way to sessions: they know who wants to hear of which event.

    `pseudonym_key` names people in the audit trail. Only a session that nobody acts in may do
    without one.
    """
    known = subscriptions().as_session_info(pseudonym_key)
    return sessionmaker(open_engine(database_url), info=known)
