"""Lists as other tools and people write them: nobody is lost, and nobody who left is mailed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.cli.imports.details import Wanted
from publisher.cli.imports.sources import plain
from publisher.cli.imports.subscribers import Refusal, Sheet
from publisher.errors import UsageError
from publisher.model.contacts import ImportState

ACTIVE, PENDING, LEFT, NEVER = ImportState
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "TIMEZONE,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
MAILMAN = '"Full Name","Email Address","mod","hide","nomail","ack","digest"'


def sheet_of(
    folder: Path, content: str | bytes, name: str = "readers.csv", **options: object
) -> tuple[Sheet, list[Refusal]]:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    problems: list[Refusal] = []
    return Sheet(plain(file), problems.append, Wanted(NOW), **options), problems  # type: ignore[arg-type]


def read(
    folder: Path, content: str | bytes, name: str = "readers.csv", **options: object
) -> tuple[dict[str, tuple[ImportState, str]], Sheet]:
    """By address, what is said of each reader and the name."""
    sheet, problems = sheet_of(folder, content, name, **options)
    found = {each.email: (each.state, each.name) for each in sheet.arrivals()}
    assert not problems
    return found, sheet


def refusals(folder: Path, content: str | bytes, name: str = "readers.csv") -> list[Refusal]:
    """What is wrong with a file."""
    sheet, problems = sheet_of(folder, content, name)
    list(sheet.arrivals())
    assert sheet.bad == len(problems)
    return problems


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            (
                "uuid,email,name,attributes,status,created_at,updated_at\n"
                '1,a@x.example,Ann,"{""city"": ""Rome, Italy""}",enabled,2024-01-01,2024-01-01\n'
                "2,b@x.example,Bob,{},blocklisted,2024-01-01,2024-01-01\n"
                "3,c@x.example,Cat,{},disabled,2024-01-01,2024-01-01\n"
            ),
            [ACTIVE, NEVER, LEFT],
        ),
        (
            (
                "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,"
                "created_at,deleted_at,labels,tiers\n"
                "1,a@x.example,Ann,,true,false,,2024-01-01T10:00:00.000Z,,,\n"
                "2,b@x.example,Bob,,false,false,,2024-01-01T10:00:00.000Z,,,\n"
                "3,c@x.example,Cat,,true,false,,2024-01-01T10:00:00.000Z,2024-02-01T10:00:00.000Z,,\n"
            ),
            [ACTIVE, LEFT, LEFT],
        ),
        (
            (
                f"{MAILCHIMP},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON\n"
                "a@x.example,Ann,,2,,,2024-01-01 10:00:00,,,,1,a,,,,,,\n"
                "b@x.example,Bob,,2,,,2024-01-01 10:00:00,,,,1,a,,,2024-03-01,Spring,7,NORMAL\n"
            ),
            [ACTIVE, LEFT],
        ),
        (
            (
                f"{MAILCHIMP},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID\n"
                "a@x.example,Ann,,2,,,2024-01-01 10:00:00,,,,1,a,,,2024-03-01 10:00:00,Spring,7\n"
            ),
            [NEVER],
        ),
        (
            (
                f"{MAILCHIMP}\n"
                'a@x.example,Ann,,2,2024-01-01 10:00:00,,2024-01-01 10:00:00,,,,1,a,,"""vip"""\n'
                "b@x.example,Bob,,2,,,,,,,1,a,,\n"
            ),
            [ACTIVE, PENDING],
        ),
        (
            (
                "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
                "a@x.example,false,,other,false,2024-01-01T10:00:00.000Z,\n"
                "b@x.example,true,2030-01-01T10:00:00.000Z,yearly_b,true,2024-01-01T10:00:00.000Z,\n"
            ),
            [ACTIVE, LEFT],
        ),
        (
            (
                "email,notes,metadata,tags,subscriber_type,source,creation_date,unsubscription_date,"
                "undeliverability_date,undeliverability_reason\n"
                "a@x.example,,{},,regular,form,2024-01-01,,,\n"
                "b@x.example,,{},,unactivated,form,2024-01-01,,,\n"
                "c@x.example,,{},,unsubscribed,form,2024-01-01,2024-02-01,,\n"
                "d@x.example,,{},,undeliverable,form,2024-01-01,,2024-02-01,bounced\n"
                "e@x.example,,{},,complained,form,2024-01-01,,,\n"
                "f@x.example,,{},,premium,form,2024-01-01,,,\n"
            ),
            [ACTIVE, PENDING, LEFT, NEVER, NEVER, ACTIVE],
        ),
        (
            (
                "id,hash,email,first_name,last_name,created_at,unsubscribed_at,unsubscribe_event_id\n"
                "1,h,a@x.example,Ann,A,2024-01-01 10:00:00,,\n"
                "2,h,b@x.example,Bob,B,2024-01-01 10:00:00,2024-02-01 10:00:00,4\n"
                "3,h,c@x.example,Cat,C,2024-01-01 10:00:00,2024-02-01 10:00:00,1\n"
                "4,h,d@x.example,Dan,D,2024-01-01 10:00:00,2024-02-01 10:00:00,2\n"
                "5,h,e@x.example,Eve,E,2024-01-01 10:00:00,NULL,NULL\n"
            ),
            [ACTIVE, LEFT, NEVER, NEVER, ACTIVE],
        ),
        (
            (
                f"{MAILMAN}\n"
                '"Ann","a@x.example","off","off","off","on","off"\n'
                '"Bob","b@x.example","off","off","[B]","on","off"\n'
                '"Cat","c@x.example","off","off","on [U]","on","off"\n'
            ),
            [ACTIVE, NEVER, LEFT],
        ),
        (
            (
                "email,display_name,role,delivery_mode,delivery_status\n"
                "a@x.example,Ann,member,regular,enabled\n"
                "b@x.example,Bob,member,regular,by_bounces\n"
                "c@x.example,Cat,member,plaintext_digests,by_user\n"
                "d@x.example,Dan,nonmember,regular,enabled\n"
            ),
            [ACTIVE, NEVER, LEFT, LEFT],
        ),
        (
            (
                "subscriber_id,first_name,email,status,created_at,tags\n"
                "1,Ann,a@x.example,active,2024-01-01,\n2,Bob,b@x.example,cancelled,2024-01-01,\n"
                "3,Cat,c@x.example,bounced,2024-01-01,\n4,Dan,d@x.example,complained,2024-01-01,\n"
            ),
            [ACTIVE, LEFT, NEVER, NEVER],
        ),
        (
            (
                "email,status,subscription_tier,created_at\n"
                "a@x.example,active,free,2024\nb@x.example,inactive,free,2024\n"
                "c@x.example,pending,free,2024\nd@x.example,invalid,free,2024\n"
            ),
            [ACTIVE, LEFT, PENDING, NEVER],
        ),
        (
            (
                "Subscriber,Name,Last name,Subscribed,Status\n"
                "a@x.example,Ann,A,2024-01-01 10:00:00,Active\n"
                "b@x.example,Bob,B,2024-01-01 10:00:00,Unsubscribed\n"
                "c@x.example,Cat,C,2024-01-01 10:00:00,Unconfirmed\n"
                "d@x.example,Dan,D,2024-01-01 10:00:00,Junk\n"
            ),
            [ACTIVE, LEFT, PENDING, NEVER],
        ),
        (
            (
                "Name,Email,Status\nAnn,a@x.example,Subscribed\nBob,b@x.example,Marked as spam\n"
                "Cat,c@x.example,Soft bounced\n"
            ),
            [ACTIVE, NEVER, ACTIVE],
        ),
        (
            (
                "Email Address,Name,State,Date Unsubscribed\na@x.example,Ann,Active,\n"
                "b@x.example,Bob,Deleted,\nc@x.example,Cat,Unsubscribed,01/02/2024\n"
            ),
            [ACTIVE, LEFT, LEFT],
        ),
        (
            (
                "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;EMAIL_BLACKLISTED\n"
                "1;a@x.example;Ann;A;false\n2;b@x.example;Bob;B;true\n"
            ),
            [ACTIVE, NEVER],
        ),
        (
            (
                "Email,Name,Email Marketing Consent,Email Suppressions,SMS Marketing Consent\n"
                "a@x.example,Ann,SUBSCRIBED,[],UNSUBSCRIBED\n"
                "b@x.example,Bob,NEVER_SUBSCRIBED,[],UNSUBSCRIBED\n"
                "c@x.example,Cat,SUBSCRIBED,['USER_SUPPRESSED'],UNSUBSCRIBED\n"
            ),
            [ACTIVE, LEFT, NEVER],
        ),
        (
            (
                "email,unsubscribed,bounced,opt-out\na@x.example,no,0,\nb@x.example,X,0,\n"
                "c@x.example,,yes,\nd@x.example,,,1\n"
            ),
            [ACTIVE, LEFT, NEVER, LEFT],
        ),
        (
            (
                "email,confirmed_at,unsubscribe_url,bounce_count\n"
                "a@x.example,2024-01-01,https://x.example/u/1,2\nb@x.example,,https://x.example/u/2,0\n"
            ),
            [ACTIVE, PENDING],
        ),
    ],
    ids=[
        *("listmonk", "ghost", "mailchimp-unsubscribed", "mailchimp-cleaned", "mailchimp"),
        *("substack", "buttondown", "sendportal", "mailman-2", "mailman-3", "kit", "beehiiv"),
        *("mailerlite", "sendy", "campaign-monitor", "brevo", "klaviyo", "flags", "confirmed"),
    ],
)
def test_what_another_tool_said_is_respected(
    tmp_path: Path, content: str, said: list[ImportState]
) -> None:
    found, _ = read(tmp_path, content)
    assert {email: says for email, (says, _) in found.items()} == {
        f"{letter}@x.example": says for letter, says in zip("abcdef", said, strict=False)
    }


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nonsubscribed_members_export_ab12.csv", LEFT),
        ("unsubscribed_email_audience_export_ab12.csv", LEFT),
        ("cleaned_members_export_ab12.csv", NEVER),
        ("subscribed_members_export_ab12.csv", ACTIVE),
        ("contacts_cleaned.csv", ACTIVE),
    ],
)
def test_a_mailchimp_file_is_known_by_its_name(
    tmp_path: Path, name: str, says: ImportState
) -> None:
    found, sheet = read(tmp_path, "Email Address,First Name\na@x.example,Ann\n", name)
    assert found["a@x.example"][0] is says
    assert any("not subscribed" in line for line in sheet.remarks()) is (says is not ACTIVE)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "1"),
        ("Status", "gone fishing"),
        ("State", "CA"),
        ("status", ""),
        ("subscribed", ""),
        ("subscribed", "maybe"),
        ("unsubscribed_at", "yesterday"),
        ("Bounced", "550 no such user"),
        ("opt_in", "2"),
        ("Email permission status", "?"),
    ],
)
def test_a_column_that_is_not_understood_refuses_the_file(
    tmp_path: Path, column: str, value: str
) -> None:
    content = f"email,{column}\na@x.example,{value}\n"
    (problem,) = refusals(tmp_path, content)
    assert (problem.record.line, problem.where) == (2, column)
    assert value in problem.why
    found, _ = read(tmp_path, content, ignored=[column])
    assert found == {"a@x.example": (ACTIVE, "")}


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('email,name\na@x.example,"A\nb@x.example,B\nc@x.example,C', [2]),
        ('email,name\na@x.example,"A\nb@x.example,"B"\nc@x.example,C', [2]),
        ('email,name\n"a@x.example\n",A\nc@x.example,C', [2]),
        ('email,name\n"Ann\n<a@x.example>",A\nc@x.example,C', [2]),
        ('email,name\na@x.example,"A\nb@x.example,"\nc@x.example,C', [2]),
        ('email,name\na@x.example,"A\nb@x.example,B\nc@x.example,"\nd@x.example,D', [2]),
        ('email\n"a\nb@x.example"\nc@x.example', [2]),
        ('email,name\na@x.example,"A\n\x1b[31m"\nc@x.example,C', [2]),
        ('email,name\na@x.example,"A"x\nnobody,B\nc@x.example,"C', [2, 3, 4]),
        ("email,name\na@x.example,A\x1b[31m\nb@x.example,B\x00\nc@x.example,C\x85D\n", [2, 3, 4]),
        ("email,name\na@x.example,Smith, Ann\n", [2]),
        ("email,name,status\na@x.example,Ann\n", [2]),
        ("email,name\n,Ann\n", [2]),
        ("email,name\na@x.example;b@x.example,Ann\n", [2]),
        ("email,name\na\u200b@x.example,Ann\n", [2]),
        ("sep=;\nemail;name\nnobody;N\n", [3]),
        ("email,newsletter\na@x.example,yes\nb@x.example,weekly\n", [3]),
        (
            (
                "email,name,newsletter,state,since\na@x.example,,daily,active,2024\n"
                "b@x.example,,weekly,active,2024\n"
            ),
            [3],
        ),
    ],
)
def test_every_line_that_is_wrong_is_named(tmp_path: Path, content: str, lines: list[int]) -> None:
    assert [problem.record.line for problem in refusals(tmp_path, content)] == lines


@pytest.mark.parametrize(
    "content",
    [
        "email,name\na@x.example,Zoë Q\n",
        "\ufeffemail,name\na@x.example,Zoë Q\n",
        "\ufeffemail,name\na@x.example,Zoë Q\n".encode("utf-16-le"),
        "\ufeffemail,name\na@x.example,Zoë Q\n".encode("utf-16-be"),
        "\ufeffemail,name\na@x.example,Zoë Q\n".encode("utf-32-le"),
        "sep=;\r\nemail;name\r\na@x.example;Zoë Q\r\n",
        '"sep=|"\nemail|name\na@x.example|Zoë Q',
        '"E-mail Address","Full Name"\r"a@x.example","Zoë Q"\r',
        "E_MAIL\tNAME\n a@x.example \t  Zoë   Q \n\n\t\n",
        'name , Email Address\n"Zoë Q", a@x.example\n',
        "EmailAddress,FirstName,LastName\na@x.example,Zoë,Q\n",
        "email,name\nZoë Q <a@x.example>,\n",
        "email,name\n\xa0a@x.example,Zoë\xa0Q\n",
        "email,name,,\na@x.example,Zoë Q,,\n",
        "Name,Last name,Subscriber\nZoë,Q,a@x.example\n",
        "email,name\na@x.example,Zoë Q\nA@X.example,Zoë Q\n",
        'email;name;note\na@x.example;Zoë Q;"a; b, c"\n',
    ],
)
def test_the_same_reader_in_many_forms(tmp_path: Path, content: str | bytes) -> None:
    found, _ = read(tmp_path, content)
    assert {email.lower(): rest for email, rest in found.items()} == {
        "a@x.example": (ACTIVE, "Zoë Q")
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_note_of_several_lines_is_one_cell(tmp_path: Path, end: str) -> None:
    lines = [
        '"first',
        'name",email,note,status',
        'Ann,a@x.example,"moved, ""for good"":',
        "",
        'write to other@x.example, she says",unsubscribed',
        'Bob,b@x.example,"so',
        'long","opted',
        'out"',
        "Cat,c@x.example,,active",
    ]
    found, _ = read(tmp_path, end.join(lines))
    assert found == {
        "a@x.example": (LEFT, "Ann"),
        "b@x.example": (LEFT, "Bob"),
        "c@x.example": (ACTIVE, "Cat"),
    }


def test_a_line_after_a_cell_of_several_lines_has_its_own_number(tmp_path: Path) -> None:
    content = 'email,name\na@x.example,"A\nB"\nnobody,C\nd@x.example,"D\nE\n'
    assert [each.record.line for each in refusals(tmp_path, content)] == [4, 5, 6]


def test_columns_that_nobody_looks_at_are_named(tmp_path: Path) -> None:
    _, sheet = read(tmp_path, "email,name,city,,status\na@x.example,Ann,Rome,x,active\n")
    assert list(sheet.remarks()) == [f"{sheet.source.name}: columns not used: city, column 4"]


def test_another_encoding_is_told_and_can_be_named(tmp_path: Path) -> None:
    content = "email,name\na@x.example,A\nb@x.example,Zoë\n".encode("cp1252")
    (refusal,) = refusals(tmp_path, content)
    assert (refusal.record.line, refusal.why) == (3, "is not UTF-8")
    found, _ = read(tmp_path, content, encoding="cp1252")
    assert found["b@x.example"] == (ACTIVE, "Zoë")


def test_a_file_of_mixed_encodings(tmp_path: Path) -> None:
    utf8, other = "email,name\na@x.example,Zoë\n", "b@x.example,Ñandú\n"
    content = utf8.encode() + other.encode("cp1252") + b"c@x.example,C\n"
    (refusal,) = refusals(tmp_path, content)
    assert refusal.record.line == 3
    found, _ = read(tmp_path, content, encoding="cp1252")
    assert [name for _, name in found.values()] == ["Zoë", "Ñandú", "C"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-be", "shift_jis", "iso2022_jp"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    content = "email,name\na@x.example,日本\n".encode(encoding)
    found, _ = read(tmp_path, content, encoding=encoding)
    assert found == {"a@x.example": (ACTIVE, "日本")}


def test_a_line_without_end_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=":2: has more than"):
        read(tmp_path, "email\n" + "x" * 3_000_000)


CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ['"', ',"', "\n", '""']
)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6))
def test_no_line_swallows_another(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Whatever stands before it, a sound last line is read, or the file is refused."""
    folder = tmp_path_factory.mktemp("lists")
    text = "\n".join(["email,name", *(",".join(row) for row in rows), "last@x.example,Last", ""])
    try:
        sheet, _ = sheet_of(folder, text)
        found = [each.email for each in sheet.arrivals()]
    except UsageError:
        return
    assert found[-1] == "last@x.example" or sheet.bad


