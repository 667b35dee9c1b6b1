"""Markets and plain arrays as Parquet files, for machines that share a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from matching.market.arrays import Demands, Streams

Array = NDArray[Any]


@cache
def _arrow() -> Any:
    return import_module("pyarrow")  # 80 MB that only a cluster's machines need


@cache
def _files() -> Any:
    return import_module("pyarrow.parquet")


def write_streams(path: Path, streams: Streams) -> None:
    """Write one row a stream; column "typical.3" is the fourth parameter's typical value."""
    _write(path, _columns({field.name: getattr(streams, field.name) for field in fields(Streams)}))


def read_streams(path: Path) -> Streams:
    """Read what `write_streams` wrote, to the same bits."""
    table = _files().read_table(path)
    return Streams(**{field.name: _read(table, field.name) for field in fields(Streams)})


def write_demands(path: Path, demands: Demands) -> None:
    """Write one row a demand; its codes are a list, its area well-known binary or null."""
    plain = {name: getattr(demands, name) for name in _demand_columns()}
    codes = _arrow().ListArray.from_arrays(
        _arrow().array(demands.code_ptr, _arrow().int32()), _arrow().array(demands.code_idx)
    )
    areas = {}
    if demands.area is not None:
        areas["area"] = _arrow().array(shapely.to_wkb(demands.area), _arrow().binary())
    _write(path, _columns(plain) | {"codes": codes} | areas)


def read_demands(path: Path) -> Demands:
    """Read what `write_demands` wrote, to the same bits."""
    table = _files().read_table(path)
    codes = table["codes"].combine_chunks()
    area = None
    if "area" in table.column_names:
        area = shapely.from_wkb(np.array(table["area"].to_pylist(), dtype=np.object_))
    return Demands(
        **{name: _read(table, name) for name in _demand_columns()},
        code_ptr=codes.offsets.to_numpy().astype(np.int64),
        code_idx=codes.flatten().to_numpy(),
        area=area,
    )


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays of any lengths and at most two axes, each as one row's list."""
    columns = {}
    for name, array in arrays.items():
        flat = _arrow().array(np.ascontiguousarray(array).ravel())
        columns[name] = _arrow().ListArray.from_arrays(
            _arrow().array([0, len(flat)], _arrow().int32()), flat
        )
        columns[f"{name}.shape"] = _arrow().array(
            [list(array.shape)], _arrow().list_(_arrow().int64())
        )
    _write(path, columns)


def read_arrays(path: Path) -> dict[str, Array]:
    """Read what `write_arrays` wrote, to the same bits."""
    table = _files().read_table(path)
    found = {}
    for name in table.column_names:
        if not name.endswith(".shape"):
            shape = table[f"{name}.shape"][0].as_py()
            found[name] = (
                table[name].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(shape)
            )
    return found


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    # Numbers of a market hardly compress, and are read once.
    _files().write_table(
        _arrow().table(dict(columns)), path, compression="none", use_dictionary=False
    )


def _demand_columns() -> list[str]:
    others = ("code_ptr", "code_idx", "area")
    return [field.name for field in fields(Demands) if field.name not in others]


def _columns(arrays: Mapping[str, Array]) -> dict[str, Any]:
    columns = {}
    for name, array in arrays.items():
        if array.ndim == 1:
            columns[name] = _arrow().array(array)
        else:
            for number, column in enumerate(array.T):
                columns[f"{name}.{number}"] = _arrow().array(np.ascontiguousarray(column))
    return columns


def _read(table: Any, name: str) -> Array:
    """Return the column of that name, or the table of its columns."""
    if name in table.column_names:
        return np.asarray(table[name].to_numpy())
    count = sum(column.startswith(f"{name}.") for column in table.column_names)
    whole = np.empty((len(table), count))
    for number in range(count):
        whole[:, number] = table[f"{name}.{number}"].to_numpy()
    return whole
