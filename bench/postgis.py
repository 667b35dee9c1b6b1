"""The same search in PostGIS: the market in a database of its own, and what its backend spends."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

import matching
from matching.checks import Floats, Integers
from matching.market.arrays import Road

SERVER: Final = "postgresql://postgres@127.0.0.1:5432/postgres?connect_timeout=3"
EXTENSIONS: Final = ("postgis", "btree_gist")
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
# Of COPY in binary: signature, flags and extension before the rows, a count of -1 behind them.
COPY_HEAD: Final = struct.pack("!11sii", b"PGCOPY\n\xff\r\n\0", 0, 0)
COPY_TAIL: Final = struct.pack("!h", -1)
TYPES: Final = {"int2": ">i2", "int4": ">i4", "float4": ">f4", "float8": ">f8"}

SETTINGS: Final = (
    "SET max_parallel_workers_per_gather = 0",  # so that one process does, and shows, all the work
    "SET work_mem = '1GB'",
    "SET maintenance_work_mem = '1GB'",
    "SET synchronous_commit = off",
)
PLACED: Final[tuple[LiteralString, ...]] = (
    "ALTER TABLE {table} ADD COLUMN place geography(Point, 4326)",
    "UPDATE {table} SET place = ST_Point(lon, lat, 4326)",
)
ARRANGED: Final[tuple[LiteralString, ...]] = (
    "CREATE UNLOGGED TABLE {arranged} AS SELECT * FROM {table} ORDER BY {order}",
    "DROP TABLE {table}",
    "ALTER TABLE {arranged} RENAME TO {table}",
    "CREATE INDEX ON {table} USING gist (code, place)",
    "VACUUM ANALYZE {table}",
)
PLANS: Final[Mapping[str, LiteralString]] = {
    # Each taker looks for streams within its own radius.
    "join": """
        SELECT stream, demand, value FROM (
            SELECT stream, demand, value,
                row_number() OVER (PARTITION BY stream ORDER BY value DESC, demand) AS place
            FROM (
                SELECT stream, demand, price_per_t - ask_per_t - {fixed} - {haul} * {road} AS value
                FROM (
                    SELECT s.id AS stream, t.id AS demand, t.price_per_t, s.ask_per_t,
                        ST_Distance(t.place, s.place) / 1000 AS km
                    FROM taker t JOIN stream s
                    ON s.code = t.code AND ST_DWithin(s.place, t.place, t.radius_km * 1000)
                    WHERE {gates}
                    OFFSET 0
                ) AS near
            ) AS valued
            WHERE value > 0
        ) AS ranked
        WHERE place <= {k}
    """,
    # Each stream looks for takers within the largest radius, and keeps its best.
    "lateral": """
        SELECT s.id, best.demand, best.value FROM stream s CROSS JOIN LATERAL (
            SELECT demand, price_per_t - s.ask_per_t - {fixed} - {haul} * {road} AS value
            FROM (
                SELECT t.id AS demand, t.price_per_t, ST_Distance(t.place, s.place) / 1000 AS km
                FROM taker t
                WHERE t.code = s.code AND t.place && _ST_Expand(s.place, {largest})
                    AND ST_DWithin(t.place, s.place, t.radius_km * 1000) AND {gates}
                OFFSET 0
            ) AS near
            WHERE price_per_t - s.ask_per_t - {fixed} - {haul} * {road} > 0
            ORDER BY value DESC, demand LIMIT {k}
        ) AS best
    """,
}


class AbsentError(Exception):
    """There is no PostGIS to compare with; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The k best of each stream as a ranking holds them, and the backend's processor seconds."""

    demand: Integers
    value_per_t: Floats
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Database:
    """A market that is loaded, indexed and analyzed."""

    connection: psycopg.Connection
    streams: int
    terms: Mapping[str, sql.Composable]

    def top_k(self, plan: str, k: int) -> Answer:
        """Return the k best demands of every stream."""
        query = sql.SQL(PLANS[plan]).format(**self.terms, k=sql.Literal(k))
        before = _cpu_s(self.connection.info.backend_pid)
        found = _copied_out(self.connection, query)
        spent = _cpu_s(self.connection.info.backend_pid) - before
        return Answer(*_ranked(found, self.streams, k), cpu_s=spent)

    def sort_tables(self) -> None:
        """Put neighbours of one code side by side on the disk, which spares reading."""
        for name in ("stream", "taker"):
            _arrange(self.connection, name, "code, place")


