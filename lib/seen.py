"""What a form was filled with, as a short fingerprint: two tabs, or two people, never overwrite each other unseen."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal


def seen_of(values: Mapping[str, object]) -> str:
    """The same for the same values, whatever their order; another as soon as one of them differs.

    Nothing and an empty text are the same: a form shows both as an empty field. So are 3, 3.0 and Decimal("3.00").
    """
    plain = {name: _plain(value) for name, value in values.items()}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _plain(value: object) -> object:
    """A value as a form would show it, with its parts in order."""
    match value:
        case None:
            return ""
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
        case set() | frozenset():
            return sorted((_plain(part) for part in value), key=str)
        case list() | tuple():
            return [_plain(part) for part in value]
        case date():
            return value.isoformat()
        case bool():
            return str(value)
        case int() | float() | Decimal():
            return str(Decimal(str(value)).normalize() + 0)
        case _:
            return str(value).replace("\r\n", "\n")  # a browser sends the line ends of a text area like this


def stale_refusals(seen: str | None, values: Mapping[str, object]) -> Iterator[str]:
    """Why what was typed over `seen` is not written: what is stored now is something else. Nothing without `seen`."""
    if seen is not None and seen != seen_of(values):
        yield "Somebody changed this meanwhile: look at what stands there now, then save again."
