"""Notices: kept once, read once, and sent as their person wants: at once, once a day together, or not at all."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from lib.refusals import Refused
from org import noticing, tasks
from org.models import Event, Notice, NoticeSettings, Person
from tests.factories import AT, EventFactory, NoticeFactory, NoticeSettingsFactory, PersonFactory

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
EARLY = AT.replace(hour=5)
WISHES: dict[str, Any] = {"email": "each", "chat": "never", "channel": "", "handle": "", "hour": 7, "muted": []}


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Rings at a moment of our choosing."""

    def ring(at: dt.datetime = AT) -> list[str]:
        monkeypatch.setattr(tasks, "now", lambda: at)
        before = len(mail.outbox)
        tasks.send_notices()
        return [one.body for one in mail.outbox[before:]]

    return ring


def test_an_event_is_told_once_and_never_to_whoever_did_it() -> None:
    ann, bo, gone = PersonFactory(), PersonFactory(), PersonFactory(is_active=False)
    event = EventFactory(by=bo)
    for _ in range(2):
        noticing.notify([ann, bo, gone], event, "mention", "One\n\r line " + "x" * 600, "/desk/", at=AT)
    notice = Notice.objects.get()
    assert notice.person == ann
    assert notice.sentence.startswith("One line xxx")
    assert len(notice.sentence) == 500


# ---- sending


def test_at_once_is_one_message_with_a_subject_and_links(bell: Any, settings: Any) -> None:
    settings.SITE_URL = "https://stakes.example"
    wishes = NoticeSettingsFactory(email="each", person__email="ann@example.org")
    NoticeFactory(person=wishes.person, sentence="Paul asks you: why?", path="/bets/B-1/comments/#comment-7")
    bell(EARLY)
    assert [(one.to, one.subject) for one in mail.outbox] == [(["ann@example.org"], "Paul asks you: why?")]
    assert "https://stakes.example/bets/B-1/comments/#comment-7" in mail.outbox[0].body
    assert "https://stakes.example/notices/settings/" in mail.outbox[0].body
    assert bell(EARLY + HOUR) == []


def test_the_message_of_a_day_comes_once_at_its_hour_with_everything_unread(bell: Any) -> None:
    person = NoticeSettingsFactory(email="daily", hour=9).person
    NoticeFactory(person=person, sentence="First.", kind="mention", at=AT - DAY)
    NoticeFactory(person=person, sentence="Second.", kind="flag", at=AT - HOUR)
    NoticeFactory(person=person, sentence="Read already.", read_at=AT)
    assert bell(AT.replace(hour=8)) == []
    (text,) = bell(AT)
    assert "First." in text
    assert "Second." in text
    assert "Read already." not in text
    assert mail.outbox[0].subject == "2 notices from Stakes"
    NoticeFactory(person=person, sentence="Third.", at=AT + MINUTE)
    assert bell(AT + HOUR) == []
    (next_day,) = bell(AT + DAY)
    assert "Third." in next_day
    assert "First." not in next_day


def test_who_has_chosen_nothing_is_told_once_a_day_from_seven_on(bell: Any) -> None:
    NoticeFactory(at=EARLY - HOUR)
    assert bell(EARLY) == []
    assert len(bell(AT)) == 1
    assert NoticeSettings.objects.get().digested_on == AT.date()


@pytest.mark.parametrize(
    ("wishes", "notice"),
    [
        ({"email": "never"}, {}),
        ({"email": "each", "muted": ["mention"]}, {}),
        ({"email": "each"}, {"at": AT - 4 * DAY}),
        ({"email": "each"}, {"read_at": AT}),
        ({"email": "each", "person__is_active": False}, {}),
    ],
)
def test_what_nobody_wants_or_what_is_old_or_read_is_not_sent(
    wishes: dict[str, Any], notice: dict[str, Any], bell: Any
) -> None:
    NoticeFactory(person=NoticeSettingsFactory(**wishes).person, **notice)
    assert bell() == []
    assert not Notice.objects.exclude(mailed_at=None).exists()


