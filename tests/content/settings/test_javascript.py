"""Scripts of a site, read as text."""

# ruff: noqa: E501 - scripts in one line each

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.content.settings.javascript import (
    REST,
    Call,
    Choice,
    Computed,
    Function,
    Script,
    Template,
    exported_object,
    member,
    objects,
    parse_script,
    read_script,
    text,
)
from publisher.content.settings.javascript.apply import Unknown, applied
from publisher.content.settings.javascript.date_formats import by_directives

LIMIT = 1024 * 1024


def script(source: str, folder: Path, name: str = "site.config.ts") -> Script:
    return parse_script(source, folder / name, folder)


def value(expression: str, folder: Path, before: str = "") -> Any:
    return script(f"{before}\nexport default {expression}", folder).exported


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'it\\'s \\u00e9\\u{1F600}\\n'", "it's é😀\n"),
        ("'\\ud83d\\ude00 \\ud83d'", "😀 \ufffd"),
        ("`plain`", "plain"),
        ("`a${name}/${1 + 2}`", "asite/3"),
        ("'a' + name + `b`", "asiteb"),
        ("[1, 1.5, -2, 0x10, 1_000, true, !0, null, undefined]",
         [1, 1.5, -2, 16, 1000, True, True, None, None]),
        ("{a: 1, 'b-c': {d: []}, name, ['k' + 1]: 2}",
         {"a": 1, "b-c": {"d": []}, "name": "site", "k1": 2}),
        ("({a: 'x'} as const) satisfies Thing", {"a": "x"}),
        ("name!", "site"),
        ("Object.freeze({a: 1})", {"a": 1}),
        ("{...base, b: 2, c: 3}", {"a": 1, "b": 2, "c": 3}),
        ("[...list, 'z']", ["x", "y", "z"]),
        ("base.a", 1),
        ("base?.missing", None),
        ("list[1]", "y"),
        ("list.length", 2),
        ("deep['in']", "there"),
        ("process.env.SITE || 'https://gazette.example'", "https://gazette.example"),
        ("process.env['SITE'] ?? name", "site"),
        ("'' || 'second'", "second"),
        ("null ?? 'second'", "second"),
        ("'' ?? 'second'", ""),
        ("name && 'second'", "second"),
        ("process.env.NODE_ENV === 'production' ? '/in/' : '/'", "/in/"),
        ("import.meta.env.DEV ? 'dev' : 'built'", "built"),
        ("1 !== 2", True),
        ("{deep}.deep.in", "there"),
        ("made()", {"url": "/x"}),
        ("renamed", "there"),
    ],
)  # fmt: skip
def test_literal_parts_have_their_value(expression: str, expected: Any, tmp_path: Path) -> None:
    before = """
        const name = 'site', base = {a: 1, b: 1}, list = ['x', 'y'], deep = {in: 'there'}
        const {in: renamed} = deep
        function made() { const url = '/x'; return {url} }
    """
    assert value(expression, tmp_path, before) == expected


@pytest.mark.parametrize(
    "expression", ["unknown", "a.b.c", "new Date()", "/x/", "i++", "<p>x</p>", "changed", "self"]
)
def test_what_is_computed_says_so(expression: str, tmp_path: Path) -> None:
    before = "let changed = 'a'; changed = 'b'; const self = self + 'x'"
    found = script(f"{before}; module.exports = {expression}", tmp_path, "a.js").exported
    assert isinstance(found, Computed)
    assert found.text


def test_computed_values_can_be_looked_into(tmp_path: Path) -> None:
    template = value("`/blog/${page?.fileSlug}/`", tmp_path)
    assert template == Template(
        "`/blog/${page?.fileSlug}/`", ("/blog/", Computed("page.fileSlug"), "/")
    )
    function = value("(data, {b}) => { if (data.draft) return false; return data.url }", tmp_path)
    assert isinstance(function, Function)
    assert function.parameters == ("data", "")
    choice = function.result
    assert isinstance(choice, Choice)
    assert (choice.condition, choice.yes, choice.no) == (
        Computed("data.draft"), False, Computed("data.url"),
    )  # fmt: skip
    call = value("z.string().optional('x')", tmp_path)
    assert isinstance(call, Call)
    assert (call.name, call.arguments) == ("optional", ("x",))
    assert isinstance(call.on, Call)
    assert (call.on.name, call.on.method) == ("z.string", "string")
    assert value("{...other(), a: 1}", tmp_path)[REST].name == "other"


