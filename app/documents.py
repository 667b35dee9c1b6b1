"""The shared room where PDF documents are made: typst templates, data handed in, fonts embedded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pylopdf_fonts_zh_cn
import typst

TEMPLATES: Final = Path(__file__).parent.parent / "templates"
FONTS: Final = pylopdf_fonts_zh_cn.sans_path().parent


def render_pdf(template: str, content: Mapping[str, Any], *, now: datetime) -> bytes:
    """Render a template below `templates/`; what is handed in is data there, never markup.

    It takes a fifth of a second and more: call it when no transaction is open. Fonts of the
    machine are not asked, so that a document looks alike wherever it is made.
    """
    made = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        timestamp=int(now.timestamp()),
    )
    assert isinstance(made, bytes)
    return made
