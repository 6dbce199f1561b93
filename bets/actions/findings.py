"""What product leads log and product operations confirm: evidence, what it bears on, and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max

from bets import files as storage
from bets.models import (
    Assumption,
    Bet,
    Evidence,
    EvidenceFile,
    EvidenceKind,
    EvidenceLink,
    LearningOutcome,
    Outcome,
    Reading,
)
from bets.rules_findings import (
    STRONGEST,
    Aim,
    Entry,
    change_refusals,
    checker_refusals,
    confirm_refusals,
    entry_refusals,
    file_refusals,
    logger_refusals,
    strength_words,
    supersede_refusals,
)
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Event, Person
from org.visibility import powers_of

TEXTS = ("did", "observed", "learned", "source_url")
Target = Assumption | Outcome | LearningOutcome
Columns = tuple[int | None, int | None, int | None]  # assumption, outcome and learning outcome, one of which is there


@dataclass(frozen=True)
class Link:
    """What a piece of evidence is to support or oppose."""

    target: Target
    supports: bool

    @property
    def columns(self) -> Columns:
        kinds = (Assumption, Outcome, LearningOutcome)
        one, two, three = (self.target.pk if isinstance(self.target, kind) else None for kind in kinds)
        return one, two, three

    @property
    def words(self) -> str:
        return self.target.series.metric.name if isinstance(self.target, Outcome) else str(self.target)


def log_evidence(
    bet: Bet, kind: EvidenceKind, *, did: str, observed: str, learned: str, strength: int, happened_on: date,
    links: Sequence[Link], source_url: str = "", reading: Reading | None = None, supersedes: Evidence | None = None,
    files: Sequence[storage.Upload] = (), by: Person, at: datetime, today: date,
) -> Evidence:  # fmt: skip
    """Writes the next piece of evidence of a bet with what it bears on and its files; all of it, or nothing.

    With `supersedes` it takes the place of confirmed evidence, which stays readable.
    """
    refuse_if(logger_refusals(powers_of(by), bet))
    written = Evidence(
        bet=bet, kind=kind, did=did.strip(), observed=observed.strip(), learned=learned.strip(), strength=strength,
        happened_on=happened_on, source_url=source_url.strip(), reading=reading, supersedes=supersedes, logged_at=at,
        logged_by=by,
    )  # fmt: skip
    with storage.kept(files) as kept, transaction.atomic():
        Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
        if supersedes is not None:
            old = Evidence.objects.get(pk=supersedes.pk)
            taken = Evidence.objects.filter(supersedes=old).exists()
            refuse_if(supersede_refusals(old, of_this_bet=old.bet_id == bet.pk, is_superseded=taken))
        refuse_if(entry_refusals(_entry(written, links, is_repeated=_repeats(written)), today=today))
        written.number = (Evidence.objects.filter(bet=bet).aggregate(last=Max("number"))["last"] or 0) + 1
        written.save()
        _link(written, links)
        _add_files(written, kept, by=by, at=at)
        _tell_logged(written, by=by, at=at)
    return written


def _entry(
    written: Evidence, links: Sequence[Link], *, is_repeated: bool = False, was: Evidence | None = None
) -> Entry:
    """What is asked of evidence before it is written; what it had before may no longer stand."""
    held: set[Columns] = {_columns(link) for link in was.links.all()} if was else set()
    kind, reading = written.kind, written.reading
    return Entry(
        written.did, written.observed, written.learned, written.strength, written.happened_on, kind.name, kind.cap,
        _aims(written.bet_id, links, held), kept=kind.is_active or (was is not None and was.kind_id == kind.pk),
        source_url=written.source_url, snapshot_fits=reading is None or reading.outcome.bet_id == written.bet_id,
        is_doubled=len({link.columns for link in links}) < len(links), is_repeated=is_repeated,
    )  # fmt: skip


def _aims(bet_id: int, links: Sequence[Link], held: set[Columns]) -> tuple[Aim, ...]:
    outcomes = [link.target.pk for link in links if isinstance(link.target, Outcome)]
    replaced = set(Outcome.objects.filter(replaces__in=outcomes).values_list("replaces", flat=True)) if outcomes else {}
    return tuple(
        Aim(
            link.words,
            of_this_bet=link.target.bet_id == bet_id,
            stands=link.columns in held or (_stands(link.target) and link.columns[1] not in replaced),
            cap=link.target.cap if isinstance(link.target, LearningOutcome) else STRONGEST,
        )
        for link in links
    )


def _stands(target: Target) -> bool:
    return not isinstance(target, Assumption) or target.dropped_at is None


def _columns(link: EvidenceLink) -> Columns:
    return link.assumption_id, link.outcome_id, link.learning_id


def _repeats(written: Evidence) -> bool:
    """A form that was sent twice."""
    last = Evidence.objects.filter(bet_id=written.bet_id, logged_by=written.logged_by).order_by("-number").first()
    fields = ("did", "observed", "learned", "kind_id", "strength", "happened_on", "supersedes_id")
    return last is not None and all(getattr(last, name) == getattr(written, name) for name in fields)


def _link(evidence: Evidence, links: Sequence[Link]) -> None:
    for link in links:
        assumption, outcome, learning = link.columns
        EvidenceLink.objects.create(
            evidence=evidence, assumption_id=assumption, outcome_id=outcome, learning_id=learning,
            supports=link.supports,
        )  # fmt: skip


def _tell_logged(evidence: Evidence, *, by: Person, at: datetime) -> None:
    bet, old = evidence.bet, evidence.supersedes
    said = f"Evidence {evidence.number}, strength {strength_words(evidence.strength)}: {evidence.learned}"
    record_event(bet, "evidence logged", said, at=at, by=by, evidence=evidence.pk, strength=evidence.strength)
    if old is not None:
        said = f"Evidence {old.number} is superseded by evidence {evidence.number}."
        record_event(bet, "evidence superseded", said, at=at, by=by, evidence=old.pk, successor=evidence.pk)


def change_evidence(
    evidence: Evidence, *, seen_revision: int, kind: EvidenceKind, did: str, observed: str, learned: str, strength: int,
    happened_on: date, links: Sequence[Link], source_url: str = "", reading: Reading | None = None,
    files: Sequence[storage.Upload] = (), by: Person, at: datetime, today: date,
) -> Evidence:  # fmt: skip
    """Writes evidence anew that nobody has confirmed yet. The event says what it was before.

    `seen_revision` is the one that the form was filled with: of two who change it, the second sees both versions.
    """
    refuse_if(logger_refusals(powers_of(by), evidence.bet))
    with storage.kept(files) as kept, transaction.atomic():
        found = _locked(evidence)
        refuse_if(change_refusals(found, seen_revision))
        before = said_of(found)
        was = Evidence.objects.get(pk=found.pk)
        found.kind, found.strength, found.happened_on, found.reading = kind, strength, happened_on, reading
        for name, text in zip(TEXTS, (did, observed, learned, source_url), strict=True):
            setattr(found, name, text.strip())
        refuse_if(entry_refusals(_entry(found, links, was=was), today=today))
        _relink(found, links)
        _add_files(found, kept, by=by, at=at)
        _tell_changed(found, before, by=by, at=at)
    return found


def _locked(evidence: Evidence) -> Evidence:
    """The evidence as it stands, while nobody else changes any of its bet."""
    Bet.objects.select_for_update(no_key=True).get(pk=evidence.bet_id)
    return Evidence.objects.select_related("bet", "kind").get(pk=evidence.pk)


def _relink(evidence: Evidence, links: Sequence[Link]) -> None:
    """Writes the links anew where they differ."""
    wanted = {(*link.columns, link.supports) for link in links}
    held = {(*_columns(link), link.supports) for link in evidence.links.all()}
    if wanted != held:
        evidence.links.all().delete()
        _link(evidence, links)


def said_of(evidence: Evidence) -> dict[str, Any]:
    """What evidence says, as plain values."""
    links = evidence.links.order_by("assumption", "outcome", "learning")
    return {
        "kind": evidence.kind.key,
        **{name: getattr(evidence, name) for name in TEXTS},
        "strength": evidence.strength,
        "happened_on": evidence.happened_on.isoformat(),
        "reading": evidence.reading_id,
        "links": [[*_columns(link), link.supports] for link in links],
    }


def _tell_changed(evidence: Evidence, before: Mapping[str, Any], *, by: Person, at: datetime) -> None:
    """Counts the change and says what was; a form that was sent back as it was changes nothing."""
    after = said_of(evidence)
    was = {name: value for name, value in before.items() if after[name] != value}
    if not was:
        return
    evidence.revision += 1
    evidence.save()
    names = ", ".join(name.replace("_", " ") for name in was)
    said = f"Evidence {evidence.number} changed ({names}): {evidence.learned}"
    record_event(evidence.bet, "evidence changed", said, at=at, by=by, evidence=evidence.pk, before=was)


def wrote(person: Person, evidence: Evidence) -> bool:
    """Did this person log the evidence, or change it since?"""
    about = Event.objects.filter(subject_type="bets.bet", subject_id=evidence.bet_id, kind="evidence changed")
    return evidence.logged_by_id == person.pk or about.filter(by=person, payload__evidence=evidence.pk).exists()


@transaction.atomic
def confirm_evidence(
    evidence: Evidence, *, strength: int, remark: str = "", seen_revision: int | None = None, by: Person, at: datetime
) -> Evidence:
    """Confirms the strength of evidence, or lowers it with a remark; from then on it is only superseded."""
    found = _locked(evidence)
    refuse_if(checker_refusals(powers_of(by), found.bet, found, is_maker=wrote(by, found)))
    refuse_if(confirm_refusals(found, strength, remark, seen_revision))
    logged, found.strength, found.remark = found.strength, strength, remark.strip()
    found.confirmed_at, found.confirmed_by = at, by
    found.save(update_fields=["strength", "remark", "confirmed_at", "confirmed_by"])
    lowered = f", lowered from {logged}" if strength < logged else ""
    said = f"Evidence {found.number} confirmed with strength {strength_words(strength)}{lowered}. {found.remark}"
    record_event(
        found.bet, "evidence confirmed", said.strip(), at=at, by=by, evidence=found.pk, strength=strength, logged=logged
    )
    return found


def attach_file(evidence: Evidence, upload: storage.Upload, *, by: Person, at: datetime) -> EvidenceFile:
    """Adds one file to evidence that nobody has confirmed yet."""
    refuse_if(logger_refusals(powers_of(by), evidence.bet))
    with storage.kept([upload]) as kept, transaction.atomic():
        found = _locked(evidence)
        refuse_if(change_refusals(found, found.revision))
        _add_files(found, kept, by=by, at=at)
        _count_edit(found)
        return found.files.latest("pk")


def _add_files(evidence: Evidence, kept: Sequence[storage.Kept], *, by: Person, at: datetime) -> None:
    for one in kept:
        known = evidence.files.filter(sha256=one.sha256).exists()
        refuse_if(file_refusals(one.name, held=evidence.files.count(), is_known=known))
        EvidenceFile.objects.create(
            evidence=evidence, name=one.name, content_type=one.content_type, size=one.size, sha256=one.sha256,
            stored_as=one.stored_as, attached_at=at, attached_by=by,
        )  # fmt: skip
        said = f"“{one.name}” attached to evidence {evidence.number}."
        record_event(evidence.bet, "file attached", said, at=at, by=by, evidence=evidence.pk, sha256=one.sha256)


def _count_edit(evidence: Evidence) -> None:
    evidence.revision += 1
    evidence.save(update_fields=["revision"])


@transaction.atomic
def remove_file(file: EvidenceFile, *, by: Person, at: datetime) -> None:
    """Takes a file from evidence that nobody has confirmed yet; its bytes go once that is certain."""
    refuse_if(logger_refusals(powers_of(by), file.evidence.bet))
    found = _locked(file.evidence)
    refuse_if(change_refusals(found, found.revision))
    held = found.files.filter(pk=file.pk).first()
    if held is None:  # somebody else has removed it meanwhile
        return
    held.delete()
    _count_edit(found)
    said = f"“{file.name}” removed from evidence {found.number}."
    record_event(found.bet, "file removed", said, at=at, by=by, evidence=found.pk, sha256=file.sha256)
    transaction.on_commit(partial(storage.drop, file.stored_as))
