"""Two versions side by side: what somebody else has stored meanwhile, and what was typed into a form."""

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Beside:
    """One field in words, as it stands now and as it was typed."""

    label: str
    stands: str
    typed: str


def beside(form: BaseForm, fresh: BaseForm) -> list[Beside]:
    """The fields in which a form that was filled with something else differs from `fresh`, which is filled with what
    stands there now; nothing while both were filled with the same. Both have a field `seen`."""
    if not form.is_bound or form["seen"].value() == fresh["seen"].value():
        return []
    rows = [Beside(str(field.label), _worded(fresh[field.name]), _worded(field)) for field in form.visible_fields()]
    return [row for row in rows if row.stands != row.typed and row.label != str(_label(form, "reason"))]


def _label(form: BaseForm, name: str) -> Any:
    """A reason is asked for anew each time: there is none to compare it with."""
    return form[name].label if name in form.fields else ""


def _worded(field: BoundField) -> str:
    """What a field shows: the words of a choice, yes or no of a box, else the text."""
    value = field.value()
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = {str(key): str(words) for key, words in getattr(field.field, "choices", ())}
    shown = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return choices.get(shown, shown)
