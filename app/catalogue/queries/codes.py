"""Waste codes: one, several, what lies below them and what they stand for elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.catalogue.queries.holding import held
from app.catalogue.queries.rows import CodeDetail, CodeRow
from models.catalogue.crosswalk import CodePlace, Crosswalk, build_crosswalk
from models.catalogue.schemes import Scheme, normalize_code, possible_codes
from models.catalogue.tables import MaterialCode, Source, WasteCode
from models.errors import Invalid, NotFound


def code_rows(session: Session, query: Select[WasteCode]) -> list[CodeRow]:
    return [
        CodeRow(
            id=row.id,
            scheme=row.scheme,
            code=row.code,
            level=row.level,
            parent_id=row.parent_id,
            name_en=row.name_en,
            name_zh=row.name_zh,
            hazardous=row.hazardous,
            is_leaf=row.is_leaf,
            status=row.status,
        )
        for row in session.scalars(query)
    ]


def waste_code(session: Session, code_id: int) -> CodeDetail:
    """Return one code with its path and its source."""
    query = select(WasteCode, Source.text).join(Source, Source.id == WasteCode.source_id)
    found = session.execute(query.where(WasteCode.id == code_id)).one_or_none()
    if found is None:
        raise NotFound("waste-code-unknown", "The catalogue has no such waste code.")
    code, source = found
    path = [*code_rows(session, select(WasteCode).where(WasteCode.id == code_id))]
    while (parent_id := path[0].parent_id) is not None:
        path = [*code_rows(session, select(WasteCode).where(WasteCode.id == parent_id)), *path]
    return CodeDetail(
        row=path[-1],
        path=tuple(path[:-1]),
        translated=code.translated,
        hazard_properties=tuple(filter(None, code.hazard_properties.split("/"))),
        entry_type=code.entry_type,
        industry_en=code.industry_en,
        industry_zh=code.industry_zh,
        source=source,
    )


def code_by_name(session: Session, scheme: str, code: str) -> CodeRow:
    """Return a code of a scheme however it is written: "100102", "10 01 02*"."""
    if scheme not in list(Scheme):
        raise Invalid("scheme-unknown", "The catalogue has no such scheme.", scheme=scheme[:40])
    plain = normalize_code(Scheme(scheme), code)
    where = (WasteCode.scheme == scheme, WasteCode.code == plain)
    found = code_rows(session, select(WasteCode).where(*where))
    if not found:
        raise Invalid("waste-code-unknown", "The catalogue has no such waste code.", given=plain)
    return found[0]


def code_ids_of(session: Session, texts: Sequence[str], *, field: str = "waste_code") -> list[int]:
    """Return the ids of codes written "EWC 10 01 02" or, where only one scheme fits, "10 01 02"."""
    possible = {text: possible_codes(text) for text in texts}
    wanted = {code for codes in possible.values() for _, code in codes}
    query = select(WasteCode.scheme, WasteCode.code, WasteCode.id)
    known = {
        (scheme, code): code_id
        for scheme, code, code_id in session.execute(query.where(WasteCode.code.in_(wanted)))
    }
    ids = {}
    for text, codes in possible.items():
        found = [known[scheme, code] for scheme, code in codes if (scheme, code) in known]
        if not found:
            raise Invalid(
                "waste-code-unknown",
                "The catalogue has no such waste code.",
                field=field,
                given=text[:40],
            )
        if len(found) > 1:
            raise Invalid(
                "waste-code-ambiguous",
                "Several schemes have this code: name the scheme before it.",
                field=field,
                given=text[:40],
            )
        ids[text] = found[0]
    return [ids[text] for text in texts]


def codes_below(session: Session, *, scheme: str, parent_id: int | None = None) -> list[CodeRow]:
    """Return the codes directly below one, or the top of a scheme."""
    query = select(WasteCode).where(WasteCode.scheme == scheme, WasteCode.parent_id == parent_id)
    return code_rows(session, query.order_by(WasteCode.id))


def codes_of_material(session: Session, material_id: int) -> list[CodeRow]:
    """Return the codes under which a material goes, scheme by scheme."""
    query = (
        select(WasteCode)
        .join(MaterialCode, MaterialCode.waste_code_id == WasteCode.id)
        .where(MaterialCode.material_id == material_id)
        .order_by(WasteCode.scheme, WasteCode.code)
    )
    return code_rows(session, query)


def crosswalk(session: Session) -> Crosswalk:
    """Return the trees and equals of all codes, read once in a transaction."""
    return held(session, "crosswalk", _read_crosswalk)


def _read_crosswalk(session: Session) -> Crosswalk:
    places = select(WasteCode.id, WasteCode.scheme, WasteCode.parent_id, WasteCode.hazardous)
    links = select(MaterialCode.material_id, MaterialCode.waste_code_id)
    return build_crosswalk(
        {
            code_id: CodePlace(scheme=scheme, parent_id=parent_id, hazardous=hazardous)
            for code_id, scheme, parent_id, hazardous in session.execute(places)
        },
        session.execute(links).all(),
    )


def accepted_codes(session: Session, code_ids: Iterable[int]) -> set[int]:
    """Return every code that a demand for these codes accepts, themselves included."""
    return set(crosswalk(session).accepted(code_ids))


def codes_by_id(session: Session, ids: Collection[int]) -> dict[int, CodeRow]:
    query = select(WasteCode).where(WasteCode.id.in_(ids))
    return {row.id: row for row in code_rows(session, query)}
