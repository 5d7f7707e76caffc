import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.adapters.folder import Folder, FolderSettings
from publisher.config import load
from publisher.config.leaving import Way, leaving_page, ways_to_leave
from publisher.config.mistakes import near
from publisher.content.generators import generators
from publisher.errors import ConfigurationError
from tests.config.conftest import GOOD, Place

HTTPS = "must begin with https:// (http:// is for localhost only)"
SENDER = "must be a mailbox such as The Gazette <news@gazette.example>"
MINIMAL = "site: {title: G, url: https://g.example}\ncontent: {folder: posts}\n"


def test_a_small_file_has_every_default(place: Place) -> None:
    config = place.load()
    daily, social = config.newsletters["daily"], config.announcements["social"]
    assert config.folder == place.folder
    assert config.file == place.folder / "config.yaml"
    assert config.site.zone == ZoneInfo("Europe/London")
    assert config.content[0].folder == place.folder / "posts"
    assert config.content[0].generator == "jigsaw"
    assert config.content[0].min_age == timedelta(0)
    assert config.database.get_secret_value() == "sqlite:///queue/publisher.db"
    assert config.templates == place.folder / "templates"
    assert (daily.name, daily.channel, daily.template) == ("daily", "mail", "digest")
    assert (daily.featured, daily.latest, daily.per_category, daily.min_posts) == (1, 8, 2, 1)
    assert (daily.max_age, daily.max_lateness) == (timedelta(days=7), timedelta(hours=6))
    assert (daily.rule, daily.fill, daily.ignore) == (None, False, ("latest",))
    assert (social.name, social.channels, social.pick) == ("social", ("fediverse",), "featured")
    assert (social.per_slot, social.max_age) == (1, timedelta(hours=48))
    assert config.warnings == ()


def test_options_are_read_as_what_they_mean(place: Place) -> None:
    config = place.load(
        MINIMAL
        + """\
channels:
  notes:
    adapter: folder
    path: ../out
    on_unknown: resend
    quota: 12 a day
    min_interval: 20 minutes
    hashtags: 2
    utm: {source: letter, utm_medium: email}
  other: {adapter: folder, utm: true}
newsletters:
  weekly:
    channel: notes
    sender: "The \\"Sunday\\" Gazette, Ltd <news@g.example>"
    schedule: every sunday at 07:00
    per_category: null
    sections: sport
    fill: yes
    max_age: 2 weeks
database: sqlite:////var/lib/publisher.db
"""
    )
    notes = config.channels["notes"]
    weekly = config.newsletters["weekly"]
    assert notes.name == "notes"
    assert notes.adapter_class is Folder
    assert isinstance(notes.settings, FolderSettings)
    assert notes.settings.path == place.folder.parent / "out"
    assert notes.quota == (12, timedelta(days=1))
    assert notes.min_interval == timedelta(minutes=20)
    assert notes.utm == {"utm_source": "letter", "utm_medium": "email"}
    assert config.channels["other"].utm == {"utm_source": "other"}
    assert weekly.sender == '"The \\"Sunday\\" Gazette, Ltd" <news@g.example>'
    assert str(weekly.rule) == "every sunday at 07:00"
    assert (weekly.per_category, weekly.sections, weekly.fill) == (None, ("sport",), True)


def test_an_adapters_default_path_starts_at_the_file(place: Place) -> None:
    settings = place.load().channels["mail"].settings
    assert isinstance(settings, FolderSettings)
    assert settings.path.is_relative_to(place.folder)


@pytest.mark.parametrize("title", ["3", "Yes", "2012-10-10", "12:30", "010", "1e3"])
def test_text_options_take_what_is_written(place: Place, title: str) -> None:
    assert place.load(MINIMAL.replace("title: G", f"title: {title}")).site.title == title


def test_colours_may_lack_their_sign_and_be_short(place: Place) -> None:
    brand = place.load(MINIMAL + 'brand: {accent: 1E5010, text: "#fa0", radius: 4}\n').brand
    assert (brand.accent, brand.text, brand.radius, brand.font) == ("#1e5010", "#ffaa00", 4, None)


def test_a_whole_block_may_be_empty(place: Place) -> None:
    config = place.load(MINIMAL + "channels:\nnewsletters:\nannouncements:\nweb:\nbrand:\n")
    assert (config.channels, config.newsletters, config.announcements) == ({}, {}, {})
    assert config.web.url is None


