"""Files handed out: to be saved and never shown inside this site, whatever they call themselves."""

from django.http import FileResponse

from bets.files import open_stored


def handed_out(name: str, stored_as: str, content_type: str) -> FileResponse:
    """The bytes of a file under its name."""
    answer = FileResponse(open_stored(name, stored_as), as_attachment=True, filename=name, content_type=content_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
