"""What each number of the scoreboard is made of, as a list: on a page, as CSV and for Excel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Max, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Decision, Flag, Rescoring
from funding.models import Transfer
from lib.money import plain
from lib.tables import Cell
from portfolio.rules_reviews import RECOMMENDED
from portfolio.rules_scoreboard import basis_of
from portfolio.scoreboard import Scoreboard
from portfolio.scoreboard_calibration import was_right
from portfolio.scoreboard_reads import Flagged as RuleFlag
from portfolio.scoreboard_reads import Made, moves_in
from portfolio.scoreboard_words import (
    BASIS_WORDS,
    STEP_WORDS,
    capital_sentence,
    latency_sentence,
    overrides_sentence,
    reversals_sentence,
    rule_sentence,
    waiting_sentence,
)


class Bet(NamedTuple):
    """A bet, and the number of a decision on it if the row is about one."""

    key: str
    name: str
    number: int | None = None
    is_sample: bool = False


class Amount(NamedTuple):
    minor: int
    currency: str


class Flagged(NamedTuple):
    kind: str


class Decided(NamedTuple):
    kind: str


class Days(NamedTuple):
    number: int


class Earlier(NamedTuple):
    """Another decision on the same bet."""

    key: str
    number: int


class Request(NamedTuple):
    pk: int


Value = str | date | Bet | Amount | Flagged | Decided | Days | Earlier | Request | None
Row = Sequence[Value]


@dataclass(frozen=True)
class Listed:
    """A list with its head; a column of the page that is two in a file names both. `needs_money` says that only those
    who see money have it."""

    title: Any
    columns: Sequence[tuple[Any, ...]]
    rows: Callable[[Scoreboard], Iterable[Row]]
    sentence: Callable[[Scoreboard], str]
    needs_money: bool = False


def bet_of(made: Made) -> Bet:
    return Bet(made.key, made.name, made.number, made.is_sample)


def latency_rows(board: Scoreboard) -> Iterator[Row]:
    """The longest from flag to decision first; decisions that answered no flag last."""

    def longest(one: Any) -> int:
        return -int(one.taken.days.get("decision", -1))

    for one in sorted(board.latency.cases, key=longest):
        days = one.taken.days
        yield (
            bet_of(one.made), Decided(one.made.kind), one.made.day, Flagged(one.flag) if one.flag else None,
            *(Days(days[step]) if step in days else None for step in STEP_WORDS),
        )  # fmt: skip


def reversal_rows(board: Scoreboard) -> Iterator[Row]:
    for made in board.reversals:
        between = (made.decided_at - made.reverses_at).days if made.reverses_at else None
        yield (
            bet_of(made), Decided(made.kind), made.day, Decided(made.reverses_kind or ""),
            Earlier(made.key, made.reverses_number or 0),
            None if between is None else Days(between),
        )  # fmt: skip


def capital_rows(board: Scoreboard) -> Iterator[Row]:
    """One row a request and kind of transfer, the latest first. One query."""
    request = "line__request__"
    moves = moves_in(board.scope).values_list(
        f"{request}bet__key", f"{request}bet__name", f"{request}decision__number", f"{request}bet__is_sample",
        f"{request}decision__verdict", f"{request}decision__kind", "line__request", "kind", "ledger__currency",
    ).annotate(Sum("amount"), day=Max("effective_date"))  # fmt: skip
    rows = moves.order_by("-day", "-line__request", "kind")
    for key, name, number, sample, verdict, decided, pk, kind, currency, amount, day in rows:
        basis = str(BASIS_WORDS[basis_of(verdict or "", decided or "")])
        yield (
            Bet(key, name, number, sample), Decided(decided) if decided else None, day,
            str(Transfer.Kind(kind).label), Amount(amount, currency), basis, Request(pk),
        )  # fmt: skip


def ceased_rows(board: Scoreboard) -> Iterator[Row]:
    """What was freed early first; one row a currency."""
    for one in sorted(board.ceased, key=lambda one: -one.early):
        for currency, minor in one.amounts.items():
            yield bet_of(one.made), one.made.day, one.last_day, Days(one.early), Amount(minor, currency)


def late_rows(board: Scoreboard) -> Iterator[Row]:
    """The longest wait first; one row a currency."""
    for one in sorted(board.late, key=lambda one: -one.days):
        flag = one.flag
        for currency, minor in one.amounts.items():
            yield (
                Bet(flag.key, flag.name, flag.number, flag.is_sample), flag.raised, flag.decided or _("still open"),
                Decided(flag.kind) if flag.kind else None, Days(one.days), Amount(minor, currency),
            )  # fmt: skip


def rule_rows(board: Scoreboard) -> Iterator[Row]:
    for flag in board.rule.flags:
        came = {None: _("not measured yet"), True: _("Reached"), False: _("Missed")}[flag.reached]
        bet = Bet(flag.key, flag.name, None, flag.is_sample)
        yield bet, flag.metric, Flagged(flag.kind), flag.raised, flag.ends_on, came, _counted(flag)


def _counted(flag: RuleFlag) -> str:
    """Whether a flag of the rule was right, or why that does not count."""
    right = was_right(flag)
    if right is not None:
        return _("Right") if right else _("Wrong")
    if flag.how == Flag.Cleared.CORRECTION:
        return _("Not counted: its data were corrected")
    return _("Not counted: it was being measured already") if flag.measured_from else _("Not known yet")


def override_rows(board: Scoreboard) -> Iterator[Row]:
    """Those that came due first, then those to come, then those that nobody looks at again."""
    found = board.overrides
    words = {key: str(label) for key, label in Rescoring.Finding.choices}
    for made in [*found.due, *found.later, *found.unread]:
        waiting = _("waits to be scored") if made in found.due else ""
        said = words.get(made.finding or "", waiting)
        yield bet_of(made), Decided(made.kind), made.day, Decided(RECOMMENDED[made.verdict]), made.rescore_on, said


def one(words: Any) -> tuple[Any, ...]:
    return (words,)


def money(words: Any) -> tuple[Any, ...]:
    """In a file the currency stands in a column of its own."""
    return words, gettext_lazy("Currency")


BET = (gettext_lazy("Bet"), gettext_lazy("Name"))
DECISION, DECIDED_ON, FLAG = one(gettext_lazy("Decision")), one(gettext_lazy("Decided on")), one(gettext_lazy("Flag"))
BETWEEN = one(gettext_lazy("Days between"))
LISTS: dict[str, Listed] = {
    "latency": Listed(
        gettext_lazy("How long each decision took"),
        [BET, DECISION, DECIDED_ON, FLAG, *(one(words) for words in STEP_WORDS.values())],
        latency_rows, latency_sentence,
    ),
    "reversals": Listed(
        gettext_lazy("Decisions that reverse an earlier one"),
        [BET, DECISION, DECIDED_ON, one(gettext_lazy("It had been")), one(gettext_lazy("Reverses decision")), BETWEEN],
        reversal_rows, reversals_sentence,
    ),
    "capital": Listed(
        gettext_lazy("Money that moved, and what it rested on"),
        [BET, DECISION, one(gettext_lazy("Day")), one(gettext_lazy("What was done")), money(gettext_lazy("Amount")),
         one(gettext_lazy("Rests on")), one(gettext_lazy("Request"))],
        capital_rows, capital_sentence, needs_money=True,
    ),
    "freed": Listed(
        gettext_lazy("Money that ceasing gave back"),
        [BET, one(gettext_lazy("Ceased on")), one(gettext_lazy("Last day to decide")),
         one(gettext_lazy("Days early")), money(gettext_lazy("Given back"))],
        ceased_rows, waiting_sentence, needs_money=True,
    ),
    "late": Listed(
        gettext_lazy("Money spent after a flag to cease"),
        [BET, one(gettext_lazy("Flag raised")), DECIDED_ON, DECISION, BETWEEN, money(gettext_lazy("Spent meanwhile"))],
        late_rows, waiting_sentence, needs_money=True,
    ),
    "rule": Listed(
        gettext_lazy("Flags of the rule, and what came of them"),
        [BET, one(gettext_lazy("Outcome")), FLAG, one(gettext_lazy("Raised")), one(gettext_lazy("Measured until")),
         one(gettext_lazy("Target")), one(gettext_lazy("The flag was"))],
        rule_rows, lambda board: rule_sentence(board.rule),
    ),
    "overrides": Listed(
        gettext_lazy("Decisions against the evidence, looked at again"),
        [BET, DECISION, DECIDED_ON, one(gettext_lazy("The evidence recommended")), one(gettext_lazy("Look again on")),
         one(gettext_lazy("Found"))],
        override_rows, overrides_sentence,
    ),
}  # fmt: skip


def shown_of(listed: Listed, page: Iterable[Row]) -> dict[str, Any]:
    """What a template shows of one page: the heads, and whether a column holds numbers; of each cell the head, the name
    of its type, and the value."""
    heads = [str(column[0]) for column in listed.columns]
    rows = [
        [(head, type(value).__name__.lower(), value) for head, value in zip(heads, row, strict=True)] for row in page
    ]
    numeric = {head for row in rows for head, kind, _value in row if kind in ("days", "amount")}
    return {"heads": [(head, head in numeric) for head in heads], "rows": rows}


def header_of(listed: Listed) -> list[str]:
    """Of a file."""
    return [str(words) for column in listed.columns for words in column]


def cells_of(row: Row) -> list[Cell]:
    """One row in the order of `header_of`."""
    return [cell for value in row for cell in _cells(value)]


def _cells(value: Value) -> list[Cell]:
    if isinstance(value, Bet):
        return [value.key, value.name]
    if isinstance(value, Amount):
        return [Decimal(plain(value.minor, value.currency)), value.currency]
    if isinstance(value, Flagged):
        return [str(Flag.Kind(value.kind).label)]
    if isinstance(value, Decided):
        return [str(Decision.Kind(value.kind).label)]
    if isinstance(value, Days | Request | Earlier):
        return [str(value[-1])]
    return [value]
