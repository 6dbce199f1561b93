"""What pages with forms share: an action's refusal keeps what was typed."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict

from lib.refusals import Refused

OK, REFUSED, UNSOUND = 200, 409, 422


def typed_in(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form to be filled with; None while a page is only opened."""
    return request.POST if request.method == "POST" else None


def perform(form: BaseForm, act: Callable[[Mapping[str, Any]], object]) -> int:
    """Calls `act` with the clean data of a valid form, and says how to answer: 200 done, 422 the form is not
    sound, 409 the action refused; its reasons then stand on the form, which stays filled."""
    if not form.is_valid():
        return UNSOUND
    try:
        act(form.cleaned_data)
    except Refused as refused:
        for reason in refused.reasons:
            form.add_error(None, reason)
        return REFUSED
    return OK
