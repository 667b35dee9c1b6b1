"""Vehicle kinds as bits."""

import pytest

from models.catalogue.vehicles import EVERY_VEHICLE, VEHICLES, Vehicle, vehicle_codes, vehicle_mask
from models.errors import Invalid


def test_the_stored_bits_are_what_they_have_always_been():
    assert {names.code: int(bit) for bit, names in VEHICLES.items()} == {
        "powder_tanker": 1,
        "tipper": 2,
        "sealed_tipper": 4,
        "slurry_tanker": 8,
        "flatbed": 16,
        "box_truck": 32,
        "container": 64,
        "hazmat_truck": 128,
        "hazmat_tanker": 256,
    }
    assert EVERY_VEHICLE == 511
    assert set(VEHICLES) == set(Vehicle)


def test_every_vehicle_has_a_name_in_both_languages():
    assert len({names.en for names in VEHICLES.values()}) == 9
    assert len({names.zh for names in VEHICLES.values()}) == 9


def test_codes_become_a_mask_and_return_in_the_order_of_their_bits():
    assert vehicle_mask(["container", "tipper", "tipper"]) == 66
    assert vehicle_codes(66) == ("tipper", "container")
    assert vehicle_mask([]) == 0
    assert vehicle_codes(0) == ()


def test_every_mask_survives_the_way_out_and_back():
    assert [vehicle_mask(vehicle_codes(mask)) for mask in range(512)] == list(range(512))


def test_an_unknown_vehicle_is_refused():
    with pytest.raises(Invalid) as refusal:
        vehicle_mask(["tipper", "bicycle"])
    assert refusal.value.code == "vehicle-unknown"
    assert refusal.value.facts == {"vehicle": "bicycle"}


@pytest.mark.parametrize("mask", [-1, 512, 513])
def test_a_bit_without_a_name_is_refused(mask):
    with pytest.raises(Invalid) as refusal:
        vehicle_codes(mask)
    assert refusal.value.code == "vehicle-mask-unknown"
