import pytest

from publisher.rendering.text.links import safe_url, with_parameters


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "mailto:a@b.example",
        "//host.example/a",
        "/relative",
        "https://",
        "https:///path",
        "https://good.example@evil.example/",
        "https://host.example:port/",
        "https://[broken/",
        "https://a.example/ b",
        "https:\\\\evil.example",
        "https://a.example/\ufdd0email\ufdd1",
        "https://a.example/\u202egpj",
        "",
        None,
    ],
)
def test_only_web_addresses_pass(bad: object) -> None:
    assert safe_url(bad) == ""


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/b?c=d&e=%20#f", "https://a.example/b?c=d&e=%20#f"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("https://a.example/\"><script>'", "https://a.example/%22%3E%3Cscript%3E%27"),
        ("https://a.example/{{7*7}}", "https://a.example/%7B%7B7*7%7D%7D"),
        ("https://münchen.example/straße", "https://münchen.example/straße"),
    ],
)
def test_what_could_end_an_attribute_is_encoded(url: str, safe: str) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("url", "tagged"),
    [
        ("https://a.example/b", "https://a.example/b?utm_source=mail&utm_medium=e+mail"),
        ("https://a.example/?x=1#top", "https://a.example/?x=1&utm_source=mail&utm_medium=e+mail#top"),
        ("https://a.example/?utm_source=own", "https://a.example/?utm_source=own&utm_medium=e+mail"),
        ("https://a.example/?q=%C3%A9&flag", "https://a.example/?q=%C3%A9&flag&utm_source=mail&utm_medium=e+mail"),
        ("", ""),
    ],
)  # fmt: skip
def test_parameters_join_what_is_there(url: str, tagged: str) -> None:
    assert with_parameters(url, {"utm_source": "mail", "utm_medium": "e mail"}) == tagged
