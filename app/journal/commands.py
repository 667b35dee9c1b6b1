"""`offtake doctor`: whether this installation is sound, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from app.clock import now_utc
from app.edge import begin, installation
from app.journal.queries.health import Check, Finding, Look, examine


def doctor_command(checks: Sequence[Check]) -> click.Command:
    """The command, with the checks of every feature: app/wiring.py knows them."""

    @click.command("doctor")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.option("--noted-head", default="", metavar="HASH", help="A head of the audit chain, as "
                  "an earlier run told it: it must still be in the chain.")  # fmt: skip
    @with_appcontext
    def doctor(*, as_json: bool, noted_head: str) -> None:
        """Look whether everything is sound; ends with 1 if anything is not."""
        look = Look(settings=installation().settings, now=now_utc(), noted_head=noted_head)
        findings = []
        for check in checks:
            with begin(writes=False) as session:
                findings.append(examine(session, check, look))
        if as_json:
            click.echo(json.dumps(_as_json(findings), ensure_ascii=False, indent=2))
        else:
            _tell(findings)
        if any(finding.wrong for finding in findings):
            raise SystemExit(1)

    return doctor


def _as_json(findings: Sequence[Finding]) -> dict[str, object]:
    return {
        "ok": not any(finding.wrong for finding in findings),
        "checks": [
            {"name": each.name, "ok": not each.wrong, "wrong": each.wrong, "fact": each.fact}
            for each in findings
        ],
    }


def _tell(findings: Sequence[Finding]) -> None:
    for each in findings:
        mark = "WRONG" if each.wrong else "ok"
        click.echo(f"{mark:6}{each.name}{': ' + each.fact if each.fact else ''}")
        for line in each.wrong:
            click.echo(f"        {line}")
