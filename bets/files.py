"""Files of evidence: what they are by their content, under which name they are shown, and where their bytes lie.

They lie in FILES_FOLDER under random names, below no address. Nothing here unpacks or reads into a file: whoever
downloads it decides to open it.
"""

import codecs
import hashlib
import os
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import puremagic
from django.conf import settings

from lib.refusals import Refused

TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "csv": "text/csv",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ACCEPTED = ",".join(f".{ending}" for ending in TYPES)
TAKEN = "PDF, PNG, JPEG, WebP, GIF, CSV, TXT, XLSX, DOCX and PPTX"
TEXTS = ("csv", "txt")
# Names of parts that every file of the kind has; they stand readable between what is compressed.
OFFICE = {"xlsx": b"xl/workbook", "docx": b"word/document", "pptx": b"ppt/presentation"}
ZIP = b"PK\x03\x04"
HEAD = 4096  # bytes at the beginning that tell what it is
OVERLAP = max(map(len, OFFICE.values())) - 1
NAME_AT_MOST = 200


class Upload(Protocol):
    """What is attached: of Django, of the API, or of a test. Its chunks can be read more than once."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True)
class Kept:
    """A file whose bytes have been stored."""

    name: str
    content_type: str
    size: int
    sha256: str
    stored_as: str


@dataclass(frozen=True)
class Content:
    """What one reading of an upload finds."""

    size: int
    sha256: str
    head: bytes
    is_text: bool
    parts: frozenset[str]  # kinds of office files whose parts are named in it

    def ending(self, named: str) -> str:
        """What it is, as the ending of a name; `named` where it may be that. Empty when nobody can tell."""
        if self.head.startswith(ZIP):
            return named if named in self.parts else next(iter(sorted(self.parts)), "zip")
        known = [ending for ending in _by_magic(self.head) if ending not in TEXTS]
        if named in TEXTS:
            telling = [ending for ending in known if ending in TYPES]
            return telling[0] if telling else (named if self.is_text else "")
        return named if named in known else next(iter(known), "txt" if self.is_text else "")


def clean_name(given: str | None) -> str:
    """The name as people see it: without folders and without characters that are not seen, 200 at most."""
    base = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    seen = (one for one in base if one.isspace() or not unicodedata.category(one).startswith("C"))
    name = " ".join("".join(seen).split()).strip(". ") or "file"
    if len(name) <= NAME_AT_MOST:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: NAME_AT_MOST - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else name[:NAME_AT_MOST]


def judge(upload: Upload) -> tuple[str, Content]:
    """The name under which it is shown, and its content; Refused when it is not taken."""
    name, most = clean_name(upload.name), settings.FILES_MAX_BYTES
    named = name.rpartition(".")[2].lower() if "." in name else ""
    if (upload.size or 0) > most:
        raise Refused(too_large(name))
    if named not in TYPES:
        raise Refused(f"“{name}” is not of a type that is taken. These are: {TAKEN}.")
    content = _read(upload.chunks(), most)
    if content.size > most:
        raise Refused(too_large(name))
    if not content.size:
        raise Refused(f"“{name}” is empty.")
    found = content.ending(named)
    if TYPES.get(found) != TYPES[named]:
        raise Refused(_lie(name, named, found))
    return name, content


def too_large(name: str) -> str:
    return f"“{clean_name(name)}” is larger than the {settings.FILES_MAX_BYTES / 1_000_000:g} MB that a file may have."


def _lie(name: str, named: str, found: str) -> str:
    if found:
        return f"“{name}” is called .{named}, but its content is that of a .{found} file."
    what = "text in UTF-8" if named in TEXTS else f"that of a .{named} file"
    return f"“{name}” is called .{named}, but its content is not {what}."


def _by_magic(head: bytes) -> list[str]:
    """Endings that fit the first bytes, the likeliest first."""
    with suppress(puremagic.PureError, ValueError):
        return list(dict.fromkeys(one.extension.lstrip(".") for one in puremagic.magic_string(head)))
    return []


def _read(chunks: Iterable[bytes], most: int) -> Content:
    """Reads once and keeps nothing but the beginning; stops beyond `most` bytes."""
    size, digest, head, parts, before = 0, hashlib.sha256(), b"", set[str](), b""
    text: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            break
        digest.update(chunk)
        head += chunk[: HEAD - len(head)]
        seen = before + chunk
        parts |= {kind for kind, part in OFFICE.items() if part in seen}
        before = seen[-OVERLAP:]
        text = text if _goes_on(text, chunk) else None
    return Content(size, digest.hexdigest(), head, _goes_on(text, b"", final=True), frozenset(parts))


def _goes_on(text: codecs.IncrementalDecoder | None, chunk: bytes, *, final: bool = False) -> bool:
    """Is it UTF-8 without a NUL so far?"""
    with suppress(UnicodeDecodeError):
        return text is not None and "\0" not in text.decode(chunk, final)
    return False


@contextmanager
def kept(uploads: Sequence[Upload]) -> Iterator[list[Kept]]:
    """Stores uploads before the rows that name them; when these are not written, the bytes go as well."""
    done: list[Kept] = []
    try:
        for upload in uploads:
            done.append(_keep(upload))
        yield done
    except BaseException:
        for one in done:
            drop(one.stored_as)
        raise


def _keep(upload: Upload) -> Kept:
    name, content = judge(upload)
    stored_as = secrets.token_hex(16)
    path = place_of(stored_as)
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(part, upload.chunks())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Refused(f"“{name}” could not be stored ({_why(error)}). Nothing was saved; tell an admin.") from error
    return Kept(name, TYPES[name.rpartition(".")[2].lower()], content.size, content.sha256, stored_as)


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(error: OSError) -> str:
    return (error.strerror or "no reason given").lower()


def place_of(stored_as: str) -> Path:
    """Where the bytes of a file lie, two folders deep so that none has too many."""
    return Path(settings.FILES_FOLDER) / stored_as[:2] / stored_as[2:4] / stored_as


def drop(stored_as: str) -> None:
    """Removes the bytes; that they are gone already is fine."""
    with suppress(OSError):
        place_of(stored_as).unlink(missing_ok=True)


def open_stored(name: str, stored_as: str) -> BinaryIO:
    """The bytes of a file, to be read; Refused with a sentence when they are not where they were stored."""
    try:
        return place_of(stored_as).open("rb")
    except OSError as error:
        raise Refused(f"“{name}” cannot be read at the moment ({_why(error)}). Tell an admin.") from error
