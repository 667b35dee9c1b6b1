"""Names of places as keys."""

from __future__ import annotations

import pytest

from models.places.names import folded, folded_stem, is_chinese, key_of, stem_zh


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("山东省", "山东"),
        ("济南市", "济南"),
        ("莱芜区", "莱芜"),
        ("阿里地区", "阿里"),
        ("新疆维吾尔自治区", "新疆"),
        ("内蒙古自治区", "内蒙古"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("东乡族自治县", "东乡"),
        ("隆林各族自治县", "隆林"),
        ("景山街道", "景山"),
        ("丰县", "丰县"),
        ("城区", "城区"),
        ("莱芜", "莱芜"),
    ],
)
def test_a_chinese_name_loses_its_suffix_but_never_all_of_itself(name: str, stem: str) -> None:
    assert stem_zh(name) == stem


@pytest.mark.parametrize(
    ("name", "key"),
    [("Xi'an", "xian"), ("Lüliang", "luliang"), ("Bayan Nur", "bayannur"), ("ÜRÜMQI", "urumqi")],
)
def test_latin_names_are_compared_without_accents_case_and_spaces(name: str, key: str) -> None:
    assert folded(name) == key


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Jinan City", "jinan"),
        ("Henan Province", "henan"),
        ("Xinjiang Uygur Autonomous Region", "xinjiang"),
        ("Laiwu Qu", "laiwu"),
        ("City", "city"),
    ],
)
def test_english_suffixes_do_not_count(name: str, stem: str) -> None:
    assert folded_stem(name) == stem


def test_chinese_keys_are_the_name_without_spaces_in_its_usual_width() -> None:
    assert key_of(" 山东 省 ") == "山东省"
    assert key_of("Ｊｉｎａｎ") == "jinan"
    assert is_chinese("Laiwu 莱芜")
    assert not is_chinese("Laiwu")
