"""Use cases of streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.accounts.queries.holding import hold_standing
from app.accounts.queries.organizations import standing_of
from app.catalogue.queries import (
    ParameterRow,
    check_material,
    code_ids_of,
    parameters_by_id,
)
from app.clock import day_in
from app.journal.services import record
from app.places.queries.sites import check_own_sites
from app.streams.inputs import AddAssay, ReportFile, StreamTerms
from app.streams.queries import lock_stream
from app.uploads.services import store_upload
from models.accounts.standing import Standing
from models.catalogue.composition import MOISTURE, Reading, check_composition
from models.errors import Conflict, Invalid
from models.permissions import (
    Actor,
    Capability,
    acting_for,
    require,
    require_organization,
    require_owner,
)
from models.quantities import Grams
from models.streams.assays import check_basis, check_dates, check_size
from models.streams.calendar import check_calendar
from models.streams.events import StreamChanged
from models.streams.life import STREAM_MOVES, Action, State, next_move
from models.streams.tables import (
    Assay,
    AssayReport,
    AssayValue,
    Stream,
    StreamClosure,
    StreamMonth,
)

# No place on Earth is further ahead of the others.
FURTHEST_AHEAD: Final = ZoneInfo("Pacific/Kiritimati")


def create_streams(
    session: Session, commands: Sequence[StreamTerms], *, actor: Actor, now: datetime
) -> list[Stream]:
    """Note down streams of one organization as drafts, in the order given."""
    owner_id = require_organization(actor, Capability.MANAGE_STREAMS)
    check_own_sites(session, [command.site_id for command in commands], owner_id=owner_id)
    codes = code_ids_of(session, [command.waste_code for command in commands])
    streams = []
    _check_terms(session, commands)
    for command, code_id in zip(commands, codes, strict=True):
        stream = Stream(organization_id=owner_id, created_at=now, changed_at=now, version=1)
        _write_terms(stream, command, code_id)
        streams.append(stream)
    session.add_all(streams)
    session.flush()
    _write_calendars(session, list(zip(streams, commands, strict=True)))
    return streams


def create_stream(session: Session, command: StreamTerms, *, actor: Actor, now: datetime) -> Stream:
    """Note down one stream as a draft."""
    (stream,) = create_streams(session, [command], actor=actor, now=now)
    return stream


def change_stream(
    session: Session, stream_id: int, command: StreamTerms, *, actor: Actor, now: datetime
) -> Stream:
    """State a stream anew; a change of a published stream takes effect at once."""
    stream = lock_stream(session, stream_id)
    require_owner(actor, Capability.MANAGE_STREAMS, stream.organization_id)
    if command.version is not None and command.version != stream.version:
        raise Conflict("listing-changed", "Somebody changed this in the meantime. Look again.")
    next_move(STREAM_MOVES, stream.known_state, Action.CHANGE)
    check_own_sites(session, [command.site_id], owner_id=stream.organization_id)
    (code_id,) = code_ids_of(session, [command.waste_code])
    _check_terms(session, [command])
    _write_terms(stream, command, code_id)
    session.execute(delete(StreamMonth).where(StreamMonth.stream_id == stream.id))
    session.execute(delete(StreamClosure).where(StreamClosure.stream_id == stream.id))
    _write_calendars(session, [(stream, command)])
    stream.estimated = False  # from now on these are its owner's own figures
    _note_change(session, stream, Action.CHANGE, actor=actor, now=now)
    return stream


def move_stream(
    session: Session, stream_id: int, action: Action, *, actor: Actor, now: datetime
) -> Stream:
    """Publish, pause or close a stream."""
    stream = lock_stream(session, stream_id)
    require_owner(actor, Capability.MANAGE_STREAMS, stream.organization_id)
    move = next_move(STREAM_MOVES, stream.known_state, action)
    require(actor, move.capability)
    if move.target is State.PUBLISHED:
        hold_standing(session, stream.organization_id)
    stream.state = move.target.value
    if move.target is State.PUBLISHED and stream.published_at is None:
        stream.published_at = now
    _note_change(session, stream, action, actor=actor, now=now)
    return stream


def pause_streams_of(session: Session, organization_id: int, *, actor: Actor, now: datetime) -> int:
    """Take what a suspended organization has published off the market; return how much it was.

    It pauses under the organization's own capability, which suspension leaves it.
    """
    require(actor, Capability.VERIFY_ORGANIZATIONS)
    if standing_of(session, organization_id) is not Standing.SUSPENDED:
        return 0  # reinstated before the job came to it
    published = (
        select(Stream.id)
        .where(Stream.organization_id == organization_id, Stream.state == State.PUBLISHED.value)
        .order_by(Stream.id)
    )
    ids = session.scalars(published).all()
    for stream_id in ids:
        move_stream(session, stream_id, Action.PAUSE, actor=acting_for(organization_id), now=now)
    return len(ids)


def add_assay(
    session: Session,
    stream_id: int,
    command: AddAssay,
    *,
    actor: Actor,
    now: datetime,
    report: ReportFile | None = None,
) -> Assay:
    """Put a dated sample on file; from now on the newest valid one counts."""
    stream = lock_stream(session, stream_id)
    require_owner(actor, Capability.MANAGE_STREAMS, stream.organization_id)
    if stream.known_state is State.CLOSED:
        raise Conflict("listing-closed", "A closed listing is not changed any more.")
    checked = check_assay(session, command, now=now)
    (assay,) = write_assays(session, [(stream.id, checked)], now=now)
    if report is not None:
        upload = store_upload(session, report.file, actor=actor, now=now, policy=report.policy)
        session.add(AssayReport(assay_id=assay.id, upload_id=upload.id))
        session.flush()
    _note_change(session, stream, Action.CHANGE, actor=actor, now=now)
    return assay


def check_assay(session: Session, command: AddAssay, *, now: datetime) -> AddAssay:
    """The assay as it is filed; refuse one that contradicts itself or what is possible."""
    # A sample of today is no sample of tomorrow, wherever its works lies.
    today = day_in(FURTHEST_AHEAD, now)
    check_dates(sampled_on=command.sampled_on, valid_until=command.valid_until, today=today)
    parameters = parameters_by_id(session)
    command = _with_moisture(command, parameters)
    check_basis(basis=command.basis, moisture=command.moisture)
    check_size([value.parameter for value in command.values])
    readings = []
    for number, value in enumerate(command.values):
        rule = parameters.get(value.parameter)
        if rule is None:
            raise Invalid(
                "measured-parameter-unknown",
                "The catalogue has no such parameter to measure.",
                field=f"values-{number}-parameter",
            )
        readings.append(Reading.of(rule, value, number))
    check_composition(readings, basis=command.basis, moisture=command.moisture)
    return command


def _with_moisture(command: AddAssay, parameters: Mapping[int, ParameterRow]) -> AddAssay:
    """Values as received are converted by the moisture measured among them, if it stands there.

    Said twice it must be the same: what converts the values is what meets the limit.
    """
    for number, value in enumerate(command.values):
        rule = parameters.get(value.parameter)
        if rule is None or rule.code != MOISTURE:
            continue
        if command.moisture is None and command.basis == "as_received":
            return command.model_copy(update={"moisture": value.typical})
        if command.moisture is not None and command.moisture != value.typical:
            raise Invalid(
                "moisture-twice",
                "The moisture is given twice, with different values.",
                field=f"values-{number}-typical",
            )
    return command


def write_assays(
    session: Session,
    assays: Sequence[tuple[int, AddAssay]],
    *,
    now: datetime,
    estimated: bool = False,
) -> list[Assay]:
    """Store checked assays, each with the id of its stream."""
    rows = [
        Assay(
            stream_id=stream_id,
            sampled_on=command.sampled_on,
            valid_until=command.valid_until,
            laboratory=command.laboratory,
            sampling_plan=command.sampling_plan,
            provenance=command.provenance,
            basis=command.basis,
            moisture_millionths=command.moisture,
            estimated=estimated,
            created_at=now,
        )
        for stream_id, command in assays
    ]
    session.add_all(rows)
    session.flush()
    values = [
        {
            "assay_id": row.id,
            "parameter_id": value.parameter,
            "typical_millionths": value.typical,
            "minimum_millionths": value.minimum,
            "maximum_millionths": value.maximum,
            "deviation_millionths": value.deviation,
            "method": value.method,
        }
        for row, (_, command) in zip(rows, assays, strict=True)
        for value in command.values
    ]
    if values:
        session.execute(insert(AssayValue), values)
    return rows


def adopt_streams(
    session: Session, streams: Sequence[Stream], keys: Sequence[str], *, now: datetime
) -> None:
    """Publish drafts that an import made of estimates; the importer has the market matched."""
    for stream, key in zip(streams, keys, strict=True):
        stream.state = next_move(STREAM_MOVES, stream.known_state, Action.PUBLISH).target.value
        stream.published_at = now
        stream.estimated = True
        stream.external_key = key
    session.flush()


def _check_terms(session: Session, commands: Sequence[StreamTerms]) -> None:
    for command in commands:
        check_calendar(command.months_g, command.closure_rules())
        stock, limit = command.stock_g, command.storage_limit_g
        if stock is not None and limit is not None and stock > limit:
            raise Invalid(
                "stock-above-limit", "There is more in stock than the store holds.", field="stock_t"
            )
    for material_id in {command.material_id for command in commands}:
        check_material(session, material_id)


def _write_terms(stream: Stream, command: StreamTerms, code_id: int) -> None:
    stream.site_id = command.site_id
    stream.waste_code_id = code_id
    stream.material_id = command.material_id
    stream.name = command.name
    stream.description = command.description
    stream.physical_form = command.physical_form
    stream.rhythm = command.rhythm
    stream.legal_status = command.legal_status
    stream.visibility = command.visibility
    stream.vehicles = command.vehicle_bits
    stream.ask_minor_per_tonne = command.ask_minor_per_tonne
    stream.vat_included = command.vat_included
    stream.year_g = Grams(sum(command.months_g))
    stream.delivery_term = command.delivery_term
    stream.stock_g = command.stock_g
    stream.storage_limit_g = command.storage_limit_g


def _write_calendars(session: Session, stated: Sequence[tuple[Stream, StreamTerms]]) -> None:
    months = [
        {"stream_id": stream.id, "month": month, "mass_g": mass_g}
        for stream, command in stated
        for month, mass_g in enumerate(command.months_g, start=1)
    ]
    session.execute(insert(StreamMonth), months)
    closures = [
        {"stream_id": stream.id} | closure.model_dump()
        for stream, command in stated
        for closure in command.closures
    ]
    if closures:
        session.execute(insert(StreamClosure), closures)


def _note_change(
    session: Session, stream: Stream, action: Action, *, actor: Actor, now: datetime
) -> None:
    stream.version += 1
    stream.changed_at = now
    session.flush()
    event = StreamChanged(stream_id=stream.id, action=action.value, version=stream.version)
    record(session, event, now=now, actor=actor)