def test_a_config_cannot_be_changed(place: Place) -> None:
    config = place.load()
    with pytest.raises(AttributeError):
        config.site = config.site  # type: ignore[misc] # the point of the test
    with pytest.raises(ValueError, match="frozen"):
        config.site.title = "Other"  # type: ignore[misc] # the same


BROKEN = [
    ("title: Gazette, ", "", "1: site.title: is missing; add title: …"),
    ("title: Gazette", 'title: ""', "1: site.title: must not be empty"),
    ("title: Gazette", "title: ~", ("1: site.title: has no value; "
     "remove the line, or put the value in quotes if it begins with #")),
    ("title: Gazette", "title: [a]", "1: site.title: must be text, not a list"),
    ("title: Gazette", 'title: "a\\nb"',
     "1: site.title: must be one line without control characters"),
    ("https://gazette", "gazette",
     "1: site.url: must be a web address such as https://gazette.example"),
    ("https://gazette", "https://me:pw@gazette",
     "1: site.url: must not contain a user name or password"),
    ("Europe/London", "Europe/Londn",
     "1: site.timezone: unknown time zone; did you mean Europe/London?"),
    ("Europe/London", "london", "1: site.timezone: unknown time zone; did you mean Europe/London?"),
    ("timezone", "time_zone", "1: site.time_zone: unknown option; did you mean timezone?"),
    ("folder: posts", "folder: postz",
     "2: content.folder: there is no folder postz; name the folder of your posts"),
    ("folder: posts", "folder: config.yaml",
     "2: content.folder: config.yaml is a file; name the folder of your posts"),
    ("folder: posts", "folder: posts, generator: jigsawe",
     "2: content.generator: unknown generator; did you mean jigsaw?"),
    ("folder: posts", "folder: posts, generator: xyzzy",
     f"2: content.generator: unknown generator; {near('xyzzy', generators())}"),
    ("folder: posts", "folder: posts, urls: blog",
     "2: content.urls: must be generator, sitemap, own or a pattern such as /blog/:year/:slug/"),
    ("folder: posts", "folder: posts, urls: /:yaer/:slug",
     "2: content.urls: has an unknown placeholder :yaer; did you mean :year?"),
    ("folder: posts", "folder: posts, urls: [own, notes: /n/:slgu]",
     "2: content.urls: rule 2 has an unknown placeholder :slgu; did you mean :slug?"),
    ("folder: posts", "folder: posts, live_check: maybe",
     "2: content.live_check: must be true or false"),
    ("folder: posts", 'folder: posts, date_format: "%Q"',
     "2: content.date_format: must be a date format such as %Y-%m-%d-%H-%M-%S"),
    ("channels:\n", "channles: {}\nchannels:\n",
     "3: channles: unknown option; did you mean channels?"),
    ("adapter: folder", "adaptor: folder",
     "4: channels.mail.adaptor: unknown option; did you mean adapter?"),
    ("adapter: folder", "", "4: channels.mail.adapter: is missing; add adapter: …"),
    ("{adapter: folder}", "folder",
     "4: channels.mail: must be a block of options; add adapter: folder"),
    ("adapter: folder", "adapter: foldr",
     "4: channels.mail.adapter: unknown adapter 'foldr'; did you mean folder?"),
    ("adapter: folder", "adapter: folder, hashtag: 2",
     "4: channels.mail.hashtag: unknown option; did you mean hashtags?"),
    ("adapter: folder", "adapter: folder, name: x",
     ("4: channels.mail.name: unknown option; known are adapter, hashtags, jitter, lead, "
      "min_interval, on_unknown, path, per_domain, per_sender, quiet_hours, quota, rate, "
      "retry_for, template, utm, warm_up")),
    ("adapter: folder", "adapter: folder, hashtags: many",
     "4: channels.mail.hashtags: must be a whole number"),
    ("adapter: folder", "adapter: folder, hashtags: -1",
     "4: channels.mail.hashtags: must be at least 0"),
    ("adapter: folder", "adapter: folder, on_unknown: resent",
     "4: channels.mail.on_unknown: must be hold or resend; did you mean resend?"),
    ("adapter: folder", "adapter: folder, quota: 12",
     '4: channels.mail.quota: "12" is not a valid quota: write "12 a day" or "3 per hour"'),
    ("adapter: folder", "adapter: folder, quota: [1]",
     "4: channels.mail.quota: must be a quota such as 12 a day"),
    ("adapter: folder", "adapter: folder, min_interval: [1]",
     "4: channels.mail.min_interval: must be a duration such as 48h"),
    ("adapter: folder", "adapter: folder, template: nope",
     "4: channels.mail.template: unknown template nope.txt.j2; did you mean note?"),
    ("adapter: folder", "adapter: folder, template: ../x",
     "4: channels.mail.template: must be a template's name without folder or ending"),
    ("adapter: folder", 'adapter: folder, utm: {"a b": c}',
     "4: channels.mail.utm: its names are letters, digits and _, such as source or utm_source"),
    ("  mail: {", "  m ail: {adapter: folder}\n  mail: {",
     "4: channels.m ail: a name is up to 40 letters, digits, - and _"),
    ("https://m.example", "https://m.example, visibility: publik",
     ("5: channels.fediverse.visibility: must be public or unlisted or private or direct; "
     "did you mean public?")),
    ("token: ", "tokn: ", "5: channels.fediverse.tokn: unknown option; did you mean token?"),
    ("host: mail.example", "", "6: channels.post: give either host, or servers with a host each"),
    ("host: mail.example", "host: mail.example, port: 99999",
     "6: channels.post.port: must be at most 65535"),
    ("host: mail.example", "host: mail.example, port: many",
     "6: channels.post.port: must be a whole number"),
    ("host: mail.example", "host: mail.example, security: tsl",
     "6: channels.post.security: must be starttls or tls or none; did you mean tls?"),
    ("channel: mail", "channel: mial",
     "8: newsletters.daily.channel: unknown channel; did you mean mail?"),
    ("channel: mail", "channel: fediverse", ("8: newsletters.daily.channel: "
     "this channel sends notes, not email; use one such as smtp")),
    ("channel: mail", "channel: mail, schedule: every mondy at 07:00",
     ('8: newsletters.daily.schedule: "every mondy at 07:00": "mondy" is not a day; '
     "did you mean monday?")),
    ("channel: mail", "channel: mail, max_age: long",
     ('8: newsletters.daily.max_age: "long" is not a valid duration: write "90s", '
     '"20 minutes", "48h" or "7 days"')),
    ("channel: mail", "channel: mail, featured: 0, latest: 0",
     "8: newsletters.daily: no room is left for any post; raise latest"),
    ("channel: mail", "channel: mail, min_posts: 10",
     "8: newsletters.daily.min_posts: 10 posts are wanted, but there is room for 9; lower it"),
    ("channel: mail", "channel: mail, latest: -1",
     "8: newsletters.daily.latest: must be at least 0"),
    ("channel: mail", "channel: mail, per_category: 0",
     "8: newsletters.daily.per_category: must be at least 1"),
    ("channel: mail", "channel: mail, template: digets",
     "8: newsletters.daily.template: unknown template digets.mjml.j2; did you mean digest?"),
    ("channel: mail", "channel: mail, subject: {{ x }}",
     ("8: newsletters.daily.subject: begins with {, so it is not text; "
     "put the whole value in quotes")),
    ("Gazette <news@gazette.example>", "Gazette", f"8: newsletters.daily.sender: {SENDER}"),
    ("<news@gazette.example>", "<news@gazette.example", f"8: newsletters.daily.sender: {SENDER}"),
    ("<news@gazette.example>", "<ne ws@gazette.example>", f"8: newsletters.daily.sender: {SENDER}"),
    ("Gazette <news", '"A\\r\\nBcc: x@y.example <news',
     "8: newsletters.daily.sender: must be one line without control characters"),
    ("[fediverse]", "[]", "10: announcements.social.channels: must not be empty"),
    ("[fediverse]", "[fediverse, fediverse]",
     "10: announcements.social.channels[2]: duplicate entry; remove one"),
    ("[fediverse]", "[post]", ("10: announcements.social.channels[1]: "
     "this channel sends email, not notes; use one such as mastodon")),
    ("[fediverse]", "fediverze",
     "10: announcements.social.channels: unknown channel; did you mean fediverse?"),
    ("[fediverse]", "[fediverse], pick: latst",
     "10: announcements.social.pick: must be featured or latest; did you mean latest?"),
    ("  social:", "  daily:",
     "10: announcements.daily: a newsletter already has this name; rename one of them"),
    ("announcements:", "web: {url: http://letters.example}\nannouncements:",
     f"9: web.url: {HTTPS}"),
    ("announcements:", "web: {endpoint: http://letters.example}\nannouncements:",
     f"9: web.endpoint: {HTTPS}"),
    ("announcements:", "web: {endpoint: 'https://g.example/?a=b'}\nannouncements:",
     "9: web.endpoint: must end with = where it has a ?, as in …/unsubscribe.php?token="),
    ("announcements:", "brand: {accent: blue}\nannouncements:",
     '9: brand.accent: must be a colour such as "#1a5fb4"'),
    ("announcements:", "brand:\n  accent: #fff\nannouncements:", ("10: brand.accent: has no value; "
     "remove the line, or put the value in quotes if it begins with #")),
    ("announcements:", "brand: {font: a;b}\nannouncements:",
     "9: brand.font: must be font names such as Georgia, serif"),
    ("announcements:", "database: mysql://x\nannouncements:",
     "9: database: must begin with sqlite:/// or postgresql://; write sqlite:///queue/publisher.db"),
    ("announcements:", "database: sqlite://queue/x.db\nannouncements:",
     "9: database: must name a file after three slashes; write sqlite:///queue/publisher.db"),
    ("announcements:", "database: postgres://me@db/x\nannouncements:",
     "9: database: is not a valid PostgreSQL address; write postgresql://user@host/name"),
    ("newsletters:\n", "newsletters: [a]\nx-kept:\n",
     "7: newsletters: must be a mapping of names to blocks of options"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (
            "{adapter: smtp, path: queue/email}",
            [
                "channels.post.path: unknown option",
                "channels.post: give either host, or servers with a host each",
            ],
        ),
        ("{adapter: smtp, hots: x}", ["channels.post.hots: unknown option; did you mean host?"]),
        ("{adapter: smtp, path: x, host: y}", ["channels.post.path: unknown option"]),
    ],
)
def test_an_unknown_option_hides_nothing(place: Place, block: str, shown: list[str]) -> None:
    text = re.sub(r"(?m)^  post: .*$", f"  post: {block}", GOOD)
    found = place.mistakes(text)
    assert [each.partition(" ")[2] for each in found] == shown


