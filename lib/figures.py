"""How every chart looks, whatever it shows: on the ground of its card, in the colours and the letters of the page."""

from typing import Any

Figure = dict[str, Any]

LAYOUT: Figure = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"color": "var(--muted)", "size": 12, "family": "Inter, system-ui, sans-serif"},
    "hovermode": "closest",
    "hoverlabel": {"bgcolor": "var(--raised)", "font": {"color": "var(--text)"}, "bordercolor": "var(--line-2)"},
}
TICKS: Figure = {"gridcolor": "var(--line)", "zeroline": False, "fixedrange": True, "automargin": True}
