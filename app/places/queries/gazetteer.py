"""The gazetteer: a geopy geocoder that answers from our own facts, without a network."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from app.places.queries.facts import PlaceFact, RegionFact, read_places, read_regions
from models.places.distance import great_circle_km
from models.places.names import folded_stem, is_chinese, key_of, stem_zh
from models.places.precision import ancestors, level_rank

_RESULTS_MAX: Final = 10
_QUERY_LENGTH_MAX: Final = 200
_WORDS_MAX: Final = 5  # of one name
_REVERSE_MAX_KM: Final = 60.0
_TOWN_OF_PREFECTURE_KM: Final = 300.0
_TOWN_OF_COUNTY_KM: Final = 80.0
_SEPARATORS: Final = re.compile(r"[,，;；、/|\n\t]+")
_COUNTRY: Final = re.compile(
    r"^(中华人民共和国|中国|china$|p\.? ?r\.? ?china$|people's republic of china$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One region or town as the gazetteer knows it. `level` of a town is `place`."""

    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    adcode: str  # of a town: its province
    level: str
    precision: str
    lat: float
    lon: float
    population: int | None

    @property
    def rank(self) -> tuple[int, int]:
        """Higher levels first, then more people; small is first."""
        return level_rank(self.level), -(self.population or 0)


class _NoNetwork(BaseSyncAdapter):  # type: ignore[misc]  # geopy ships no types
    """Fails loudly should anything try to leave the machine."""

    def get_json(self, url: str, **_: object) -> Any:
        raise GeocoderQueryError(f"the gazetteer has no network: {url}")

    get_text = get_json


class Gazetteer(Geocoder):  # type: ignore[misc]  # geopy ships no types
    """Geocode and reverse by the names of China's regions and towns, in Chinese or English.

    `raw` of an answer tells `precision`, `level`, `adcode`, both names and the population; a
    position of precision `prefecture` or `province` is only the centre of that region.
    """

    def __init__(self) -> None:
        super().__init__(adapter_factory=_NoNetwork)
        regions, places = read_regions(), read_places()
        self._entries = _entries(regions, places)
        self._by_name = _index(self._entries, _further_names(regions, places))
        self._longest = max(len(name) for name in self._by_name if is_chinese(name))
        self._positions = np.array([(entry.lat, entry.lon) for entry in self._entries]).T

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,  # noqa: ARG002  (the signature is geopy's)
        limit: int = _RESULTS_MAX,
        language: str = "zh",
    ) -> Location | list[Location] | None:
        """The best match or up to `limit` of them, higher levels and larger places first."""
        found = sorted(self._matches(query[:_QUERY_LENGTH_MAX]), key=self._rank_of)[:limit]
        locations = [_location(self._entries[number], language) for number in found]
        return _answer(locations, exactly_one=exactly_one)

    def reverse(
        self,
        query: Point | tuple[float, float] | str,
        *,
        exactly_one: bool = True,
        timeout: object = DEFAULT_SENTINEL,  # noqa: ARG002  (the signature is geopy's)
        limit: int = _RESULTS_MAX,
        language: str = "zh",
    ) -> Location | list[Location] | None:
        """The nearest town, county or prefecture centre within 60 km, or up to `limit` of them."""
        point = Point(query)
        distances = great_circle_km(point.latitude, point.longitude, *self._positions)
        near = [int(number) for number in np.argsort(distances, kind="stable")]
        own = [number for number in near if _stands_for_itself(self._entries[number])][:limit]
        locations = [
            _location(self._entries[number], language)
            for number in own
            if distances[number] <= _REVERSE_MAX_KM
        ]
        return _answer(locations, exactly_one=exactly_one)

    def _rank_of(self, number: int) -> tuple[int, int, int]:
        return (*self._entries[number].rank, number)

    def _matches(self, query: str) -> list[int]:
        parts = [part for text in _SEPARATORS.split(query) if (part := _without_country(text))]
        if not parts:
            return []
        # Chinese addresses go from the whole to the part, English ones the other way round.
        ordered = parts if is_chinese(parts[0]) else parts[::-1]
        named = [self._named(part) for part in ordered]
        # What stands for the whole must be known, or "Lima, Peru" would be a village in China. A
        # street at the fine end may be unknown: the precision of the answer says so.
        if not named[0][0]:
            return []
        known = [group for groups in named for group in groups if group]
        certain = [group for groups in named if all(groups) for group in groups]
        return self._finest(known) or self._finest(known[::-1]) or self._finest(certain)

    def _named(self, part: str) -> list[list[int]]:
        """The candidates for each name in one part, an empty list for what is unknown."""
        if is_chinese(part):
            return self._named_chinese("".join(part.split()))
        if whole := self._lookup(part):
            return [whole]
        return self._named_words(part.split())[::-1]

    def _named_words(self, words: Sequence[str]) -> list[list[int]]:
        """Names of several words without commas between them: the longest known ones in turn."""
        groups: list[list[int]] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + _WORDS_MAX), start, -1):
                if found := self._lookup(" ".join(words[start:end])):
                    groups.append(found)
                    start = end
                    break
            else:
                groups.append([])
                start += 1
        return groups

    def _named_chinese(self, text: str) -> list[list[int]]:
        """Names that follow each other without a space, each inside the one before."""
        groups: list[list[int]] = []
        start = 0
        while start < len(text):
            found, length = self._longest_name(text[start:], groups)
            groups.append(found)
            if not found:
                break
            start += length
        return groups

    def _longest_name(self, text: str, before: Sequence[list[int]]) -> tuple[list[int], int]:
        for length in range(min(len(text), self._longest), 1, -1):
            found = self._by_name.get(key_of(text[:length]), [])
            if found and self._finest([*before, found]):
                return found, length
        found = self._lookup(text)
        return (found, len(text)) if self._finest([*before, found]) else ([], 0)

    def _lookup(self, name: str) -> list[int]:
        """Entries of this name; only if there is none, those of the name without its suffix."""
        if found := self._by_name.get(key_of(name)):
            return found
        stem = stem_zh(name) if is_chinese(name) else folded_stem(name)
        return self._by_name.get(key_of(stem), [])

    def _finest(self, groups: Sequence[list[int]]) -> list[int]:
        """Entries of the last group that lie inside some candidate of every group before it."""
        if not groups:
            return []
        *wider, last = groups
        return [
            number
            for number in last
            if all(any(self._inside(number, above) for above in group) for group in wider)
        ]

    def _inside(self, number: int, above: int) -> bool:
        inner, outer = self._entries[number], self._entries[above]
        if number == above or outer.adcode in ancestors(inner.adcode):
            return outer.level != "place"
        if inner.level != "place" or outer.level == "place":
            return False
        if outer.adcode == inner.adcode:
            return True
        if outer.adcode[:2] != inner.adcode[:2]:
            return False
        # The tables know only the province of a town; distance has to do for the rest.
        limit = _TOWN_OF_COUNTY_KM if outer.level == "county" else _TOWN_OF_PREFECTURE_KM
        return bool(great_circle_km(inner.lat, inner.lon, outer.lat, outer.lon) <= limit)


