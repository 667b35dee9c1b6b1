"""What owners are told of papers that end soon, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

KIND_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "eia_approval": ("Environmental impact approval", "环评批复"),
    "discharge_permit": ("Pollutant discharge permit", "排污许可证"),
    "discharge_registration": ("Pollutant discharge registration", "排污登记"),
    "hazardous_permit": ("Hazardous waste operating permit", "危险废物经营许可证"),
    "waste_permit": ("Waste permit", "固废许可证"),
    "exemption_evidence": ("Evidence of an exemption", "豁免条件证明"),
    "weee_qualification": ("Qualification for electrical waste", "废弃电器电子产品处理资格"),
    "vehicle_qualification": ("Qualification for scrapped vehicles", "报废机动车回收资质"),
}

_ENGLISH: Final = (
    "{paper} ends on {day} ({left} left)",
    (
        "{paper} of the site “{site}” ends on {day}: {left} left.\n\n"
        "From the next day the site has no right to receive what the paper covers, and loses its "
        "partners. Have it renewed, and file the new one under “Papers”.\n"
    ),
)
_CHINESE: Final = (
    "{paper}将于{day}到期（剩余{left}天）",
    (
        "厂区“{site}”的{paper}将于{day}到期，还剩{left}天。\n\n"
        "到期后，该厂区将失去相应的接收资格，匹配结果也会随之取消。"
        "请及时办理延续，并在“资质文件”页面登记新的文件。\n"
    ),
)


@dataclass(frozen=True, slots=True)
class EndingPaper:
    """A paper of which its owner is told."""

    kind: str
    number: str
    site_name: str
    valid_until: date
    days_left: int


def ending_letter(paper: EndingPaper, language: str) -> tuple[str, str]:
    """Subject and body; the subject is one line."""
    english, chinese = KIND_NAMES[paper.kind]
    words = _CHINESE if language == "zh" else _ENGLISH
    left = f"{paper.days_left} day" + ("" if paper.days_left == 1 else "s")
    facts = {
        "paper": f"{chinese}{paper.number}" if language == "zh" else f"{english} {paper.number}",
        "site": paper.site_name,
        "day": paper.valid_until.isoformat(),
        "left": str(paper.days_left) if language == "zh" else left,
    }
    subject, body = (text.format_map(facts) for text in words)
    return subject, body
