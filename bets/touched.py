"""Which outcomes of which bets rest on a definition, and what follows for each when it changes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.models import Bet, Outcome
from metrics.models import Metric
from org.rules import Powers

SHOWN = 100
READ = (Bet.State.LIVE, Bet.State.HELD)  # what the night judges
FOLLOWS = {
    Bet.State.LIVE: gettext_lazy("Has no verdict from the next night on, until an outcome is stated anew."),
    Bet.State.HELD: gettext_lazy("Has no verdict from the next night on, until an outcome is stated anew."),
    Bet.State.DRAFT: gettext_lazy("Is a draft: save the outcome again before the bet goes live."),
    Bet.State.CEASED: gettext_lazy("Is over: what was said of it stays."),
    Bet.State.CONCLUDED: gettext_lazy("Is over: what was said of it stays."),
}
ORDER = list(FOLLOWS)


@dataclass(frozen=True)
class Touched:
    """The current outcomes of one metric: those of bets this person may see, live ones first, and how many others."""

    outcomes: list[Outcome]
    hidden: int
    read: int

    @property
    def shown(self) -> list[tuple[Outcome, str]]:
        return [(one, str(FOLLOWS[Bet.State(one.bet.state)])) for one in self.outcomes[:SHOWN]]

    @property
    def more(self) -> int:
        return max(len(self.outcomes) - SHOWN, 0)

    @property
    def sentence(self) -> str:
        """What a change of what is measured comes to."""
        if not self.outcomes and not self.hidden:
            return _("No outcome is measured by it yet: a change touches nothing.")
        if not self.read:
            return _("No live bet is measured by it: a change takes no verdict away.")
        said = ngettext(
            "%(read)s outcome of a live bet loses its verdict when what is measured changes.",
            "%(read)s outcomes of live bets lose their verdict when what is measured changes.",
            self.read,
        )
        return said % {"read": self.read}


def touched_by(metric: Metric, powers: Powers) -> Touched:
    """One query."""
    stated = Outcome.objects.current().filter(series__metric=metric).select_related("bet__domain", "bet__lead")
    found = sorted(stated, key=lambda one: (ORDER.index(Bet.State(one.bet.state)), one.bet.key, one.number))
    seen = [one for one in found if powers.sees(one.bet.domain_id)]
    return Touched(seen, len(found) - len(seen), sum(one.bet.state in READ for one in found))
