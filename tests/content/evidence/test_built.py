"""Built sites beside their sources."""

from pathlib import Path

import pytest

from publisher.content.evidence.built import built_folder, read_built


def build(root: Path, pages: dict[str, str]) -> Path:
    for path, canonical in pages.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        link = f'<link href="{canonical}" rel="canonical">' if canonical else ""
        file.write_text(f"<!doctype html><head><title>x</title>{link}</head>")
    return root


@pytest.mark.parametrize(
    ("prefix", "ending"),
    [("https://g.example", ".html"), ("https://g.example/base", ""), ("", ".html")],
)
def test_addresses_follow_what_pages_call_their_own(
    tmp_path: Path, prefix: str, ending: str
) -> None:
    whole = {
        "index.html": f"{prefix}/" if prefix else "",
        "blog/one/index.html": f"{prefix}/blog/one/" if prefix else "",
        "404.html": "",
    }
    files = {f"p/{n}.html": f"{prefix}/p/{n}{ending}" if prefix else "" for n in range(60)}
    build(tmp_path / "public", whole | files)
    folder = built_folder(tmp_path)
    assert folder is not None
    evidence = read_built(folder)
    found = {page.url for page in evidence.pages}
    assert found == {
        f"{prefix}/", f"{prefix}/blog/one/", *(f"{prefix}/p/{n}{ending}" for n in range(60))
    }  # fmt: skip
    assert evidence.name == "public"


def test_a_folder_of_other_files_is_no_built_site(tmp_path: Path) -> None:
    build(tmp_path / "public", {"about.html": "", "a.html": "", "b.html": ""})
    build(tmp_path / "dist", {"index.html": ""})
    assert built_folder(tmp_path) is None
    assert built_folder(tmp_path / "missing") is None
