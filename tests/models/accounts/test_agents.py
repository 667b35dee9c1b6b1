"""Browsers by names that their owners know."""

from __future__ import annotations

import pytest

from models.accounts.agents import known_agent


@pytest.mark.parametrize(
    ("agent", "known"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile MicroMessenger/8", "WeChat, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140", "Firefox, Linux"),
        ("curl/8 <script>", "?, ?"),
        ("", "?, ?"),
    ],
)
def test_a_browser_is_named_by_words_of_ours_only(agent: str, known: str) -> None:
    assert known_agent(agent) == known
