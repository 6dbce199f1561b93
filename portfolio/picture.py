"""The picture of evidence against stakes: each bet where its evidence stands, and the money a decision can still move.

Further right stands better, between kill line and target as in the small pictures; higher up is more money.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import BetQuerySet, Reading, Verdict
from bets.rules import BROKEN
from bets.words import value
from lib.figures import LAYOUT, TICKS, Figure
from lib.money_words import short_money
from org.models import Run
from portfolio.board import UNJUDGED
from portfolio.charts import COLOURS, SYMBOLS
from portfolio.labels import Spot, placed
from portfolio.night import ACTIVE
from portfolio.standing import KILL_AT, TARGET_AT, places, spoken_of

# The shapes and colours that flags have in the charts of bets; the undecided ones are circles.
MARKS = {
    "persist": (SYMBOLS["scale"], COLOURS["scale"]),
    "measure": ("circle", "var(--measure)"),
    "pivot": (SYMBOLS["pivot"], COLOURS["pivot"]),
    "cease": (SYMBOLS["cease"], COLOURS["cease"]),
    "inconclusive": (SYMBOLS["inconclusive"], COLOURS["inconclusive"]),
    "contradiction": ("cross", "var(--odd)"),
    "none": (SYMBOLS["stale"], COLOURS["stale"]),
}
LARGEST, SMALLEST = 34.0, 7.0  # diameters in pixels
LABELS, WHISKERS = 12, 60  # beyond these many the picture only gets greyer
SPREAD = 12  # of the largest to the typical amount, beyond which the axis is compressed
NAME = 70  # characters of a name that fit beside a point


class Told(NamedTuple):
    """What the night read of one outcome: all the picture needs, without a model for each of thousands."""

    bet: int
    health: str
    lower: float | None
    estimate: float | None
    upper: float | None
    log_e_cease: float
    log_e_miss: float
    log_e_scale: float
    kill_line: float
    target: float
    contrast: str
    metric: str
    kind: str
    unit: str

    def words(self, number: float | None) -> str:
        return "" if number is None else value(number, self.kind, self.unit, self.contrast)


TOLD = (
    "outcome__bet", "health", "lower", "estimate", "upper", "log_e_cease", "log_e_miss", "log_e_scale",
    "outcome__kill_line", "outcome__target", "outcome__contrast",
    "outcome__series__metric__name", "outcome__series__metric__kind", "outcome__series__metric__unit",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One bet: money in minor units, places from 0 to 100 (None while nothing can be bounded, or believed)."""

    key: str
    name: str
    currency: str
    kind: str
    flagged: bool
    planned: int
    at_stake: int
    told: Told | None

    @cached_property
    def places(self) -> tuple[float, float, float] | None:
        told = self.told
        if told is None or told.health == BROKEN or told.lower is None or told.upper is None:
            return None
        return places((told.lower, told.estimate, told.upper), told.kill_line, told.target)

    @property
    def is_beyond_kill(self) -> bool:
        """Even the best end of the interval is beyond the kill line."""
        return self.places is not None and self.places[2] < KILL_AT

    @property
    def is_beyond_target(self) -> bool:
        return self.places is not None and self.places[0] > TARGET_AT

    @property
    def verdict(self) -> str:
        return str(Verdict.Kind(self.kind).label)

    @property
    def told_words(self) -> dict[str, str]:
        """Estimate, interval, kill line and target as people say them."""
        told = self.told
        if told is None:
            return {}
        numbers = {"now": told.estimate, "low": told.lower, "high": told.upper, "kill": told.kill_line}
        return {name: told.words(number) for name, number in numbers.items()} | {"target": told.words(told.target)}


