"""What can go wrong with a source as a whole; a single unsound row is set aside instead. Each text is one sentence."""

from __future__ import annotations


class SourceError(Exception):
    """Base of all; `sentence` is what a person reads."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NeedsAttention(SourceError):
    """A person must change the source or its configuration; trying again cannot help."""


class TryLater(SourceError):
    """Transient; `retry_after` is in seconds when the other side said so."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class TooBig(NeedsAttention):
    """More than the limit that the operator set."""
