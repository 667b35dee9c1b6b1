"""From an address to positions, by the gazetteer or by any service that geopy knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from geopy.exc import GeocoderNotFound, GeopyError
from geopy.geocoders import get_geocoder_for_service
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from app.places.queries.gazetteer import gazetteer
from app.settings import PlacesPolicy
from models.errors import Conflict
from models.places.coordinates import CoordinateSystem, check_position, to_wgs84

GAZETTEER: Final = "gazetteer"
_TIMEOUT_SECONDS: Final = 5
_RESULTS_MAX: Final = 5
# Services that do not answer in WGS-84.
_SYSTEM_OF: Final[Mapping[str, CoordinateSystem]] = {
    "baidu": CoordinateSystem.BD09,
    "baiduv3": CoordinateSystem.BD09,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """One answer, in WGS-84. `precision` is a word of models/places/precision.py."""

    address: str
    lat: float
    lon: float
    precision: str


def geocoder_for(policy: PlacesPolicy) -> Geocoder:
    """The geocoder that the settings name; an unknown name or option is the operator's mistake."""
    if policy.geocoder == GAZETTEER:
        return gazetteer()
    return _service(policy.geocoder, tuple(sorted(policy.geocoder_options.items())))


def find_places(
    policy: PlacesPolicy, address: str, *, language: str = "zh", limit: int = _RESULTS_MAX
) -> tuple[FoundPlace, ...]:
    """The places an address may mean, best first; empty if there is none."""
    geocoder = geocoder_for(policy)
    if policy.geocoder == GAZETTEER:
        found = geocoder.geocode(address, exactly_one=False, limit=limit, language=language)
    else:
        try:
            found = geocoder.geocode(address, exactly_one=False) if address.strip() else None
        except GeopyError as error:
            raise Conflict(
                "geocoder-failed",
                "The address service did not answer. Place the site on the map instead.",
                geocoder=policy.geocoder,
            ) from error
    system = _SYSTEM_OF.get(policy.geocoder, CoordinateSystem.WGS84)
    return tuple(_found_place(location, system) for location in (found or [])[:limit])


@cache
def _service(name: str, options: tuple[tuple[str, str], ...]) -> Geocoder:
    try:
        service = get_geocoder_for_service(name)
        settings: dict[str, Any] = {"timeout": _TIMEOUT_SECONDS, **dict(options)}
        return service(**settings | {"timeout": float(settings["timeout"])})
    except (GeocoderNotFound, TypeError, ValueError, GeopyError) as error:
        known = f"OFFTAKE_GEOCODER={name}: give {GAZETTEER} or a service of geopy with its options"
        raise RuntimeError(known) from error


def _found_place(location: Location, system: CoordinateSystem) -> FoundPlace:
    lat, lon = to_wgs84(location.latitude, location.longitude, system)
    check_position(lat, lon)
    raw = location.raw if isinstance(location.raw, Mapping) else {}
    return FoundPlace(address=location.address, lat=lat, lon=lon, precision=_precision_of(raw))


def _precision_of(raw: Mapping[str, Any]) -> str:
    # Only our own gazetteer speaks our words; nobody else's answer is taken for exact.
    return str(raw["precision"]) if "adcode" in raw and "precision" in raw else "approximate"
