"""`offtake import roads`: a road graph for this installation."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.edge import installation
from app.places.services import import_road_graph
from models.errors import Invalid


@click.command("roads")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and write nothing.")
@with_appcontext
def import_roads_command(file: Path, *, dry_run: bool) -> None:
    """Keep a graph of roads (.npz with lat, lon, u, v, w_m) for OFFTAKE_ROAD=graph."""
    settings = installation().settings
    try:
        graph = import_road_graph(file, None if dry_run else settings.imported_roads)
    except Invalid as refusal:
        raise click.UsageError(f"{refusal.message} {refusal.facts['reason']}") from None
    done = "would be imported" if dry_run else "imported"
    click.echo(f"{len(graph):,} nodes and {len(graph.u):,} roads {done}")
    if graph.licence:
        click.echo(f"{graph.licence}: say so wherever distances are shown")
    if settings.road != "graph":
        click.echo("OFFTAKE_ROAD=graph puts them to use")