@pytest.mark.parametrize(
    ("column", "stays", "goes"),
    [
        ("Zustand", "aktiv", "abgemeldet"),
        ("Status", "bestätigt", "Gekündigt"),
        ("Abgemeldet", "nein", "ja"),
        ("Abgemeldet am", "", "01.02.2024"),
        ("statut", "abonné(e)", "désabonné"),
        ("désinscrit", "non", "oui"),
        ("estado", "activo", "baja"),
        ("stato", "attivo", "disiscritto"),
        ("afgemeld", "nee", "ja"),
        ("situação", "ativo", "cancelado"),
        ("Suspended", "false", "true"),
        ("Wants newsletter", "yes", "no"),
    ],
)
def test_who_has_left_in_other_languages_and_words(
    tmp_path: Path, column: str, stays: str, goes: str
) -> None:
    found, _ = read(tmp_path, f"email;{column}\na@x.example;{stays}\nb@x.example;{goes}\n")
    assert [says for says, _ in found.values()] == [ACTIVE, LEFT]


@pytest.mark.parametrize(
    ("column", "goes"), [("Gesperrt", "ja"), ("Do Not Contact", "1"), ("Statut", "bloqué")]
)
def test_who_is_blocked_in_other_words(tmp_path: Path, column: str, goes: str) -> None:
    found, _ = read(tmp_path, f"email,{column}\na@x.example,{goes}\n")
    assert found["a@x.example"][0] is NEVER


def test_a_column_of_any_name_that_says_who_has_left_refuses_the_file(tmp_path: Path) -> None:
    content = "email,Info\na@x.example,likes boats\nb@x.example,Unsubscribed\n"
    (problem,) = refusals(tmp_path, content)
    assert (problem.record.line, problem.where) == (3, "Info")
    found, _ = read(tmp_path, content, ignored=["Info"])
    assert len(found) == 2


def test_a_tag_that_says_who_has_left_refuses_the_line(tmp_path: Path) -> None:
    content = 'email,tags\na@x.example,"TV, boats"\nb@x.example,"TV, Unsubscribed"\n'
    (problem,) = refusals(tmp_path, content)
    assert (problem.record.line, problem.where) == (3, "tags")
    found, _ = read(tmp_path, content, ignored=["tags"])
    assert len(found) == 2