@contextmanager
def loaded(
    streams: matching.Streams, demands: matching.Demands, costs: matching.Costs
) -> Iterator[Database]:
    """Load a market into a database that is dropped in the end; raise AbsentError without PostGIS.

    The server is that of `BENCH_POSTGIS_URL`, or the one on this machine. Its backend must run
    here too, because its processor time is read from /proc.
    """
    address = os.environ.get("BENCH_POSTGIS_URL", SERVER)
    try:
        server = psycopg.connect(address, autocommit=True)
    except psycopg.OperationalError as error:
        raise AbsentError("no PostgreSQL server") from error
    name = sql.Identifier(f"offtake_bench_{os.getpid()}")
    with server:
        _check_able(server)
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            own = psycopg.connect(address, dbname=name.as_string().strip('"'), autocommit=True)
            with own:
                yield _load(own, streams, demands, costs)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _check_able(server: psycopg.Connection) -> None:
    rows = server.execute("SELECT name FROM pg_available_extensions").fetchall()
    missing = set(EXTENSIONS) - {name for (name,) in rows}
    if missing:
        raise AbsentError(f"no {' and '.join(sorted(missing))}")
    process = Path(f"/proc/{server.info.backend_pid}/comm")
    if not process.exists() or not process.read_text().startswith("postgres"):
        raise AbsentError("the server runs on another machine")


def _load(
    connection: psycopg.Connection,
    streams: matching.Streams,
    demands: matching.Demands,
    costs: matching.Costs,
) -> Database:
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
    for setting in SETTINGS:
        connection.execute(setting)
    _make_table(connection, "stream", _stream_columns(streams))
    _make_table(connection, "taker", _taker_columns(demands))
    gates = ["(s.vehicles & t.vehicles) <> 0", "(s.months & t.months) <> 0"]
    for column in range(streams.typical.shape[1]):
        gates.append(f"s.lowest_{column} >= t.lower_{column}")
        gates.append(f"s.highest_{column} <= t.upper_{column}")
    return Database(
        connection,
        len(streams),
        {
            "fixed": sql.Literal(costs.loading_per_t + costs.handling_per_t),
            "haul": sql.Literal(costs.haul_per_t_km),
            "road": _road(costs.road),
            "gates": _written(" AND ".join(gates)),
            "largest": sql.Literal(float(demands.radius_km.max()) * 1000),
        },
    )


def _stream_columns(streams: matching.Streams) -> dict[str, tuple[str, NDArray[np.generic]]]:
    columns: dict[str, tuple[str, NDArray[np.generic]]] = {
        "id": ("int4", np.arange(len(streams))),
        "code": ("int2", streams.code),
        "lat": ("float8", streams.lat),
        "lon": ("float8", streams.lon),
        "ask_per_t": ("float8", streams.ask_per_t),
        "vehicles": ("int4", streams.vehicles),
        "months": ("int4", streams.months),
    }
    for column in range(streams.typical.shape[1]):
        columns[f"lowest_{column}"] = ("float4", streams.minimum[:, column])
        columns[f"highest_{column}"] = ("float4", streams.maximum[:, column])
    return columns


def _taker_columns(demands: matching.Demands) -> dict[str, tuple[str, NDArray[np.generic]]]:
    """One row for each code that a demand takes, so that code and place can share an index."""
    owner = demands.code_owner()
    columns: dict[str, tuple[str, NDArray[np.generic]]] = {
        "id": ("int4", owner),
        "code": ("int2", demands.code_idx),
        "lat": ("float8", demands.lat[owner]),
        "lon": ("float8", demands.lon[owner]),
        "radius_km": ("float8", demands.radius_km[owner]),
        "price_per_t": ("float8", demands.price_per_t[owner]),
        "vehicles": ("int4", demands.vehicles[owner]),
        "months": ("int4", demands.months[owner]),
    }
    for column in range(demands.lower.shape[1]):
        columns[f"lower_{column}"] = ("float4", demands.lower[owner, column])
        columns[f"upper_{column}"] = ("float4", demands.upper[owner, column])
    return columns


