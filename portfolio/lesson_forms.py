"""Shape of what people type in when they hold the learning review of a bet that ceased."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bets.rules_after import LESSON, REUSE


class LearningReviewForm(forms.Form):
    """What was learned, and what others can use of it."""

    lesson = forms.CharField(
        label=_("What we learned"), max_length=LESSON, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Some weeks later: what you know now that nobody knew when it began. It is kept for ever."),
        error_messages={"required": _("Say what was learned.")},
    )  # fmt: skip
    reuse = forms.CharField(
        label=_("What others can reuse"), max_length=REUSE, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Code, data, contacts, a way to test: what another bet can begin with. It may stay empty."),
    )  # fmt: skip
