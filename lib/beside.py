"""Two versions side by side: what somebody else has stored meanwhile, and what was typed into a form."""

from dataclasses import dataclass

from django.forms import BaseForm, BooleanField, FileField
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Beside:
    """One field in words, as it stands now and as it was typed."""

    name: str
    label: str
    stands: str
    typed: str


def beside(form: BaseForm, fresh: BaseForm) -> list[Beside]:
    """Where a form that was filled with something else differs from `fresh`, which is filled with what stands there
    now; nothing while both were filled with the same. Both have a field `seen`. A reason is asked for anew each time:
    there is none to compare it with."""
    if not form.is_bound or form["seen"].value() == fresh["seen"].value():
        return []
    return differing(form, fresh, anew="reason")


def differing(form: BaseForm, fresh: BaseForm, *, anew: str | None = None) -> list[Beside]:
    """The fields in which `form`, as it was typed, is not `fresh`, as it stands; a field may be in one of them alone.
    Neither files nor what begins with `anew` are compared."""
    names = [name for name in {**form.fields, **fresh.fields} if anew is None or not name.startswith(anew)]
    both = form, fresh
    rows = [
        Beside(name, _label(name, *both), _worded(fresh, name), _worded(form, name))
        for name in names
        if _is_shown(name, *both)
    ]
    return [row for row in rows if row.stands != row.typed]


def _is_shown(name: str, form: BaseForm, fresh: BaseForm) -> bool:
    field = form[name] if name in form.fields else fresh[name]
    return not field.is_hidden and not isinstance(field.field, FileField)


def _label(name: str, form: BaseForm, fresh: BaseForm) -> str:
    return str((form if name in form.fields else fresh)[name].label)


def _worded(form: BaseForm, name: str) -> str:
    """What a field shows: the words of what is chosen, yes or no of a box, else the text."""
    if name not in form.fields:
        return ""
    field, value = form[name].field, form[name].value()
    if isinstance(field, BooleanField):
        return _("Yes") if value else _("No")
    choices = getattr(field, "choices", None)
    if choices is not None:
        return _chosen({str(key): str(word) for key, word in choices}, value)
    return str(field.widget.format_value(value) or "").replace("\r\n", "\n").strip()


def _chosen(words: dict[str, str], value: object) -> str:
    """In the order of the choices; what is none of them as it was sent."""
    several = value if isinstance(value, list | tuple | set) else [value]
    chosen = ["" if one is None else str(one) for one in several]
    known = [word for key, word in words.items() if key in chosen]
    return ", ".join([*known, *(one for one in chosen if one not in words)])
