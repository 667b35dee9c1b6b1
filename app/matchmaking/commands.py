"""`offtake match`: the best partners of one listing, with reasons."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.clock import day_in, now_utc
from app.edge import begin, installation
from app.fields import ID_MAX
from app.matchmaking.outputs import PartnersShown
from app.matchmaking.queries.partners import PARTNERS_SHOWN, listing_is_known, partners_page
from app.matchmaking.queries.rows import Side


@click.command("match")
@click.option("--stream", "stream_id", type=click.IntRange(1, ID_MAX), help="Id of a stream.")
@click.option("--demand", "demand_id", type=click.IntRange(1, ID_MAX), help="Id of a demand.")
@click.option("-k", "--k", default=PARTNERS_SHOWN, type=click.IntRange(1, PARTNERS_SHOWN))
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def match_command(stream_id: int | None, demand_id: int | None, k: int, *, as_json: bool) -> None:
    """Show who could take a stream, or what could feed a demand, and why others cannot."""
    if (stream_id is None) == (demand_id is None):
        raise click.UsageError("Name one listing: --stream ID or --demand ID.")
    side: Side = "stream" if stream_id is not None else "demand"
    listing_id = stream_id if stream_id is not None else demand_id
    assert listing_id is not None
    policy = installation().settings.matching
    with begin() as session:
        if not listing_is_known(session, side, listing_id):
            raise click.UsageError(f"There is no {side} {listing_id}.")
        today = day_in(policy.time_zone, now_utc())
        page = partners_page(session, side, listing_id, today=today, policy=policy)
    shown = PartnersShown.of(page, k)
    click.echo(shown.model_dump_json(indent=2) if as_json else _told(shown))


def _told(shown: PartnersShown) -> str:
    lines = [f"{shown.partner_count} partners of {shown.considered} in reach that share the code"]
    for row in shown.partners:
        tests = f"  needs a test: {', '.join(row.needs_tests)}" if row.needs_tests else ""
        lines.append(
            f"{row.rank:>3}  {row.value_per_t:>9}/t  {row.road_km:>6} km  {row.name}{tests}"
        )
    lines.append("not yet:")
    for miss in shown.near_misses:
        why = "; ".join(
            f"{reason['gate']} {reason['parameter'] or reason['paper'] or ''}".strip()
            for reason in miss.reasons
        )
        lines.append(f"     {miss.name}: {why}")
    return "\n".join(lines)
