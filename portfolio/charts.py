"""Figures as plain data for Plotly. Colours are names of the stylesheet, which the browser resolves for its theme."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.models import Flag, Outcome, Release
from bets.words import CURRENCIES, value
from lib.figures import LAYOUT, TICKS, Figure
from portfolio.moments import Moment, Way

SYMBOLS = {
    "cease": "square",
    "pivot": "diamond",
    "scale": "triangle-up",
    "near_miss": "square-open",
    "inconclusive": "circle-x-open",
    "stale": "circle-open",
    "late": "hourglass-open",
    "persisted": "star-triangle-down-open",
}
COLOURS = {
    "cease": "var(--cease)",
    "pivot": "var(--pivot)",
    "scale": "var(--persist)",
    "near_miss": "var(--cease)",
    "inconclusive": "var(--odd)",
    "stale": "var(--muted)",
    "late": "var(--pivot)",
    "persisted": "var(--odd)",
}
DATES = [  # two lines, so that they stay level on a phone
    {"dtickrange": [None, "M1"], "value": "%-d %b<br>%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b<br>%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
AIR = 0.12  # of the height, above and below what matters
NAME = 0.1  # of the height: the name of a line
FOOT = 0.03  # of the height: above the edge, or nothing is drawn
RELEASES = 60  # drawn, the latest: more would hide what they explain
ROOM = 0.25  # of the width, free of data before the decide-by date: enough for the names of the lines


def outcome_figure(outcome: Outcome, way: Way, flags: Iterable[Flag], releases: Iterable[Release] = ()) -> Figure:
    """One outcome over time: interval, running estimate, target, kill line, decide-by, when it was flagged, and what
    shipped when."""
    known = [moment for moment in way.moments if moment.estimate is not None]
    seen = _range(outcome, known)
    layout = _layout(outcome, known, seen)
    begins, ends = layout["xaxis"]["range"]
    inside = [one for one in releases if begins <= one.shipped_on.isoformat() <= ends][:RELEASES]
    layout["shapes"] += [_shipped(release) for release in inside]
    flagged = _flagged(outcome, way, flags)
    return {
        "data": [*_band(outcome, known, seen), _estimate(outcome, known, seen), *flagged, *_released(inside, seen)],
        "layout": layout,
    }


def _shipped(release: Release) -> Figure:
    """The line on the day of a release."""
    day = release.shipped_on.isoformat()
    line = {"color": "var(--muted)", "width": 1, "dash": "dashdot"}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": day, "x1": day, "line": line}


def _released(releases: list[Release], seen: list[float]) -> list[Figure]:
    """What stands at the foot of these lines and names them."""
    if not releases:
        return []
    names = [(one.name, date_format(one.shipped_on, "DATE_FORMAT")) for one in releases]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _("Released"),
            "x": [one.shipped_on.isoformat() for one in releases],
            "y": [_round(seen[0] + FOOT * (seen[1] - seen[0]))] * len(releases),
            "text": [_safe(_("Released: %(name)s, on %(day)s") % {"name": name, "day": day}) for name, day in names],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": "triangle-up", "size": 10, "color": "var(--muted)"},
        }
    ]


def shown(outcome: Outcome, number: float) -> str:
    """A number of an outcome in words, with its unit."""
    metric = outcome.series.metric
    return value(number, metric.kind, metric.unit, outcome.contrast)


def _scale(outcome: Outcome) -> float:
    """Shares and relative differences are drawn as percentages."""
    return 100.0 if outcome.contrast == "relative" or outcome.series.metric.kind == "proportion" else 1.0


def _ticks(outcome: Outcome) -> Figure:
    """How the numbers at the axis are written: the same units as in sentences."""
    metric = outcome.series.metric
    if outcome.contrast == "relative" or metric.kind == "proportion":
        return {"ticksuffix": _(" points") if outcome.contrast == "difference" else " %"}
    if metric.unit in CURRENCIES:
        return {"tickprefix": metric.unit, "tickformat": ","}
    return {"ticksuffix": _safe(f" {metric.unit}".rstrip())}


def _band(outcome: Outcome, known: list[Moment], seen: list[float]) -> list[Figure]:
    """The interval, cut at the edges of what is seen: the table has it whole."""
    bounded = [moment for moment in known if _bounded(moment)]
    scale, days = _scale(outcome), [moment.day.isoformat() for moment in bounded]
    common = {"type": "scatter", "mode": "lines", "x": days, "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        common | {"y": [_cut(scale * (moment.lower or 0.0), seen) for moment in bounded], "showlegend": False},
        common
        | {
            "y": [_cut(scale * (moment.upper or 0.0), seen) for moment in bounded],
            "name": _("95 % interval"),
            "fill": "tonexty",
            "fillcolor": "var(--band)",
        },
    ]


def _cut(number: float, seen: list[float]) -> float:
    return _round(min(max(number, seen[0]), seen[1]))


def _safe(words: str) -> str:
    """Plotly reads text as markup; names and units are only words."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _round(number: float) -> float:
    """As many digits as a picture can show, and some more."""
    return float(f"{number:.7g}")


def _estimate(outcome: Outcome, known: list[Moment], seen: list[float]) -> Figure:
    """The running estimate; where it is out of sight, in the first days, the line has a gap."""
    drawn = [_scale(outcome) * (moment.estimate or 0.0) for moment in known]
    level = outcome.series.metric.kind == "level"
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(known) < 2 else "lines",
        "name": _("Value") if level else _("Estimate so far"),
        "x": [moment.day.isoformat() for moment in known],
        "y": [_round(number) if seen[0] <= number <= seen[1] else None for number in drawn],
        "text": [_safe(_words(outcome, moment)) for moment in known],
        "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": "var(--accent)", "width": 2},
    }


