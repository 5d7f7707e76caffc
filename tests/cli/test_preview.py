from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from PIL import Image

from publisher.model.system_mails import SystemKind
from tests.acceptance.conftest import AT
from tests.cli.conftest import Terminal, shell


def test_everything_is_written_to_files_and_sent_to_nobody(peopled: Terminal) -> None:
    told = peopled.publish("preview", "--out", "look", "--at", AT)
    assert told == "look/index.html\n"
    names = {file.name for file in (peopled.folder / "look").iterdir()}
    assert names == {
        "index.html",
        *(f"{name}.{kind}" for name in ("daily", "weekly") for kind in ("html", "txt", "eml")),
        "social-notes-1.txt",
        "social-slow-2.txt",
        "byhand-notes-1.txt",
    }
    assert peopled.json("queue", "list") == []
    assert not (peopled.folder / "out").exists()


def test_the_mail_is_whole(site: Terminal) -> None:
    site.publish("preview", "daily", "--out", "look", "--at", AT)
    raw = (site.folder / "look" / "daily.eml").read_bytes()
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    assert [part.defects for part in mail.walk()] == [[], [], []]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["From"] == "Gazette <news@gazette.example>"
    assert mail["List-Unsubscribe"]


def test_a_digest_is_shown_in_a_readers_language(site: Terminal) -> None:
    site.publish("preview", "daily", "--language", "ar-EG", "--out", "look", "--at", AT)
    html = (site.folder / "look" / "daily.html").read_text(encoding="utf-8")
    assert '<html lang="ar-EG" dir="rtl"' in html
    assert "إلغاء الاشتراك" in html
    done = site.run("preview", "daily", "--language", "klingon")
    assert done.returncode == 2
    assert "there are no words of 'klingon'\n  languages are ar, de, en, " in done.stderr


def test_by_default_it_stands_beside_the_configuration(site: Terminal) -> None:
    path = site.folder / "queue" / "preview" / "index.html"
    assert site.publish("preview", "--at", AT) == f"{path}\n"
    assert path.is_file()


def test_one_post_is_shown_alone_even_a_draft(site: Terminal) -> None:
    site.post("draft.md", "title: Not ready", "date: 2026-03-04", "draft: true")
    site.publish("preview", "daily", "--post", "draft.md", "--out", "look")
    assert "Not ready" in (site.folder / "look" / "daily.txt").read_text(encoding="utf-8")


def test_what_cannot_be_read_is_refused(site: Terminal) -> None:
    (site.folder / "source" / "_posts" / "plain.md").write_text("No head\n", encoding="utf-8")
    assert "no front matter" in site.refused("preview", "--post", "plain.md", "--out", "look")
    assert not (site.folder / "look").exists()


def test_missing_pictures_are_no_obstacle(site: Terminal) -> None:
    site.publish("preview", "daily", "--out", "look", "--at", AT)
    assert "https://pictures.example/" in (site.folder / "look" / "daily.html").read_text("utf-8")


def test_when_all_is_sent_the_last_choice_is_shown(peopled: Terminal) -> None:
    peopled.publish("now", "daily", "--at", AT)
    done = peopled.run("preview", "daily", "--out", "look", "--at", "2026-03-05T08:00")
    assert done.returncode == 0
    assert (peopled.folder / "look" / "daily.eml").is_file()


def test_when_there_is_nothing_at_all_it_says_so(site: Terminal) -> None:
    done = site.run("preview", "daily", "--out", "look", "--at", "2020-01-01")
    assert (done.returncode, done.stdout) == (0, "look/index.html\n")
    assert done.stderr == (
        "daily: nothing to show: no new posts; source/_posts/choir_sings_on_the_pier_at_dawn.md: "
        "its date, 2026-03-04 11:00, is still to come\n"
    )


@pytest.mark.parametrize(("out", "code"), [("file", 2), ("file/below", 1)])
def test_a_folder_that_cannot_be_written_is_one_line(site: Terminal, out: str, code: int) -> None:
    (site.folder / "file").touch()
    assert "file" in site.refused("preview", "--out", out, "--at", AT, code=code)


def test_the_page_is_opened(site: Terminal) -> None:
    program = site.folder / "xdg-open"
    program.write_text('#!/bin/sh\nprintf %s "$1" > opened.tmp; mv opened.tmp opened\n', "utf-8")
    program.chmod(0o755)
    line = f"PATH=.:$PATH publish preview daily --out look --open --at {AT}"
    done = shell(site, f"{line} && until test -f opened; do sleep 0.02; done; cat opened")
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1].endswith(f"{site.folder}/look/index.html")


def test_the_folders_own_pictures_stand_in_the_preview_and_in_no_email(site: Terminal) -> None:
    site.post(
        "own.md",
        "title: Seen first",
        "date: 2026-03-05 06:59:00",
        "image: /images/own.png",
        "featured: true",
    )
    (site.folder / "source" / "images").mkdir()
    Image.effect_noise((400, 300), 90).save(site.folder / "source" / "images" / "own.png")
    site.publish("preview", "daily", "--out", "look", "--at", AT)
    for name in ("daily.html", "index.html"):
        page = (site.folder / "look" / name).read_text("utf-8")
        assert "data:image/jpeg;base64," in page
        assert "gazette.example/images/own.png" not in page
    raw = (site.folder / "look" / "daily.eml").read_bytes()
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    html = mail.get_body(("html",))
    assert html is not None
    assert 'src="https://gazette.example/images/own.png"' in html.get_content()


def test_the_emails_to_one_reader_are_shown_too(peopled: Terminal) -> None:
    peopled.publish("preview", "daily", "--emails", "--language", "de", "--out", "look")
    kinds = [kind.value for kind in SystemKind]
    names = {file.name for file in (peopled.folder / "look").iterdir()}
    endings = ("html", "txt", "eml")
    assert names == {"index.html", *(f"daily-{kind}.{end}" for kind in kinds for end in endings)}
    assert 'lang="de"' in (peopled.folder / "look" / "daily-welcome.html").read_text("utf-8")
    assert peopled.json("queue", "list") == []
