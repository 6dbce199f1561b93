"""Files of evidence: what is taken, under which name, where it lies, who gets it, and what is left of a refusal."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from bets.actions import attach_file, confirm_evidence, remove_file
from bets.files import clean_name
from bets.models import Evidence, EvidenceFile
from lib.refusals import Refused
from org.models import Event
from tests.factories import AT, AssumptionFactory, BetFactory, EvidenceFactory, EvidenceKindFactory, EvidenceLinkFactory

pytestmark = pytest.mark.django_db
PDF, PNG = b"%PDF-1.7\n%\xe2\xe3\n", b"\x89PNG\r\n\x1a\n" + bytes(40)


def office(part: str, inside: bytes = b"<x/>") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr(part, inside)
    return packed.getvalue()


WHOLE = {
    "report.pdf": PDF,
    "screen.PNG": PNG,
    "photo.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40),
    "photo.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(41),
    "picture.webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40),
    "moves.gif": b"GIF89a" + bytes(40),
    "table.csv": "Größe,Zahl\n1,2\n".encode(),
    "table with a mark.csv": "BM,\ufeff1\n".encode(),
    "notes.txt": b"What they said.",
    "table.xlsx": office("xl/workbook.xml"),
    "text.docx": office("word/document.xml"),
    "slides.pptx": office("ppt/presentation.xml"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_FOLDER = tmp_path / "files"
    return settings.FILES_FOLDER


@pytest.fixture
def evidence(retail, product_lead) -> Evidence:
    made = EvidenceFactory(bet=BetFactory(key="B-1", domain=retail), number=1, logged_by=product_lead)
    EvidenceLinkFactory(evidence=made, assumption=AssumptionFactory(bet=made.bet, number=1))
    return made


def upload(name: str, content: bytes) -> ContentFile:
    return ContentFile(content, name)


def stored(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_what_its_name_says_is_kept(evidence, product_lead, folder, name: str) -> None:
    file = attach_file(evidence, upload(name, WHOLE[name]), by=product_lead, at=AT)
    assert stored(folder) == [WHOLE[name]]
    assert (file.name, file.size, file.sha256) == (name, len(WHOLE[name]), hashlib.sha256(WHOLE[name]).hexdigest())
    assert name.rpartition(".")[0] not in file.stored_as
    assert Event.objects.get(kind="file attached").sentence == f"“{name}” attached to evidence 1."
    assert Evidence.objects.get().revision == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("report.pdf", PNG, "is called .pdf, but its content is that of a .png file"),
        ("picture.png", PDF, "is called .png, but its content is that of a .pdf file"),
        ("report.pdf", b"<html><script>alert(1)</script>", "is called .pdf, but its content is that of a .html file"),
        ("report.pdf", b"MZ\x90\x00" + bytes(60), r"is called .pdf, but its content is that of a .\w+ file"),
        ("table.csv", PNG, "is called .csv, but its content is that of a .png file"),
        ("table.csv", office("xl/workbook.xml"), "is called .csv, but its content is that of a .xlsx file"),
        ("table.csv", b"a;b\x00", "its content is not text in UTF-8"),
        ("notes.txt", "Größe".encode("latin-1"), "its content is not text in UTF-8"),
        ("text.docx", office("xl/workbook.xml"), "is called .docx, but its content is that of a .xlsx file"),
        ("text.docx", office("anything.bin", b"0" * 5_000_000), "its content is that of a .zip file"),
        ("page.html", b"<html>", "is not of a type that is taken"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not of a type that is taken"),
        ("bundle.zip", office("a"), "is not of a type that is taken"),
        ("letter.eml", b"From: a", "is not of a type that is taken"),
        ("no ending", PDF, "is not of a type that is taken"),
        ("report.pdf", b"", "“report.pdf” is empty"),
        ("report.pdf", PDF + bytes(2000), "larger than the 0.001 MB"),
    ],
)
def test_what_is_not_taken_is_said_and_nothing_of_it_stays(
    evidence, product_lead, folder, settings, name: str, content: bytes, words: str
) -> None:
    settings.FILES_MAX_BYTES = 1000 if b"%PDF" in content and len(content) > 1000 else 20_000_000
    with pytest.raises(Refused, match=words):
        attach_file(evidence, upload(name, content), by=product_lead, at=AT)
    assert stored(folder) == []
    assert not EvidenceFile.objects.exists()
    assert Evidence.objects.get().revision == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\eva\\report.pdf", "report.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("a\0b\nc\u200bd.pdf", "ab cd.pdf"),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
        ("<b>bold</b>.pdf", "b>.pdf"),
        ("..", "file"),
        (None, "file"),
    ],
)
def test_names_are_shown_without_folders_and_without_what_is_not_seen(given: str | None, shown: str) -> None:
    assert clean_name(given) == shown


def test_the_same_content_is_attached_once_and_ten_files_are_the_most(evidence, product_lead, folder) -> None:
    attach_file(evidence, upload("a.txt", b"0"), by=product_lead, at=AT)
    with pytest.raises(Refused, match=r"“b\.txt” has been attached already"):
        attach_file(evidence, upload("b.txt", b"0"), by=product_lead, at=AT)
    for number in range(1, 10):
        attach_file(evidence, upload(f"{number}.txt", b"%d" % number), by=product_lead, at=AT)
    with pytest.raises(Refused, match="at most 10 files"):
        attach_file(evidence, upload("k.txt", b"k"), by=product_lead, at=AT)
    assert len(stored(folder)) == 10


def test_a_file_is_removed_with_its_bytes_until_its_evidence_is_confirmed(
    evidence, product_lead, product_operations, folder, django_capture_on_commit_callbacks
) -> None:
    first, second = (attach_file(evidence, upload(f"{one}.txt", one), by=product_lead, at=AT) for one in (b"1", b"2"))
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(first, by=product_lead, at=AT)
    assert stored(folder) == [b"2"]
    assert Event.objects.filter(kind="file removed").count() == 1
    confirm_evidence(evidence, strength=3, by=product_operations, at=AT)
    with pytest.raises(Refused, match="has been confirmed"):
        remove_file(second, by=product_lead, at=AT)
    with pytest.raises(Refused, match="has been confirmed"):
        attach_file(evidence, upload("late.txt", b"3"), by=product_lead, at=AT)
    assert stored(folder) == [b"2"]


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_half_written(evidence, product_lead, folder) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("This is no folder.")
    with pytest.raises(Refused, match=r"“a\.txt” could not be stored"):
        attach_file(evidence, upload("a.txt", b"0"), by=product_lead, at=AT)
    assert not EvidenceFile.objects.exists()


# ---- through the pages


def typed(*files: Any, **changes: Any) -> dict[str, Any]:
    said = {
        "kind": EvidenceKindFactory().key, "did": "Asked twelve brokers.", "observed": "Nine paid.",
        "learned": "They pay.", "strength": "3", "happened_on": "2026-03-01", "assumption-1": "supports",
    }  # fmt: skip
    return {**said, "files": list(files), **changes}


def named(name: str, content: bytes) -> io.BytesIO:
    sent = io.BytesIO(content)
    sent.name = name
    return sent


def test_files_come_with_the_form_and_go_to_whoever_sees_the_bet_as_an_attachment(
    client_of, product_lead, viewer, outsider, evidence, client, folder
) -> None:
    files = named("brokers.pdf", PDF), named("table.csv", b"a,b\n")
    answer = client_of(product_lead).post("/bets/B-1/evidence/new/", typed(*files))
    assert answer.status_code == 302, answer.content.decode()
    kept = Evidence.objects.get(number=2).files.get(name="brokers.pdf")
    path = f"/bets/B-1/evidence/2/files/{kept.pk}/"
    got = client_of(viewer).get(path)
    assert b"".join(got.streaming_content) == PDF
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == 'attachment; filename="brokers.pdf"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client_of(outsider).get(path).status_code == 404
    assert client.get(path).status_code == 302
    assert client_of(viewer).get(f"/bets/B-1/evidence/1/files/{kept.pk}/").status_code == 404
    for one in folder.rglob("*"):
        if one.is_file():
            one.unlink()
    gone = client_of(viewer).get(path)
    assert gone.status_code == 409
    assert "cannot be read at the moment" in gone.content.decode()


def test_one_bad_file_refuses_all_of_them_and_what_was_typed_stays(client_of, product_lead, evidence, folder) -> None:
    files = named("good.pdf", PDF), named("bad.pdf", PNG)
    answer = client_of(product_lead).post("/bets/B-1/evidence/new/", typed(*files))
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("“bad.pdf” is called .pdf", "Choose the files again", "Asked twelve brokers.", "Nine paid."):
        assert words in page
    assert stored(folder) == []
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(("size", "limit"), [(400_000, 100_000), (3_000_000, 20_000)])
def test_what_is_too_large_is_read_past_and_nothing_of_it_reaches_the_disk(
    client_of, product_lead, evidence, folder, settings, tmp_path, size: int, limit: int
) -> None:
    settings.FILES_MAX_BYTES, settings.FILE_UPLOAD_TEMP_DIR = limit, str(tmp_path)
    files = named("small.txt", b"small"), named("huge.pdf", PDF + bytes(size))
    answer = client_of(product_lead).post("/bets/B-1/evidence/new/", typed(*files))
    assert answer.status_code == 422
    page = answer.content.decode()
    for words in ("“huge.pdf” is larger than", "Choose the files again", "Asked twelve brokers."):
        assert words in page
    assert stored(tmp_path) == []
    assert Evidence.objects.count() == 1


def test_the_form_with_files_is_taken_from_this_site_only(product_lead, evidence) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(product_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/bets/B-1/evidence/new/", typed()).status_code == 403
    assert Evidence.objects.count() == 1