def _make_table(
    connection: psycopg.Connection,
    name: str,
    columns: Mapping[str, tuple[str, NDArray[np.generic]]],
) -> None:
    """Fill a table in the order of its ids."""
    table = sql.Identifier(name)
    heads = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
    connection.execute(sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(table, _written(heads)))
    record = [("fields", ">i2")]
    for column, (kind, _) in columns.items():
        record += [(f"{column} bytes", ">i4"), (column, TYPES[kind])]
    rows = np.empty(len(columns["id"][1]), dtype=record)
    rows["fields"] = len(columns)
    for column, (kind, values) in columns.items():
        rows[f"{column} bytes"] = np.dtype(TYPES[kind]).itemsize
        rows[column] = values
    copy_in = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.write(COPY_HEAD)
        copy.write(rows.tobytes())
        copy.write(COPY_TAIL)
    for statement in PLACED:
        connection.execute(sql.SQL(statement).format(table=table))
    _arrange(connection, name, "id")


def _arrange(connection: psycopg.Connection, name: str, order: LiteralString) -> None:
    """Write a table anew, without gaps and in some order, and index it by code and place."""
    for statement in ARRANGED:
        connection.execute(
            sql.SQL(statement).format(
                table=sql.Identifier(name),
                arranged=sql.Identifier(f"{name}_arranged"),
                order=sql.SQL(order),
            )
        )


def _road(road: Road) -> sql.Composable:
    """Write a curve from `km` to road kilometres as a case for each of its pieces."""
    if not isinstance(road, matching.RoadCurve):
        raise TypeError("only a road curve can be written in SQL")
    knots = road.geodesic_km, road.road_km, road.slopes
    pieces = zip(*(column[::-1].tolist() for column in knots), strict=True)
    cases = (
        f"WHEN km >= {start!r} THEN {road_km!r} + {slope!r} * (km - {start!r})"
        for start, road_km, slope in pieces
    )
    return _written(f"(CASE {' '.join(cases)} END)")


def _written(text: str) -> sql.Composable:
    """Take SQL that this module has put together from its own names and numbers."""
    return sql.SQL(text)  # not a literal, but no stranger's text either


def _copied_out(connection: psycopg.Connection, query: sql.Composable) -> NDArray[np.void]:
    """Return the rows (stream, demand, value) of a query, without the cost of printing them."""
    copy_out = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
    with connection.cursor() as cursor, cursor.copy(copy_out) as copy:
        content = b"".join(bytes(part) for part in copy)
    record = np.dtype(
        [
            ("fields", ">i2"),
            ("stream bytes", ">i4"),
            ("stream", ">i4"),
            ("demand bytes", ">i4"),
            ("demand", ">i4"),
            ("value bytes", ">i4"),
            ("value", ">f8"),
        ]
    )
    if not (content.startswith(COPY_HEAD) and content.endswith(COPY_TAIL)):
        raise RuntimeError("the server's copy is not in the format that it should have")
    return np.frombuffer(content[len(COPY_HEAD) : -len(COPY_TAIL)], dtype=record)


def _ranked(found: NDArray[np.void], streams: int, k: int) -> tuple[Integers, Floats]:
    """Arrange rows that come in any order as (N, k), best first, -1 and NaN where there is none."""
    stream, demand = found["stream"].astype(np.int64), found["demand"].astype(np.int64)
    value = found["value"].astype(np.float64)
    order = np.lexsort((demand, -value, stream))
    stream = stream[order]
    place = np.arange(len(stream)) - np.searchsorted(stream, stream)
    best = np.full((streams, k), -1, dtype=np.int64)
    worth = np.full((streams, k), np.nan)
    best[stream, place] = demand[order]
    worth[stream, place] = value[order]
    return best, worth


def _cpu_s(process: int) -> float:
    """Return the processor seconds a process has spent, its own and the system's for it."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
