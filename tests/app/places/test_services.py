"""Loading regions and towns, and adding sites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.places.inputs import AddSite, SiteFacts
from app.places.queries.regions import region_finder
from app.places.queries.sites import check_own_sites, own_site, own_sites
from app.places.services import (
    LoadedPlaces,
    add_site,
    import_road_graph,
    load_places,
    store_site,
)
from app.settings import PlacesPolicy
from models.accounts.tables import Organization
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.journal.tables import OutboxEvent
from models.permissions import SYSTEM, VISITOR, Actor, Role
from models.places.blurring import displaced, site_key_of
from models.places.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from models.places.tables import Place, Region, Site
from tests.roads import write_roads

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
POLICY = PlacesPolicy(blur_key=b"for tests only")
LAIWU = (36.1928, 117.6569)
NOTHING = LoadedPlaces(added=0, changed=0)


def trader(session: Session, name: str = "Jinan Steel") -> Actor:
    organization = Organization(name=name, created_at=NOW)
    session.add(organization)
    session.flush()
    return Actor(user_id=None, organization_id=organization.id, role=Role.TRADER)


def command(**changes: Any) -> AddSite:
    values = {"name": "Laiwu works", "kind": "steel", "lat": LAIWU[0], "lon": LAIWU[1]}
    return AddSite.model_validate(values | changes)


def facts(**changes: Any) -> SiteFacts:
    values: Mapping[str, Any] = {
        "name": "Laiwu works",
        "kind": "steel",
        "lat": LAIWU[0],
        "lon": LAIWU[1],
        "precision": "approximate",
        "coordinate_source": "tracker",
        "external_key": "tracker:17",
    }
    return SiteFacts(**{**values, **changes})


def topics(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.id)))


def test_a_load_brings_every_region_and_town_and_a_second_one_nothing(session: Session) -> None:
    before = len(topics(session))
    first = load_places(session, actor=SYSTEM, now=NOW)
    assert first == LoadedPlaces(added=3339 + 13037, changed=0)
    assert load_places(session, actor=SYSTEM, now=NOW) == NOTHING
    assert session.scalar(select(func.count()).select_from(Region)) == 3339
    assert session.scalar(select(func.count()).select_from(Place)) == 13037
    assert topics(session)[before:] == ["places.loaded"]


def test_a_load_mends_what_was_changed_and_keeps_its_id(session: Session) -> None:
    load_places(session, actor=SYSTEM, now=NOW)
    jinan = select(Region.id, Region.name_en, Region.lat).where(Region.adcode == "370100")
    before = session.execute(jinan).one()
    session.execute(update(Region).where(Region.adcode == "370100").values(name_en="Tsinan", lat=1))
    session.execute(update(Place).where(Place.geonames_id == 1784129).values(population=3))
    mended = load_places(session, actor=SYSTEM, now=NOW)
    assert mended == LoadedPlaces(added=0, changed=2)
    assert session.execute(jinan).one() == before


def test_every_region_hangs_under_the_region_of_its_code(session: Session) -> None:
    load_places(session, actor=SYSTEM, now=NOW)
    code_of = dict(session.execute(select(Region.id, Region.adcode)).all())
    above = {
        adcode: code_of.get(parent or 0)
        for adcode, parent in session.execute(select(Region.adcode, Region.parent_id))
    }
    assert above["370116"] == "370100"
    assert above["370100"] == "370000"
    assert above["110101"] == "110000"
    assert sorted(code for code, parent in above.items() if parent is None) == sorted(
        code for code in above if code.endswith("0000")
    )


def test_only_who_may_load_the_catalogue_loads_places(session: Session) -> None:
    with pytest.raises(NotAllowed):
        load_places(session, actor=VISITOR, now=NOW)


def test_an_open_site_is_shown_where_it_is_and_knows_its_region(session: Session) -> None:
    load_places(session, actor=SYSTEM, now=NOW)
    actor = trader(session)
    site = add_site(session, command(name_zh="莱芜厂"), actor=actor, now=NOW, policy=POLICY)
    assert (site.lat, site.lon) == LAIWU == (site.public_lat, site.public_lon)
    assert (site.precision, site.coordinate_source) == ("exact", "owner")
    assert session.scalar(select(Region.adcode).where(Region.id == site.region_id)) == "370100"
    assert topics(session)[-1] == "site.added"


def test_a_blurred_site_is_shown_at_one_place_however_often_it_is_entered(session: Session) -> None:
    actor = trader(session)
    sites = [
        add_site(session, command(blurred=True), actor=actor, now=NOW, policy=POLICY)
        for _ in range(2)
    ]
    key = site_key_of(sites[0].organization_id, *LAIWU)
    expected = displaced(*LAIWU, key=b"for tests only", site_key=key)
    assert [(site.public_lat, site.public_lon) for site in sites] == [expected, expected]
    assert (sites[0].lat, sites[0].lon) == LAIWU


def test_a_blurred_site_lies_in_the_region_of_the_place_it_is_shown_at(session: Session) -> None:
    load_places(session, actor=SYSTEM, now=NOW)
    actor, finder = trader(session), region_finder(session)
    for number in range(100):
        lat = 36.0 + number / 1000  # towards the border of two prefectures
        facts_of_one = {"lat": lat, "lon": 116.0, "blurred": True}
        site = add_site(session, command(**facts_of_one), actor=actor, now=NOW, policy=POLICY)
        true, shown = finder.at(lat, 116.0), finder.at(site.public_lat, site.public_lon)
        assert shown is not None
        assert site.region_id == shown.id
        if true is not None and true.id != shown.id:
            break
    else:
        pytest.fail("no position was displaced over the border")


@pytest.mark.parametrize(("system", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_a_position_from_a_chinese_map_is_stored_in_wgs84(
    session: Session, system: str, shift: Any
) -> None:
    lat, lon = shift(*LAIWU)
    entered = command(lat=lat, lon=lon, coordinate_system=system)
    site = add_site(session, entered, actor=trader(session), now=NOW, policy=POLICY)
    assert (site.lat, site.lon) == pytest.approx(LAIWU, abs=1e-8)


def test_a_position_from_the_address_search_says_so(session: Session) -> None:
    entered = command(precision="prefecture")
    site = add_site(session, entered, actor=trader(session), now=NOW, policy=POLICY)
    assert (site.precision, site.coordinate_source) == ("prefecture", "geocoder")


def test_an_impossible_position_is_refused_and_nothing_is_stored(session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(Site))
    with pytest.raises(Invalid) as refused:
        add_site(session, command(lat=136.0), actor=trader(session), now=NOW, policy=POLICY)
    assert refused.value.code == "latitude-impossible"
    assert session.scalar(select(func.count()).select_from(Site)) == before


def test_a_visitor_and_an_actor_without_organization_add_no_site(session: Session) -> None:
    with pytest.raises(NotAllowed) as refused:
        add_site(session, command(), actor=VISITOR, now=NOW, policy=POLICY)
    assert refused.value.code == "capability-missing"
    with pytest.raises(NotAllowed) as refused:
        add_site(session, command(), actor=SYSTEM, now=NOW, policy=POLICY)
    assert refused.value.code == "organization-missing"


def test_a_site_abroad_has_no_region(session: Session) -> None:
    load_places(session, actor=SYSTEM, now=NOW)
    entered = command(lat=48.2, lon=16.4)
    site = add_site(session, entered, actor=trader(session), now=NOW, policy=POLICY)
    assert site.region_id is None


def test_a_site_with_a_key_is_stored_once(session: Session) -> None:
    actor = trader(session)
    first = store_site(session, facts(), actor=actor, now=NOW, policy=POLICY)
    again = store_site(session, facts(name="Renamed"), actor=actor, now=NOW, policy=POLICY)
    assert again.id == first.id
    assert (again.name, again.coordinate_source) == ("Laiwu works", "tracker")


def test_a_key_of_another_organization_is_refused(session: Session) -> None:
    store_site(session, facts(), actor=trader(session), now=NOW, policy=POLICY)
    rival = trader(session, "Zibo Cement")
    with pytest.raises(Conflict) as refused:
        store_site(session, facts(), actor=rival, now=NOW, policy=POLICY)
    assert refused.value.code == "site-key-taken"
    assert refused.value.facts == {"external_key": "tracker:17"}


def test_many_sites_share_one_finder(session: Session) -> None:
    load_places(session, actor=SYSTEM, now=NOW)
    finder, actor = region_finder(session), trader(session)
    codes = dict(session.execute(select(Region.id, Region.adcode)).all())
    found = [
        codes[
            store_site(
                session,
                facts(external_key=f"tracker:{lon}", lat=36.7, lon=lon),
                actor=actor,
                now=NOW,
                policy=POLICY,
                regions=finder,
            ).region_id
            or 0
        ]
        for lon in (117.0, 118.0, 119.1)
    ]
    assert found == ["370100", "370300", "370700"]


def test_an_owner_sees_its_own_sites_and_no_others(session: Session) -> None:
    owner, rival = trader(session), trader(session, "Zibo Cement")
    site = add_site(session, command(blurred=True), actor=owner, now=NOW, policy=POLICY)
    [seen] = own_sites(session, actor=owner)
    assert (seen.id, seen.lat, seen.lon, seen.region_en) == (site.id, *LAIWU, None)
    assert own_site(session, site.id, actor=owner) == seen
    assert own_sites(session, actor=rival) == ()
    with pytest.raises(NotFound) as refused:
        own_site(session, site.id, actor=rival)
    assert refused.value.code == "site-unknown"


def test_a_site_of_others_and_a_site_that_is_not_are_refused_alike(session: Session) -> None:
    owner, rival = trader(session), trader(session, "Zibo Cement")
    own = add_site(session, command(), actor=owner, now=NOW, policy=POLICY)
    other = add_site(session, command(), actor=rival, now=NOW, policy=POLICY)
    owner_id = own.organization_id
    assert check_own_sites(session, [own.id, own.id], owner_id=owner_id) is None
    for strange in (other.id, other.id + 1_000):
        with pytest.raises(Invalid) as refused:
            check_own_sites(session, [own.id, strange], owner_id=owner_id)
        assert (refused.value.code, refused.value.facts) == ("site-not-yours", {"field": "site_id"})


def test_a_road_graph_is_kept_and_the_next_one_takes_its_place(tmp_path: Path) -> None:
    source, kept = tmp_path / "china.npz", tmp_path / "instance/roads.npz"
    for metres in (1_000, 2_000):
        write_roads(source, metres=metres)
        graph = import_road_graph(source, kept)
        assert (len(graph), graph.w_m.tolist()) == (2, [metres])
        assert kept.read_bytes() == source.read_bytes()
        assert list(kept.parent.iterdir()) == [kept]


def test_a_file_that_is_no_road_graph_changes_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "roads.npz"
    import_road_graph(write_roads(tmp_path / "good.npz", metres=1_000), kept)
    before = kept.read_bytes()
    bad = write_roads(tmp_path / "bad.npz", metres=1_000, places=((0, 0), (91_000, 0)))
    for target in (kept, None):
        with pytest.raises(Invalid) as refused:
            import_road_graph(bad, target)
        assert refused.value.code == "not-a-road-graph"
        assert str(refused.value.facts["reason"]).startswith("lat[1]: is outside")
    assert kept.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    source = write_roads(tmp_path / "china.npz", metres=1_000)
    assert len(import_road_graph(source, None)) == 2
    assert list(tmp_path.iterdir()) == [source]
