"""A guarded HTTP client: reads one address for the product without opening a door into the operator's network.

`fetch` answers the decoded body, or raises one of three errors whose text is one sentence for a person:
`FetchRefused` (asking again cannot help), `FetchFailed` (try later) and `FetchTooBig` (raise the limit, or ask less).
"""

from __future__ import annotations

import ipaddress
import re
import socket
import zlib
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime

import httpx

from lib.addresses import Network
from lib.guarded import Deadline, FetchError, FetchFailed, FetchRefused, FetchTooBig, Guard, GuardedTransport, Resolver

__all__ = ["FetchError", "FetchFailed", "FetchRefused", "FetchTooBig", "fetch"]

HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRY_LATER = frozenset({408, 425, 429})
LONGEST_WAIT = 86_400.0


def fetch(
    url: str,
    *,
    allow: Sequence[str] = (),
    max_bytes: int,
    seconds: float,
    max_redirects: int = 3,
    headers: Mapping[str, str] | None = None,
    resolver: Resolver = socket.getaddrinfo,
) -> bytes:
    """The decoded body at `url`. `allow`: networks (CIDR) the operator opens beyond the public internet, where plain
    http is accepted too. `seconds` covers everything: names, connections, redirects, headers and body.
    `headers` go to the first origin only; ours and Host are not overridden."""
    guard = Guard(_networks(allow), resolver, Deadline(seconds))
    here, sent = _parsed(url), dict(headers or {})
    for _ in range(max_redirects + 1):
        answer = _visit(here, sent, guard, max_bytes)
        if isinstance(answer, bytes):
            return answer
        if _origin(answer) != _origin(here):
            sent = {}
        here = answer
    raise FetchRefused(f"The server redirected more than {max_redirects} times.")


def _visit(url: httpx.URL, headers: Mapping[str, str], guard: Guard, max_bytes: int) -> bytes | httpx.URL:
    """One hop: the body, or where the server sends us next. Straight through our transport: an httpx client would keep
    cookies, look for proxies in the environment, and log the address with whatever secret its query holds."""
    request = _request(url, headers)
    with GuardedTransport(guard, plain=url.scheme == "http") as transport:
        response = transport.handle_request(request)
        try:
            if response.status_code in REDIRECTS:
                return _next(url, response)
            _refuse_unless_ok(response)
            return _body(response, guard.deadline, max_bytes)
        finally:
            response.close()


def _request(url: httpx.URL, headers: Mapping[str, str]) -> httpx.Request:
    ours = {"user-agent": "stakes", "accept": "*/*", "accept-encoding": "gzip", "connection": "close"}
    theirs = {name: value for name, value in headers.items() if name.lower() not in (*ours, "host")}
    try:
        return httpx.Request("GET", url, headers={**theirs, **ours})
    except (ValueError, TypeError):
        raise FetchRefused("The headers for this source contain characters that HTTP does not allow.") from None


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise FetchRefused("The address is not a valid URL.") from None
    return _acceptable(url)


def _acceptable(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("https", "http"):
        raise FetchRefused(f"The address must start with https://, not {url.scheme or 'nothing'}.")
    if url.userinfo:
        raise FetchRefused("The address must not contain a user name or password.")
    if not HOST.fullmatch(url.raw_host) or not (url.port is None or 0 < url.port < 65_536):
        raise FetchRefused("The address is not a valid URL.")
    return url


def _next(here: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "")
    if not location:
        raise FetchRefused("The server redirected without saying where to.")
    try:
        return _acceptable(here.join(location))
    except (httpx.InvalidURL, ValueError):
        raise FetchRefused("The server redirected to something that is not a valid URL.") from None


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _refuse_unless_ok(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    sentence = f"The server answered {status}."
    if status in TRY_LATER or status >= 500:
        raise FetchFailed(sentence, _retry_after(response.headers))
    raise FetchRefused(sentence)


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds; a date is measured against the server's own clock, so that ours need not agree with it."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)


def _body(response: httpx.Response, deadline: Deadline, max_bytes: int) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise _too_big(max_bytes)
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    read = bytearray()
    for chunk in response.iter_raw():
        deadline.left()
        read += unpack.take(chunk, max_bytes + 1 - len(read))
        if len(read) > max_bytes:
            raise _too_big(max_bytes)
    unpack.finish()
    return bytes(read)


def _too_big(max_bytes: int) -> FetchTooBig:
    return FetchTooBig(f"The answer is larger than the limit of {max_bytes:,} bytes.")


class _Plain:
    def take(self, data: bytes, room: int) -> bytes:
        return data

    def finish(self) -> None:
        pass


class _Gunzip:
    """Unpacks at most `room` bytes at a time: httpx's own decoder unpacks a whole chunk before anyone can object."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)

    def take(self, data: bytes, room: int) -> bytes:
        out = bytearray()
        while data and len(out) < room:
            if self._member.eof:
                self._member = zlib.decompressobj(wbits=31)
            try:
                out += self._member.decompress(data, room - len(out))
            except zlib.error:
                raise FetchFailed("The compressed answer of the server is damaged.") from None
            data = self._member.unused_data or self._member.unconsumed_tail
        return bytes(out)

    def finish(self) -> None:
        if not self._member.eof:
            raise FetchFailed("The answer of the server was cut short.")


def _unpacker(encoding: str) -> _Plain | _Gunzip:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip"):
        return _Gunzip()
    raise FetchRefused(f"The server compresses its answer as {encoding[:40]!r}; only gzip is understood.")


def _networks(allow: Sequence[str]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in allow)
    except ValueError:
        raise FetchRefused("The operator's list of allowed networks has an entry that is not a network.") from None