@dataclass(frozen=True)
class Picture:
    """Live and held bets in one currency: `drawn` are in the picture, `unbounded` only in the table; `elsewhere` counts
    the bets in each other currency."""

    currency: str
    drawn: list[Point]
    unbounded: list[Point]
    elsewhere: dict[str, int]

    @property
    def all(self) -> list[Point]:
        """For the table: most money at stake first."""
        return sorted([*self.drawn, *self.unbounded], key=lambda point: (-point.at_stake, -point.planned, point.key))

    @property
    def sentences(self) -> list[str]:
        """The finding first, then what is not drawn."""
        unbounded, said = len(self.unbounded), [self._finding()] if self.drawn else []
        if unbounded:
            said.append(
                ngettext(
                    "%(count)d bet has no interval yet and is not drawn.",
                    "%(count)d bets have no interval yet and are not drawn.",
                    unbounded,
                )
                % {"count": unbounded}
            )
        if self.elsewhere:
            said.append(
                _("Only bets in %(currency)s are drawn: amounts in %(others)s cannot be compared with them.")
                % {"currency": self.currency, "others": ", ".join(self.elsewhere)}
            )
        return said

    def _finding(self) -> str:
        beyond = [point for point in self.drawn if point.is_beyond_kill]
        if beyond:
            return self._said(
                beyond,
                ngettext(
                    "%(count)d of %(all)d bets stands clearly beyond its kill line, with %(money)s still at stake:"
                    " %(largest)s.",
                    "%(count)d of %(all)d bets stand clearly beyond their kill line, with %(money)s still at stake;"
                    " the largest is %(largest)s.",
                    len(beyond),
                ),
            )
        good = [point for point in self.drawn if point.is_beyond_target]
        if good:
            return self._said(
                good,
                ngettext(
                    "None of %(all)d bets stands clearly beyond its kill line; %(count)d is better than its target,"
                    " with %(money)s still ahead: %(largest)s.",
                    "None of %(all)d bets stands clearly beyond its kill line; %(count)d are better than their"
                    " target, with %(money)s still ahead; the largest is %(largest)s.",
                    len(good),
                ),
            )
        return _(
            "None of %(all)d bets is clearly beyond its kill line or clearly better than its target:"
            " nothing is settled."
        ) % {"all": len(self.drawn)}

    def _said(self, some: list[Point], words: str) -> str:
        largest = max(some, key=lambda point: (point.at_stake, point.planned, point.key))
        money = short_money(sum(point.at_stake for point in some), self.currency)
        return words % {"count": len(some), "all": len(self.drawn), "money": money, "largest": largest.name}


def picture_of(bets: BetQuerySet, run: Run | None) -> Picture:
    """The picture of `bets`, which come as browse.chosen gives them. Two queries, whatever their number."""
    names = ("pk", "key", "name", "currency", "verdict_kind", "flagged_since", "planned", "at_stake")
    found = list(bets.filter(state__in=ACTIVE).order_by("key").values_list(*names))
    told = _told([one[0] for one in found], run)
    points = [_point(one, told) for one in found]
    counts = Counter(point.currency for point in points)
    currency = min(counts, key=lambda code: (-counts[code], code), default="")
    shown = [point for point in points if point.currency == currency]
    elsewhere = {code: count for code, count in sorted(counts.items()) if code != currency}
    drawn = [point for point in shown if point.places]
    return Picture(currency, drawn, [point for point in shown if not point.places], elsewhere)


def _told(ids: list[int], run: Run | None) -> dict[int, list[Told]]:
    grouped: dict[int, list[Told]] = defaultdict(list)
    readings = Reading.objects.filter(run=run, outcome__bet__in=ids, outcome__successor=None)
    readings = readings.order_by("outcome__number")
    for one in readings.values_list(*TOLD):
        grouped[one[0]].append(Told(*one))
    return grouped


def _point(one: tuple[int, str, str, str, str, object, int, int], told: dict[int, list[Told]]) -> Point:
    pk, key, name, currency, kind, flagged_since, planned, at_stake = one
    kind = "none" if kind == UNJUDGED else kind
    return Point(
        key, name, currency, kind, flagged_since is not None, planned, at_stake, spoken_of(kind, told.get(pk, []))
    )


def picture_figure(picture: Picture, query: str) -> Figure:
    """The picture as data for Plotly; `query` is carried along to the bet, so that it knows its neighbours."""
    axis = Axis.of([_height(picture, point) for point in picture.drawn])
    spots = {point.key: _spot(picture, point, axis) for point in picture.drawn}
    ranked = sorted(picture.drawn, key=lambda point: (not point.flagged, -_height(picture, point), point.key))
    sides = placed([(point.key, spots[point.key]) for point in ranked], LABELS)
    traces = [
        _trace(picture, kind, points, spots, sides, query)
        for kind in MARKS
        if (points := [point for point in picture.drawn if point.kind == kind])
    ]
    return {"data": traces, "layout": _layout(picture, axis)}


def _height(picture: Picture, point: Point) -> int:
    return point.at_stake if any(one.at_stake for one in picture.drawn) else point.planned


