"""What the description of the API says besides what the endpoints say of themselves: the errors. It is written once."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

ERRORS = {
    "400": "A parameter is not known, or its value is not understood.",
    "401": "Nobody has signed in, or the token is not known, has expired or was revoked.",
    "404": "There is nothing here, or nothing that you may see.",
    "406": "The API answers in JSON only.",
}
WRITING = {
    "400": "The body is not JSON, or a field of it is missing, not known or not understood.",
    "403": "The token may only read, or the session sent no CSRF token.",
    "409": "It is refused, for these reasons: the same as on the pages.",
    "415": "The body is not of the type that is asked for.",
}
ERROR = {
    "type": "object",
    "description": "Why there is no answer: one sentence, or each reason apart.",
    "required": ["detail", "reasons"],
    "properties": {
        "detail": {"type": "string"},
        "reasons": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    },
}


class WrittenOnce(SchemaGenerator):
    """The description for everybody, written once for each language of a process: to write it takes a second."""

    written: dict[str | None, Any] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        if not public:
            return super().get_schema(request, public)  # type: ignore[no-untyped-call]
        language = get_language()
        if language not in self.written:
            self.written[language] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return self.written[language]


def tell_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Adds to every operation the answers that are the same everywhere: the errors, and “not changed”."""
    result["components"]["schemas"]["Error"] = ERROR
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    common = {status: {"description": said, "content": shape} for status, said in ERRORS.items()}
    writing = {status: {"description": said, "content": shape} for status, said in WRITING.items()}
    unchanged = {"304": {"description": "Nothing has changed since the ETag in If-None-Match."}}
    for path in result["paths"].values():
        for method, operation in path.items():
            operation["responses"] |= common | (unchanged if method == "get" else writing)
    return result
