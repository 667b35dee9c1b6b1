"""What a browser calls itself, in words that its owner knows."""

from __future__ import annotations

from typing import Final

# The first that fits: every browser also claims to be an older one.
_BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_UNKNOWN: Final = "?"


def known_agent(agent: str) -> str:
    """Browser and system, such as `Firefox, Windows`; a question mark for what is not known.

    Only words of ours: what a browser sends goes into letters and pages.
    """
    browser = next((name for sign, name in _BROWSERS if sign in agent), _UNKNOWN)
    system = next((name for sign, name in _SYSTEMS if sign in agent), _UNKNOWN)
    return f"{browser}, {system}"
