from typing import Any

from django.http import HttpRequest

from org.visibility import powers_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page needs: the theme of the cookie, and what this person may do."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    powers = powers_of(user) if user is not None and user.is_authenticated else None
    return {
        "theme": theme if theme in {"light", "dark"} else "",
        "sees_sources": bool(powers and powers.may("see_sources")),
        "may_run_night": bool(powers and powers.may("run_night")),
    }
