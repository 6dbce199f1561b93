"""Pictures of the scoreboard: the days of each step, money by what it rested on, and forecasts against what came."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from funding.budget_charts import money_axis
from lib.figures import LAYOUT, TICKS, Figure
from lib.money_words import exact_money
from portfolio.rules_scoreboard import AGAINST, BASES, FOLLOWED, NONE, OPEN, STEPS, Spread
from portfolio.scoreboard import Bases
from portfolio.scoreboard_calibration import EXECUTIVES, LEADS, OTHERS, SIGNALS, Calibration, Group, curve_of
from portfolio.scoreboard_filters import period_words
from portfolio.scoreboard_words import BASIS_WORDS, GROUP_WORDS, STEP_WORDS, days_words

# Never colour alone: patterns tell the parts of a bar from each other, shapes the groups of a curve.
STEP_LOOKS = {"flag": ("var(--f-held)", "/"), "decision": ("var(--f-rel)", ""), "money": ("var(--f-req)", "x")}
BASIS_LOOKS = {
    FOLLOWED: ("var(--persist)", ""), OPEN: ("var(--k-fold)", "/"), AGAINST: ("var(--cease)", "x"),
    NONE: ("var(--k-open)", "."),
}  # fmt: skip
GROUP_LOOKS = {
    LEADS: ("var(--f-rel)", "circle"), EXECUTIVES: ("var(--pivot)", "square"), OTHERS: ("var(--muted)", "cross"),
    SIGNALS: ("var(--persist)", "diamond"),
}  # fmt: skip
LEGEND: Figure = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False, "font": {"size": 11}}
LEAST = 4  # quarters that there is room for
MARGIN = {"l": 8, "r": 12, "t": 44, "b": 8}


def latency_figure(quarters: Mapping[str, Mapping[str, Spread]]) -> Figure:
    """Median days of each step, quarter by quarter, one beside the other: medians do not add up."""
    names = [_name(quarter) for quarter in quarters]
    traces = []
    for step in STEPS:
        found = [quarters[quarter].get(step) for quarter in quarters]
        if any(found):
            medians = [one.median if one else None for one in found]
            said = [_spread_words(one) for one in found]
            traces.append(_bars(str(STEP_WORDS[step]), names, medians, said, STEP_LOOKS[step]))
    axis = TICKS | {"title": {"text": _("days, median"), "standoff": 6}, "rangemode": "tozero", "nticks": 6}
    return {"data": traces, "layout": _bar_layout("group", axis, len(names))}


def _spread_words(one: Spread | None) -> str:
    if one is None:
        return ""
    parts = {"median": days_words(one.median), "worst": days_words(one.worst), "count": one.count}
    return _("median %(median)s, longest %(worst)s, %(count)s decisions") % parts


def capital_figure(quarters: Sequence[tuple[str, Bases]], currency: str) -> Figure:
    """Money that moved in each quarter, by what it rested on."""
    names = [_name(quarter) for quarter, _bases in quarters]
    traces = []
    for basis in BASES:
        amounts = [bases.amounts.get(basis, 0) for _quarter, bases in quarters]
        if any(amounts):
            said = [exact_money(amount, currency) for amount in amounts]
            traces.append(_bars(str(BASIS_WORDS[basis]), names, amounts, said, BASIS_LOOKS[basis]))
    most = max((bases.all for _quarter, bases in quarters), default=0)
    return {"data": traces, "layout": _bar_layout("stack", money_axis(most, currency), len(names))}


def _name(quarter: str) -> str:
    """On two lines, so that a row of them fits a phone."""
    return period_words(quarter).replace(" ", "<br>")


def _bars(
    name: str, names: Sequence[str], heights: Sequence[float | None], said: Sequence[str], look: tuple[str, str]
) -> Figure:
    colour, shape = look
    marker = {
        "color": colour,
        "pattern": {"shape": shape, "fillmode": "overlay", "fgcolor": "var(--surface)", "size": 6, "solidity": 0.25},
    }
    return {
        "type": "bar", "name": name, "x": list(names), "y": list(heights), "hovertext": list(said), "marker": marker,
        "hovertemplate": f"{name}<br>%{{hovertext}}<extra></extra>",
    }  # fmt: skip


def _bar_layout(mode: str, axis: Figure, count: int) -> Figure:
    """Of few quarters the bars stay as narrow as those of four."""
    room = max(0, LEAST - count) / 2
    across = TICKS | {
        "type": "category", "showgrid": False, "tickangle": 0, "range": [-0.5 - room, count - 0.5 + room],
    }  # fmt: skip
    return LAYOUT | {
        "margin": MARGIN, "legend": LEGEND, "barmode": mode, "bargap": 0.35, "xaxis": across, "yaxis": axis,
        "showlegend": True,
    }  # fmt: skip


def calibration_figure(found: Calibration) -> Figure:
    """Forecasts of one height beside the share that came; on the line they are equal."""
    even = {
        "type": "scatter", "mode": "lines", "x": [0, 100], "y": [0, 100], "hoverinfo": "skip", "showlegend": False,
        "line": {"color": "var(--line-2)", "width": 1.5, "dash": "dash"},
    }  # fmt: skip
    axis = TICKS | {"range": [-3, 103], "tickvals": [0, 25, 50, 75, 100], "ticksuffix": " %"}
    return {
        "data": [even, *(_curve(group) for group in found.drawn)],
        "layout": LAYOUT | {
            "margin": MARGIN, "legend": LEGEND,
            "xaxis": axis | {"title": {"text": _("foretold"), "standoff": 6}},
            "yaxis": axis | {"title": {"text": _("came"), "standoff": 6}},
        },
    }  # fmt: skip


def _curve(group: Group) -> Figure:
    rows, (colour, symbol) = curve_of(group), GROUP_LOOKS[group.key]
    name, count = str(GROUP_WORDS[group.key]), sum(row.count for row in rows)
    return {
        "type": "scatter", "mode": "lines+markers", "name": name,
        "x": [round(100 * row.mean, 1) for row in rows], "y": [round(100 * row.share, 1) for row in rows],
        "text": [_("%(count)s forecasts") % {"count": row.count} for row in rows],
        "hovertemplate": f"{name}<br>%{{x:.0f}} % → %{{y:.0f}} %<br>%{{text}}<extra></extra>",
        "line": {"color": colour, "width": 1.5, "dash": "dot"},
        "marker": {
            "color": colour, "symbol": symbol, "size": [round(7 + 14 * (row.count / count) ** 0.5, 1) for row in rows],
        },
    }  # fmt: skip
