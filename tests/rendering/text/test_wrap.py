import unicodedata

import pytest

from publisher.rendering.text.wrap import wrapped

JAPANESE = (
    "このメールは、The Example Gazetteのニュースレター「毎日の便り」にご登録いただいた方に"
    "お送りしています。解除はいつでもできます。https://gazette.example/a/very/long/address"
)


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def test_words_stay_whole() -> None:
    lines = wrapped("word " * 40, 4).splitlines()
    assert all(line.startswith("    word") and len(line) <= 72 for line in lines)


def test_a_script_without_blanks_is_wrapped_too() -> None:
    lines = wrapped(JAPANESE, 2).splitlines()
    assert len(lines) > 2
    assert max(map(columns, lines)) <= 74
    assert not [line for line in lines if line[2] in "、。」ー"]
    assert not [line for line in lines if line[-1] == "「"]
    assert "https://gazette.example/a/very/long/address" in "\n".join(lines)
    assert "".join("".join(lines).split()) == "".join(JAPANESE.split())


@pytest.mark.parametrize("text", ["", "日", "「", "、" * 200, "a" * 200 + "日"])
def test_odd_texts_lose_nothing(text: str) -> None:
    assert "".join(wrapped(text).split()) == text


def test_much_text_costs_little_time() -> None:
    assert wrapped("「" * 50_000 + "日本" * 50_000)
