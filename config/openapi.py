"""What the description of the API says besides what the endpoints say of themselves: the errors."""

from typing import Any

ERRORS = {
    "400": "A parameter is not known, or its value is not understood.",
    "401": "Nobody has signed in, or the token is not known, has expired or was revoked.",
    "404": "There is nothing here, or nothing that you may see.",
    "406": "The API answers in JSON only.",
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


def tell_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Adds to every operation the answers that are the same everywhere: the errors, and “not changed”."""
    result["components"]["schemas"]["Error"] = ERROR
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    common = {status: {"description": said, "content": shape} for status, said in ERRORS.items()}
    common["304"] = {"description": "Nothing has changed since the ETag in If-None-Match."}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"] |= common
    return result