class Refusing(EmailBackend):
    """Takes no message to ann@example.org."""

    def send_messages(self, messages: Any) -> int:
        if any("ann@example.org" in message.to for message in messages):
            raise ConnectionRefusedError("no")
        return super().send_messages(messages)


def test_what_fails_stops_nobody_is_tried_again_ever_later_and_given_up(bell: Any, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    failing = NoticeFactory(person=NoticeSettingsFactory(email="each", person__email="ann@example.org").person)
    NoticeFactory(person=NoticeSettingsFactory(email="each").person)
    assert len(bell()) == 1
    assert "were not sent" in caplog.text
    assert bell(AT + 4 * MINUTE) == []
    at, waits = AT, []
    for _ in range(noticing.MAX_TRIES):
        failing.refresh_from_db()
        waits.append((failing.try_at - at) // MINUTE)
        at = failing.try_at
        bell(at)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert bell(AT + 2 * DAY) == []
    failing.refresh_from_db()
    assert (failing.mailed_at, failing.tries) == (None, noticing.MAX_TRIES)


@pytest.mark.parametrize("pace", ["each", "daily"])
def test_killed_between_sending_and_stamping_it_is_sent_once_more_after_the_lease(
    pace: str, bell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    NoticeFactory(person=NoticeSettingsFactory(email=pace).person)
    with monkeypatch.context() as killing:
        killing.setattr(noticing, "stamp_letter", lambda letter, at: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            bell()
    assert bell(AT + 4 * MINUTE) == []
    assert len(bell(AT + 5 * MINUTE)) == 1
    assert bell(AT + DAY) == []


def test_no_mail_server_is_asked_when_there_is_nothing_to_send(bell: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):  # savepoints, and who is next
        assert bell() == []


@pytest.fixture
def chat() -> Iterator[Any]:
    """A chat on loopback that keeps what it is sent, and answers with `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.taken.append((self.path, json.loads(body)))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server: Any = HTTPServer(("127.0.0.1", 0), Handler)
    server.taken, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_chat_gets_it_at_the_name_of_the_person_and_nowhere_else(bell: Any, chat: Any, settings: Any) -> None:
    settings.CHAT_CHANNELS = {"team": f"json://127.0.0.1:{chat.server_port}/to/{{handle}}"}
    wishes = NoticeSettingsFactory(email="never", chat="each", channel="team", handle="../@evil.example/?a=b#")
    NoticeFactory(person=wishes.person, sentence="Paul asks you: why?")
    bell()
    ((path, said),) = chat.taken
    assert path.startswith("/to/")
    assert "/" not in path.removeprefix("/to/").rstrip("/")
    assert said["title"] == "Paul asks you: why?"
    assert "/bets/B-1/" in said["message"]
    assert Notice.objects.get().chatted_at == AT


def test_a_chat_that_fails_leaves_the_mail_alone_and_the_other_way_its_hour(
    bell: Any, chat: Any, settings: Any
) -> None:
    settings.CHAT_CHANNELS = {"team": f"json://127.0.0.1:{chat.server_port}/"}
    chat.status = 500
    person = NoticeSettingsFactory(email="each", chat="daily", channel="team", hour=9).person
    notice = NoticeFactory(person=person, at=EARLY)
    assert len(bell(EARLY)) == 1
    assert chat.taken == []
    bell(AT)
    assert len(chat.taken) == 1
    chat.status = 200
    assert bell(AT + 10 * MINUTE) == []
    notice.refresh_from_db()
    assert (notice.mailed_at, notice.chatted_at) == (EARLY, AT + 10 * MINUTE)


def test_a_channel_that_was_taken_away_fails_and_says_so(bell: Any, caplog: Any) -> None:
    NoticeFactory(person=NoticeSettingsFactory(email="never", chat="each", channel="gone").person)
    bell()
    assert "There is no channel “gone” any more." in caplog.text
    assert Notice.objects.get().chatted_at is None


# ---- how people want to be told


def test_wishes_are_kept_with_an_event(executive: Person) -> None:
    noticing.set_notices(executive, **WISHES | {"email": "never", "muted": ["flag", "nonsense"]}, at=AT)
    kept = noticing.set_notices(executive, **WISHES | {"hour": 18, "muted": ["flag"]}, at=AT)
    assert (kept.email, kept.hour, kept.muted) == ("each", 18, ["flag"])
    assert Event.objects.latest("pk").sentence == "Eva Executive is told by e-mail at once, by chat never."
    assert NoticeSettings.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"channel": "gone"}, "There is no channel “gone” any more"),
        ({"chat": "each"}, "Choose the channel"),
        ({"chat": "each", "channel": "team"}, "Say what you are called there"),
        ({"handle": "a\nb"}, "cannot be printed"),
        ({"hour": 24}, "between 0 and 23"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(
    typed: dict[str, Any], reason: str, executive: Person, settings: Any
) -> None:
    settings.CHAT_CHANNELS = {"team": "json://127.0.0.1/{handle}"}
    with pytest.raises(Refused, match=reason):
        noticing.set_notices(executive, **WISHES | typed, at=AT)
    assert not NoticeSettings.objects.exists()


def test_the_page_of_wishes_keeps_them_and_shows_refusals(executive: Person, client_of: Any, settings: Any) -> None:
    settings.CHAT_CHANNELS = {"team": "json://127.0.0.1/"}
    NoticeSettingsFactory(person=executive, chat="each", channel="gone")
    client = client_of(executive)
    assert "gone" in client.get("/notices/settings/").content.decode()
    typed = {"email": "never", "chat": "each", "hour": "8", "handle": "eva"}
    refused = client.post("/notices/settings/", typed | {"channel": "gone"})
    assert refused.status_code == 409
    assert "any more" in refused.content.decode()
    assert client.post("/notices/settings/", typed | {"channel": "elsewhere"}).status_code == 422
    assert client.post("/notices/settings/", typed | {"channel": "team"}).status_code == 302
    assert NoticeSettings.objects.get().channel == "team"


def test_without_a_channel_the_page_says_that_there_is_none(viewer: Person, client_of: Any) -> None:
    client = client_of(viewer)
    assert "has set up no channel" in client.get("/notices/settings/").content.decode()
    assert client.post("/notices/settings/", {"email": "each", "chat": "never", "hour": "7"}).status_code == 302


# ---- the list


def test_the_list_is_ones_own_with_the_unread_first(executive: Person, client_of: Any) -> None:
    NoticeFactory(person=executive, sentence="Old and unread.", at=AT - DAY)
    NoticeFactory(person=executive, sentence="New and read.", read_at=AT)
    NoticeFactory(sentence="Of somebody else.")
    page = client_of(executive).get("/notices/").content.decode()
    assert page.index("Old and unread.") < page.index("New and read.")
    assert "Of somebody else." not in page
    assert "unread notice" in page


def test_notices_are_marked_one_by_one_or_all_and_only_by_their_person(executive: Person, client_of: Any) -> None:
    one, two, other = (NoticeFactory(person=person) for person in (executive, executive, PersonFactory()))
    client = client_of(executive)
    assert client.post(f"/notices/{one.pk}/", {"go": "1"})["Location"] == "/bets/B-1/"
    assert list(Notice.objects.filter(read_at=None).order_by("pk")) == [two, other]
    assert client.post(f"/notices/{other.pk}/").status_code == 404
    assert client.post("/notices/read/").status_code == 302
    assert list(Notice.objects.filter(read_at=None)) == [other]


@pytest.mark.parametrize("path", ["/notices/", "/notices/settings/"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302
