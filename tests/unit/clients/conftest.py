"""A fake HTTP server, for what no real one does on demand: it sends exactly the bytes that it is given."""

from __future__ import annotations

import contextlib
import re
import socket
import threading

import pytest

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Server:
    """Answers each request with the next of *answers*: bytes, or a function of the connection, its last.

    *greet* is such a function too, called as soon as a connection is made.
    """

    def __init__(self, *answers, tls=None, greet=None, host="127.0.0.1"):
        self.requests = []
        self.server_names = []
        self.connections = []
        self.answers = list(answers)  # a test may set them later
        self._greet = greet
        self._tls = tls
        if tls:
            tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        place = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if tls else 'http'}://{place}:{self.port}"
        self._threads = []

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        for open_socket in (self._listener, *self.connections):
            with contextlib.suppress(OSError):  # wakes the thread that waits on it
                open_socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._listener.close()

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            if self._greet:
                self._greet(connection)
                return
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._answer(connection)

    def _answer(self, connection):
        while request := _request(connection):
            self.requests.append(request)
            answer = self.answers.pop(0) if self.answers else _OK
            if callable(answer):
                answer(connection)
                return
            connection.sendall(answer)


def _request(connection):
    """The bytes of one request, with its body; b"" where the client hung up."""
    data = b""
    while (end := data.find(b"\r\n\r\n") + 4) < 4 or len(data) < end + _body_length(data[:end]):
        if not (more := connection.recv(65536)):
            return b""
        data += more
    return data


def _body_length(head):
    found = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return int(found[1]) if found else 0


@pytest.fixture
def serve():
    """The fake: ``with serve(answer, …) as server`` listens at ``server.url``."""
    return Server
