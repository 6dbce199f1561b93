"""An import from upload to undo: checked in the background, taken over as a whole or not at all, undone once."""

import datetime as dt

import pytest

from bets import actions
from bets.imports.exports import error_lines
from bets.imports.origin import origin_of
from bets.models import Bet, Import, ImportRow, Sketch, Tranche
from lib.refusals import Refused
from org.actions import advance_run, claim_job, perform_job
from org.models import Domain, Event, Job, Person, Role, Run
from org.registry import RUNS
from tests.factories import (
    AT,
    BetFactory,
    CommentFactory,
    DomainFactory,
    ImportFactory,
    ImportRowFactory,
    RoleGrantFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(hours=1)
ANY_DAY = AT + dt.timedelta(days=36_500)  # pages read the clock, so their jobs are due only today
HEADER = "Project,Domain,Owner,Start,End,Budget,Description,Team,Effort\n"
SOUND = "Claims,Retail,Paul Lead,2026-03-01,2026-12-31,250000,Replaces paper.,Atlas,12\n"


def worked(file: Import) -> Import:
    """The import once all its waiting work is done."""
    while (job := claim_job(at=ANY_DAY)) is not None:
        perform_job(job, at=AT)
        advance_run(job.run_id, at=AT)
    return Import.objects.select_related("run").get(pk=file.pk)


def uploaded(text: str, by: Person) -> Import:
    return worked(actions.upload_import("projects.csv", text.encode(), by=by, at=AT))


def taken(text: str, by: Person) -> Import:
    return worked(actions.take_over_import(uploaded(text, by), by=by, at=AT))


@pytest.fixture
def atlas(retail: Domain, product_lead: Person) -> None:
    TeamFactory(key="atlas", name="Atlas", domain=retail)


def test_an_upload_is_checked_and_writes_no_bet(product_operations: Person, atlas: None) -> None:
    file = uploaded(HEADER + SOUND + "Cards,Nowhere,Paul Led,soon,,many,,,\n", product_operations)
    assert (file.state, file.rows_seen, file.rows_bad) == ("checked", 2, 1)
    bad = file.rows.get(number=3)
    assert [(one["column"], one["of"]) for one in bad.reasons] == [
        ("Domain", "row"), ("Owner", "row"), ("Start", "row"), ("Budget", "row")
    ]  # fmt: skip
    assert not Bet.objects.exists()


def test_taking_over_makes_drafts_with_everything_the_file_said(product_operations: Person, atlas: None) -> None:
    file = taken(HEADER + SOUND, product_operations)
    assert (file.state, file.done_at) == ("done", AT)
    bet = Bet.objects.get()
    assert (bet.key, bet.name, bet.state, bet.lead.name) == ("RETAIL-01", "Claims", "draft", "Paul Lead")
    tranche = bet.tranches.get()
    assert (tranche.amount, str(tranche.planned_on), str(tranche.lasts_until)) == (
        25_000_000,
        "2026-03-01",
        "2026-12-31",
    )
    assert tranche.purpose == "Carried over: Claims"
    assert [(effort.team.key, effort.weeks) for effort in bet.efforts.all()] == [("atlas", 12)]
    sketch = Sketch.objects.get(bet=bet)
    assert (sketch.person, sketch.step, sketch.typed) == (bet.lead, "hypothesis", {"change": ["Replaces paper."]})
    event = Event.objects.get(subject_type="bets.bet", subject_id=bet.pk)
    assert event.sentence == "RETAIL-01 imported as a draft from line 2 of projects.csv."
    origin = origin_of(bet)
    assert origin is not None
    assert origin.cells[0] == ("Project", "Claims")
    assert not bet.hypotheses.exists()


def test_a_whole_hypothesis_becomes_its_first_version(product_operations: Person, atlas: None) -> None:
    belief = "We believe that one form for customers will result in fewer calls, because it is short."
    taken(f'Name,Domain,Lead,Hypothesis\nClaims,retail,Paul Lead,"{belief}"\n', product_operations)
    assert str(Bet.objects.get().hypotheses.get()) == belief
    assert not Sketch.objects.exists()


@pytest.mark.parametrize(
    ("rows", "leaving_out", "words"),
    [
        (SOUND + "x,,,,,,,,\n", None, "One row has errors"),
        (SOUND + "x,,,,,,,,\n", 2, "Now 1 rows have errors, not 2 as you saw"),
        ("x,,,,,,,,\n", 1, "No row of the file is sound"),
    ],
)
def test_rows_with_errors_block_until_somebody_leaves_them_out(
    rows: str, leaving_out: int | None, words: str, product_operations: Person, atlas: None
) -> None:
    file = uploaded(HEADER + rows, product_operations)
    with pytest.raises(Refused, match=words):
        actions.take_over_import(file, leaving_out=leaving_out, by=product_operations, at=AT)
    assert Import.objects.get().state == "checked"


def test_rows_with_errors_are_left_out_when_somebody_says_so(product_operations: Person, atlas: None) -> None:
    file = uploaded(HEADER + SOUND + "x,,,,,,,,\n", product_operations)
    worked(actions.take_over_import(file, leaving_out=1, by=product_operations, at=AT))
    assert Bet.objects.get().name == "Claims"


def test_nothing_is_taken_over_when_a_row_became_wrong_meanwhile(
    product_operations: Person, atlas: None, retail: Domain
) -> None:
    file = uploaded(HEADER + SOUND + SOUND.replace("Claims", "Cards"), product_operations)
    BetFactory(key="B-1", name="Cards", domain=retail)
    file = worked(actions.take_over_import(file, by=product_operations, at=AT))
    assert (file.state, file.rows_bad, Bet.objects.count()) == ("checked", 1, 1)
    assert "already" in file.rows.get(number=3).reasons[0]["said"]
    assert Event.objects.filter(kind="import given back").exists()


def test_a_failure_half_way_leaves_nothing_behind(
    product_operations: Person, atlas: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = uploaded(HEADER + SOUND, product_operations)
    actions.take_over_import(file, by=product_operations, at=AT)
    monkeypatch.setattr("bets.actions.taking_over._origins", lambda *args, **kwargs: 1 / 0)
    job = claim_job(at=AT)
    assert job is not None
    with pytest.raises(ZeroDivisionError):
        perform_job(job, at=AT)
    assert not Bet.objects.exists()
    assert not Tranche.objects.exists()
    assert Import.objects.get().state == "taking"


def test_work_that_was_given_up_can_be_checked_again(product_operations: Person, atlas: None) -> None:
    file = uploaded(HEADER + SOUND, product_operations)
    assert file.run is not None
    Import.objects.update(state="taking")
    meanings = {column["header"]: column["means"] for column in file.columns}
    with pytest.raises(Refused, match="ended half-way"):
        actions.take_over_import(file, by=product_operations, at=AT)
    worked(actions.map_columns(file, meanings, by=product_operations, at=LATER))
    assert Import.objects.get().state == "checked"


def test_a_second_file_waits_until_the_first_has_been_worked_on(product_operations: Person, atlas: None) -> None:
    first = actions.upload_import("a.csv", (HEADER + SOUND).encode(), by=product_operations, at=AT)
    second = actions.upload_import("b.csv", (HEADER + SOUND).encode(), by=product_operations, at=AT)
    assert second.run is None
    RUNS["projects"].due(LATER)
    assert Import.objects.get(pk=second.pk).run is None
    worked(first)
    RUNS["projects"].due(LATER)
    assert worked(second).state == "checked"


def test_columns_are_mapped_anew_and_all_rows_checked_again(product_operations: Person, atlas: None) -> None:
    file = uploaded("Titel,Domain,Owner,Since\nClaims,Retail,Paul Lead,3/25/2026\n", product_operations)
    assert file.rows_bad == 1
    meanings = {"Titel": "name", "Domain": "domain", "Owner": "lead", "Since": "start"}
    file = worked(actions.map_columns(file, meanings, by=product_operations, at=LATER))
    assert (file.rows_bad, file.columns[3]["day_first"]) == (0, False)
    with pytest.raises(Refused, match="Two columns cannot both mean name"):
        actions.map_columns(file, meanings | {"Owner": "name"}, by=product_operations, at=LATER)
    with pytest.raises(Refused, match="no column “Other”"):
        actions.map_columns(file, {"Other": "name"}, by=product_operations, at=LATER)


def test_what_was_wrong_with_the_file_itself_stays_when_columns_change(product_operations: Person, atlas: None) -> None:
    file = uploaded("Name,Domain,Owner\nCl\0aims,Retail,Paul Lead\n", product_operations)
    meanings = {"Name": "name", "Domain": "domain", "Owner": "lead"}
    file = worked(actions.map_columns(file, meanings, by=product_operations, at=LATER))
    assert [one["of"] for one in file.rows.get().reasons] == ["file"]


def test_an_undo_removes_untouched_drafts_and_names_the_others(product_operations: Person, atlas: None) -> None:
    rows = "".join(SOUND.replace("Claims", name) for name in ("One", "Two", "Three", "Four", "Five"))
    file = taken(HEADER + rows, product_operations)
    bets = {bet.name: bet for bet in Bet.objects.all()}
    CommentFactory(bet=bets["One"])
    Bet.objects.filter(pk=bets["Two"].pk).update(state="live")
    Sketch.objects.filter(bet=bets["Three"]).update(left_at=LATER)
    Event.objects.create(at=LATER, kind="cost set", subject_type="bets.bet", subject_id=bets["Four"].pk, sentence="x")
    file = actions.undo_import(file, by=product_operations, at=LATER)
    assert set(Bet.objects.values_list("name", flat=True)) == {"One", "Two", "Three", "Four"}
    assert (file.state, file.undone_by, ImportRow.objects.exclude(bet=None).count()) == (
        "undone",
        product_operations,
        4,
    )
    event = Event.objects.get(kind="import undone")
    assert event.sentence == "Import of projects.csv undone: 1 drafts removed, 4 kept."
    assert event.payload["removed"] == [bets["Five"].key]
    with pytest.raises(Refused, match="undone already"):
        actions.undo_import(file, by=product_operations, at=LATER)


def test_a_dropped_file_leaves_no_rows_and_cannot_be_taken_over(product_operations: Person, atlas: None) -> None:
    file = uploaded(HEADER + SOUND, product_operations)
    actions.drop_import(file, by=product_operations, at=AT)
    assert not ImportRow.objects.exists()
    with pytest.raises(Refused, match="dropped already"):
        actions.take_over_import(file, by=product_operations, at=AT)


def test_a_file_that_is_being_worked_on_takes_no_other_act(product_operations: Person, atlas: None) -> None:
    file = actions.upload_import("a.csv", (HEADER + SOUND).encode(), by=product_operations, at=AT)
    with pytest.raises(Refused, match="being worked on"):
        actions.take_over_import(file, by=product_operations, at=AT)
    with pytest.raises(Refused, match="being worked on"):
        actions.drop_import(file, by=product_operations, at=AT)


def test_taking_over_waits_for_another_file(product_operations: Person, atlas: None) -> None:
    file = uploaded(HEADER + SOUND, product_operations)
    actions.upload_import("b.csv", (HEADER + SOUND).encode(), by=product_operations, at=LATER)
    with pytest.raises(Refused, match="Another file"):
        actions.take_over_import(file, by=product_operations, at=LATER)


def test_only_product_operations_import_and_only_into_domains_they_reach(
    product_lead: Person, atlas: None, retail: Domain
) -> None:
    with pytest.raises(Refused, match="You may not import bets"):
        actions.upload_import("a.csv", (HEADER + SOUND).encode(), by=product_lead, at=AT)
    DomainFactory(key="loans", name="Loans")
    RoleGrantFactory(person=product_lead, role=Role.PRODUCT_OPERATIONS, domain=retail)
    keeper = Person.objects.get(pk=product_lead.pk)
    file = uploaded(HEADER + SOUND + SOUND.replace("Retail", "Loans"), keeper)
    assert [row.number for row in file.rows.exclude(reasons=[])] == [3]


def test_a_formula_in_a_cell_stays_text_and_leaves_harmless(product_operations: Person, atlas: None) -> None:
    text = 'Name,Domain,Owner\n"=HYPERLINK(""http://x"")",Retail,Paul Lead\n=1+1,Retail,=2+2\n'
    file = uploaded(text, product_operations)
    worked(actions.take_over_import(file, leaving_out=1, by=product_operations, at=AT))
    assert Bet.objects.get().name == '=HYPERLINK("http://x")'
    lines = list(error_lines(file))
    assert lines[1].startswith("3,Owner,'=2+2,")


def test_a_job_that_runs_twice_writes_once(product_operations: Person, atlas: None) -> None:
    file = taken(HEADER + SOUND, product_operations)
    assert actions.write_drafts(file, by=product_operations, at=LATER) == "Nothing was left to be taken over."
    before = Import.objects.values().get()
    actions.record_check(file, [], at=LATER)
    assert Import.objects.values().get() == before
    assert Job.objects.filter(kind="take_projects").count() == 1


def test_five_thousand_rows_are_written_in_a_few_statements(
    product_operations: Person, retail: Domain, product_lead: Person, django_assert_max_num_queries: object
) -> None:
    run = Run.objects.create(kind="projects", key="x", as_of=AT.date(), started_at=AT, started_by=product_operations)
    columns = [{"header": head, "means": head, "day_first": None} for head in ("name", "domain", "lead", "budget")]
    file = ImportFactory(state="taking", run=run, columns=columns, rows_seen=60)
    for number in range(60):
        cells = {"name": f"P {number}", "domain": "retail", "lead": "Paul Lead", "budget": "1"}
        ImportRowFactory(file=file, number=number + 2, cells=cells)
    with django_assert_max_num_queries(35):  # type: ignore[operator]
        actions.write_drafts(file, by=product_operations, at=AT)
    assert Bet.objects.count() == 60
