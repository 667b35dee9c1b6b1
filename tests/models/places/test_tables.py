"""Business truths of places that the database itself keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.accounts.tables import Organization
from models.places.tables import Region, Site

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def site(session: Session, **changes: Any) -> Site:
    owner = Organization(name="Jinan Steel", created_at=NOW)
    session.add(owner)
    session.flush()
    values = {
        "organization_id": owner.id,
        "name": "Works",
        "kind": "steel",
        "lat": 36.7,
        "lon": 117.0,
        "precision": "exact",
        "coordinate_source": "owner",
        "blurred": False,
        "public_lat": 36.7,
        "public_lon": 117.0,
        "created_at": NOW,
    }
    return Site(**values | changes)


def region(**changes: Any) -> Region:
    values = {
        "adcode": "999999",
        "level": "county",
        "name_en": "Nowhere",
        "name_zh": "无",
        "full_name_zh": "无",
        "lat": 36.7,
        "lon": 117.0,
        "precision": "county",
        "source": "test",
        "status": "unverified",
    }
    return Region(**values | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"lat": 91.0, "public_lat": 91.0}, "lat_on_earth"),
        ({"lon": -181.0, "public_lon": -181.0}, "lon_on_earth"),
        ({"blurred": True, "public_lat": -90.5}, "public_lat_on_earth"),
        ({"blurred": True, "public_lon": 180.5}, "public_lon_on_earth"),
        ({"public_lat": 36.8}, "open_site_is_where_it_is"),
        ({"precision": "somewhere"}, "precision_is_known"),
        ({"name": ""}, "name_not_empty"),
    ],
)
def test_an_impossible_site_is_not_stored(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    row = site(session, **changes)
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.add(row)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"lat": -90.1}, "lat_on_earth"),
        ({"level": "village"}, "level_is_known"),
        ({"precision": "exact"}, "precision_is_known"),
        ({"status": "rumour"}, "status_is_known"),
        ({"population": 0}, "population_positive"),
    ],
)
def test_an_impossible_region_is_not_stored(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.add(region(**changes))


def test_a_blurred_site_shows_another_position(session: Session) -> None:
    session.add(row := site(session, blurred=True, public_lat=36.75))
    session.flush()
    assert (row.lat, row.public_lat) == (36.7, 36.75)
