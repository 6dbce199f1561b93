"""A tiny server on loopback that answers with exactly the bytes a test writes, also those no real server sends."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable

TLS_HELLO = b"\x16"
Reply = Callable[[socket.socket, threading.Event], None]


class LocalServer:
    """`replies` maps a path to what is sent for it; `requests` keeps the heads of all requests received."""

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.replies: dict[str, Reply] = {}
        self.requests: list[str] = []
        self.closing = threading.Event()
        self._server = _Server((host, 0), _Handler)
        self._server.owner, self._server.tls = self, tls
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def answers(
        self, path: str, body: bytes = b"", *, status: int = 200, length: int | None = None, **headers: str
    ) -> str:
        """Lets `path` answer so; the URL of it."""
        lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body) if length is None else length}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.sends(path, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def sends(self, path: str, data: bytes) -> str:
        return self.does(path, lambda connection, closing: connection.sendall(data))

    def does(self, path: str, reply: Reply) -> str:
        self.replies[path] = reply
        return self.url(path)

    def drips(self, path: str, start: bytes, drop: bytes) -> str:
        """Sends `start`, then `drop` every 10 ms for as long as anyone listens."""

        def reply(connection: socket.socket, closing: threading.Event) -> None:
            connection.sendall(start)
            while not closing.wait(0.01):
                connection.sendall(drop)

        return self.does(path, reply)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A client that hangs up is what many of these tests want."""


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        connection = self.request
        if self.server.tls:
            connection = self.server.tls.wrap_socket(connection, server_side=True)
        head = b""
        while b"\r\n\r\n" not in head and not head.startswith(TLS_HELLO):
            got = connection.recv(65536)
            if not got:
                return
            head += got
        if head.startswith(TLS_HELLO):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        owner = self.server.owner
        owner.requests.append(head.decode("latin-1"))
        owner.replies[head.split()[1].decode()](connection, owner.closing)
        if self.server.tls:
            connection.unwrap()