@cache
def gazetteer() -> Gazetteer:
    """The one gazetteer of this process; reading the facts takes a moment."""
    return Gazetteer()


def _entries(regions: Iterable[RegionFact], places: Iterable[PlaceFact]) -> tuple[Entry, ...]:
    by_code = {region.adcode: region for region in regions}
    entries = [_region_entry(region, by_code) for region in by_code.values()]
    entries += [_place_entry(place, by_code[place.province_code]) for place in places]
    return tuple(entries)


def _region_entry(region: RegionFact, by_code: dict[str, RegionFact]) -> Entry:
    above = [by_code[code].name_en for code in ancestors(region.adcode) if code in by_code]
    return Entry(
        name_zh=region.name_zh,
        name_en=region.name_en,
        address_zh=region.full_name_zh,
        address_en=", ".join([region.name_en, *above]),
        adcode=region.adcode,
        level=region.level,
        precision=region.precision,
        lat=region.lat,
        lon=region.lon,
        population=region.population,
    )


def _place_entry(place: PlaceFact, province: RegionFact) -> Entry:
    return Entry(
        name_zh=place.name_zh,
        name_en=place.name_en,
        address_zh=province.name_zh + place.name_zh,
        address_en=f"{place.name_en}, {province.name_en}",
        adcode=place.province_code,
        level="place",
        precision="place",
        lat=place.lat,
        lon=place.lon,
        population=place.population,
    )


def _further_names(
    regions: Iterable[RegionFact], places: Iterable[PlaceFact]
) -> list[tuple[str, ...]]:
    return [region.other_names for region in regions] + [town.other_names_zh for town in places]


def _index(entries: Sequence[Entry], further: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    by_name: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for number, (entry, more) in enumerate(zip(entries, further, strict=True)):
        for name in (entry.address_zh, entry.name_zh, entry.name_en, *more):
            stem = stem_zh(name) if is_chinese(name) else name
            for key in {key_of(name), key_of(stem)} - {""}:
                by_name[key][number] = None
    return {name: list(numbers) for name, numbers in by_name.items()}


def _without_country(text: str) -> str:
    return _COUNTRY.sub("", text.strip()).strip()


def _stands_for_itself(entry: Entry) -> bool:
    return entry.level != "province" and entry.precision == entry.level


def _location(entry: Entry, language: str) -> Location:
    address = entry.address_zh if language.startswith("zh") else entry.address_en
    raw = {
        "precision": entry.precision,
        "level": entry.level,
        "adcode": entry.adcode,
        "name_zh": entry.name_zh,
        "name_en": entry.name_en,
        "population": entry.population,
    }
    return Location(address, (entry.lat, entry.lon), raw)


def _answer(locations: list[Location], *, exactly_one: bool) -> Location | list[Location] | None:
    if not locations:
        return None
    return locations[0] if exactly_one else locations
