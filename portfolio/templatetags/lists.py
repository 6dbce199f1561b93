"""Template tags of lists of bets: they are rendered by the hundred, so each is one function."""

from collections.abc import Callable, Sequence
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import Flag, Verdict
from lib.money_words import exact_money, short_money
from portfolio.asking import Header
from portfolio.board import Row
from portfolio.browse import Total
from portfolio.night import ACTIVE
from portfolio.queue import quiet_until
from portfolio.templatetags.ui import day, flag_badge, icon

register = template.Library()
OF_EVIDENCE = {Flag.Kind.CEASE, Flag.Kind.PIVOT, Flag.Kind.SCALE}
# By verdict: the flags that it says already.
SAID = dict.fromkeys((Verdict.Kind.CEASE, Verdict.Kind.PIVOT, Verdict.Kind.PERSIST), OF_EVIDENCE) | {
    Verdict.Kind.INCONCLUSIVE: {Flag.Kind.INCONCLUSIVE}
}


@register.simple_tag
def decide_by(last: date | None, today: date, row: Row | None = None) -> SafeString:
    """The date to decide by; once it has passed, by how many days, unless the bet of `row` is over or decided on."""
    if last is None:
        return format_html(
            '<span class="mute"><span aria-hidden="true">–</span><span class="vh">{}</span></span>', _("No date")
        )
    if last >= today or (row and _asks_nothing(row, last, today)):
        return day(last)
    days = (today - last).days
    words = ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}
    return format_html(
        '<span class="late">{}{}<span class="sub late">{}</span></span>', icon("clock-alert", 14), day(last), words
    )


def _asks_nothing(row: Row, last: date, today: date) -> bool:
    return row.bet.state not in ACTIVE or quiet_until(last, row.decided, today) is not None


@register.simple_tag
def head(header: Header, label: str = "", classes: str = "", anchor: str = "bets") -> SafeString:
    """The head of a column that one can sort by: a link, and for the sorted one the direction."""
    arrow = {"ascending": icon("arrow-up", 12), "descending": icon("arrow-down", 12)}.get(header.sorted, "")
    order = format_html(' aria-sort="{}"', header.sorted) if header.sorted else ""
    return format_html(
        '<th scope="col" class="{}"{}><a id="sort-{}" href="{}#{}">{}{}</a></th>',
        classes, order, header.key, header.url, anchor, label or header.label, arrow,
    )  # fmt: skip


@register.simple_tag
def flagged(row: Row) -> SafeString:
    """Since when a bet is flagged; the kinds of its flags where its verdict does not say them already."""
    said = SAID.get(Verdict.Kind(row.verdict.kind), set()) if row.verdict else set()
    marks = [flag_badge(flag.kind) for flag in row.flags if flag.kind not in said]
    since = _("Flagged since %(day)s") % {"day": date_format(row.flags[0].raised_on, "DATE_FORMAT")}
    return format_html("{}{}", SafeString("".join(marks)), since)


@register.simple_tag
def sums(totals: Sequence[Total]) -> SafeString:
    """Planned money and the part still at stake, one after another for each currency."""
    words = _("%(planned)s planned, %(at_stake)s at stake")
    return format_html_join(
        " · ", '<span title="{}">{}</span>',
        ((_written(words, total, exact_money), _written(words, total, short_money)) for total in totals),
    )  # fmt: skip


def _written(words: str, total: Total, money: Callable[[int, str], str]) -> str:
    return words % {"planned": money(total.planned, total.currency), "at_stake": money(total.at_stake, total.currency)}