@pytest.mark.parametrize(
    "source",
    [
        "export default {site: 'x'}",
        "export default defineConfig({site: 'x'}) satisfies Config",
        "const config: Config = {site: 'x'}; export default config;",
        "const config = {site: 'x'}; export { config as default }",
        "export default withA({a: 1})({site: 'x'})",
        "export default withA(withB({site: 'x'}))",
        "export default async function (phase: string) { const a = 1; return {site: 'x'} }",
        "export default defineConfig(({mode}) => ({site: 'x'}))",
        "(module.exports = {site: 'x'});",
        "module.exports = {site: 'x'}",
        "exports.default = module.exports = {site: 'x'}",
        "module.exports = function (config) { config.addFilter('a', b => 1); return {site: 'x'} }",
        "async function create() { return {site: 'x'} }\nmodule.exports = create;",
        "const config = {site: 'x'}; export = config",
        "export default { // a comment\n site: /* one */ 'x', }",
    ],
)
def test_a_configuration_is_found_however_it_is_exported(source: str, tmp_path: Path) -> None:
    assert script(source, tmp_path).config == {"site": "x"}


def test_named_exports_and_constants(tmp_path: Path) -> None:
    source = """
        export const config = {dir: {input: 'src'}}
        exports.other = 1
        const local = 'l'
        export { local as shown }
        export function f() { return 2 }
    """
    found = script(source, tmp_path)
    assert found.exported is None
    assert found.config == {}
    assert text(found.value("config"), "dir", "input") == "src"
    assert (found.value("other"), found.value("shown"), found.value("local")) == (1, "l", "l")
    assert found.value("f").result == 2
    assert found.value("missing") is None
    assert set(found.names) == {"config", "other", "local", "shown", "f"}


def test_calls_are_found_wherever_they_stand(tmp_path: Path) -> None:
    source = """
        const base = './src/content'
        export default function (config) {
            const name = 'posts'
            config.addCollection(name, (api) => api.getAll())
            if (x) { config.addCollection("notes", (api) => api.getFilteredByTag("n")) }
            config.setInputDirectory("src")
        }
        const blog = defineCollection({loader: glob({pattern: '**/*.md', base}), schema: z.object({
            pubDate: z.coerce.date() })})
    """
    found = script(source, tmp_path)
    calls = list(found.calls("addCollection", "setInputDirectory"))
    assert [(call.name, call.arguments[0], call.line) for call in calls] == [
        ("config.addCollection", "posts", 5),
        ("config.addCollection", "notes", 6),
        ("config.setInputDirectory", "src", 7),
    ]
    (blog,) = found.calls("defineCollection")
    loader = member(blog.arguments[0], "loader")
    assert isinstance(loader, Call)
    assert (loader.name, loader.arguments[0]["base"]) == ("glob", "./src/content")


def test_what_the_site_imports_is_followed(tmp_path: Path) -> None:
    files = {
        "src/site.ts": "export const SITE = {url: 'https://a.example', ...more}; "
                       "import {more} from './more.js'; export default 'd'",
        "src/more.ts": "export const more = {title: 'A'}",
        "data/meta.json": '{"title": "M"}',
        "data/lib/index.cjs": "module.exports = {b: 'B'}; module.exports.c = 'C'",
        "tsconfig.json": '{"compilerOptions": {"paths": {"@config": ["src/site.ts"], // one\n'
                         '"$lib/*": ["./src/*"]}}}',
    }  # fmt: skip
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    source = """
        import site, { SITE as s } from './src/site'
        import * as all from '@/site'
        import { SITE } from '@config'
        import { more } from '$lib/more'
        import meta from './data/meta.json' with { type: 'json' }
        const { b, c } = require('./data/lib')
        import outside from '../../../../etc/passwd'
        import { library } from 'library'
        export default [s.url, s.title, all.SITE.url, SITE.title, site, more, meta.title, b, c,
            require('./data/meta').title]
        export const far = [outside, library]
    """
    found = script(source, tmp_path)
    assert found.exported == [
        "https://a.example", "A", "https://a.example", "A", "d", {"title": "A"}, "M", "B", "C", "M",
    ]  # fmt: skip
    assert found.value("far") == [Computed("outside"), Computed("library")]


def test_modules_that_import_each_other_end(tmp_path: Path) -> None:
    for one, other in ("ab", "ba"):
        source = f"import {{x as y}} from './{other}'; export const x = [y], z = '{one}'"
        (tmp_path / f"{one}.js").write_text(source, encoding="utf-8")
    found = script("export { z } from './a'; import {x, z} from './a'; export default z", tmp_path)
    assert found.exported == "a"
    assert found.value("x")[0][0] == Computed("y")


