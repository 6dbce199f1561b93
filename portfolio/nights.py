"""Which night the pages speak of."""

from org.models import Run


def latest_night() -> Run | None:
    """The last night that was finished: its verdicts and readings are the ones shown. One query."""
    return Run.objects.filter(kind="night", state=Run.State.DONE).order_by("-id").first()


def open_night() -> Run | None:
    """The night that is under way, if any. One query."""
    return Run.objects.filter(kind="night", state=Run.State.OPEN).first()
