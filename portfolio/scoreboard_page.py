"""The scoreboard as its page, its file and its API have it: sentences, rows quarter by quarter, and the people."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from lib.money import plain
from lib.tables import Cell
from metrics.evidence.scores import FEW
from portfolio.rules_scoreboard import BASES, Right, Spread, bounds
from portfolio.scoreboard import Bases, Scoreboard
from portfolio.scoreboard_calibration import Group
from portfolio.scoreboard_filters import period_words
from portfolio.scoreboard_words import (
    BASIS_WORDS,
    GROUP_WORDS,
    RIGHT_WORDS,
    STEP_WORDS,
    calibration_sentence,
    capital_sentence,
    interval_words,
    latency_sentence,
    overrides_sentence,
    rule_sentence,
    waiting_sentence,
)

SHOWN = 12  # quarters shown of what may be more
CREDITS = 20  # bets that were ceased, shown with whom they are credited to


@dataclass(frozen=True)
class ScorePage:
    """What the templates show; nothing here is read before it is asked for."""

    board: Scoreboard

    few = FEW

    @cached_property
    def sentences(self) -> dict[str, str]:
        board = self.board
        said = {
            "latency": latency_sentence(board),
            "rule": rule_sentence(board.rule), "calibration": calibration_sentence(board.calibration),
            "overrides": overrides_sentence(board),
        }  # fmt: skip
        if board.scope.sees_money:
            said |= {"capital": capital_sentence(board), "waiting": waiting_sentence(board)}
        return said

    @cached_property
    def steps(self) -> list[tuple[str, Spread | None]]:
        """Each step over the whole time; those of money only for who sees it."""
        steps = self.board.latency.steps
        return [(str(words), steps.get(step)) for step, words in STEP_WORDS.items() if self._is_seen(step)]

    def _is_seen(self, step: str) -> bool:
        return self.board.scope.sees_money or step in ("flag", "decision")

    @property
    def step_words(self) -> list[str]:
        return [words for words, _spread in self.steps]

    @property
    def quarters(self) -> list[tuple[str, str, list[tuple[str, Spread | None]]]]:
        """Each quarter with its address in the log of decisions, the latest first."""
        found = reversed(self.board.latency.quarters.items())
        seen = {step: str(words) for step, words in STEP_WORDS.items() if self._is_seen(step)}
        shown = [
            (period_words(one), self.log(one), [(words, steps.get(step)) for step, words in seen.items()])
            for one, steps in found
        ]
        return shown[:SHOWN]

    @property
    def capital(self) -> list[tuple[str, str, Bases, list[tuple[str, int | None]]]]:
        """Each quarter of each currency with the address of its movements, the latest first; of each basis words and
        money."""
        movements = reverse("list_scores", args=["capital"])
        return [
            (
                period_words(quarter),
                f"{movements}{self.board.asked.url(period=quarter)}",
                bases,
                list(zip(self.bases, bases.in_order, strict=True)),
            )
            for main in self.board.capital
            for quarter, bases in reversed(self.board.capital_by_quarter(main.currency))
        ][:SHOWN]

    @property
    def bases(self) -> list[str]:
        return [str(BASIS_WORDS[basis]) for basis in BASES]

    @property
    def groups(self) -> list[tuple[str, Group]]:
        found = self.board.calibration
        signals = [found.signals] if found.signals.things else []
        return [(str(GROUP_WORDS[one.key]), one) for one in [*found.groups, *signals]]

    @property
    def right(self) -> list[tuple[str, Right, str]]:
        """Of each kind of flag: words, how many were right, and the interval in words."""
        return [(str(RIGHT_WORDS[kind]), one, interval_words(one)) for kind, one in self.board.rule.kinds.items()]

    @property
    def credited(self) -> list[Any]:
        return list(self.board.credited[:CREDITS])

    def log(self, period: str = "", **more: str) -> str:
        """The address of the decisions that were counted, in the log."""
        filters = self.board.scope.filters
        period = period or filters.value("period")
        days = dict(zip(("decided_after", "decided_before"), map(str, bounds(period)), strict=True)) if period else {}
        kept: dict[str, Any] = {name: filters.kept[name] for name in ("forum", "domain") if name in filters.kept}
        return _address(reverse("list_decisions"), {**kept, **days, **more})

    @property
    def log_all(self) -> str:
        return self.log()

    @property
    def log_against(self) -> str:
        return self.log(stands="against")


def _address(path: str, given: dict[str, Any]) -> str:
    query = urlencode(given, doseq=True)
    return f"{path}?{query}" if query else path


def page_of(board: Scoreboard) -> ScorePage:
    return ScorePage(board)


def summary_header() -> list[str]:
    return [
        _("Quarter"), _("Measure"), _("Part"), _("Number"), _("Median days"), _("Longest"), _("Amount"), _("Currency"),
        _("Score"),
    ]  # fmt: skip


def summary_rows(board: Scoreboard) -> Iterator[list[Cell]]:
    """The numbers of the page, one a row; days are whole or half days."""
    for quarter, steps in board.latency.quarters.items():
        for step, one in steps.items():
            days: list[Cell] = [str(one.count), f"{one.median:g}", str(one.worst)]
            yield [quarter, _("Days"), str(STEP_WORDS[step]), *days, None, None, None]
    for main in board.capital:
        for quarter, bases in board.capital_by_quarter(main.currency):
            for basis, minor in bases.parts:
                amount = Decimal(plain(minor, main.currency))
                count = str(bases.counts[basis])
                yield [
                    quarter,
                    _("Money moved"),
                    str(BASIS_WORDS[basis]),
                    count,
                    None,
                    None,
                    amount,
                    main.currency,
                    None,
                ]
    yield from _whole_rows(board)


def _whole_rows(board: Scoreboard) -> Iterator[list[Cell]]:
    """What is counted over the whole time."""

    def counted(measure: str, part: str, number: int) -> list[Cell]:
        return [None, measure, part, str(number), *[None] * 5]

    yield counted(_("Decisions"), _("in all"), len(board.made))
    yield counted(_("Decisions"), _("that reverse an earlier one"), len(board.reversals))
    both = ((_("Freed early by ceasing"), board.freed_sums), (_("Spent after a flag to cease"), board.late_sums))
    for measure, sums in both:
        for currency, minor in sums.items():
            yield [None, measure, *[None] * 4, Decimal(plain(minor, currency)), currency, None]
    for kind, one in board.rule.kinds.items():
        yield counted(_("Flags measured since"), str(RIGHT_WORDS[kind]), one.count)
        yield counted(_("Flags that were right"), str(RIGHT_WORDS[kind]), one.right)
    for group in [*board.calibration.groups, board.calibration.signals]:
        if group.summary:
            count, score = str(group.summary.count), f"{group.summary.brier:.4f}"
            yield [None, _("Brier score"), str(GROUP_WORDS[group.key]), count, *[None] * 4, score]
    for _key, words, number in board.overrides.findings:
        yield counted(_("Decisions against the evidence that came due"), words, number)
