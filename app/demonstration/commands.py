"""`offtake demo`: load the demonstration market, match it, and print what came out."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Final

import click
from flask.cli import with_appcontext

from app.accounts.queries import holds_demonstration
from app.accounts.services import code_at
from app.clock import now_utc
from app.database import write_transaction
from app.demonstration.outputs import DemonstrationShown
from app.demonstration.scenario import DEFAULT_REGIONS, build_scenario
from app.demonstration.services import (
    Credential,
    load_demonstration,
    open_demonstration_accounts,
)
from app.edge import installation
from app.matchmaking.queries.figures import market_figures, rejections_of_market
from app.matchmaking.services import refresh_market
from models.errors import Refusal
from models.permissions import SYSTEM

SEED: Final = 2026
CREDENTIALS: Final = "demo-credentials.json"


@click.command("demo")
@click.option(
    "--region", "regions", multiple=True, help="Province by its English name; repeatable."
)
@click.option("--all", "whole_country", is_flag=True, help="Every province: 4,562 streams.")
@click.option("--if-empty", is_flag=True, help="Do nothing where a demonstration is loaded.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_appcontext
def demo_command(
    regions: Sequence[str], *, whole_country: bool, if_empty: bool, as_json: bool
) -> None:
    """Load real plants with estimated tonnages and invented trade, and match them."""
    home, started = installation(), perf_counter()
    with write_transaction(home.sessions) as session:
        if if_empty and holds_demonstration(session):
            click.echo("the demonstration market is loaded")
            return
        wanted = None if whole_country else frozenset(regions) or DEFAULT_REGIONS
        try:
            scenario = build_scenario(wanted, SEED)
        except Refusal as refusal:
            raise click.UsageError(f"{refusal.message} {refusal.facts}") from None
        now, settings = now_utc(), home.settings
        load_demonstration(session, scenario, actor=SYSTEM, now=now, places=settings.places)
        credentials = open_demonstration_accounts(
            session, actor=SYSTEM, now=now, keys=settings.second_factor_keys
        )
        refresh_market(session, actor=SYSTEM, now=now, policy=settings.matching)
        figures = market_figures(session)
        assert figures is not None, "the market was matched a line above"
        rejections = rejections_of_market(session)
    if credentials:
        _keep(settings.instance / CREDENTIALS, credentials)
    shown = DemonstrationShown.of(figures, rejections, seconds=perf_counter() - started)
    click.echo(shown.model_dump_json(indent=2) if as_json else _told(shown))


@click.command("demo-code")
@click.argument("email")
@with_appcontext
def demo_code_command(email: str) -> None:
    """Print the code that the authenticator app of a demonstration account would show now."""
    path = installation().settings.instance / CREDENTIALS
    people = json.loads(path.read_text("utf-8")) if path.exists() else []
    secret = next((person["totp_secret"] for person in people if person["email"] == email), None)
    if secret is None:
        raise click.UsageError(f"{email} is no account of the demonstration")
    click.echo(code_at(secret, now_utc()))


def _keep(path: Path, credentials: Sequence[Credential]) -> None:
    """Passwords for trying out, readable by the owner of the installation alone."""
    text = json.dumps([asdict(credential) for credential in credentials], indent=2)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def _told(shown: DemonstrationShown) -> str:
    """The same for people."""
    rate = shown.utilization["rate_if_all_matches_moved"]
    lines = [
        f"streams                     {shown.streams:>10,}",
        f"demands                     {shown.demands:>10,}",
        f"feasible pairs              {shown.feasible_pairs:>10,}",
        f"pairs that need a test      {shown.untested_pairs:>10,}",
        f"streams with a partner      {shown.streams_with_partner_share:>10.1%}",
        f"tonnes with a partner       {shown.tonnes_with_partner_share:>10.1%}",
        f"best delivered value /t     {shown.best_value_per_t or '–':>10}",
        f"median delivered value /t   {shown.median_value_per_t or '–':>10}",
        f"utilization if all moved    {rate or 0:>10.1%}  (estimated)",
        f"seconds                     {shown.seconds:>10.1f}",
        "",
        "pairs that share a code stop first at",
    ]
    lines += [f"  {gate:<26}{pairs:>10,}" for gate, pairs in shown.rejections.items()]
    return "\n".join(lines)