@dataclass(frozen=True)
class Axis:
    """Money upwards: even, or compressed when one bet would dwarf the rest; nothing at stake has its own line."""

    top: int
    bend: float  # minor units from which amounts are drawn closer together; 0 for an even axis

    @classmethod
    def of(cls, amounts: list[int]) -> "Axis":
        some = sorted(amount for amount in amounts if amount > 0)
        typical = some[len(some) // 2] if some else 0
        top = some[-1] if some else 100
        return cls(top, float(typical) if top > SPREAD * typical else 0.0)

    def at(self, amount: float) -> float:
        """From 0 to 1."""
        if not self.bend:
            return amount / self.top
        return math.asinh(amount / self.bend) / math.asinh(self.top / self.bend)

    @property
    def ticks(self) -> list[int]:
        """Round amounts: few, and from 0."""
        if self.bend:
            first = 10 ** math.floor(math.log10(self.bend))
            powers = math.floor(math.log10(self.top / first))
            return [0, *(first * 10**power for power in range(powers + 1))]
        rough = self.top / 4
        size = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
        step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
        return list(range(0, self.top + 1, int(step)))


def _size(picture: Picture, point: Point) -> float:
    """The area of a mark is its planned money."""
    most = max(one.planned for one in picture.drawn) or 1
    return round(max(SMALLEST, LARGEST * math.sqrt(point.planned / most)), 1)


def _spot(picture: Picture, point: Point, axis: Axis) -> Spot:
    _, x, _ = point.places or (0.0, 0.0, 0.0)
    return Spot(x, 100 * axis.at(_height(picture, point)), _size(picture, point), len(point.key))


def _trace(
    picture: Picture, kind: str, points: list[Point], spots: dict[str, Spot], sides: dict[str, str], query: str
) -> Figure:
    symbol, colour = MARKS[kind]
    addresses = [reverse("show_bet", args=[point.key]) + (f"?{query}" if query else "") for point in points]
    labels = [point.key if point.key in sides else "" for point in points]
    return {
        "type": "scatter",
        "mode": "markers+text" if any(labels) else "markers",
        "name": str(Verdict.Kind(kind).label),
        "x": [round(spots[point.key].x, 1) for point in points],
        "y": [round(spots[point.key].y / 100, 3) for point in points],
        "error_x": _whiskers(points, few=len(picture.drawn) <= WHISKERS),
        "marker": {
            "symbol": symbol,
            "color": colour,
            "size": [spots[point.key].size for point in points],
            "opacity": 0.85,
            "line": {
                "color": colour if symbol.endswith("-open") else "var(--surface)",
                "width": 1.5 if symbol.endswith("-open") else 1,
            },
        },
        "text": [escape(label) for label in labels],
        "textposition": [sides.get(point.key, "middle right") for point in points],
        "textfont": {"color": "var(--text)", "size": 11},
        "cliponaxis": False,
        "hovertext": ["<br>".join(_hover(point)) for point in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "customdata": addresses,
    }


def _whiskers(points: list[Point], *, few: bool) -> Figure:
    spans = [point.places if point.places and (few or point.flagged) else (0.0, 0.0, 0.0) for point in points]
    return {
        "type": "data",
        "symmetric": False,
        "array": [round(high - at, 1) for _, at, high in spans],
        "arrayminus": [round(at - low, 1) for low, at, _ in spans],
        "thickness": 1,
        "width": 0,
        "color": "var(--line-2)",
    }


def _hover(point: Point) -> Iterator[str]:
    name = point.name if len(point.name) <= NAME else point.name[: NAME - 1] + "…"
    yield f"{escape(name)} {escape(point.key)}"  # plain: Plotly makes bold by an inline style, which the CSP forbids
    told = point.told
    yield point.verdict if told is None else f"{point.verdict} · {escape(told.metric)}"
    yield escape(_("%(now)s, between %(low)s and %(high)s; kill line %(kill)s, target %(target)s") % point.told_words)
    money = {"stake": short_money(point.at_stake, point.currency), "plan": short_money(point.planned, point.currency)}
    yield _("%(stake)s at stake of %(plan)s planned") % money


def _layout(picture: Picture, axis: Axis) -> Figure:
    money = [short_money(amount, picture.currency) for amount in axis.ticks]
    staked = any(point.at_stake for point in picture.drawn)
    return LAYOUT | {
        "margin": {"l": 8, "r": 14, "t": 40, "b": 8},
        "hoverlabel": LAYOUT["hoverlabel"] | {"align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "itemsizing": "constant",
            "entrywidth": 90,
            "font": {"size": 11},
        },
        "xaxis": TICKS
        | {
            "range": [0, 100],
            "showgrid": False,
            "tickangle": 0,
            "tickfont": {"size": 11},
            "tickvals": [12, KILL_AT, TARGET_AT, 88],
            "ticktext": [_("← worse"), _("Kill line"), _("Target"), _("better →")],
        },
        "yaxis": TICKS
        | {
            "range": [-0.09, 1.12],
            "tickvals": [round(axis.at(amount), 4) for amount in axis.ticks],
            "ticktext": money,
            "title": {"text": _("Money at stake") if staked else _("Money planned"), "standoff": 8},
        },
        "shapes": list(_lines()),
    }


def _lines() -> Iterable[Figure]:
    for place, colour, dash in ((KILL_AT, "var(--cease)", "dash"), (TARGET_AT, "var(--persist)", "solid")):
        yield {
            "type": "line",
            "layer": "below",
            "yref": "paper",
            "x0": place,
            "x1": place,
            "y0": 0,
            "y1": 1,
            "line": {"color": colour, "width": 1.5, "dash": dash},
        }
