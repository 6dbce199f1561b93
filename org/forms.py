"""Shape of what people type in about themselves: a token for a program."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from org.models import NoticeSettings
from org.registry import NOTICES
from org.rules import TOKEN_DAYS

days = lazy(lambda count: ngettext("%d day", "%d days", count) % count, str)


class IssueTokenForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label=_("Name"),
        help_text=_("What uses it: a report, a dashboard, a script."),
        error_messages={"required": _("Enter a name that says what the token is for.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        choices=[(count, days(count)) for count in TOKEN_DAYS],  # type: ignore[no-untyped-call]
        coerce=int,
        initial=90,
        label=_("Lasts"),
        help_text=_("Then it stops by itself."),
    )

    writes = forms.BooleanField(
        required=False,
        label=_("May also write"),
        help_text=_("It then logs evidence, marks releases and states bets in your name, as far as you may."),
    )

    def clean_name(self) -> Any:
        return " ".join(self.cleaned_data["name"].split())


class NoticesForm(forms.Form):
    """How a person wants to be told; nobody types an address, a channel is one that the operator has set up."""

    email = forms.ChoiceField(label=_("By e-mail"), choices=NoticeSettings.Pace.choices)
    chat = forms.ChoiceField(label=_("By chat"), choices=NoticeSettings.Pace.choices)
    channel = forms.ChoiceField(label=_("Channel of the chat"), required=False)
    handle = forms.CharField(
        label=_("Your name there"), max_length=80, required=False,
        help_text=_("What you are called in that chat, where messages go to people by name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    hour = forms.TypedChoiceField(
        label=_("Hour of the daily message"), coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)]
    )
    muted = forms.MultipleChoiceField(
        label=_("Send nothing of these"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("They still stand among your notices."),
    )  # fmt: skip

    def __init__(self, kept: NoticeSettings, data: Any = None) -> None:
        names = ("email", "chat", "channel", "handle", "hour", "muted")
        super().__init__(data, initial={name: getattr(kept, name) for name in names})
        # One that was taken away stays in the list of whoever has it, so that the refusal can say so.
        channels = dict.fromkeys([*settings.CHAT_CHANNELS, *([kept.channel] if kept.channel else [])])
        fields: dict[str, Any] = self.fields
        fields["channel"].choices = [("", _("None")), *((name, name) for name in channels)]
        fields["muted"].choices = list(NOTICES.items())
        self.has_channels = bool(channels)
