"""The picture of the README, drawn from the running product."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.places import settled
from tests.browser.test_market import open_fly_ash

PICTURE = Path(__file__).parents[2] / "docs/images/partners.png"
# Only when asked for, so that a run of the tests leaves the tree as it was.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("OFFTAKE_SCREENSHOTS" not in os.environ, reason="OFFTAKE_SCREENSHOTS=1"),
]


def test_the_picture_of_the_readme_shows_partners_and_what_they_pay(visit: Visit) -> None:
    page = visit("en")
    open_fly_ash(page, "en")
    settled(page)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": 1000}
    )
    assert PICTURE.stat().st_size < 400_000
