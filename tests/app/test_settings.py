"""Settings from the environment, the secret of an instance, and the policies made of them."""

from __future__ import annotations

import stat
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from app.settings import MatchingPolicy, RoadPolicy, Settings


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "OFFTAKE_INSTANCE", "OFFTAKE_SECRET_KEY", "OFFTAKE_ROAD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)  # where no .env lies


def test_the_embedded_database_lies_in_the_instance(tmp_path):
    assert Settings(instance=tmp_path).database == f"sqlite:///{tmp_path}/offtake.db"


def test_an_instance_of_a_relative_path_is_found_from_anywhere(tmp_path):
    assert Settings().database == f"sqlite:///{tmp_path}/instance/offtake.db"


def test_only_the_address_of_the_database_has_no_prefix(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://db/offtake")
    monkeypatch.setenv("OFFTAKE_CURRENCY", "EUR")
    monkeypatch.setenv("CURRENCY", "USD")
    settings = Settings()
    assert (settings.database, settings.currency) == ("postgresql+psycopg://db/offtake", "EUR")


def test_a_file_of_settings_is_read_and_the_environment_outdoes_it(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("OFFTAKE_CURRENCY=USD\nOFFTAKE_HAUL_MINOR_PER_TONNE_KM=50\n")
    monkeypatch.setenv("OFFTAKE_CURRENCY", "EUR")
    settings = Settings()
    assert (settings.currency, settings.haul_minor_per_tonne_km) == ("EUR", 50)


@pytest.mark.parametrize(
    ("name", "value"), [("CURRENCY", "GBP"), ("VAT_RATE_PERMILLE", "13 %"), ("SECURE_COOKIES", "?")]
)
def test_a_setting_that_cannot_be_stops_the_start(monkeypatch, name, value):
    monkeypatch.setenv(f"OFFTAKE_{name}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]


def test_a_secret_is_made_once_for_an_instance_and_only_its_owner_reads_it(tmp_path):
    first = Settings(instance=tmp_path / "made").signing_key
    kept = tmp_path / "made" / "secret-key"
    assert len(first) == 64
    assert kept.read_text("ascii") == first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Settings(instance=tmp_path / "made").signing_key == first
    assert Settings(instance=tmp_path / "other").signing_key != first


def test_a_secret_that_is_given_is_used_and_nothing_is_written(tmp_path):
    settings = Settings(instance=tmp_path, secret_key="given")
    assert settings.signing_key == "given"
    assert settings.places.blur_key == b"blur:given"
    assert list(tmp_path.iterdir()) == []


def test_the_policy_of_matching_is_made_of_the_settings(tmp_path):
    settings = Settings(
        instance=tmp_path,
        loading_minor_per_tonne=1_00,
        haul_minor_per_tonne_km=2,
        handling_minor_per_tonne=3_00,
        vat_rate_permille=190,
        time_zone="Europe/Berlin",
    )
    assert settings.matching == MatchingPolicy(
        loading_minor_per_tonne=1_00,
        haul_minor_per_tonne_km=2,
        handling_minor_per_tonne=3_00,
        vat_rate_permille=190,
        time_zone=ZoneInfo("Europe/Berlin"),
    )


def test_settings_and_policies_start_from_the_same_figures(tmp_path):
    assert Settings(instance=tmp_path).matching == MatchingPolicy()


def test_roads_come_from_the_curve_a_file_or_a_service(monkeypatch, tmp_path):
    def road(setting):
        return Settings(instance=tmp_path / "instance", road=setting).matching.road

    (tmp_path / "roads.npz").touch()
    assert road("curve") == RoadPolicy()
    assert road("graph") == RoadPolicy(source="graph", graph=tmp_path / "instance/roads.npz")
    assert road("graph:roads.npz") == RoadPolicy(source="graph", graph=tmp_path / "roads.npz")
    monkeypatch.setenv("OFFTAKE_ROAD_OPTIONS", '{"profile": "truck", "api_key": "s3cret"}')
    service = road("service:valhalla:http://127.0.0.1:8002/v1")
    assert service == RoadPolicy(
        source="service",
        service="valhalla",
        url="http://127.0.0.1:8002/v1",
        options=(("api_key", "s3cret"), ("profile", "truck")),
    )
    assert "s3cret" not in repr(service) + repr(Settings())


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("", "give curve, graph, graph:FILE.npz or service:NAME:URL"),
        ("curves", "give curve, graph"),
        ("curve:", "give curve, graph"),
        ("graph:", "give curve, graph"),
        ("graph:nowhere.npz", "there is no file nowhere.npz"),
        ("service", "give curve, graph"),
        ("service:osrm", "give curve, graph"),
        ("service::http://127.0.0.1", "give curve, graph"),
    ],
)
def test_roads_that_cannot_be_stop_the_start(monkeypatch, setting, reason):
    monkeypatch.setenv("OFFTAKE_ROAD", setting)
    with pytest.raises(ValidationError, match=reason) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [("road",)]


def test_settings_are_not_changed_once_read(tmp_path):
    settings = Settings(instance=tmp_path)
    with pytest.raises(ValidationError):
        settings.currency = "EUR"
