"""The pages of evidence and assumptions: who sees them, what they keep when something is wrong, and what they cost."""

import datetime as dt
from typing import Any

import pytest

from bets.findings import Bears, freshest, unconfirmed
from bets.models import Bet, Evidence
from lib.clock import today
from tests.factories import (
    AT,
    TODAY,
    AssumptionFactory,
    BetFactory,
    EvidenceFactory,
    EvidenceKindFactory,
    EvidenceLinkFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
)
from tests.pages import text

pytestmark = pytest.mark.django_db
PATHS = [
    "/bets/B-1/evidence/",
    "/bets/B-1/evidence/new/",
    "/bets/B-1/evidence/1/",
    "/bets/B-1/evidence/1/change/",
    "/bets/B-1/evidence/1/confirm/",
    "/bets/B-1/evidence/1/supersede/",
    "/bets/B-1/assumptions/",
]


@pytest.fixture
def bet(retail, product_lead) -> Bet:
    made = BetFactory(key="B-1", name="Faster claims", domain=retail, lead=product_lead)
    AssumptionFactory(bet=made, number=1, statement="Length is why they give up.", importance=5)
    return made


@pytest.fixture
def evidence(bet, product_lead) -> Evidence:
    return entry(bet, 1, kind=EvidenceKindFactory(key="trial", name="Trial", cap=4), logged_by=product_lead)


def entry(bet: Bet, number: int, **fields: Any) -> Evidence:
    made = EvidenceFactory(bet=bet, number=number, **fields)
    EvidenceLinkFactory(evidence=made, assumption=bet.assumptions.first())
    return made


def typed(**changes: str) -> dict[str, str]:
    said = {
        "kind": "trial", "did": "Asked twelve brokers.", "observed": "Nine paid.", "learned": "They pay.",
        "strength": "3", "happened_on": str(TODAY), "assumption-1": "opposes",
    }  # fmt: skip
    return {**said, **changes}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("learning-1", "learning-1"), ("assumption-2", "assumption-2"), ("assumption-9", "assumption-1"),
        ("x" * 9_000, "assumption-1"), ("", "assumption-1"),
    ],
)  # fmt: skip
def test_what_one_came_for_is_listed_first_marked_and_undecided(
    client_of, product_lead, evidence, bet, asked, first
) -> None:
    AssumptionFactory(bet=bet, number=2)
    LearningOutcomeFactory(bet=bet, number=1)
    answer = client_of(product_lead).get("/bets/B-1/evidence/new/", {"about": asked})
    (thing, field), *_rest = answer.context["form"].about
    assert (thing.field, field.value(), len(answer.context["form"].about)) == (first, None, 3)
    assert text(answer).count("You came for this") == (asked == first)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_to_sign_in_and_does_not_exist_out_of_reach(client, client_of, outsider, evidence, path) -> None:
    assert client.get(path).status_code == 302
    assert client_of(outsider).get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_who_may_only_read_sees_why_beside_a_disabled_button(client_of, viewer, evidence, path) -> None:
    page = text(client_of(viewer).get(path))
    assert "You may not" in page
    assert "disabled" in page
    assert "<textarea" not in page
    assert client_of(viewer).post(PATHS[1], typed()).status_code == 409
    assert Evidence.objects.count() == 1


