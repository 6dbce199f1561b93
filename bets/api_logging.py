"""Addresses of the API that log, change and confirm evidence, and attach files to it."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from bets import actions
from bets.actions import Link
from bets.api_desk import EvidenceShape, FileShape, evidence_with_all
from bets.api_writing import OnBet, named
from bets.files import too_large
from bets.models import Bet, Evidence, EvidenceFile, EvidenceKind, Reading
from lib.api_writing import Changing, Dropping, Known, Making, Numbered, Sent, Text, Uploading, Whole
from lib.clock import today
from org.visibility import powers_of


class SentLink(Sent):
    """What evidence bears on: the number of one of the three."""

    assumption = Whole(required=False, allow_null=True)
    outcome = Whole(required=False, allow_null=True)
    learning_outcome = Whole(required=False, allow_null=True)
    supports = serializers.BooleanField(help_text="Or it opposes.")


class SentEvidence(Sent):
    kind = Known(lambda person: EvidenceKind.objects.all(), help_text="Key of the kind, as in evidence kinds.")
    did = Text(max_length=600)
    observed = Text(max_length=1000)
    learned = Text(max_length=1000)
    strength = Whole(max_value=5, help_text="0 none to 5; at most what the kind allows.")
    happened_on = serializers.DateField()
    links = SentLink(many=True, max_length=100)  # type: ignore[call-arg] # of the list of them
    source_url = Text(max_length=500, required=False, allow_blank=True)
    reading = Numbered(
        lambda person: Reading.objects.filter(outcome__bet__in=Bet.objects.visible_to(powers_of(person))),
        required=False, allow_null=True, help_text="Number of a reading of this bet.",
    )  # fmt: skip


class SentFinding(SentEvidence):
    supersedes = Whole(required=False, allow_null=True, help_text="Number of the confirmed evidence it replaces.")


class SentChange(SentEvidence):
    revision = Whole(help_text="The one that was read: when it has changed since, nothing is written.")


def links_of(bet: Bet, sent: list[dict[str, Any]]) -> list[Link]:
    return [
        Link(named(bet, {name: one.get(name) for name in ("assumption", "outcome", "learning_outcome")},
                   f"“links[{place}]”"), one["supports"])
        for place, one in enumerate(sent)
    ]  # fmt: skip


class _Evidence(OnBet):
    answers = EvidenceShape

    def shown(self, made: Evidence) -> Any:
        return EvidenceShape(evidence_with_all().get(pk=made.pk)).data


class LogEvidence(_Evidence, Making):
    """Logs what was done, observed and learned, and what it supports or opposes."""

    sends = SentFinding

    def act(self, typed: dict[str, Any]) -> Evidence:
        bet, number = self.bet(), typed.pop("supersedes", None)
        typed["links"] = links_of(bet, typed["links"])
        old = get_object_or_404(Evidence, bet=bet, number=number) if number is not None else None
        return actions.log_evidence(bet, typed.pop("kind"), **typed, supersedes=old, **self.by(), today=today())

    def where(self, made: Evidence) -> str:
        return self.below("api_show_evidence", made.number)


class ChangeEvidence(_Evidence, Changing):
    """Writes evidence anew that nobody has confirmed yet; everything of it is sent."""

    sends = SentChange

    def act(self, typed: dict[str, Any]) -> Evidence:
        evidence = self.one(Evidence.objects.select_related("bet"), number=self.kwargs["number"])
        typed["links"] = links_of(evidence.bet, typed["links"])
        seen = typed.pop("revision")
        return actions.change_evidence(evidence, seen_revision=seen, **typed, **self.by(), today=today())


class SentConfirmation(Sent):
    strength = Whole(max_value=5)
    remark = Text(max_length=300, required=False, allow_blank=True, help_text="Why it is lower than it was logged.")
    revision = Whole(required=False, help_text="The one that was read.")


class ConfirmEvidence(_Evidence, Making):
    """Confirms the strength of evidence, or lowers it with a remark."""

    sends, status = SentConfirmation, 200

    def act(self, typed: dict[str, Any]) -> Evidence:
        evidence = self.one(Evidence.objects.all(), number=self.kwargs["number"])
        return actions.confirm_evidence(evidence, seen_revision=typed.pop("revision", None), **typed, **self.by())


class AttachFile(OnBet, Uploading):
    """Attaches one file to evidence that nobody has confirmed yet, sent as multipart/form-data."""

    answers, setting = FileShape, "FILES_MAX_BYTES"

    def too_large(self, name: str) -> str:
        return too_large(name)

    def act(self, typed: dict[str, Any]) -> EvidenceFile:
        upload: UploadedFile[Any] = typed["file"]
        return actions.attach_file(self.one(Evidence.objects.all(), number=self.kwargs["number"]), upload, **self.by())


class RemoveFile(OnBet, Dropping):
    """One file of evidence."""

    def drop(self) -> None:
        """Takes a file from evidence that nobody has confirmed yet."""
        evidence = self.one(Evidence.objects.all(), number=self.kwargs["number"])
        files = EvidenceFile.objects.select_related("evidence__bet").filter(evidence=evidence)
        actions.remove_file(get_object_or_404(files, pk=self.kwargs["pk"]), **self.by())