@pytest.mark.parametrize(("old", "new", "shown"), BROKEN, ids=[shown for *_, shown in BROKEN])
def test_a_mistake_is_one_located_line(place: Place, old: str, new: str, shown: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if new.startswith('"A'):
        text = text.replace("gazette.example>}", 'gazette.example>"}')
    assert place.mistake(text) == shown


def test_all_mistakes_come_at_once_in_the_order_of_lines(place: Place) -> None:
    text = GOOD.replace("London", "Londn").replace("[fediverse]", "[x]").replace("posts", "none")
    text = text.replace("host:", "hots:").replace("Gazette <news", "<a news")
    wheres = [line.split(": ")[1] for line in place.mistakes(text)]
    assert wheres == [
        "site.timezone",
        "content.folder",
        "channels.post.hots",
        "newsletters.daily.sender",
        "announcements.social.channels[1]",
    ]


def test_missing_blocks_are_named(place: Place) -> None:
    assert place.mistakes("channels: {}\n") == [
        "1: site: is missing; add site: …",
        "1: content: is missing; add content: …",
    ]


def test_problems_name_the_file_as_it_was_given(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.folder / "own.yaml").write_text("sight: {}\n", encoding="utf-8")
    monkeypatch.chdir(place.folder)
    with pytest.raises(ConfigurationError) as caught:
        load(Path("own.yaml"), {})
    assert str(caught.value.problems[0]) == "own.yaml:1: sight: unknown option; did you mean site?"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "config.yaml", {})
    assert str(caught.value).endswith(
        "config.yaml: cannot be read (No such file or directory); `publish init` writes one"
    )


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read \\(Is a directory\\)"):
        load(tmp_path, {})


