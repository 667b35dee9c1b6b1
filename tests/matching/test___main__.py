"""The story of the small park is told as it is solved by hand."""

from __future__ import annotations

from matching import small_park
from matching.__main__ import story


def test_the_story_tells_the_ranking_the_plans_the_prices_and_the_blend():
    told = list(story(small_park()))
    assert told[6:9] == [
        "heating plant ash",
        "    block maker: worth 12 a tonne",
        "    cement works: misses by composition loss on ignition, 9 for 6",
    ]
    assert "greatest value: 170 t worth 4400" in told
    assert "most tonnes: 190 t worth 4200" in told
    assert "    power plant ash: 8 to 18" in told
    assert "    block maker: 12 to 22" in told
    assert told[-6:] == [
        "cheapest 60 t for the cement works: 480",
        "    20 t mill slag",
        "    40 t heating plant ash",
        "    loss on ignition 6 %",
        "    SO3 1 %",
        "    moisture 4 %",
    ]
