"""Materials: one, by another word, and those that go under a code."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.catalogue.queries.rows import MaterialRow
from models.catalogue.tables import Material, MaterialAlias, MaterialCode
from models.errors import Invalid, NotFound


def check_material(session: Session, material_id: int | None) -> None:
    """Refuse a material that the catalogue does not have; none at all is no fault."""
    if material_id is not None and session.get(Material, material_id) is None:
        raise Invalid(
            "material-unknown", "The catalogue has no such material.", field="material_id"
        )


def material(session: Session, material_id: int) -> MaterialRow:
    rows = _rows(session, select(Material).where(Material.id == material_id))
    if not rows:
        raise NotFound("material-unknown", "The catalogue has no such material.")
    return rows[0]


def materials_of_code(session: Session, code_id: int) -> list[MaterialRow]:
    """Return the materials that go under exactly this code."""
    query = (
        select(Material)
        .join(MaterialCode, MaterialCode.material_id == Material.id)
        .where(MaterialCode.waste_code_id == code_id)
    )
    return _rows(session, query.order_by(Material.id))


def material_ids_of_word(session: Session, word: str) -> tuple[int, ...]:
    """Return the material a code or exact alias names, or all that a looser word stands for."""
    by_code = select(Material.id).where(Material.code == word)
    by_alias = select(MaterialAlias.material_id).where(MaterialAlias.spelling == word)
    return tuple(sorted(session.scalars(by_code.union(by_alias))))


def materials_by_id(session: Session, ids: Collection[int]) -> dict[int, MaterialRow]:
    return {row.id: row for row in _rows(session, select(Material).where(Material.id.in_(ids)))}


def _rows(session: Session, query: Select[Material]) -> list[MaterialRow]:
    return [
        MaterialRow(
            id=row.id,
            code=row.code,
            name_en=row.name_en,
            name_zh=row.name_zh,
            material_group=row.material_group,
            parent_id=row.parent_id,
            is_waste=row.is_waste,
            hazardous=row.hazardous,
            tax_class=row.tax_class,
            physical_forms=tuple(filter(None, row.physical_forms.split("|"))),
            vehicles=row.vehicles,
            note=row.note,
            status=row.status,
        )
        for row in session.scalars(query)
    ]