def _words(outcome: Outcome, moment: Moment) -> str:
    words = shown(outcome, moment.estimate or 0.0)
    if moment.lower is None or moment.upper is None:
        return words
    low, high = shown(outcome, moment.lower), shown(outcome, moment.upper)
    return _("%(number)s, between %(low)s and %(high)s") % {"number": words, "low": low, "high": high}


def _flagged(outcome: Outcome, way: Way, flags: Iterable[Flag]) -> list[Figure]:
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _("Flagged: %(kind)s") % {"kind": flag.get_kind_display().lower()},
            "x": [flag.raised_on.isoformat()],
            "y": [_round(_scale(outcome) * moment.estimate)],
            "text": [
                _("Flagged: %(kind)s, on %(day)s")
                % {"kind": flag.get_kind_display().lower(), "day": date_format(flag.raised_on, "DATE_FORMAT")}
            ],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": SYMBOLS[flag.kind], "size": 12, "color": COLOURS[flag.kind]},
        }
        for flag in flags
        if (moment := way.at(flag.raised_on)) is not None and moment.estimate is not None
    ]


def _layout(outcome: Outcome, known: list[Moment], seen: list[float]) -> Figure:
    end = max([outcome.decide_by, *(moment.day for moment in known)]).isoformat()
    ticks = TICKS | {"linecolor": "var(--line)"}
    return LAYOUT | {
        "margin": {"l": 8, "r": 12, "t": 36, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False},
        "xaxis": ticks
        | {"type": "date", "range": [outcome.starts_on.isoformat(), end], "showgrid": False}
        | {"tickangle": 0, "tickformatstops": DATES, "nticks": 8},
        "yaxis": ticks | _ticks(outcome) | {"range": seen, "nticks": 6},
        "shapes": _lines(outcome),
        "annotations": _labels(outcome, known, seen),
    }


def _range(outcome: Outcome, known: list[Moment]) -> list[float]:
    """What must be seen: the lines, the estimates once they are bounded, and the interval as it is now; the first days
    and early intervals would flatten everything else."""
    settled = known[len(known) // 2 :] + [moment for moment in known if _bounded(moment)]
    numbers = [outcome.target, outcome.kill_line, *(moment.estimate for moment in settled)]
    numbers += [bound for moment in known[-1:] for bound in (moment.lower, moment.upper)]
    seen = [_scale(outcome) * number for number in numbers if number is not None]
    air = (max(seen) - min(seen)) * AIR
    return [min(seen) - air, max(seen) + air]


def _bounded(moment: Moment) -> bool:
    return moment.lower is not None and moment.upper is not None


def _lines(outcome: Outcome) -> list[Figure]:
    scale = _scale(outcome)
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1}
    decide = outcome.decide_by.isoformat()
    return [
        across | _at(scale * outcome.target) | {"line": {"color": "var(--persist)", "width": 2}},
        across | _at(scale * outcome.kill_line) | {"line": {"color": "var(--cease)", "width": 2, "dash": "dash"}},
        {
            "type": "line",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": decide,
            "x1": decide,
            "line": {"color": "var(--text)", "width": 1, "dash": "dot"},
        },
    ]


def _at(height: float) -> Figure:
    return {"y0": height, "y1": height}


def _labels(outcome: Outcome, known: list[Moment], seen: list[float]) -> list[Figure]:
    """Names of the lines, each on the side of its line that faces away from the other."""
    scale, up = _scale(outcome), outcome.target > outcome.kill_line
    target, kill = shown(outcome, outcome.target), shown(outcome, outcome.kill_line)
    lines = [
        (_("Target %(number)s") % {"number": target}, outcome.target, "var(--persist)", up),
        (_("Kill line %(number)s") % {"number": kill}, outcome.kill_line, "var(--cease)", not up),
    ]
    common = {"showarrow": False, "bgcolor": "var(--surface)", "borderpad": 1, "font": {"size": 12}}
    last = known[-1].day if known else outcome.starts_on
    ahead = (outcome.decide_by - last) / (outcome.decide_by - outcome.starts_on)
    side = {"x": 0.99, "xanchor": "right"} if ahead > ROOM else {"x": 0.01, "xanchor": "left"}
    named = [
        common
        | {
            "text": _safe(name),
            "xref": "paper",
            **side,
            "y": scale * number,
            "yanchor": "bottom" if above else "top",
            "yshift": 2 if above else -2,
            "font": {"size": 12, "color": colour},
        }
        for name, number, colour, above in lines
    ]
    by = _("Decide by %(day)s") % {"day": date_format(outcome.decide_by, "DATE_FORMAT")}
    decide = {"text": by, "x": outcome.decide_by.isoformat()}
    return [*named, common | decide | _free(outcome, seen) | {"xanchor": "right", "xshift": -4, "yref": "paper"}]


def _free(outcome: Outcome, seen: list[float]) -> Figure:
    """Where the date is out of the way of the lines and of their names: above them, between them or below them."""
    scale, height = _scale(outcome), seen[1] - seen[0]
    low, high = sorted((scale * number - seen[0]) / height for number in (outcome.kill_line, outcome.target))
    gaps = [(1 - high - NAME, 0.98, "top"), (high - low, (low + high) / 2, "middle"), (low - NAME, 0.02, "bottom")]
    _gap, y, anchor = max(gaps)
    return {"y": _round(y), "yanchor": anchor}
