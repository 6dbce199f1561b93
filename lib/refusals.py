"""One way to say no: rules yield reasons as sentences, actions raise them, edges show them."""

from collections.abc import Iterable


class Refused(Exception):
    """An action was refused; `reasons` are sentences for the person who asked."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def refuse_if(reasons: Iterable[str]) -> None:
    """Raises Refused when there is at least one reason."""
    found = tuple(reasons)
    if found:
        raise Refused(*found)
