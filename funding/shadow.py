"""Shadow mode: a new installation only advises. Gates, guardrails and recommendations bind from a day on that somebody
has decided."""

from dataclasses import dataclass
from datetime import date

from funding.models import Enforcement


@dataclass(frozen=True)
class Shadow:
    """Shadow mode as it stands; `until` is the day on which it ends, where one has been decided."""

    until: date | None


def enforcement() -> Enforcement | None:
    """The decision that counts: the latest. One query."""
    return Enforcement.objects.select_related("decided_by").order_by("-pk").first()


def is_enforced(today: date) -> bool:
    """Do gates, guardrails and recommendations bind on this day? One query."""
    from_on = Enforcement.objects.order_by("-pk").values_list("from_on", flat=True).first()
    return shadow_on(from_on, today) is None


def shadow_on(from_on: date | None, today: date) -> Shadow | None:
    """Shadow mode, given the day that was decided last; None once it is over."""
    return None if from_on is not None and from_on <= today else Shadow(from_on)
