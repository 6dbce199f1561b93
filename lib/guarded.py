"""The guarded httpx transport: it resolves a name once, judges every address it has, and connects to a judged one, so
a name that changes its answer between the check and the connection gains nothing. TLS still proves the name.

One deadline lies on the socket itself: a timeout per read never ends when a server sends a byte at a time.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import httpcore
import httpx

from lib.addresses import Network, address_refusal

Resolver = Callable[..., Iterable[tuple[Any, ...]]]


class FetchError(Exception):
    """Base of the three; `sentence` is what a person reads."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class FetchRefused(FetchError):
    """The address, the network or the answer is not acceptable; asking again cannot help."""


class FetchFailed(FetchError):
    """Transient; `retry_after` is in seconds when the server said so."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class FetchTooBig(FetchError):
    """The decoded answer is larger than the limit."""


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, above zero; raises FetchFailed when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> FetchFailed:
        return FetchFailed(f"The server did not finish within {self._seconds:g} seconds.")


@dataclass(frozen=True)
class Guard:
    networks: tuple[Network, ...]
    resolver: Resolver
    deadline: Deadline

    def addresses(self, host: str, port: int, *, plain: bool) -> list[str]:
        """Every address of the host, all of them judged: one bad address refuses the whole name."""
        found = list(dict.fromkeys(str(info[4][0]) for info in self._resolve(host, port)))
        if not found:
            raise FetchFailed(f"The name {host} has no address at the moment.")
        for address in found:
            if clause := address_refusal(address, self.networks, plain=plain):
                raise FetchRefused(f"The name {host} leads to {address}, which {clause}.")
        return found

    def _resolve(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """In a thread of its own: a resolver cannot be interrupted, only left behind."""
        answers: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(self.resolver(host, port, type=socket.SOCK_STREAM)))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=self.deadline.left())
        except queue.Empty:
            raise self.deadline.passed() from None
        if isinstance(answer, UnicodeError):
            raise FetchRefused(f"The name {host[:100]} is not a valid host name.")
        if isinstance(answer, OSError):
            raise FetchFailed(f"The name {host} could not be resolved.")
        if isinstance(answer, Exception):
            raise answer
        return answer


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, guard: Guard, *, plain: bool) -> None:
        self._guard, self._plain, self._inner = guard, plain, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses, deadline = self._guard.addresses(host, port, plain=self._plain), self._guard.deadline
        for tried, address in enumerate(addresses):
            share = deadline.left() / (len(addresses) - tried)
            try:
                stream = self._inner.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _DeadlineStream(stream, deadline)
        deadline.left()
        raise FetchFailed(f"The server {host} could not be reached.")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise FetchRefused("Sockets of this machine are not read.")


class _DeadlineStream(httpcore.NetworkStream):
    """Every read, write and handshake gets what is left of the one deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._timed():
            return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._timed():
            self._inner.write(buffer, self._deadline.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._timed():
            inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _DeadlineStream(inner, self._deadline)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        try:
            yield
        except httpcore.TimeoutException:
            raise self._deadline.passed() from None


class GuardedTransport(httpx.BaseTransport):
    """An httpx transport that connects only where the guard says, and speaks in the errors of this module."""

    def __init__(self, guard: Guard, *, plain: bool) -> None:
        self._connections = httpcore.ConnectionPool(
            ssl_context=trust(), max_connections=1, network_backend=_GuardedBackend(guard, plain=plain)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        with _in_our_words():
            response = self._connections.handle_request(
                httpcore.Request(request.method, target, headers=request.headers.raw, content=b"")
            )
        return httpx.Response(response.status, headers=response.headers, stream=_Stream(response))

    def close(self) -> None:
        self._connections.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _in_our_words():
            yield from cast(Iterable[bytes], self._response.stream)

    def close(self) -> None:
        self._response.close()


@cache
def trust() -> ssl.SSLContext:
    """The certificates of httpx and of this system, loaded once: it takes longer than most requests."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except httpcore.LocalProtocolError:
        raise FetchRefused("The headers for this source contain characters that HTTP does not allow.") from None
    except httpcore.RemoteProtocolError as error:
        cut = "incomplete" in str(error) or "without sending complete" in str(error)
        raise FetchFailed(
            "The answer of the server was cut short." if cut else "The answer is not valid HTTP."
        ) from None
    except httpcore.ConnectError as error:
        raise _tls_error(error) from None
    except httpcore.NetworkError:
        raise FetchFailed("The connection to the server broke off.") from None


def _tls_error(error: httpcore.ConnectError) -> FetchError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return FetchFailed("No encrypted connection to the server could be made.")
    return FetchRefused(f"The certificate of the server is not trusted: {cause.verify_message}.")