def test_a_finding_is_logged_and_stands_on_the_page_of_the_bet(client_of, product_lead, evidence) -> None:
    client = client_of(product_lead)
    page = text(client.get("/bets/B-1/evidence/new/"))
    assert f'value="{today()}"' in page
    assert "Trial, up to 4 (user behaviour)" in page
    answer = client.post("/bets/B-1/evidence/new/", typed(source_url="example.org/notes"), follow=True)
    assert answer.redirect_chain == [("/bets/B-1/", 302)]
    page = text(answer)
    for words in ("Evidence logged.", "They pay.", "2 pieces of evidence, 2 not confirmed", "Riskiest assumption"):
        assert words in page
    made = Evidence.objects.get(number=2)
    assert (made.source_url, made.links.get().supports) == ("https://example.org/notes", False)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"kind": ""}, 422, "Choose the kind of evidence."),
        ({"kind": "none-such"}, 422, "Select a valid choice"),
        ({"did": " "}, 422, "Say what was done."),
        ({"learned": "x" * 100_000}, 422, "at most 1000 characters"),
        ({"observed": "a\0b"}, 422, "Null characters are not allowed."),
        ({"strength": ""}, 422, "Choose how strong it is."),
        ({"strength": "NaN"}, 422, "Select a valid choice"),
        ({"happened_on": "some day"}, 422, "Enter a valid date."),
        ({"assumption-1": ""}, 422, "Say what it supports or opposes"),
        ({"assumption-1": "adores"}, 422, "Select a valid choice"),
        ({"source_url": "javascript:alert(1)"}, 422, "Enter a valid URL."),
        ({"reading": "999999"}, 422, "Select a valid choice"),
        ({"strength": "5"}, 409, "Trial has a strength of at most 4 (user behaviour)"),
        ({"happened_on": "2999-01-01"}, 409, "has not come yet"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(
    client_of, product_lead, evidence, change, status: int, words: str
) -> None:
    answer = client_of(product_lead).post("/bets/B-1/evidence/new/", typed(**change))
    page = text(answer)
    assert answer.status_code == status
    assert words in page
    for name in ("did", "observed", "learned", "source_url"):
        assert typed(**change).get(name, "").strip() in page, name
    assert Evidence.objects.count() == 1


def test_two_tabs_the_second_sees_both_versions_and_then_replaces_knowingly(
    client_of, product_lead, product_operations, evidence
) -> None:
    path = "/bets/B-1/evidence/1/change/"
    first, second = client_of(product_operations), client_of(product_lead)
    assert 'name="seen_revision" value="1"' in text(second.get(path))
    assert first.post(path, typed(learned="Theirs.", seen_revision="1")).status_code == 302
    answer = second.post(path, typed(learned="Mine.", observed="Eleven paid.", seen_revision="1"))
    page = text(answer)
    assert answer.status_code == 409
    both = page[page.index('id="versions-h"') : page.index("</table>")]
    for words in ("Theirs.", "Mine.", "Nine paid.", "Eleven paid."):
        assert words in both
    assert "Asked twelve brokers." not in both, "what is the same in both is not listed"
    assert 'name="seen_revision" value="2"' in page
    assert second.post(path, typed(learned="Mine.", seen_revision="2")).status_code == 302
    assert Evidence.objects.get().learned == "Mine."


def test_a_strength_is_confirmed_lowered_and_from_then_on_superseded(
    client_of, product_lead, product_operations, evidence
) -> None:
    client = client_of(product_operations)
    page = text(client.get("/bets/B-1/evidence/1/"))
    assert page.count('name="strength"') == 4, "0 to 3: never more than was logged"
    said = {"strength": "2", "remark": "", "seen_revision": "1"}
    refused = client.post("/bets/B-1/evidence/1/confirm/", said)
    assert refused.status_code == 409
    assert "Say why the strength is lower" in text(refused)
    client.post("/bets/B-1/evidence/1/confirm/", said | {"remark": "Twelve are few."})
    page = text(client.get("/bets/B-1/evidence/1/"))
    for words in ("Confirmed by Olga Operations", "Twelve are few.", "2 (anecdote)", "Supersede"):
        assert words in page
    lead = client_of(product_lead)
    assert "has been confirmed: it stays as it is" in text(lead.get("/bets/B-1/evidence/1/change/"))
    assert "Showed the form to twelve customers." in text(lead.get("/bets/B-1/evidence/1/supersede/"))
    assert lead.post("/bets/B-1/evidence/1/supersede/", typed()).status_code == 302
    assert "Superseded by 2" in text(lead.get("/bets/B-1/evidence/1/"))
    assert lead.post("/bets/B-1/evidence/1/supersede/", typed(learned="Once more.")).status_code == 409


def test_what_was_changed_meanwhile_is_read_again_before_it_is_confirmed(
    client_of, product_operations, evidence
) -> None:
    client, said = client_of(product_operations), {"strength": "3", "seen_revision": "1"}
    Evidence.objects.update(revision=2, learned="Rewritten.")
    answer = client.post("/bets/B-1/evidence/1/confirm/", said)
    page = text(answer)
    assert answer.status_code == 409
    for words in ("read it again before you confirm it", "Rewritten.", 'name="seen_revision" value="2"'):
        assert words in page
    assert client.post("/bets/B-1/evidence/1/confirm/", said | {"seen_revision": "2"}).status_code == 302


def test_a_snapshot_of_the_latest_night_is_attached_with_its_numbers(client_of, product_lead, bet, evidence) -> None:
    outcome = OutcomeFactory(bet=bet, number=1)
    old, new = (RunFactory(as_of=TODAY - dt.timedelta(days=days)) for days in (9, 1))
    ReadingFactory(outcome=outcome, run=old, as_of=old.as_of)
    latest = ReadingFactory(outcome=outcome, run=new, as_of=new.as_of, snapshot="ab" * 32)
    client = client_of(product_lead)
    page = text(client.get("/bets/B-1/evidence/new/"))
    assert f'<option value="{latest.pk}">' in page
    assert page.count("safe to check any day") == 1
    client.post("/bets/B-1/evidence/new/", typed(reading=str(latest.pk)))
    assert Evidence.objects.get(number=2).reading == latest
    page = text(client.get("/bets/B-1/evidence/2/"))
    for words in ("between 38.0 % and 44.0 %", "read on 1 Mar 2026", "Data abababababab"):
        assert words in page


def test_hostile_words_are_shown_as_words(client_of, product_lead, evidence) -> None:
    hostile = "<script>alert(1)</script> =1+1 \u202e " + "w" * 300
    client = client_of(product_lead)
    client.post("/bets/B-1/evidence/new/", typed(learned=hostile, did=hostile, observed=hostile))
    for path in ("/bets/B-1/", "/bets/B-1/evidence/", "/bets/B-1/evidence/2/", "/bets/B-1/evidence/2/change/"):
        assert "<script>alert" not in client.get(path).content.decode()
        assert hostile in text(client.get(path))


def test_the_log_is_narrowed_by_its_address_and_what_means_nothing_is_left_out(
    client_of, viewer, bet, evidence
) -> None:
    entry(bet, 2, learned="Sure.", strength=4)
    Evidence.objects.filter(number=2).update(confirmed_at=AT, confirmed_by=bet.lead)
    entry(bet, 3, learned="Better.", supersedes=Evidence.objects.get(number=2), strength=1)
    client = client_of(viewer)

    def found(query: str) -> list[int]:
        page = text(client.get(f"/bets/B-1/evidence/?{query}"))
        return [number for number in (1, 2, 3) if f'href="/bets/B-1/evidence/{number}/"' in page]

    assert found("") == [1, 2, 3]
    assert found("kind=trial") == [1]
    assert found("strength=3") == [1, 2]
    assert found("state=superseded") == [2]
    assert found("state=unconfirmed&strength=2") == [1]
    assert found("about=assumption-1&state=confirmed") == []
    assert found("kind=nonsense&strength=9&about=outcome-77&page=x") == [1, 2, 3]


@pytest.mark.parametrize("more", [0, 30])
def test_pages_take_the_same_queries_for_little_and_for_much_evidence(
    client_of, viewer, bet, evidence, django_assert_num_queries, more: int
) -> None:
    for number in range(2, 2 + more):
        entry(bet, number)
    OutcomeFactory(bet=bet, number=1)
    client = client_of(viewer)
    for path, queries in (("/bets/B-1/evidence/", 15), ("/bets/B-1/assumptions/", 9), ("/bets/B-1/evidence/1/", 11)):
        with django_assert_num_queries(queries):
            client.get(path)


# ---- the map


def test_the_map_names_the_next_test_worth_doing_and_why(client_of, viewer, bet, evidence) -> None:
    vital = AssumptionFactory(bet=bet, number=2, importance=5, statement="They pay.", next_test="Ask ten for money.")
    AssumptionFactory(bet=bet, number=3, importance=1, statement="They like blue.")
    dropped = AssumptionFactory(bet=bet, number=4, dropped_at=AT, dropped_by=bet.lead, statement="It was dropped.")
    page = text(client_of(viewer).get("/bets/B-1/assumptions/"))
    for words in (
        "Ask ten for money.",
        "It tests assumption 2: “They pay.”",
        "Importance 5 of 5, and there is no evidence on it yet.",
        "1 of 2 important assumptions rests on less than market data, or is opposed.",
        "rests on evidence that nobody has confirmed",
    ):
        assert words in page
    assert dropped.statement not in page
    assert page.index(f"{vital.number}. They pay.") < page.index("1. Length is why") < page.index("3. They like blue.")


def test_what_speaks_against_an_assumption_is_shown_beside_what_speaks_for_it(client_of, viewer, bet, evidence) -> None:
    against = EvidenceFactory(bet=bet, number=2, strength=4)
    EvidenceLinkFactory(evidence=against, assumption=bet.assumptions.get(), supports=False)
    page = text(client_of(viewer).get("/bets/B-1/assumptions/"))
    assert "and the evidence against it, 4 (user behaviour), outweighs that for it." in page
    assert "mark is-opposed" in page


def test_superseded_evidence_no_longer_counts_for_its_assumption(client_of, viewer, bet, evidence) -> None:
    Evidence.objects.update(confirmed_at=AT, confirmed_by=bet.lead)
    newer = EvidenceFactory(bet=bet, number=2, supersedes=evidence, strength=1)
    EvidenceLinkFactory(evidence=newer, assumption=bet.assumptions.get())
    page = text(client_of(viewer).get("/bets/B-1/assumptions/"))
    assert "its strongest evidence is 1 (opinion)" in page


def test_a_bet_without_assumptions_or_outcomes_says_what_is_missing(client_of, product_lead, retail) -> None:
    BetFactory(key="B-2", domain=retail)
    client = client_of(product_lead)
    assert "No assumption has been written down yet." in text(client.get("/bets/B-2/assumptions/"))
    assert "This bet has no assumption and no outcome yet" in text(client.get("/bets/B-2/evidence/new/"))
    assert "Nobody has logged anything yet" in text(client.get("/bets/B-2/evidence/"))


# ---- what other pages ask


def test_what_waits_for_confirmation_and_what_is_freshest_take_constant_queries(
    bet, evidence, django_assert_num_queries
) -> None:
    first = OutcomeFactory(bet=bet, number=1)
    EvidenceLinkFactory(evidence=evidence, assumption=None, outcome=first)
    now = OutcomeFactory(bet=bet, number=1, version=2, replaces=first, reason="The unit changed.")
    learning = LearningOutcomeFactory(bet=bet)
    later = EvidenceFactory(bet=bet, number=2, happened_on=TODAY)
    EvidenceLinkFactory(evidence=later, assumption=None, learning=learning)
    bets = Bet.objects.all()
    with django_assert_num_queries(3):
        waiting, fresh = list(unconfirmed(bets)), freshest(bets)
    assert waiting == [evidence, later]
    assert fresh == {
        Bears("assumption", bet.assumptions.get().pk): evidence.happened_on,
        Bears("outcome", now.pk): evidence.happened_on,
        Bears("learning", learning.pk): TODAY,
    }
