import gzip
import re
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc

import pytest

from lib import guarded
from lib.http import FetchError, FetchFailed, FetchRefused, FetchTooBig, fetch
from tests.lib.local_server import LocalServer

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def server():
    server = LocalServer()
    yield server
    server.close()


def read(url, **options):
    return fetch(url, **{"allow": LOOPBACK, "max_bytes": 10_000, "seconds": 5.0, **options})


def refusal(kind, url, **options):
    with pytest.raises(FetchError) as caught:
        read(url, **options)
    assert type(caught.value) is kind, caught.value
    assert caught.value.sentence == str(caught.value)
    assert re.fullmatch(r"[A-Z0-9][^\n]*\.", str(caught.value)), "one sentence for a person"
    return caught.value


def leads_to(*addresses):
    """A resolver for which every name has these addresses."""
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]


def test_a_file_on_an_allowed_network_is_read(server):
    assert read(server.answers("/a.csv", b"day,n\n")) == b"day,n\n"


def test_a_gzip_answer_is_unpacked(server):
    assert (
        read(server.answers("/a", gzip.compress(b"one") + gzip.compress(b"two"), Content_Encoding="gzip")) == b"onetwo"
    )


def test_a_chunked_answer_is_joined(server):
    url = server.sends("/a", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert read(url) == b"abcde"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "file:///etc/passwd", "/a.csv", "", "gopher://x", "javascript:1"])
def test_only_web_addresses_are_read(url):
    assert "https://" in str(refusal(FetchRefused, url))


@pytest.mark.parametrize(
    "url", ["https://", "https:///a", "http://[::1", "https://a:99999/", "https://a:0/", "https://\x00/"]
)
def test_a_malformed_address_is_refused(url):
    assert str(refusal(FetchRefused, url)) == "The address is not a valid URL."


def test_plain_http_is_refused_outside_the_allowed_networks():
    error = refusal(FetchRefused, "http://example.test/", resolver=leads_to("93.184.216.34"))
    assert "plain http" in str(error)


@pytest.mark.parametrize("url", ["https://someone:secret@127.0.0.1/", "https://someone@127.0.0.1/"])
def test_a_user_name_in_the_address_is_refused_and_not_repeated(url):
    assert "someone" not in str(refusal(FetchRefused, url))


def test_one_private_address_among_public_ones_refuses_the_name():
    error = refusal(FetchRefused, "https://mixed.test/", resolver=leads_to("8.8.8.8", "10.0.0.5"))
    assert str(error) == "The name mixed.test leads to 10.0.0.5, which is not a public address."


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "[::ffff:127.0.0.1]", "localhost"])
def test_loopback_in_disguise_is_refused(host):
    """The resolver of the system undoes the disguise; what it answers is judged."""
    assert "leads to" in str(refusal(FetchRefused, f"https://{host}/", allow=()))


def test_a_name_that_changes_its_answer_is_resolved_once_and_pinned(server):
    """The second answer would be refused, so a second look would fail the fetch."""
    answers = [leads_to("127.0.0.1"), leads_to("169.254.169.254")]
    asked = []

    def rebinding(host, port, **options):
        asked.append(host)
        return answers[len(asked) - 1](host, port, **options)

    server.answers("/a", b"x")
    assert read(server.url("/a", host="rebinding.test"), resolver=rebinding) == b"x"
    assert asked == ["rebinding.test"]
    assert "Host: rebinding.test" in server.requests[0]


def test_a_name_rebound_between_two_hops_is_judged_again(server):
    answers = iter([leads_to("127.0.0.1"), leads_to("10.0.0.5")])
    server.answers("/a", status=302, Location="/b")
    error = refusal(
        FetchRefused,
        server.url("/a", host="rebinding.test"),
        resolver=lambda host, port, **options: next(answers)(host, port, **options),
    )
    assert "10.0.0.5" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(server, status):
    server.answers("/b", b"there")
    assert read(server.answers("/a", status=status, Location="/b")) == b"there"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("https://10.0.0.5/", "10.0.0.5"),
        ("http://169.254.169.254/latest/meta-data/", "never allowed"),
        ("http://[::ffff:169.254.169.254]/", "never allowed"),
        ("//192.168.1.1/", "192.168.1.1"),
        ("file:///etc/passwd", "https://"),
        ("https://user:pw@127.0.0.1/", "user name"),
        ("http://[bad/", "not a valid URL"),
        ("", "without saying where"),
    ],
)
def test_each_redirect_is_judged_like_the_first_address(server, target, word):
    assert word in str(refusal(FetchRefused, server.answers("/a", status=302, Location=target)))


