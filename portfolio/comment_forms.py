"""Shape of a comment on a bet: what is said, who is told, who is asked to answer by a day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bets.models import Bet, Comment
from org.models import Person
from org.visibility import people_who_see

GONE = {"invalid_choice": _("This comment is not one of this bet, or it is a reply itself.")}
STRANGER = _("One of those chosen cannot see this bet: choose from the list.")


class CommentForm(forms.Form):
    """A reply asks nobody: a question stands by itself."""

    text = forms.CharField(
        label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "data-mentions": ""}),
        help_text=_("Write @ and a name to tell somebody. It is kept as it is: nothing is changed or deleted later."),
        error_messages={"required": _("Write what you want to say.")},
    )  # fmt: skip
    mentions: "forms.ModelMultipleChoiceField[Person]" = forms.ModelMultipleChoiceField(
        label=_("People who see this bet"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": STRANGER, "invalid_pk_value": STRANGER},
    )  # fmt: skip
    asks: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label=_("Ask for an answer"), queryset=None, required=False, empty_label=_("Nobody"),
        help_text=_("It stays on their desk until they reply."), error_messages={"invalid_choice": STRANGER},
    )  # fmt: skip
    answer_by = forms.DateField(
        label=_("Answer by"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reply_to: "forms.ModelChoiceField[Comment]" = forms.ModelChoiceField(
        queryset=None, required=False, widget=forms.HiddenInput, error_messages=GONE
    )  # fmt: skip

    def __init__(self, bet: Bet, *args: Any, is_reply: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_who_see(bet.domain_id)
        for name in ("mentions", "asks"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]
        self.fields["reply_to"].queryset = Comment.objects.filter(bet=bet, reply_to=None)  # type: ignore[attr-defined]
        if is_reply:
            self.fields["text"].label = _("Reply")
            for name in ("mentions", "asks", "answer_by"):
                del self.fields[name]
