"""Who may see and do what: one rule, asked by every page, every endpoint and every action."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

ACTS = {
    "record_signal": {"product_lead", "product_operations"},
    "mend_signals": {"product_operations"},
    "pull_source": {"product_operations"},
    "run_night": {"product_operations"},
    "state_bet": {"product_lead", "product_operations"},
    "log_evidence": {"product_lead", "product_operations"},
    "confirm_evidence": {"product_operations"},
    "state_forecast": {"product_lead", "executive", "finance", "product_operations"},
    "say_gate": {"executive", "finance", "product_operations"},
    "say_value": {"finance"},
    "mark_release": {"product_lead", "product_operations"},
    "write_comment": {"product_lead", "product_operations", "executive", "finance"},
    "keep_standards": {"product_operations"},
    "keep_rates": {"finance", "product_operations"},
    "import_bets": {"product_operations"},
    "decide_bet": {"executive"},
    "restate_outcome": {"product_operations"},
    "read_near_miss": {"product_operations"},
    "name_reader": {"product_operations"},
    "see_money": {"product_lead", "product_operations", "executive", "finance"},
    "keep_budgets": {"finance"},
    "request_money": {"product_lead", "product_operations", "finance"},
    "approve_money": {"executive", "finance", "product_operations"},
    "keep_authority": {"admin"},
    "delegate_authority": {"executive", "finance", "product_operations"},
    "close_period": {"finance"},
    "import_money": {"finance"},
    "export_journal": {"finance"},
    "correct_ledger": {"finance"},
    "keep_guardrails": {"product_operations", "finance"},
    "plan_capacity": {"product_operations", "finance"},
    "agree_value": {"finance"},
    "plan_wind_down": {"product_lead", "product_operations", "finance"},
    "see_sources": {"product_lead", "product_operations", "executive", "finance"},
    "see_addresses": {"product_lead", "product_operations", "executive", "finance"},
    "tidy_views": {"product_operations"},
    "keep_forums": {"product_operations"},
    "leave_shadow": {"executive"},
}
WORDS = {
    "record_signal": "type in signals",
    "mend_signals": "mend quarantined rows",
    "pull_source": "pull a source",
    "run_night": "start the night run",
    "state_bet": "state a bet",
    "log_evidence": "log evidence",
    "confirm_evidence": "confirm the strength of evidence",
    "state_forecast": "state a forecast",
    "say_gate": "say whether a gate was met",
    "say_value": "say which value a bet has realised",
    "mark_release": "mark a release",
    "write_comment": "comment on a bet",
    "keep_standards": "change the standards",
    "keep_rates": "set the rate of a team",
    "import_bets": "import bets from a file",
    "decide_bet": "decide on a bet",
    "restate_outcome": "restate an outcome",
    "read_near_miss": "read a near miss for which nobody was named",
    "name_reader": "name another reader of a near miss",
    "see_money": "see the books",
    "keep_budgets": "open or change a budget",
    "request_money": "ask for money",
    "approve_money": "approve requests for money",
    "keep_authority": "say who may approve how much",
    "delegate_authority": "let somebody else approve for you",
    "close_period": "close or reopen a fiscal period",
    "import_money": "import budgets or actuals",
    "export_journal": "hand over a journal",
    "correct_ledger": "reverse a transfer",
    "keep_guardrails": "set a guardrail",
    "plan_capacity": "plan the capacity of a team",
    "agree_value": "agree what a bet is worth",
    "plan_wind_down": "say what winding a bet down would cost",
    "see_sources": "see sources",
    "see_addresses": "see e-mail addresses",
    "tidy_views": "change views that others share",
    "keep_forums": "open or change a forum",
    "leave_shadow": "end shadow mode",
}

TOKEN_DAYS = (30, 90, 365)
TOKENS_AT_MOST = 20


@dataclass(frozen=True)
class Powers:
    """What a person holds: (role, domain ids reached, or None for everywhere), one pair per grant; active or not."""

    active: bool
    grants: tuple[tuple[str, frozenset[int] | None], ...]

    def domains(self, roles: Iterable[str] | None = None) -> frozenset[int] | None:
        """Domain ids reached with any of `roles` (any role at all when None); None means everywhere."""
        wanted = None if roles is None else set(roles) | {"admin"}
        reached: set[int] = set()
        for role, ids in self.grants if self.active else ():
            if wanted is not None and role not in wanted:
                continue
            if ids is None:
                return None
            reached |= ids
        return frozenset(reached)

    def may(self, act: str, domain: int | None = None) -> bool:
        """May this person do `act` in that domain (None: in at least one)?"""
        ids = self.domains(ACTS[act])
        return ids is None or (bool(ids) if domain is None else domain in ids)

    def sees(self, domain: int) -> bool:
        ids = self.domains()
        return ids is None or domain in ids


def refusals(powers: Powers, act: str, domain: int | None = None) -> Iterator[str]:
    """Why this person may not do `act` there; nothing when they may."""
    if not powers.active:
        yield "This account is not active."
    elif not powers.may(act, domain):
        roles = " or ".join(sorted(role.replace("_", " ") for role in ACTS[act]))
        where = "" if domain is None else " for this domain"
        yield f"You may not {WORDS[act]} here: that takes the role {roles}{where}."


def token_refusals(powers: Powers, name: str, days: int, held: Iterable[str]) -> Iterator[str]:
    """Why a person who holds tokens of the names `held` gets no other one of that name and so many days."""
    names = {other.casefold() for other in held}
    if not powers.active:
        yield "This account is not active."
    if not name.strip():
        yield "A token needs a name that says what it is for."
    if name.casefold() in names:
        yield f"You have a token named “{name}” already: revoke it first, or choose another name."
    if days not in TOKEN_DAYS:
        yield f"A token lasts {', '.join(map(str, TOKEN_DAYS[:-1]))} or {TOKEN_DAYS[-1]} days."
    if len(names) >= TOKENS_AT_MOST:
        yield f"You have {TOKENS_AT_MOST} tokens, which is the most: revoke one that you no longer need."


def notice_refusals(
    chat: bool, channel: str, handle: str, hour: int, *, channel_known: bool, takes_handle: bool
) -> Iterator[str]:
    """Why a person cannot be told in this way; nothing when they can."""
    if not 0 <= hour <= 23:
        yield "The hour of the daily message lies between 0 and 23."
    if channel and not channel_known:
        yield f"There is no channel “{channel}” any more: choose another one."
    elif chat and not channel:
        yield "Choose the channel to which your chat messages go."
    elif chat and takes_handle and not handle.strip():
        yield "Say what you are called there: this channel writes to people by name."
    if any(not letter.isprintable() for letter in handle):
        yield "The name in the chat has a character that cannot be printed."


RATE_AT_MOST = 10**12  # minor units


def rate_refusals(powers: Powers, domain: int, amount: int | None, currency: str) -> Iterator[str]:
    """Why this person cannot say that a team of that domain costs so much for a week; no amount: that nobody knows."""
    yield from refusals(powers, "keep_rates", domain)
    if amount is not None and not 0 < amount <= RATE_AT_MOST:
        yield "The rate of a team for a week is an amount above 0; leave it empty when it is not known."
    if amount is not None and not re.fullmatch("[A-Z]{3}", currency):
        yield "A currency is three capital letters, like EUR."


def reach(domain: int, children: dict[int, list[int]]) -> frozenset[int]:
    """A domain and every domain below it, given the children of each."""
    found, waiting = set(), [domain]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += children.get(current, [])
    return frozenset(found)