def test_three_redirects_are_followed_and_a_fourth_is_not(server):
    for step in range(4):
        server.answers(f"/{step}", status=302, Location=f"/{step + 1}")
    server.answers("/4", b"end")
    assert read(server.url("/1")) == b"end"
    assert "more than 3 times" in str(refusal(FetchRefused, server.url("/0")))


def test_headers_are_dropped_for_good_when_the_origin_changes(server):
    other = LocalServer()
    try:
        server.answers("/same", status=302, Location=other.url("/away"))
        other.answers("/away", status=302, Location=server.url("/back"))
        server.answers("/back", b"x")
        server.answers("/a", status=302, Location="/same", Set_Cookie="id=7")
        read(server.url("/a"), headers={"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret"})
    finally:
        other.close()
    told = ["s3cret" in head for head in [*server.requests, *other.requests]]
    assert told == [True, True, False, False], "first, same origin, back again, other origin"
    assert not any("id=7" in head for head in server.requests)


def test_the_host_cannot_be_overridden(server):
    read(server.answers("/a", b"x"), headers={"Host": "internal", "accept-encoding": "br"})
    assert "internal" not in server.requests[0]
    assert "br\r" not in server.requests[0]


def test_the_address_and_its_secrets_are_not_logged(server, caplog):
    caplog.set_level("INFO")
    read(server.answers("/a?token=s3cret", b"x"))
    assert "s3cret" not in caplog.text