def test_a_template_of_the_sites_own_is_found(place: Place) -> None:
    (place.folder / "templates").mkdir()
    (place.folder / "templates" / "own.mjml.j2").write_text("<mjml/>", encoding="utf-8")
    config = place.load(GOOD.replace("channel: mail", "channel: mail, template: own"))
    assert config.newsletters["daily"].template == "own"


def test_local_addresses_need_no_https(place: Place) -> None:
    text = GOOD.replace("https://m.example", "http://127.0.0.1:3000")
    assert place.load(text + "web: {url: http://localhost:8000/}\n").web.url == (
        "http://localhost:8000"
    )


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("https://gazette.example/leave", "https://gazette.example/leave/"),
        ("https://gazette.example/leave/", "https://gazette.example/leave/"),
        ("https://g.example/u.php?token=", "https://g.example/u.php?token="),
        ("https://g.example/u.php?list=a&token=", "https://g.example/u.php?list=a&token="),
    ],
)
def test_an_endpoint_is_the_start_of_every_link(place: Place, written: str, start: str) -> None:
    config = place.load(GOOD + f"web: {{endpoint: '{written}', url: https://letters.example}}\n")
    assert (config.web.endpoint, leaving_page(config)) == (start, start)
    assert ways_to_leave(config) == [Way.ENDPOINT]