def test_the_first_file_that_is_there_is_read(tmp_path: Path) -> None:
    assert read_script(tmp_path, ("a.mjs", "b.ts")) is None
    (tmp_path / "b.ts").write_text("export default <Config>{a: 1}", encoding="utf-8")
    found = read_script(tmp_path, ("a.mjs", "b.ts"))
    assert found
    assert (found.name, found.config, found.problem) == ("b.ts", {"a": 1}, "")


def test_a_broken_script_says_so_and_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    found = script("const a = 'x'; export default {a}\n }} ¡ %$ class {", tmp_path)
    assert found.problem == "site.config.ts is no valid script"
    assert found.config == {"a": "x"}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "source",
    [
        "export default " + "[" * 200_000,
        "export default " + "f(" * 200_000,
        "export default " + "(" * 200_000 + "1" + ")" * 200_000,
        "export default " + "'a' + " * 100_000 + "'a'",
        "export default [" + "a," * 100_000 + "]",
        "const a0 = ['x'];"
        + "".join(f"const a{n} = [a{n - 1}, a{n - 1}];" for n in range(1, 60))
        + "export default a59",
        "const a0 = 'xxxxxxxxxxxxxxxx';"
        + "".join(f"const a{n} = a{n - 1} + a{n - 1};" for n in range(1, 60))
        + "export default a59",
        "function f() {" * 20_000 + "f(1)",
        "export default f; function f() {" + "if (x) return 1;" * 30_000 + "}",
        "export default f; function f() {" + "if (x) { if (y) {" * 10_000,
        "export default 0x" + "9" * 500_000 + ", 1e999999, \\u{fffffff}, '\\u{ffffff}'",
        "a = 1;" * 50_000,
        "\0\xff\ud800 export default 1",
        "const {a, b: {c}, ...d} = require(1), [e] = f; export default [a, c, d, e]",
    ],
    ids=lambda source: source[:40].encode("ascii", "replace").decode(),
)
def test_hostile_scripts_end_soon(source: str, tmp_path: Path) -> None:
    for name in ("a.ts", "a.js"):
        found = script(source, tmp_path, name)
        exported_object(found.exported)
        objects(found.exported)
        assert isinstance(found.config, dict)
        assert len(list(found.calls("f"))) >= 0
        [found.value(each) for each in found.names[:100]]


@pytest.mark.timeout(60)
def test_no_cut_script_raises(tmp_path: Path) -> None:
    source = """import a, {b as c} from './b.js'; const {d, e: f = 1, ...g} = {...c, d: `x${a}y`}
        export default defineConfig(({mode}) => { if (mode) { return [...g, <T>d!] } else return
        f?.[0] ?? ('\\u{1F600}' as any) satisfies B; for (const i of x) {} switch (1) { case 1: return }
        return {[d]: 1, async m() { try { return !1 } catch { } }, get h() { return -2 }, 'k': new A(...b)}})
        module.exports.z = exports = require('x')(); enum E { A }; export { a as default, c }; export = f
    """
    for name in ("a.ts", "a.js"):
        for place in range(0, len(source), 3):
            for cut in (source[:place], source[:place] + source[place + 2 :]):
                found = script(cut, tmp_path, name)
                assert found.exported or not found.config
                assert [found.value(each) for each in found.names] or not found.names
                assert len(list(found.calls("defineConfig", "require"))) <= 2


def test_a_huge_file_is_cut(tmp_path: Path) -> None:
    source = "export default 'first'\n" + "//" + "x" * 2 * LIMIT + "\nexport const late = 1"
    (tmp_path / "a.js").write_text(source, encoding="utf-8")
    found = read_script(tmp_path, ["a.js"])
    assert found
    assert found.exported == "first"
    assert found.value("late") is None


DATA = {
    "title": "A Title", "draft": False, "tags": ["a", "b"], "none": None, "count": 3,
    "page": {"fileSlug": "2026-05-11_name", "date": datetime(2026, 5, 11, 9, 30, tzinfo=UTC)},
}  # fmt: skip


