import pytest

from publisher.model.contacts import Cadence, Choices
from publisher.web.readers.preferences import by_region
from publisher.wiring import Publisher
from tests.web.client import Client
from tests.web.people import added, everybody, link, queued

CHOSEN = {"topic": ["sports"], "cadence": "weekly", "day": "4", "hour": "18"}


def test_choices_are_kept(client: Client, publisher: Publisher) -> None:
    path = f"/preferences/{link(publisher, added(publisher))}"
    form = {**CHOSEN, "timezone": "Pacific/Auckland", "name": "Ann", "language": "de"}
    answer = client.post(path, form)
    assert answer.status == 303
    reader = everybody(publisher)[0]
    assert reader.choices == Choices(("sports",), Cadence.WEEKLY, 4, 18)
    assert (reader.name, reader.timezone, reader.language) == ("Ann", "Pacific/Auckland", "de")
    shown = client.get(answer.headers["location"]).text
    assert '<html lang="de"' in shown and 'value="sports" checked' in shown


def test_the_page_shows_the_address_to_its_owner_only(client: Client, publisher: Publisher) -> None:
    reader = added(publisher, "ann.lee@private.example")
    text = client.get(f"/preferences/{link(publisher, reader)}").text
    assert "a…@p….example" in text
    assert "ann.lee" not in text and "private" not in text


def test_what_is_not_offered_is_not_kept(client: Client, publisher: Publisher) -> None:
    path = f"/preferences/{link(publisher, added(publisher))}"
    form = {"topic": ["<b>", "war"], "cadence": "hourly", "day": "99", "hour": "-1"}
    assert client.post(path, {**form, "language": "../x"}).status == 303
    assert everybody(publisher)[0].choices == Choices()
    assert client.post(path, {"timezone": "Mars/Base"}).status == 422
    assert client.post(path, {"name": "x" * 200}).status == 422


def test_every_topic_is_as_good_as_none(client: Client, publisher: Publisher) -> None:
    path = f"/preferences/{link(publisher, added(publisher))}"
    client.post(path, {"topic": ["sports", "tv"]})
    assert everybody(publisher)[0].choices == Choices()


def test_a_form_of_another_site_is_refused(client: Client, publisher: Publisher) -> None:
    path = f"/preferences/{link(publisher, added(publisher))}"
    for site in ("cross-site", "same-site"):
        assert client.post(path, CHOSEN, sec_fetch_site=site).status == 403
    assert everybody(publisher)[0].choices == Choices()
    assert client.post(path, CHOSEN, sec_fetch_site="same-origin").status == 303


@pytest.mark.parametrize("email", ["ann@example.org", "stranger@example.org"])
def test_the_link_is_sent_by_email_and_nobody_hears_who_is_known(
    client: Client, publisher: Publisher, email: str
) -> None:
    added(publisher)
    answers = [client.post("/choices", {"email": email}) for _ in range(6)]
    assert {(each.status, each.headers["location"]) for each in answers} == {(303, "/sent?lang=en")}
    mails = [("ann@example.org", "choices")] * 3
    assert queued(publisher) == (mails if email == "ann@example.org" else [])


def test_zones_are_listed_by_region_under_the_names_of_their_cities() -> None:
    zones = ["UTC", "Europe/Rome", "America/Argentina/Salta", "Cuba", "Europe/Athens"]
    assert by_region(zones) == {
        "": ["Cuba", "UTC"],
        "America": ["America/Argentina/Salta"],
        "Europe": ["Europe/Athens", "Europe/Rome"],
    }


def test_zones_are_offered_by_the_names_of_today_and_an_old_one_stays(
    client: Client, publisher: Publisher
) -> None:
    path = f"/preferences/{link(publisher, added(publisher))}"
    client.post(path, {**CHOSEN, "timezone": "Cuba"})
    assert everybody(publisher)[0].timezone == "Cuba"
    shown = client.get(path).text
    assert '<option value="Cuba" selected' in shown
    assert '<optgroup label="America">' in shown
    assert '<option value="America/Argentina/Salta">Argentina/Salta</option>' in shown
    assert all(
        f'<option value="{name}"' in shown for name in ("America/Havana", "Asia/Kolkata", "UTC")
    )
    client.post(path, {**CHOSEN, "timezone": ""})
    shown = client.get(path).text
    assert all(f'value="{name}"' not in shown for name in ("Cuba", "EST5EDT", "Asia/Calcutta"))
