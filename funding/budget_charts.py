"""Pictures of one budget: how it came to be what it is and where it stands, and how it is used up over its months."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from funding.budget_months import Month
from funding.budget_page import lines_of
from funding.budgets import Figures
from lib.figures import LAYOUT, TICKS, Figure
from lib.money_words import exact_money, short_money

STEPS = (1, 2, 5, 10)


def money_axis(most: int, currency: str) -> Figure:
    """An axis of money from 0: a handful of round amounts, written as everywhere."""
    rough = max(most, 100) / 5
    size = 10 ** (len(str(int(rough))) - 1)
    step = next(size * factor for factor in STEPS if size * factor >= rough)
    amounts = range(0, most + step, step)
    return TICKS | {"tickvals": list(amounts), "ticktext": [short_money(one, currency) for one in amounts]}


def waterfall_figure(figures: Figures, currency: str) -> Figure:
    """From the original budget to what is available; lying, so that the words have room on a phone too."""
    lines = [line for line in lines_of(figures) if line[1] not in ("+", "−") or line[2]]
    names, signs, amounts = zip(*lines, strict=True)
    signed = [-amount if sign == "−" else amount for sign, amount in zip(signs, amounts, strict=True)]
    said = [short_money(amount, currency) for amount in amounts]
    ways = {"": "absolute", "=": "total"}
    trace: Figure = {
        "type": "waterfall",
        "orientation": "h",
        "y": list(names),
        "x": signed,
        "measure": [ways.get(sign, "relative") for sign in signs],
        "text": [f"{sign if sign in ('+', '−') else ''}{one}" for sign, one in zip(signs, said, strict=True)],
        "textposition": "outside",
        "textfont": {"color": "var(--text)"},
        "cliponaxis": False,
        "hovertext": [f"{name}: {exact_money(amount, currency)}" for name, amount in zip(names, amounts, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "increasing": {"marker": {"color": "var(--persist)"}},
        "decreasing": {"marker": {"color": "var(--f-req)"}},
        "totals": {"marker": {"color": "var(--f-rel)"}},
        "connector": {"line": {"color": "var(--line-2)", "width": 1}},
    }
    most = max(figures.original + figures.supplements + figures.moved_in, figures.current)
    axis = money_axis(most, currency) | {"range": [0, max(most, 100) * 1.18]}
    return {
        "data": [trace],
        "layout": LAYOUT | {
            "margin": {"l": 8, "r": 12, "t": 8, "b": 8}, "showlegend": False, "xaxis": axis,
            "yaxis": TICKS | {"autorange": "reversed", "showgrid": False},
        },
    }  # fmt: skip


def burnup_figure(months: Sequence[Month], current: int, currency: str, today: date) -> Figure:
    """What was planned, released and spent by the end of each month, below the line of the current budget."""
    lines = (
        (_("Planned for tranches"), "planned", {"color": "var(--muted)", "width": 2, "dash": "dot", "shape": "hv"}),
        (_("Released"), "released", {"color": "var(--f-req)", "width": 2, "dash": "dash"}),
        (_("Spent"), "spent", {"color": "var(--f-rel)", "width": 3}),
    )
    most = max([current, *(getattr(month, name) or 0 for _w, name, _l in lines for month in months)])
    layout = LAYOUT | {
        "margin": {"l": 8, "r": 14, "t": 36, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False, "font": {"size": 11}},
        "xaxis": TICKS | {"type": "date", "showgrid": False, "tickformat": "%b<br>%Y", "nticks": 7, "tickangle": 0},
        "yaxis": money_axis(most, currency) | {"range": [0, max(most, 100) * 1.08]},
        "shapes": [_across(current), _today(today)],
    }
    data = [_line(months, currency, today, words, name, line) for words, name, line in lines if _is_told(name, months)]
    return {"data": [_ceiling(months, current, currency), *data], "layout": layout}


def _is_told(name: str, months: Sequence[Month]) -> bool:
    """Of a budget that pays no tranche, what was planned and released says nothing."""
    return name == "spent" or any(month.planned for month in months)


def _line(months: Sequence[Month], currency: str, today: date, words: str, name: str, line: Figure) -> Figure:
    """A point at the end of each month, the last one today."""
    known: list[tuple[str, int]] = [
        ((month.last if name == "planned" else min(month.last, today)).isoformat(), amount)
        for month in months
        if (amount := getattr(month, name)) is not None
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers" if name != "planned" else "lines",
        "name": words,
        "x": [day for day, _amount in known],
        "y": [amount for _day, amount in known],
        "text": [f"{words}: {exact_money(amount, currency)}" for _day, amount in known],
        "hovertemplate": "%{x|%-d %b %Y}<br>%{text}<extra></extra>",
        "line": line,
        "marker": {"symbol": "circle" if name == "spent" else "diamond", "size": 6},
    }


def _ceiling(months: Sequence[Month], current: int, currency: str) -> Figure:
    """Names the line of the current budget in the legend, and tells it on hover."""
    ends = [months[0].first, months[-1].last]
    said = _("Current budget: %(money)s") % {"money": exact_money(current, currency)}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("Current budget"),
        "x": [day.isoformat() for day in ends],
        "y": [current] * 2,
        "text": [said] * 2,
        "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": "var(--text)", "width": 1.5},
    }


def _across(current: int) -> Figure:
    line = {"color": "var(--text)", "width": 1.5}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": current, "y1": current, "line": line}


def _today(today: date) -> dict[str, Any]:
    day = today.isoformat()
    line = {"color": "var(--text)", "width": 1, "dash": "dot"}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": day, "x1": day, "line": line}