def library(name: str, arguments: list[Any]) -> Any:
    if name == "slugify":
        return str(arguments[0]).lower().replace(" ", "-")
    raise Unknown(name)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("(d) => `/${d.page.fileSlug}/`", "/2026-05-11_name/"),
        ("({ page, title: name }) => page.fileSlug.split('_')[1]", "name"),
        ("(d) => d.page.fileSlug.split('_').slice(1).join('_')", "name"),
        ("(d) => d.title.slice(0, 1) + d.title.slice(-5).toLowerCase()", "Atitle"),
        ("(d) => d.title.substring(2)", "Title"),
        ("(d) => d.lang || 'en'", "en"),
        ("(d) => d.title || 'en'", "A Title"),
        ("(d) => d.none ?? d.count + 1", 4),
        ("(d) => d.draft && 'x'", False),
        ("(d) => { if (d.draft) return false; return d.title.trim() }", "A Title"),
        ("(d) => !d.draft ? 'shown' : 'hidden'", "shown"),
        ("(d) => 'draft' in d && d.draft !== false", False),
        ("(d) => d.count > 2 && d.count <= 3 && d.tags.length - 1 >= 1", True),
        ("(d) => d.tags.includes('a') && d.title.startsWith('A') && d.title.endsWith('e')", True),
        ("(d) => d.title.replace(/[aeiou]/g, '').replace(' ', '_').replaceAll('t', 'x')", "A_Txl"),
        ("(d) => d.title.normalize('NFD').padStart(9, '-')", "--A Title"),
        ("(d) => String(d.count).padStart(2, 0)", "03"),
        ("(d) => slugify(d.title)", "a-title"),
        ("(d) => this.slugify(d.title)", "a-title"),
        ("(d) => { const s = local(d); return s }", "name"),
        ("(d) => DateTime.fromJSDate(d.page.date, {zone: 'utc'}).toFormat('yyyy/MM/dd')", "2026/05/11"),
        ("(d) => dayjs.utc(d.page.date).format('YYYY-MMM-D [x] HH')", "2026-May-11 x 09"),
        ("(d) => `${d.page.date.getUTCFullYear()}-${d.page.date.getMonth() + 1}`", "2026-5"),
        ("(d) => new Date(d.page.date).toISOString().slice(0, 10)", "2026-05-11"),
        ("(d) => new Date(2026, 0, 2).toISOString()", "2026-01-02T00:00:00.000Z"),
        ("(d) => DateTime.fromISO('2026-05-01').month", 5),
        ("(d) => d.page.date.getTime() > Date.now()", False),
        ("(d) => d.page.date instanceof Date", True),
        ("(d) => /Ti/.test(d.title) && process.argv.join() === ''", True),
        ("(d) => process.env.DRAFTS ? 1 : 2", 2),
        ("(d) => { switch (mode) { case 'a': return 1; case 'b': case 'c': return 2; default: return 3 } }", 2),
        ("(d) => { const [x, y] = d.page.fileSlug.split('_'); return y + x }", "name2026-05-11"),
        ("(d) => [d.title, {a: d.count}]", ["A Title", {"a": 3}]),
    ],
)  # fmt: skip
def test_small_functions_are_applied(function: str, expected: Any, tmp_path: Path) -> None:
    before = "const mode = 'b'; const local = ({ page }) => page.fileSlug.replace(/^.*_/, '')"
    found = value(function, tmp_path, before)
    assert applied(found, [DATA], library) == expected


@pytest.mark.parametrize(
    "function",
    [
        "(d) => other(d)", "(d) => d.title.unheard()", "(d) => missing.x", "(d) => d.title - 1",
        "(d) => `${d.page}`", "(d) => d.title.replace(/(a+)+/, '')", "(d) => d.title.replace(/(/, '')",
        "(d) => d.title.x.y", "(d) => new Date('no date')", "(d) => new Date(2026, 40)",
        "(d) => d.title.padStart(100000000, 'x').padStart(90000000, 'y') + d.title.padStart(99999, 'z')",
        "(d) => { for (const x of d.tags) return x }", "(d) => d.title.split('')", "(d) => /(/.test('a')",
        "function f(d) { return f(d) }", "(d) => d.title < d.count", "(d) => d.page.date > 'x'",
    ],
)  # fmt: skip
def test_what_else_functions_do_is_unknown(function: str, tmp_path: Path) -> None:
    found = value(function, tmp_path)
    with pytest.raises(Unknown):
        applied(found, [DATA], library)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("%Y/%m/%d", "2026/05/03"), ("%-d.%-m.%y", "3.5.26"), ("%B %b %A %a", "May May Sunday Sun"),
        ("%j %H:%M:%S %%", "123 07:08:09 %"), ("%e %F %q", "3 2026-05-03 %q"),
    ],
)  # fmt: skip
def test_dates_by_directives(written: str, expected: str) -> None:
    assert by_directives(datetime(2026, 5, 3, 7, 8, 9, tzinfo=UTC), written) == expected
