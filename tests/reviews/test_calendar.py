"""The calendar of a person's reviews, and how members are reminded of them."""

import datetime as dt

import icalendar
import pytest

from org.actions import deliver_next_events
from org.models import Event, Notice, Person
from portfolio import actions
from portfolio.actions.calendar import digest_of
from portfolio.models import CalendarLink, Forum, Review
from portfolio.tasks import prepare_reviews
from tests import factories as f
from tests.pages import text
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def growth() -> Board:
    return board(now=True)


def address(client) -> str:
    """A new one, as the page shows it once."""
    page = text(client.post("/calendar/"))
    return "/calendar/" + page.split('.ics"')[0].split("/calendar/")[-1] + ".ics"


def events(client, path: str) -> dict[int, icalendar.Event]:
    """What a calendar reads, by the number of the review."""
    answer = client.get(path)
    assert answer.status_code == 200
    calendar = icalendar.Calendar.from_ical(answer.content)
    return {int(str(one["summary"]).split()[-1]): one for one in calendar.walk("VEVENT")}


def test_an_address_is_shown_once_and_kept_as_a_digest(client, client_of, growth) -> None:
    member = client_of(growth.members[0])
    path = address(member)
    assert path not in text(member.get("/calendar/"))
    link = CalendarLink.objects.get()
    assert link.digest == digest_of(path.split("/")[-1].removesuffix(".ics"))
    assert path not in str(list(Event.objects.filter(kind="calendar link made").values()))
    assert set(events(client, path)) == set(growth.forum.reviews.values_list("number", flat=True))


def test_a_new_address_kills_the_former_and_a_revoked_one_leads_nowhere(client, client_of, growth) -> None:
    member = client_of(growth.members[0])
    former, newer = address(member), address(member)
    assert former != newer
    assert [client.get(path).status_code for path in (former, newer)] == [404, 200]
    assert client.post("/calendar/revoke/").status_code == 302 and client.get(newer).status_code == 200  # not theirs
    member.post("/calendar/revoke/")
    member.post("/calendar/revoke/")
    assert client.get(newer).status_code == 404
    assert Event.objects.filter(kind="calendar link revoked").count() == 1


@pytest.mark.parametrize("path", ["/calendar/x.ics", "/calendar/" + "a" * 43 + ".ics"])
def test_an_unknown_address_says_nothing(client, growth, path) -> None:
    assert client.get(path).status_code == 404


def test_who_has_left_has_no_calendar(client, client_of, growth) -> None:
    path = address(client_of(growth.members[0]))
    Person.objects.filter(pk=growth.members[0].pk).update(is_active=False)
    assert client.get(path).status_code == 404


def test_the_calendar_is_what_calendars_read(client, client_of, growth) -> None:
    Forum.objects.update(name="Growth; board, " + "ä" * 90 + "\\n")
    answer = client.get(address(client_of(growth.members[0])))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines) and b"SUMMARY:Growth\\; board\\, " in answer.content
    first = next(iter(icalendar.Calendar.from_ical(answer.content).walk("VEVENT")))
    assert str(first["summary"]).startswith("Growth; board, ää")
    assert (first.end - first.start, first.start.utcoffset()) == (dt.timedelta(minutes=90), dt.timedelta(0))
    assert first.start == growth.review.begins


def test_a_moved_review_keeps_its_uid_and_a_cancelled_one_says_so(client, client_of, growth) -> None:
    path = address(client_of(growth.members[0]))
    before = events(client, path)
    first, second = growth.forum.reviews.order_by("held_on")[:2]
    common = {"by": growth.chair, "at": growth.at, "today": growth.today}
    actions.move_review(first, first.held_on + DAY, "The books close.", **common)
    actions.cancel_review(second, "Holidays.", **common)
    after = events(client, path)
    assert after[first.number]["uid"] == before[first.number]["uid"]
    assert after[first.number].start == before[first.number].start + DAY
    assert after[first.number]["sequence"] == before[first.number]["sequence"] + 1
    assert (str(after[first.number]["status"]), str(after[second.number]["status"])) == ("CONFIRMED", "CANCELLED")
    assert str(after[second.number]["description"]) == "Holidays."


