"""The trustee dossier as the sheet that is printed: every text in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.compliance.queries.dossiers import CodeCheck, Dossier, DossierPaper, DossierSite
from models.quantities import Grams


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How codes and masses are said. `tables` are those of templates/compliance/words.html."""

    tables: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str]
    name: Callable[[str | None, str | None], str]  # English, Chinese
    tonnes: Callable[[Grams], str]

    def word(self, table: str, code: str) -> str:
        return self.tables[table].get(code, code.replace("_", " "))

    def mass(self, mass_g: Grams | None) -> str:
        return "–" if mass_g is None else f"{self.tonnes(mass_g)} {self.labels['tonne']}"

    def day(self, day: date | None) -> str:
        return self.labels["no_end"] if day is None else day.isoformat()


def dossier_sheet(dossier: Dossier, digest: str, words: Words) -> dict[str, Any]:
    """Everything that the typst template sets, as texts."""
    return {
        "labels": dict(words.labels),
        "name": words.name(dossier.name_en, dossier.name_zh),
        "other_name": _other_name(dossier, words),
        "number": dossier.register_number or "–",
        "standing": words.word("STANDINGS", dossier.standing),
        "verified_on": "–" if dossier.verified_on is None else dossier.verified_on.isoformat(),
        "on": dossier.on.isoformat(),
        "digest": digest,
        "demonstration": dossier.demonstration,
        "sites": [_site(site, words) for site in dossier.sites],
    }


def _other_name(dossier: Dossier, words: Words) -> str:
    shown = words.name(dossier.name_en, dossier.name_zh)
    other = {dossier.name_en, dossier.name_zh or ""} - {shown, ""}
    return next(iter(other), "")


def _site(site: DossierSite, words: Words) -> dict[str, Any]:
    named = words.name(site.name_en, site.name_zh)
    return {
        "name": named or f"{words.labels['site']} {site.number}",
        "region": words.name(site.region_en, site.region_zh),
        "capacities": [[name, words.mass(mass_g)] for name, mass_g in site.capacities],
        "papers": [_paper(paper, words) for paper in site.papers],
        "checks": [_check(check, words) for check in site.checks],
    }


def _paper(paper: DossierPaper, words: Words) -> dict[str, Any]:
    seen = words.word("PAPER_STATES", paper.state.value)
    if paper.demonstration:
        seen = words.labels["estimate"]
    elif paper.decided_on is not None:
        by = words.name(paper.decided_for_en, paper.decided_for_zh)
        seen = " · ".join(part for part in (seen, by, paper.decided_on.isoformat()) if part)
    return {
        "kind": words.word("PAPERS", paper.kind),
        "number": paper.number,
        "validity": f"{words.day(paper.valid_from)} – {words.day(paper.valid_until)}",
        "ended": paper.badge == "ended",
        "ways": words.labels["comma"].join(words.word("WAYS", way) for way in paper.ways) or "–",
        "codes": ", ".join(paper.codes) or "–",
        "quota": words.mass(paper.yearly_quota_g),
        "left": words.mass(paper.left_g),
        "state": seen,
    }


def _check(check: CodeCheck, words: Words) -> dict[str, Any]:
    return {
        "code": check.code,
        "name": words.name(check.name_en, check.name_zh),
        "hazardous": check.hazardous,
        "outcome": check.outcome.value,
        "word": words.word("VERDICTS", check.outcome.value),
        "verdicts": [
            {
                "rule": words.word("RULES", verdict.rule),
                "outcome": verdict.outcome.value,
                "word": words.word("VERDICTS", verdict.outcome.value),
                "reason": words.word("REASONS", verdict.reason),
                "clause": words.tables["CLAUSES"].get(verdict.clause, verdict.clause),
                "paper": words.word("TO_FILE", verdict.paper_to_file)
                if verdict.paper_to_file
                else "",
            }
            for verdict in check.verdicts
        ],
    }
