"""Find codes, parameters, materials and specifications by code or by words in both languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.catalogue.queries.codes import codes_by_id
from app.catalogue.queries.materials import materials_by_id
from app.catalogue.queries.quality import parameters_by_id, specifications_by_id
from app.catalogue.queries.rows import CodeRow, MaterialRow, ParameterRow, SpecificationRow
from models.catalogue.tables import Material, Parameter, Specification, WasteCode
from models.catalogue.wording import Question, question, rank

Searched = type[WasteCode] | type[Material] | type[Parameter] | type[Specification]
Row = TypeVar("Row")


def search_codes(
    session: Session, text: str, *, schemes: Collection[str] | None = None, limit: int = 20
) -> list[CodeRow]:
    """Find waste codes; without `schemes` in all of them."""
    within = () if schemes is None else (WasteCode.scheme.in_(schemes),)
    ids = _found(session, WasteCode, text, within, limit)
    return _in_order(ids, codes_by_id(session, ids))


def search_parameters(session: Session, text: str, *, limit: int = 20) -> list[ParameterRow]:
    ids = _found(session, Parameter, text, (), limit)
    return _in_order(ids, parameters_by_id(session))


def search_materials(session: Session, text: str, *, limit: int = 20) -> list[MaterialRow]:
    ids = _found(session, Material, text, (), limit)
    return _in_order(ids, materials_by_id(session, ids))


def search_specifications(
    session: Session, text: str, *, limit: int = 20
) -> list[SpecificationRow]:
    ids = _found(session, Specification, text, (), limit)
    return _in_order(ids, specifications_by_id(session, ids))


def _found(
    session: Session,
    table: Searched,
    text: str,
    within: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[int]:
    """Return the ids of the best, nearest first; nothing was asked, nothing is found."""
    asked = question(text)
    if not asked.pieces:
        return []
    by_code = table.search_text.contains(asked.code_piece, autoescape=True)
    by_words = and_(*(table.search_text.contains(p, autoescape=True) for p in asked.pieces))
    ways = [by_code, by_words] if asked.surely_code else [by_code | by_words]
    for way in ways:
        if ids := _nearest(session, table, asked, (way, *within), limit):
            return ids
    return []


def _nearest(
    session: Session,
    table: Searched,
    asked: Question,
    where: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[int]:
    query = select(table.id, table.search_text, table.name_en, table.name_zh).where(*where)
    ranked = sorted(
        (*rank(asked, line, name_en, name_zh), row_id)
        for row_id, line, name_en, name_zh in session.execute(query)
    )
    return [row_id for _, _, row_id in ranked[:limit]]


def _in_order(ids: Sequence[int], rows: Mapping[int, Row]) -> list[Row]:
    return [rows[row_id] for row_id in ids]
