"""The drawing of a trend: bars for what happened in each stretch, a line for how many there are; a mix adds up."""

from collections.abc import Mapping

from funding.budget_charts import money_axis
from funding.map import FINE, QUARTERS
from lib.figures import LAYOUT, TICKS, Figure
from lib.money_words import exact_money
from portfolio.trends import Series, Trend

# Of each series the ground, the edge, and a pattern, which tells series apart without colours.
LOOKS: Mapping[str, tuple[str, str, str]] = {
    "committed": ("var(--f-held)", "var(--f-rel)", ""), "released": ("var(--f-req)", "var(--f-rel)", "/"),
    "spent": ("var(--f-rel)", "var(--f-rel)", ""), "returned": ("var(--persist-bg)", "var(--persist)", "x"),
    "raised": ("var(--pivot-bg)", "var(--pivot)", "/"), "decided": ("var(--f-rel)", "var(--f-rel)", ""),
    "otherwise": ("var(--k-unsel)", "var(--muted)", "."),
    "persist": ("var(--persist-bg)", "var(--persist)", ""), "measure": ("var(--measure-bg)", "var(--measure)", "."),
    "inconclusive": ("var(--odd-bg)", "var(--odd)", "-"), "none": ("var(--sunken)", "var(--muted)", ""),
    "contradiction": ("var(--odd-bg)", "var(--odd)", "x"), "pivot": ("var(--pivot-bg)", "var(--pivot)", "/"),
    "cease": ("var(--cease-bg)", "var(--cease)", "\\"),
}  # fmt: skip


def trend_figure(trend: Trend) -> Figure:
    """A trend as data for Plotly."""
    traces = [_level(trend, one) if one.is_level else _bars(trend, one) for one in trend.series]
    return {"data": traces, "layout": LAYOUT | {
        "barmode": "stack" if trend.is_mix else "group",
        "bargap": 0.25,
        "margin": {"l": 8, "r": 12, "t": 44, "b": 8},
        "legend": {
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal", "itemclick": False,
            "font": {"size": 11},
        },
        "xaxis": TICKS | {"type": "category", "showgrid": False, "tickangle": 0, "nticks": 7},
        "yaxis": _height(trend),
    }}  # fmt: skip


def _bars(trend: Trend, series: Series) -> Figure:
    ground, edge, pattern = LOOKS[series.key]
    shares = [dict(_shares(row)) for row in trend.rows]
    values = [share[series.key] for share in shares] if trend.is_mix else list(series.values)
    return {
        "type": "bar",
        "name": series.name,
        "x": _x(trend),
        "y": [round(value, 2) for value in values],
        "hovertext": [_words(trend, series, place) for place in range(len(trend.labels))],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "color": ground, "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": edge} | FINE,
            "line": {"color": edge, "width": 1},
        },
    }  # fmt: skip


def _shares(row: tuple[str, list[tuple[Series, int, float]], int]) -> list[tuple[str, float]]:
    return [(series.key, percent) for series, _number, percent in row[1]]


def _level(trend: Trend, series: Series) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": series.name,
        "x": _x(trend),
        "y": list(series.values),
        "hovertext": [_words(trend, series, place) for place in range(len(trend.labels))],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "line": {"color": "var(--text)", "width": 2},
        "marker": {"size": 6},
    }


def _x(trend: Trend) -> list[str]:
    """Two lines, so that they stay level on a phone."""
    return ["<br>".join(label.rsplit(" ", 1)) for label in trend.labels]


def _words(trend: Trend, series: Series, place: int) -> str:
    label, parts, _whole = trend.rows[place]
    number, percent = next((number, percent) for one, number, percent in parts if one is series)
    said = exact_money(number, trend.currency) if trend.currency else str(number)
    return f"{label}<br>{series.name}: {said}" + (f", {percent:.1f} %" if trend.is_mix else "")


def _height(trend: Trend) -> Figure:
    if trend.is_mix:
        return TICKS | {"range": [0, 100.5], "tickvals": QUARTERS, "ticktext": [f"{one} %" for one in QUARTERS]}
    most = max([0, *(value for one in trend.series for value in one.values)])
    if trend.currency:
        return money_axis(most, trend.currency)
    return TICKS | {"rangemode": "tozero", "nticks": 6, "tickformat": ",d"}
