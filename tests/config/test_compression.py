"""Static files go compressed over the wire, and are compressed once."""

import gzip

import pytest
from django.test import Client

from config import middleware

STYLES = "/static/css/app.css"


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lengths of what was compressed."""
    done: list[int] = []
    really = gzip.compress

    def compress(raw: bytes, **options: int) -> bytes:
        done.append(len(raw))
        return really(raw, **options)

    monkeypatch.setattr(middleware.gzip, "compress", compress)
    return done


def test_a_static_file_is_compressed_once_and_reads_as_it_was(compressed: list[int]) -> None:
    client = Client(headers={"accept-encoding": "gzip"})
    first, second = client.get(STYLES), client.get(STYLES)
    plain = b"".join(Client().get(STYLES).streaming_content)
    assert gzip.decompress(first.content) == gzip.decompress(second.content) == plain
    assert first.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in first.headers["Vary"]
    assert compressed == [len(plain)]


def test_one_who_has_it_already_gets_no_file(compressed: list[int]) -> None:
    client = Client(headers={"accept-encoding": "gzip"})
    since = client.get(STYLES).headers["Last-Modified"]
    assert client.get(STYLES, headers={"if-modified-since": since}).status_code == 304


def test_one_who_cannot_unpack_gets_it_plain(compressed: list[int]) -> None:
    answer = Client(headers={"accept-encoding": "identity"}).get(STYLES)
    assert "Content-Encoding" not in answer.headers
    assert compressed == []
