"""Reads of streams for their owners and for other features."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.database import chunks, conditions
from app.fields import INTERNAL_UNITS
from app.streams.inputs import StreamTerms
from app.uploads.queries import UploadRow, upload_rows
from models.catalogue.schemes import possible_codes
from models.catalogue.tables import WasteCode
from models.catalogue.vehicles import vehicle_codes
from models.errors import NotFound
from models.permissions import Actor, Capability, require_organization, require_owner
from models.quantities import Grams, Millionths, MinorPerTonne
from models.streams.assays import Measured
from models.streams.calendar import Closure
from models.streams.life import STREAM_MOVES, possible_actions
from models.streams.tables import (
    Assay,
    AssayReport,
    AssayValue,
    Stream,
    StreamClosure,
    StreamMonth,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRow:
    """One line of the owner's board."""

    id: int
    name: str
    state: str
    year_g: Grams
    ask_minor_per_tonne: MinorPerTonne
    assay_until: date | None
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamDetails:
    """A stream with all that belongs to it, for its editor and its page."""

    stream: Stream
    code: str
    scheme: str
    months_g: tuple[Grams, ...]
    closures: tuple[Closure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingAssay:
    """The assay that counts for a stream: the newest that is still valid."""

    id: int
    stream_id: int
    sampled_on: date
    valid_until: date
    laboratory: str
    provenance: str
    basis: str
    moisture: Millionths | None
    estimated: bool
    values: tuple[Measured, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    sampled_on: date
    laboratory: str
    file: UploadRow


def lock_stream(session: Session, stream_id: int) -> Stream:
    stream = session.get(Stream, stream_id, with_for_update=True)
    if stream is None:
        raise NotFound("stream-unknown", "There is no such stream.")
    return stream


def own_streams(session: Session, *, actor: Actor, today: date) -> list[StreamRow]:
    """The streams of the actor's organization, newest first."""
    owner_id = require_organization(actor, Capability.MANAGE_STREAMS)
    assay_until = (
        select(func.max(Assay.valid_until))
        .where(Assay.stream_id == Stream.id, Assay.sampled_on <= today)
        .scalar_subquery()
    )
    query = (
        select(Stream, assay_until)
        .where(Stream.organization_id == owner_id)
        .order_by(Stream.id.desc())
    )
    return [
        StreamRow(
            id=stream.id,
            name=stream.name,
            state=stream.state,
            year_g=stream.year_g,
            ask_minor_per_tonne=stream.ask_minor_per_tonne,
            assay_until=until,
            actions=tuple(possible_actions(STREAM_MOVES, stream.known_state)),
        )
        for stream, until in session.execute(query)
    ]


def own_stream(session: Session, stream_id: int, *, actor: Actor) -> StreamDetails:
    """One of the actor's own streams."""
    details = stream_details(session, stream_id)
    require_owner(actor, Capability.MANAGE_STREAMS, details.stream.organization_id)
    return details


def stream_details(session: Session, stream_id: int) -> StreamDetails:
    found = session.execute(
        select(Stream, WasteCode.code, WasteCode.scheme)
        .join(WasteCode, WasteCode.id == Stream.waste_code_id)
        .where(Stream.id == stream_id)
    ).first()
    if found is None:
        raise NotFound("stream-unknown", "There is no such stream.")
    stream, code, scheme = found
    months = session.execute(
        select(StreamMonth.month, StreamMonth.mass_g).where(StreamMonth.stream_id == stream.id)
    )
    by_month = dict(months.all())
    return StreamDetails(
        stream=stream,
        code=code,
        scheme=scheme,
        months_g=tuple(by_month.get(month, Grams(0)) for month in range(1, 13)),
        closures=tuple(
            closures_of(session, StreamClosure.stream_id, [stream.id]).get(stream.id, ())
        ),
    )


def unmistakable_code(scheme: str, code: str) -> str:
    """A code as its owner can send it back: under its scheme where several schemes write so."""
    return f"{scheme} {code}" if len(possible_codes(code)) > 1 else code


def terms_of(details: StreamDetails) -> StreamTerms:
    """A stream as its owner would state it anew: what its editor starts from."""
    stream = details.stream
    return StreamTerms.model_validate(
        {
            "name": stream.name,
            "description": stream.description,
            "months_t": list(details.months_g),
            "closures": [
                {"first_day": c.first_day, "last_day": c.last_day, "reason": c.reason}
                for c in details.closures
            ],
            "vehicles": list(vehicle_codes(stream.vehicles)),
            "vat_included": stream.vat_included,
            "visibility": stream.visibility,
            "version": stream.version,
            "site_id": stream.site_id,
            "waste_code": unmistakable_code(details.scheme, details.code),
            "material_id": stream.material_id,
            "physical_form": stream.physical_form,
            "rhythm": stream.rhythm,
            "legal_status": stream.legal_status,
            "ask_per_t": stream.ask_minor_per_tonne,
            "delivery_term": stream.delivery_term,
            "stock_t": stream.stock_g,
            "storage_limit_t": stream.storage_limit_g,
        },
        context=INTERNAL_UNITS,
    )


def closures_of(
    session: Session, owner: InstrumentedAttribute[int], ids: Collection[int] | None = None
) -> Mapping[int, list[Closure]]:
    """Closures by the listings asked for, or of all; `owner` is the column that names them."""
    table = owner.class_
    query = select(owner, table.first_day, table.last_day, table.reason).order_by(table.id)
    found: dict[int, list[Closure]] = defaultdict(list)
    for wanted in conditions(owner, ids):
        for listing_id, first_day, last_day, reason in session.execute(query.where(wanted)):
            closure = Closure(first_day=first_day, last_day=last_day, reason=reason)
            found[listing_id].append(closure)
    return found


def reports_of(session: Session, stream_id: int) -> list[ReportRow]:
    """The laboratories' papers about a stream, the newest sample first."""
    query = (
        select(AssayReport.upload_id, Assay.sampled_on, Assay.laboratory)
        .join(Assay, Assay.id == AssayReport.assay_id)
        .where(Assay.stream_id == stream_id)
        .order_by(Assay.sampled_on.desc(), Assay.id.desc())
    )
    found = session.execute(query).all()
    files = upload_rows(session, [upload_id for upload_id, _, _ in found])
    return [
        ReportRow(sampled_on=sampled_on, laboratory=laboratory, file=files[upload_id])
        for upload_id, sampled_on, laboratory in found
    ]


def counting_assays(
    session: Session, stream_ids: Collection[int] | None = None, *, today: date
) -> Mapping[int, CountingAssay]:
    """The newest valid assay of each stream asked for, or of all; of one day the later filed."""
    counting: dict[int, Assay] = {}
    query = (
        select(Assay)
        .where(Assay.sampled_on <= today, Assay.valid_until >= today)
        .order_by(Assay.sampled_on, Assay.id)
    )
    for wanted in conditions(Assay.stream_id, stream_ids):
        for assay in session.scalars(query.where(wanted)):
            counting[assay.stream_id] = assay
    values: dict[int, list[Measured]] = defaultdict(list)
    value_query = select(
        AssayValue.assay_id,
        AssayValue.parameter_id,
        AssayValue.typical_millionths,
        AssayValue.minimum_millionths,
        AssayValue.maximum_millionths,
        AssayValue.method,
    ).order_by(AssayValue.assay_id, AssayValue.parameter_id)
    for part in chunks(assay.id for assay in counting.values()):
        for row in session.execute(value_query.where(AssayValue.assay_id.in_(part))):
            assay_id, parameter_id, typical, minimum, maximum, method = row
            values[assay_id].append(
                Measured(
                    parameter_id=parameter_id,
                    typical=typical,
                    minimum=minimum,
                    maximum=maximum,
                    method=method,
                )
            )
    return {
        stream_id: CountingAssay(
            id=assay.id,
            stream_id=stream_id,
            sampled_on=assay.sampled_on,
            valid_until=assay.valid_until,
            laboratory=assay.laboratory,
            provenance=assay.provenance,
            basis=assay.basis,
            moisture=assay.moisture_millionths,
            estimated=assay.estimated,
            values=tuple(values[assay.id]),
        )
        for stream_id, assay in counting.items()
    }
