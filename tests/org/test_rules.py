import pytest

from org.rules import ACTS, Powers, reach, refusals

EVERYWHERE = None


def powers(*grants: tuple[str, frozenset[int] | None], active: bool = True) -> Powers:
    return Powers(active=active, grants=grants)


def test_a_role_without_a_domain_reaches_everywhere() -> None:
    assert powers(("executive", EVERYWHERE)).domains() is None
    assert powers(("executive", EVERYWHERE)).sees(7)


def test_a_role_in_a_domain_sees_that_domain_only() -> None:
    lead = powers(("product_lead", frozenset({1, 2})))
    assert lead.sees(2)
    assert not lead.sees(3)


def test_somebody_without_a_role_sees_nothing() -> None:
    assert powers().domains() == frozenset()
    assert not powers().may("record_signal")


def test_an_inactive_account_sees_and_does_nothing_whatever_its_roles() -> None:
    gone = powers(("admin", EVERYWHERE), active=False)
    assert gone.domains() == frozenset()
    assert list(refusals(gone, "run_night")) == ["This account is not active."]


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_admin_may_do_everything(act: str) -> None:
    assert not list(refusals(powers(("admin", EVERYWHERE)), act, domain=5))


@pytest.mark.parametrize(
    ("role", "act", "allowed"),
    [
        ("product_lead", "record_signal", True),
        ("product_lead", "run_night", False),
        ("executive", "record_signal", False),
        ("finance", "record_signal", False),
        ("viewer", "see_sources", False),
        ("product_operations", "run_night", True),
        ("product_operations", "mend_signals", True),
    ],
)
def test_roles_may_do_what_they_are_for(role: str, act: str, allowed: bool) -> None:
    assert powers((role, EVERYWHERE)).may(act) is allowed


def test_two_roles_do_not_lend_each_other_their_domains() -> None:
    both = powers(("product_lead", frozenset({1})), ("viewer", frozenset({2})))
    assert both.may("record_signal", 1)
    assert both.sees(2)
    assert not both.may("record_signal", 2)


def test_a_refusal_says_which_role_it_takes() -> None:
    (reason,) = refusals(powers(("viewer", EVERYWHERE)), "run_night")
    assert "product operations" in reason


def test_a_domain_reaches_all_domains_below_it_even_when_the_tree_has_a_loop() -> None:
    assert reach(1, {1: [2, 3], 3: [4], 4: [1]}) == {1, 2, 3, 4}