def test_ways_to_leave(place: Place) -> None:
    assert ways_to_leave(place.load(GOOD)) == []
    config = place.load(GOOD + "web: {url: https://letters.example}\n")
    assert ways_to_leave(config) == [Way.PAGES]
    assert leaving_page(config) == "https://letters.example/unsubscribe/"


def test_only_the_adapters_that_are_named_are_imported(place: Place) -> None:
    import subprocess
    import sys

    place.load(MINIMAL + "channels: {mail: {adapter: folder}}\n")
    script = (
        "import sys; from pathlib import Path; from publisher.config import load;"
        "load(Path('config.yaml'), {}); print('publisher.adapters.mastodon' in sys.modules,"
        " 'requests' in sys.modules, 'jinja2' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=place.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False"] * 4


@pytest.mark.parametrize("words", ["cluster", "{kind: cluster, rows_per_job: 2000}"])
def test_a_runner_is_a_word_or_a_block(place: Place, words: str) -> None:
    text = f"database: postgresql://publisher@db.example/publisher\nrunner: {words}\n"
    runner = place.load(GOOD + text).runner
    assert runner.kind == "cluster"
    assert runner.rows_per_job == (2000 if "{" in words else 5000)
    assert place.load().runner.kind == "embedded"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "cluster",
            (
                "12: runner: cluster needs a PostgreSQL database; "
                "write database: postgresql://user@host/name"
            ),
        ),
        (
            "clustr",
            "12: runner.kind: must be embedded or cluster; did you mean cluster?",
        ),
        (
            "many_machines",
            "12: runner.kind: must be embedded or cluster; did you mean cluster?",
        ),
        ("{rows_per_job: 1}", "12: runner.rows_per_job: must be at least 10"),
        ("[embedded]", "12: runner: must be a block of options"),
    ],
)
def test_a_wrong_runner_is_told(place: Place, words: str, told: str) -> None:
    assert place.mistake(f"{GOOD}\nrunner: {words}\n") == told


@pytest.mark.parametrize("url", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:80/"])
def test_an_address_of_ones_own_machine_is_warned_of(tmp_path: Path, url: str) -> None:
    (tmp_path / "posts").mkdir()
    text = f"site:\n  title: T\n  url: '{url}'\ncontent: {{folder: posts}}\n"
    (tmp_path / "config.yaml").write_text(text)
    (warning,) = load(tmp_path / "config.yaml", {}).warnings
    assert str(warning).endswith(
        "config.yaml:3: site.url: readers cannot follow links to your own machine; "
        "write the address that the site has on the web"
    )


def test_max_age_follows_the_schedule_and_says_where_it_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    text = """\
site: {title: T, url: https://t.example}
content: {folder: posts}
channels: {mail: {adapter: folder, path: sent}}
newsletters:
  daily: {channel: mail, sender: a@t.example, schedule: every day at 07:00}
  monthly: {channel: mail, sender: a@t.example, schedule: on the 1st at 07:00}
  weekly: {channel: mail, sender: a@t.example, schedule: every monday at 07:00, max_age: 2 days}
"""
    (tmp_path / "config.yaml").write_text(text)
    config = load(tmp_path / "config.yaml", {})
    ages = {name: each.max_age.days for name, each in config.newsletters.items()}
    assert ages == {"daily": 7, "monthly": 62, "weekly": 2}
    (warning,) = config.warnings
    assert str(warning).endswith(
        "newsletters.weekly.max_age: 2 days is less than the 7 days between two slots; "
        "leave max_age out: its default follows the schedule"
    )
