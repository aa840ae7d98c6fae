"""A web server on the loopback interface that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Message


# Given the request, an answer; or, given the open connection too, whatever the function writes to it.
Route = Answer | Callable[[Asked], Answer]
RawRoute = Callable[[BinaryIO], None]


class FeedServer:
    """``routes``: path -> Answer, or a function of the request. ``raw``: path -> a function that writes the answer."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.raw: dict[str, RawRoute] = {}
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, body: str | bytes, path: str = "/feed", **headers: str) -> str:
        """Serve a body with headers (underscores stand for dashes); its URL."""
        data = body.encode() if isinstance(body, str) else body
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.routes[path] = Answer(data, headers={"Content-Type": "application/xml", **names})
        return self.url(path)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = Asked(self.path, self.headers)
                owner.asked.append(asked)
                if self.path in owner.raw:
                    owner.raw[self.path](self.wfile)  # type: ignore[arg-type]
                    self.close_connection = True
                    return
                route = owner.routes.get(self.path, Answer(b"nothing here", 404))
                answer = route if isinstance(route, Answer) else route(asked)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if answer.status != 304:
                    self.wfile.write(answer.body)

            def handle(self) -> None:
                # A client that has had enough hangs up.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    super().handle()

            def log_message(self, *args: object) -> None:
                pass

        return Handler