def test_the_calendar_follows_membership_and_names_no_bet(client, client_of, growth) -> None:
    adam = growth.members[0]
    growth.item(growth.bet("B-9", name="Secret plan"))
    path = address(client_of(adam))
    assert "Secret" not in client.get(path).content.decode()
    assert "1 bet asks for a decision." in client.get(path).content.decode()
    growth.forum.members.filter(person=adam).update(left_at=growth.at)
    assert events(client, path) == {}
    growth.forum.members.filter(person=adam).update(left_at=None)
    adam.grants.all().delete()
    assert events(client, path) == {}


def near(growth: Board, days: int) -> Review:
    Review.objects.filter(pk=growth.review.pk).update(held_on=growth.today + days * DAY)
    return growth.review


def prepare(growth: Board, days: int = 0) -> None:
    """The daily work, so many days from now."""
    actions.prepare_reviews(at=growth.at + days * DAY, today=growth.today + days * DAY)


def told(growth: Board, person: Person) -> list[str]:
    while deliver_next_events(at=growth.at):
        pass
    return list(Notice.objects.filter(person=person, kind="review").order_by("pk").values_list("sentence", flat=True))


def test_members_are_reminded_a_week_and_a_day_before_once_each(growth: Board) -> None:
    review = near(growth, 8)
    f.TeamFactory(domain=growth.retail)
    growth.bet("B-late", decide_in=-1)
    for days in (0, 0, 1, 1, 2, 6, 7, 7, 8):
        prepare(growth, days)
    sentences = list(Event.objects.filter(kind="review near").order_by("pk").values_list("sentence", flat=True))
    assert [one.split(", on")[0] for one in sentences] == [
        "Growth board meets in 7 days",
        "Growth board meets tomorrow",
    ]
    assert sentences[0].endswith("1 bet asks for a decision.")
    assert [item.bet.key for item in review.items.all()] == ["B-late"]
    assert Event.objects.filter(kind="agenda made").count() == 6  # on each of six days, however often that was asked
    assert told(growth, growth.members[0]) == sentences
    assert told(growth, growth.operations) == []


def test_a_review_that_was_moved_is_told_of_and_reminds_of_its_new_day(growth: Board) -> None:
    review = near(growth, 7)
    prepare(growth)
    common = {"by": growth.chair, "at": growth.at, "today": growth.today}
    actions.move_review(review, growth.today + 6 * DAY, "The books close.", **common)
    prepare(growth)
    # The reminder of the day that no longer holds is not told once it has moved.
    kinds = [one.split(" ")[-1] for one in told(growth, growth.members[0])]
    assert kinds == ["close.", "decision."]
    assert len(told(growth, growth.chair)) == 1  # nobody is told of what they did themselves
    actions.cancel_review(growth.review, "Holidays.", **common)
    assert told(growth, growth.members[0])[-1].endswith("cancelled: Holidays.")


def test_what_is_far_away_or_over_is_left_alone(growth: Board) -> None:
    near(growth, 15)
    prepare(growth)
    actions.cancel_review(near(growth, 3), "Holidays.", by=growth.chair, at=growth.at, today=growth.today)
    prepare(growth)
    assert not Event.objects.filter(kind__in=["agenda made", "review near"]).exists()


def test_one_review_that_cannot_be_prepared_stops_no_other(growth: Board, monkeypatch, caplog) -> None:
    near(growth, 3)
    other = actions.open_forum(
        "other", "product", growth.retail, growth.today + DAY, f_setting(growth), by=growth.operations, at=growth.at,
        today=growth.today,
    )  # fmt: skip
    real = actions.preparing.make_agenda

    def broken(review: Review, **more) -> Review:
        if review.forum_id == other.pk:
            raise RuntimeError("It fell over, as this test wants.")
        return real(review, **more)

    monkeypatch.setattr(actions.preparing, "make_agenda", broken)
    prepare(growth)
    assert Event.objects.filter(kind="review near").count() == 1
    assert "was not prepared" in caplog.text


def f_setting(growth: Board) -> actions.Setting:
    return actions.Setting("Other", growth.chair, [growth.chair], 42, 1, dt.time(9))


def test_agendas_wait_until_the_night_is_over(growth: Board, settings) -> None:
    settings.NIGHT_HOUR = 0
    near(growth, 3)
    night = f.RunFactory(state="open", finished_at=None)
    prepare_reviews()
    assert growth.review.agenda_at is None
    type(night).objects.filter(pk=night.pk).update(state="done", finished_at=growth.at)
    prepare_reviews()
    assert growth.review.agenda_at is not None
