"""What every address of the money shares: it is seen by those who see the books, and written to under a key."""

import uuid
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from lib.api import Endpoint
from lib.api_writing import Acting, Whole
from lib.clock import now
from org.visibility import powers_of

MOST = 10**15  # minor units


class OfMoney(Endpoint):
    """Read by those who see the books; for anybody else there is nothing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.powers = powers_of(request.user)
        if not self.powers.may("see_money"):
            raise Http404


class Moving(OfMoney, Acting):
    """Written to: the header Idempotency-Key has to be sent, so that nothing is done twice."""

    keyed = True

    def by(self) -> Any:
        """Who asks, and when."""
        return {"by": self.request.user, "at": now()}

    def uuid(self, of: str = "") -> uuid.UUID:
        """The key that was sent, as what is made carries it: itself, or what follows from it and the person."""
        key = self.key(self.request)
        try:
            return uuid.uuid5(uuid.UUID(key), of) if of else uuid.UUID(key)
        except ValueError:
            return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.request.user.pk} {key} {of}")


class Amount(Whole):
    """A whole number of minor units above 0: no text, no fraction, no yes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MOST, "help_text": "Minor units."} | options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise ValidationError([_("An amount is a whole number of minor units, like 150000 for 1,500.00.")])
        return super().to_internal_value(data)
