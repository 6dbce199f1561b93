"""Text as somebody left it, made such that it can be kept at all."""


def storable(text: str) -> str:
    """PostgreSQL keeps neither a NUL nor half a pair of surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