def test_environment_proxies_are_not_used(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read(server.answers("/a", b"x")) == b"x"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_failing_server_is_asked_again_later(server, status):
    assert str(refusal(FetchFailed, server.answers("/a", status=status))) == f"The server answered {status}."


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410])
def test_an_answer_that_is_not_the_file_is_refused(server, status):
    url = server.sends("/a", f"HTTP/1.1 {status} Words\r\nConnection: close\r\n\r\n".encode())
    assert str(refusal(FetchRefused, url)) == f"The server answered {status}."


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("999999999999", 86_400.0),
        ("Fri, 02 Jan 2026 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_by_the_clock_of_the_server(server, text, seconds):
    url = server.answers("/a", status=503, Retry_After=text, Date="Fri, 02 Jan 2026 00:00:00 GMT")
    assert refusal(FetchFailed, url).retry_after == seconds


@pytest.mark.parametrize(
    "headers", [{"X-Key": "a\r\nHost: other"}, {"X-Key": "ключ"}, {"Bad Name": "x"}, {"X-Key": "a\x00b"}]
)
def test_headers_that_http_does_not_allow_are_refused(server, headers):
    assert "characters that HTTP does not allow" in str(
        refusal(FetchRefused, server.answers("/a", b"x"), headers=headers)
    )


def test_an_announced_length_above_the_limit_is_refused_unread(server):
    assert "limit of 10,000 bytes" in str(refusal(FetchTooBig, server.answers("/a", b"", length=10_001)))


def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not(server):
    for size, path in ((10_000, "/fits"), (10_001, "/not")):
        server.sends(path, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * size)
    assert len(read(server.url("/fits"))) == 10_000
    assert "10,000" in str(refusal(FetchTooBig, server.url("/not")))


def test_a_gzip_bomb_is_too_big_before_it_is_unpacked(server):
    bomb = gzip.compress(bytes(200_000_000))
    url = server.answers("/a", bomb, Content_Encoding="gzip")
    del bomb
    tracemalloc.start()
    try:
        refusal(FetchTooBig, url, max_bytes=500_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate"])
def test_an_encoding_we_did_not_ask_for_is_refused(server, encoding):
    assert encoding in str(refusal(FetchRefused, server.answers("/a", b"x", Content_Encoding=encoding)))


@pytest.mark.parametrize("cut", [lambda body: body[:-9], lambda body: b"", lambda body: body[:3]])
def test_a_gzip_stream_cut_short_is_refused(server, cut):
    url = server.answers("/a", cut(gzip.compress(b"day,n\n" * 100)), Content_Encoding="gzip")
    assert "cut short" in str(refusal(FetchFailed, url))


def test_damaged_gzip_is_refused(server):
    assert "damaged" in str(refusal(FetchFailed, server.answers("/a", b"not gzip at all", Content_Encoding="gzip")))


def test_a_body_shorter_than_announced_is_refused(server):
    assert "cut short" in str(refusal(FetchFailed, server.answers("/a", b"day,n\n", length=100)))


def test_a_chunked_body_without_its_end_is_refused(server):
    url = server.sends("/a", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")
    assert "cut short" in str(refusal(FetchFailed, url))


@pytest.mark.parametrize("data", [b"", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n"])
def test_an_answer_that_is_not_http_fails(server, data):
    assert "answer" in str(refusal(FetchFailed, server.sends("/a", data)))


def test_a_refused_connection_fails_and_can_be_tried_again():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert "could not be reached" in str(refusal(FetchFailed, f"http://127.0.0.1:{free.getsockname()[1]}/"))


def test_the_next_address_of_a_name_is_tried(server):
    server.answers("/a", b"x")
    options = {"allow": (*LOOPBACK, "::1/128"), "resolver": leads_to("::1", "127.0.0.1")}
    assert read(server.url("/a", host="two.test"), **options) == b"x"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (HEAD, b"x"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"y"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["body", "headers", "continue", "chunks"],
)
def test_a_server_that_drips_is_cut_off_at_the_one_deadline(server, start, drop):
    url, began = server.drips("/a", start, drop), time.monotonic()
    assert str(refusal(FetchFailed, url, seconds=0.3)) == "The server did not finish within 0.3 seconds."
    assert time.monotonic() - began < 2


def test_a_silent_server_is_cut_off(server):
    url = server.does("/a", lambda connection, closing: closing.wait())
    assert "within 0.2 seconds" in str(refusal(FetchFailed, url, seconds=0.2))


def test_redirects_share_the_one_deadline(server):
    def slowly(connection, closing):
        closing.wait(0.15)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n")

    assert "within 0.3 seconds" in str(refusal(FetchFailed, server.does("/a", slowly), seconds=0.3, max_redirects=50))


def test_a_resolver_that_hangs_is_left_behind():
    done = threading.Event()
    try:
        error = refusal(FetchFailed, "https://slow.test/", seconds=0.2, resolver=lambda *_, **__: done.wait() and [])
    finally:
        done.set()
    assert "within 0.2 seconds" in str(error)


def test_a_name_that_does_not_resolve_fails():
    def unknown(*_, **__):
        raise socket.gaierror("no such name")

    assert (
        str(refusal(FetchFailed, "https://nobody.test/", resolver=unknown))
        == "The name nobody.test could not be resolved."
    )
    refusal(FetchFailed, "https://nobody.test/", resolver=lambda *_, **__: [])


def test_a_host_name_too_long_for_names_is_refused():
    assert "not a valid host name" in str(refusal(FetchRefused, f"https://{'a' * 70}.test/", allow=()))


def test_an_entry_that_is_not_a_network_is_told_to_the_operator():
    assert "allowed networks" in str(refusal(FetchRefused, "https://example.test/", allow=("10.0.0.0/99",)))


def test_https_to_a_server_that_speaks_plain_http_fails(server):
    server.answers("/a", b"x")
    said = str(refusal(FetchFailed, server.url("/a", scheme="https"), seconds=2.0))
    assert said == "No encrypted connection to the server could be made."


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for signals.test that no one trusts."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key -out cert -subj /CN=signals.test"
    name = ["-addext", "subjectAltName=DNS:signals.test"]
    try:
        subprocess.run([*command.split(), *name], cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed, so no certificate can be made")
    return folder


@pytest.fixture
def tls_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert", certificate / "key")
    server = LocalServer(tls=context)
    server.answers("/a", b"safe")
    yield server
    server.close()


def test_a_certificate_nobody_vouches_for_is_refused(tls_server):
    url = tls_server.url("/a", host="signals.test", scheme="https")
    assert "not trusted" in str(refusal(FetchRefused, url, resolver=leads_to("127.0.0.1")))
    assert not tls_server.requests


def test_tls_proves_the_name_though_the_connection_goes_to_the_address(tls_server, certificate, monkeypatch):
    ours = ssl.create_default_context(cafile=str(certificate / "cert"))
    monkeypatch.setattr(guarded, "trust", lambda: ours)
    url = tls_server.url("/a", host="signals.test", scheme="https")
    assert read(url, resolver=leads_to("127.0.0.1")) == b"safe"
    other = tls_server.url("/a", host="other.test", scheme="https")
    assert "not trusted" in str(refusal(FetchRefused, other, resolver=leads_to("127.0.0.1")))
