"""Two versions side by side: which fields are shown, and in whose words."""

from typing import Any

import pytest
from django import forms

from lib.beside import beside, differing


class Form(forms.Form):
    name = forms.CharField(required=False)
    count = forms.IntegerField(required=False)
    due = forms.DateField(required=False, widget=forms.DateInput(format="%Y-%m-%d"))
    stance = forms.ChoiceField(choices=[("", "Neither"), ("for", "Supports")], required=False)
    teams = forms.MultipleChoiceField(choices=[("1", "Blue"), ("2", "Red")], required=False)
    is_active = forms.BooleanField(label="In use", required=False)
    reason = forms.CharField(required=False)
    paper = forms.FileField(required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


STANDS: dict[str, Any] = {
    "name": "Theirs", "count": 0, "due": "2026-02-01", "stance": "for", "teams": [2, 1], "is_active": True,
    "seen": "new",
}  # fmt: skip
SENT: dict[str, Any] = {
    "name": "Theirs", "count": "0", "due": "2026-02-01", "stance": "for", "teams": ["1", "2"], "is_active": "on",
    "seen": "old",
}  # fmt: skip


def rows(**changes: Any) -> list[tuple[str, str, str]]:
    fresh = Form(initial=STANDS)
    return [(row.name, row.stands, row.typed) for row in differing(Form(SENT | changes), fresh)]


def test_what_is_the_same_in_both_is_not_shown_whatever_its_order_and_its_line_ends() -> None:
    assert rows() == []
    typed, fresh = Form({"name": "One.\r\nTwo. "}), Form(initial={"name": "One.\nTwo."})
    assert differing(typed, fresh) == []


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"name": "Mine"}, ("name", "Theirs", "Mine")),
        ({"count": ""}, ("count", "0", "")),
        ({"due": "31.12.2026"}, ("due", "2026-02-01", "31.12.2026")),
        ({"stance": ""}, ("stance", "Supports", "Neither")),
        ({"stance": "mood"}, ("stance", "Supports", "mood")),
        ({"teams": ["2"]}, ("teams", "Blue, Red", "Red")),
        ({"teams": []}, ("teams", "Blue, Red", "")),
        ({"is_active": ""}, ("is_active", "Yes", "No")),
    ],
)
def test_each_version_is_shown_in_the_words_of_the_form(changes: dict[str, Any], row: tuple[str, str, str]) -> None:
    assert rows(**changes) == [row]


def test_a_field_that_only_one_of_the_two_has_is_shown_beside_nothing() -> None:
    typed, fresh = Form(SENT), Form(initial=STANDS)
    typed.fields["statement-2"] = forms.CharField(label="Statement")
    typed.data = SENT | {"statement-2": "Mine."}
    fresh.fields["statement-1"] = forms.CharField(label="Statement")
    fresh.initial = STANDS | {"statement-1": "Theirs."}
    assert [(row.label, row.stands, row.typed) for row in differing(typed, fresh)] == [
        ("Statement", "", "Mine."), ("Statement", "Theirs.", "")
    ]  # fmt: skip


def test_what_is_asked_for_anew_is_not_compared() -> None:
    assert [row.name for row in differing(Form(SENT | {"reason": "R"}), Form(initial=STANDS))] == ["reason"]
    assert differing(Form(SENT | {"reason": "R"}), Form(initial=STANDS), anew="rea") == []


def test_both_are_shown_only_when_the_form_had_seen_something_else() -> None:
    fresh, mine = Form(initial=STANDS), {**SENT, "name": "Mine", "reason": "R"}
    assert [row.label for row in beside(Form(mine), fresh)] == ["Name"]
    assert beside(Form(mine | {"seen": "new"}), fresh) == []
    assert beside(Form(initial=mine), fresh) == []
