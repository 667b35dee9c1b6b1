"""Kinds of vehicles as bits, with their names in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntFlag
from typing import Final, NamedTuple

from models.errors import Invalid


class Vehicle(IntFlag):
    """One bit per kind. The numbers are stored: add at the end, never renumber."""

    POWDER_TANKER = 1
    TIPPER = 2
    SEALED_TIPPER = 4
    SLURRY_TANKER = 8
    FLATBED = 16
    BOX_TRUCK = 32
    CONTAINER = 64
    HAZMAT_TRUCK = 128
    HAZMAT_TANKER = 256


class VehicleNames(NamedTuple):
    code: str
    en: str
    zh: str


VEHICLES: Final[Mapping[Vehicle, VehicleNames]] = {
    Vehicle.POWDER_TANKER: VehicleNames("powder_tanker", "Powder tanker", "粉罐车"),
    Vehicle.TIPPER: VehicleNames("tipper", "Tipper", "自卸车"),
    Vehicle.SEALED_TIPPER: VehicleNames("sealed_tipper", "Sealed tipper", "密闭自卸车"),
    Vehicle.SLURRY_TANKER: VehicleNames("slurry_tanker", "Slurry tanker", "泥浆罐车"),
    Vehicle.FLATBED: VehicleNames("flatbed", "Flatbed truck", "平板车"),
    Vehicle.BOX_TRUCK: VehicleNames("box_truck", "Box truck", "厢式货车"),
    Vehicle.CONTAINER: VehicleNames("container", "Container truck", "集装箱车"),
    Vehicle.HAZMAT_TRUCK: VehicleNames("hazmat_truck", "Dangerous goods truck", "危险货物运输车"),
    Vehicle.HAZMAT_TANKER: VehicleNames("hazmat_tanker", "Dangerous goods tanker", "危险货物罐车"),
}
EVERY_VEHICLE: Final = (1 << len(VEHICLES)) - 1
_BY_CODE: Final[Mapping[str, Vehicle]] = {names.code: bit for bit, names in VEHICLES.items()}


def vehicle_mask(codes: Iterable[str]) -> int:
    """Return the bits of some vehicle codes; an unknown code is refused."""
    mask = 0
    for code in codes:
        if code not in _BY_CODE:
            raise Invalid("vehicle-unknown", "There is no such kind of vehicle.", vehicle=code)
        mask |= _BY_CODE[code]
    return mask


def vehicle_codes(mask: int) -> tuple[str, ...]:
    """Return the codes in a mask, in the order of their bits; a bit without a name is refused."""
    if not 0 <= mask <= EVERY_VEHICLE:
        raise Invalid(
            "vehicle-mask-unknown", "The vehicle mask has bits without a name.", mask=mask
        )
    return tuple(names.code for bit, names in VEHICLES.items() if bit & mask)
