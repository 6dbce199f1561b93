"""Shape of what people type in when they say yes or no to a request, take it back, or ask again."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from bets import files as storage
from funding.words import REJECTION_WORDS
from org.models import Person

AREA = {"rows": 3}


class VoiceForm(forms.Form):
    """Whoever speaks for themselves alone is not asked for whom they speak."""

    on_behalf_of = forms.TypedChoiceField(
        label=_("In whose name"), required=False, widget=forms.RadioSelect, empty_value=None,
        coerce=lambda key: int(key) if key else None,
        error_messages={"invalid_choice": _("Choose for whom you speak.")},
    )  # fmt: skip

    def __init__(self, givers: Iterable[Person | None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.givers = {giver.pk: giver for giver in givers if giver}
        if not self.givers:
            del self.fields["on_behalf_of"]
            return
        own = [("", _("My own"))] if None in list(givers) else []
        named = [(str(key), _("For %(person)s") % {"person": giver}) for key, giver in self.givers.items()]
        self.fields["on_behalf_of"].choices = [*own, *named]  # type: ignore[attr-defined]
        self.initial.setdefault("on_behalf_of", "" if own else named[0][0])

    def principal(self) -> Person | None:
        """For whom they speak; None: for themselves."""
        return self.givers.get(self.cleaned_data.get("on_behalf_of") or 0)


class ApproveForm(VoiceForm):
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs=AREA),
        help_text=_("What your yes rests on, for whoever reads it in a year."),
    )  # fmt: skip

    field_order = ["on_behalf_of", "comment"]


class RejectForm(VoiceForm):
    reason_code = forms.ChoiceField(
        label=_("Reason"), widget=forms.RadioSelect, choices=list(REJECTION_WORDS.items()),
        error_messages={"required": _("Choose the reason.")},
    )  # fmt: skip
    comment = forms.CharField(
        label=_("What would have to change"), max_length=2000, widget=forms.Textarea(attrs=AREA),
        help_text=_("Whoever asked reads it, and can ask again."), error_messages={"required": _("Say why.")},
    )  # fmt: skip

    field_order = ["on_behalf_of", "reason_code", "comment"]


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label=_("Why it is taken back"), required=False, max_length=500, widget=forms.Textarea(attrs=AREA)
    )


class ResubmitForm(forms.Form):
    """Asks again for the same, on the evidence of today. `key` is made with the form, so that sending it twice asks
    once."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Open this page again.")})
    justification = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs=AREA), error_messages={"required": _("Say why.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=2000, widget=forms.Textarea(attrs=AREA), error_messages={"required": _("Say it.")}
    )


class FileForm(forms.Form):
    """`skipped`: names of files that were too large to be taken."""

    file = forms.FileField(
        label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": storage.ACCEPTED}),
        error_messages={"required": _("Choose a file.")},
    )  # fmt: skip

    def __init__(self, *args: Any, skipped: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skipped = list(skipped)

    def clean(self) -> None:
        super().clean()
        for name in self.skipped:
            self.errors.pop("file", None)
            self.add_error("file", storage.too_large(name))


class ApproveManyForm(forms.Form):
    """The chosen requests, each with a mark that can be taken away, and one comment for all of them."""

    request = forms.TypedMultipleChoiceField(
        label=_("Requests"), coerce=int, error_messages={"required": _("Choose at least one of them.")}
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs=AREA),
        help_text=_("It is kept with each of them."),
    )  # fmt: skip

    def __init__(self, keys: Sequence[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request"].choices = [(str(key), str(key)) for key in keys]  # type: ignore[attr-defined]
        self.initial["request"] = list(keys)
