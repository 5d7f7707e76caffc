"""`publish init`: look at a site, ask what is not plain to read, write its config.yaml."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.config_file import NAME, configuration_in
from publisher.cli.output import say, tell, write_file
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.config.site_facts import SiteFacts
    from publisher.config.starter import Choice, Question
    from publisher.content.generators.base import Found
    from publisher.model.posts import Post

_SURE = ("Perhaps a", "Probably a", "A")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--yes", is_flag=True, help="Accept all defaults without prompting.")
@click.option("--force", is_flag=True, help="Overwrite an existing config.yaml.")
@click.option("--generator", metavar="NAME", help="The site's generator, if another is recognised.")
@click.option(
    "--sitemap",
    "--feed",
    "evidence",
    metavar="FILE_OR_URL",
    multiple=True,
    help="A sitemap or feed of the site: posts' addresses are learnt from it.",
)
@click.pass_obj
def init(
    config_path: Path,
    folder: Path,
    yes: bool,
    force: bool,
    generator: str | None,
    evidence: tuple[str, ...],
) -> None:
    """Inspect the site in FOLDER and write a config.yaml for it."""
    from publisher.cli.first_look import show_posts
    from publisher.cli.learning import learn_addresses, without_stale_notes
    from publisher.config.site_facts import facts
    from publisher.config.starter import Choice, questions, starter

    target = _target(folder, config_path, force=force)
    asks = sys.stdin.isatty() and not yes
    found = _find(folder, generator, asks=asks)
    known = facts(found, folder, os.environ)
    _show_site(found, known, folder)
    known = learn_addresses(found, known, folder, evidence)
    known = without_stale_notes(found, known)
    asked = questions(found, known, folder)
    answers = {each.key: _ask(each, folder) for each in asked if asks}
    write_file(target, starter(found, known, answers, folder))
    tell(f"Wrote {target}")
    if asked and not answers:
        placeholders = ", ".join(f"{each.key} ({each.default})" for each in asked)
        say(f"Not found in the site, so look at them in {target}: {placeholders}")
    _keep_out_of_git(target.parent)
    choice = _choice(show_posts(target), known)
    if choice != Choice():
        write_file(target, starter(found, known, answers, folder, choice))
    place = "" if target.parent == Path() else f", in {target.parent}"
    tell(f"Next{place}: publish check, then publish preview --open")


def _keep_out_of_git(folder: Path) -> None:
    """Let no `git add .` take the queue, in which subscribers are, into a repository."""
    place = folder.resolve()
    if any((each / ".git").exists() for each in (place, *place.parents)):
        ignored = folder / "queue" / ".gitignore"
        if not ignored.exists():
            ignored.parent.mkdir(exist_ok=True)
            write_file(ignored, "*\n")


def _choice(posts: "Sequence[Post]", known: "SiteFacts") -> "Choice":
    """Which posts newsletters take, where it is not simply the newest of all."""
    from publisher.cli.first_look import days_back, languages_of, main_language
    from publisher.config.starter import Choice
    from publisher.durations import utc_now

    languages = languages_of(posts)
    language = ""
    if languages[1:]:
        language = main_language(languages, known.language.value)
        say(f"Posts are in {', '.join(languages)}; newsletters take {language} (see `only`)")
        posts = [each for each in posts if each.language.replace("_", "-").startswith(language)]
    days = days_back(posts, utc_now())
    if days:
        say(f"None is newer than a week, so the first digest looks back {days} days (max_age)")
    return Choice(language, days)


def _target(folder: Path, config_path: Path, *, force: bool) -> Path:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", "publish init FOLDER")
    name = config_path.name  # its paths are relative to its folder
    target = configuration_in(folder) if name == NAME else folder / name
    if target.exists() and not force:
        raise UsageError(f"{target} already exists", "use --force to overwrite it")
    return target


def _find(folder: Path, name: str | None, *, asks: bool) -> "Found | None":
    """The site that is meant, with its accounts; None where no generator knows it."""
    from publisher.content.accounts import accounts_of
    from publisher.content.finding import count_posts, find_sites, site_around
    from publisher.content.generators import generators
    from publisher.content.generators.base import Sure

    if name is not None and name not in generators():
        raise UsageError(f"no generator is called {name!r}", f"one of: {', '.join(generators())}")
    sites = find_sites(folder, name or "")
    if name and not sites:
        raise UsageError(f"{folder}: no files of a {name} site", "publish init says what it finds")
    if (not sites or sites[0].sure == Sure.GUESS) and (around := site_around(folder)):
        say(f"{folder} lies in a {around.generator} site: publish init {around.root}")
    if not sites:
        return None
    found = _chosen(sites, folder) if sites[1:] and asks else sites[0]
    for other in sites:
        if other is found or not count_posts(other):
            continue
        say(f"Left aside: {_described(other, folder)}; for that: publish init {other.root}")
    return replace(found, accounts=accounts_of(found))


def _chosen(sites: "list[Found]", folder: Path) -> "Found":
    """The one of several sites that a person means."""
    for number, each in enumerate(sites, 1):
        say(f"{number:3}  {_described(each, folder)}")
    number = click.prompt("Which site", type=click.IntRange(1, len(sites)), default=1)
    return sites[number - 1]


def _described(found: "Found", folder: Path) -> str:
    from publisher.config.site_facts import relative
    from publisher.content.generators import generator

    place = relative(found.root, folder)
    where = "" if place == "." else f" in {place}"
    return f"{generator(found.generator).__name__} site{where} ({found.seen})"


def _show_site(found: "Found | None", known: "SiteFacts", folder: Path) -> None:
    from publisher.config.site_facts import relative

    if found is None:
        say(f"{folder}: no generator recognised; posts are taken for plain Markdown files")
        if not known.sources[0].folder.is_dir():
            say("Is it the folder with your generator's settings? If not: publish init FOLDER")
    elif found.generator == "plain":
        say(f"No generator recognised, but {found.seen}")
    else:
        article = "n" if found.generator[0] in "aeiou" else ""
        say(f"{_SURE[found.sure - 1]}{article} {_described(found, folder)}")
    for name, fact in known.named().items():
        if fact.value and not fact.is_open:
            say(f"  {name:<12} {fact.value}" + (f"  ({fact.origin})" if fact.origin else ""))
    folders = ", ".join(relative(each.folder, folder) for each in known.sources)
    say(f"  {'posts':<12} {folders}")
    for account in found.accounts if found else ():
        say(f"  {'account':<12} {account}")
    for note in (*known.remarks, *_links_out(known, folder)):
        say(f"  note: {note}")


def _links_out(known: "SiteFacts", folder: Path) -> Iterator[str]:
    """Folders of posts that are links to a place which is not in the site's repository."""
    from publisher.config.site_facts import relative

    place = folder.resolve()
    top = next((each for each in (place, *place.parents) if (each / ".git").exists()), place)
    for source in known.sources:
        real = source.folder.resolve()
        if not real.is_relative_to(top):
            shown = relative(source.folder, folder)
            yield f"{shown} is outside of the site, in {real}; all that lies there counts as posts"


def _ask(question: "Question", folder: Path) -> str:
    """A person's answer; one that cannot be taken is asked for again, with one line why."""
    from publisher.config.starter import completed, refusal

    def checked(text: str) -> str:
        answer = completed(question.key, text)
        if why := refusal(question.key, answer, folder):
            raise click.BadParameter(why)
        return answer

    default = None if refusal(question.key, question.default, folder) else question.default
    answer: str = click.prompt(question.text, default=default, value_proc=checked)
    return answer
