"""What the tests of writing stand on: two bets of one lead, and how something is sent about them."""

import json
from typing import Any

from django.test import Client

from lib.clock import today
from org.models import Person
from tests.factories import (
    AssumptionFactory,
    BetFactory,
    EvidenceFactory,
    EvidenceKindFactory,
    EvidenceLinkFactory,
    OutcomeFactory,
    SeriesFactory,
    SourceFactory,
    TrancheFactory,
)


class World:
    """A draft of a lead with an assumption, an outcome, a tranche and evidence; and what may be sent about it."""

    def __init__(self, lead: Person, domain: Any) -> None:
        self.lead, self.domain, self.day = lead, domain, today()
        self.bet = BetFactory(key="RE-1", domain=domain, lead=lead, state="draft", starts_on=self.day)
        self.live = BetFactory(key="RE-2", domain=domain, lead=lead)
        self.kind = EvidenceKindFactory(key="interviews", cap=3)
        self.assumption = AssumptionFactory(bet=self.bet, number=1)
        self.outcome = OutcomeFactory(bet=self.live, number=1, decide_by=self.day.replace(year=self.day.year + 1))
        self.tranche = TrancheFactory(bet=self.live, sequence=1)
        self.evidence = EvidenceFactory(bet=self.bet, number=7, kind=self.kind, logged_by=lead)
        EvidenceLinkFactory(evidence=self.evidence, assumption=self.assumption)
        self.series = SeriesFactory(source=SourceFactory(domain=domain))

    def finding(self, **other: Any) -> dict[str, Any]:
        return {
            "kind": "interviews", "did": "Asked twelve customers.", "observed": "Nine said yes.",
            "learned": "They want it.", "strength": 2, "happened_on": self.day.isoformat(),
            "links": [{"assumption": 1, "supports": True}],
        } | other  # fmt: skip


def send(client: Client, url: str, sent: Any, method: str = "post") -> Any:
    return getattr(client, method)(url, json.dumps(sent), content_type="application/json")
