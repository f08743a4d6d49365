"""A real `inspectd serve` process, and clients for it.

Service  starts it on a port of the system's choice, waits for its ready line,
         keeps its log, and stops it with SIGTERM, insisting on a clean end.
Api      speaks HTTP to it and shows every answer to spec_validator.
Wire     speaks bytes to it, for requests that no HTTP library would send.
"""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
from typing import Any, Iterable, Iterator, Mapping

from harness import cluster as clusters
from harness.described import scopes

try:
    import spec_validator
except ModuleNotFoundError:  # a copy of tests/ without the contract suite still works
    spec_validator = None

# Those of every route, and those of what is still to come.
ALL_SCOPES = sorted({*scopes(), "admin", "act_as", "audit:read", "reports:read"})

START_SECONDS, STOP_SECONDS = 30, 30
SANITIZER_REPORT = re.compile(
    r"ERROR: (Address|Leak|Memory)Sanitizer|WARNING: ThreadSanitizer|runtime error: |UndefinedBehaviorSanitizer"
)
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=0:exitcode=66:second_deadlock_stack=1",
}


class Service:
    """One running inspectd against one database of the cluster."""

    def __init__(self, cluster: clusters.Cluster, database: str, **settings: Any):
        self.cluster, self.database = cluster, database
        self.settings = {name: str(value) for name, value in settings.items()}
        self.wrapper: list[str] = []  # a command that starts it, such as ["prlimit", "--nofile=64"]
        self.program = clusters.binary()
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.ready_line = ""
        descriptor, log = tempfile.mkstemp(prefix="inspectd-", suffix=".log")
        os.close(descriptor)
        self.log_path = pathlib.Path(log)
        self._keys: dict[tuple, str] = {}

    # --- life ---------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "INSPECTD_DATABASE_URL": self.cluster.url(self.database, clusters.SERVICE),
            "INSPECTD_OWNER_URL": self.cluster.url(self.database),
            "INSPECTD_SECRET_FILE": str(self.cluster.secret),
            "INSPECTD_BIND": "127.0.0.1",
            "INSPECTD_PORT": "0",
            "INSPECTD_JOBS_S": "0",  # what a test has not done, nothing else does meanwhile
            "INSPECTD_RATE": "1000000",  # a suite asks more in a minute than a client should
        }
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTD")}
        return theirs | SANITIZERS | ours | self.settings

    def start(self) -> "Service":
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                # A killed test run must not leave its services behind.
                ["setpriv", "--pdeathsig=TERM", "--", *self.wrapper, str(self.program), "serve"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self.ready_line = self._read_ready_line()
        self.port = int(self.ready_line.rsplit(":", 1)[1])
        return self

    def stop(self) -> None:
        """SIGTERM, then exit status 0 and no sanitizer report, or the test fails."""
        if not self.process:
            return
        status = self.end(signal.SIGTERM)
        assert status == 0, f"inspectd ended with status {status}:\n{self.log_tail()}"
        self.check_sanitizers()

    def end(self, how: signal.Signals, timeout: float = STOP_SECONDS) -> int:
        """Sends a signal, waits for the end, and hands back the exit status (negative: a signal's number)."""
        process, self.process = self.process, None
        process.send_signal(how)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"inspectd did not end within {timeout} s:\n{self.log_tail()}") from None
        finally:
            process.stdout.close()
        return status

    def close(self) -> None:
        try:
            self.stop()
        finally:
            self.log_path.unlink(missing_ok=True)

    def check_sanitizers(self) -> None:
        found = SANITIZER_REPORT.search(self.log_text)
        assert not found, f"a sanitizer complained:\n{self.log_text[max(0, found.start() - 200):][:8000]}"

    # --- what it said -------------------------------------------------------

    @property
    def log_text(self) -> str:
        return self.log_path.read_text(errors="replace")

    def log_tail(self, characters: int = 6000) -> str:
        return self.log_text[-characters:]

    def log_lines(self) -> list[dict]:
        """The log's lines, each parsed: a line that is not JSON fails here."""
        return [json.loads(line) for line in self.log_text.splitlines() if line]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- callers ------------------------------------------------------------

    def run(self, *arguments: str) -> str:
        """A subcommand against this service's database; its standard output."""
        return clusters.inspectd(*arguments, **self.environment)

    def make_key(
        self,
        scopes: Iterable[str] = tuple(ALL_SCOPES),
        name: str = "test",
        new: bool = False,
        authorities: Iterable[str] | None = None,
        clearance: str | None = None,
    ) -> str:
        """An API key with these scopes, bound to `authorities` (None: to none) and cleared for `clearance` (None: for
        all there is). All scopes are all that such a client may have. The same question gets the same key unless new.
        """
        question = (tuple(scopes), name, None if authorities is None else tuple(authorities), clearance)
        if new or question not in self._keys:
            wanted = "all" if question[0] == tuple(ALL_SCOPES) else ",".join(question[0])
            arguments = ["client", "add", "--name", name, "--scopes", wanted]
            arguments += ["--authorities", ",".join(question[2])] if question[2] is not None else []
            arguments += ["--clearance", clearance] if clearance else []
            self._keys[question] = self.run(*arguments).strip()
        return self._keys[question]

    def api(self, key: str | None = None, **headers: str) -> "Api":
        return Api(self.port, key, headers)

    def admin(self) -> "Api":
        return self.api(self.make_key())

    def wire(self) -> "Wire":
        return Wire(self.port)

    # --- inside -------------------------------------------------------------

    def _read_ready_line(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            byte = os.read(self.process.stdout.fileno(), 1) if readable else b""
            if not byte:
                self.process.kill()
                status = self.process.wait()
                self.process.stdout.close()
                self.process = None
                raise RuntimeError(f"inspectd was not ready (status {status}):\n{self.log_tail()}")
            line += byte
        return line.decode().rstrip("\n")


class Answer:
    """One response: status, headers (any case), body, and ways to look at it."""

    def __init__(self, method: str, target: str, status: int, headers: http.client.HTTPMessage, body: bytes):
        self.method, self.target, self.status, self.headers, self.body = method, target, status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> list:
        return self.json["data"]

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.data]

    @property
    def etag(self) -> str | None:
        return self.headers["ETag"]

    @property
    def location(self) -> str | None:
        return self.headers["Location"]

    @property
    def problem(self) -> dict:
        assert self.headers.get_content_type() == "application/problem+json", f"not a problem: {self}"
        return self.json

    @property
    def pointers(self) -> list[str | None]:
        """Where each complaint of a problem points."""
        return [error.get("pointer") for error in self.problem.get("errors", [])]

    @property
    def codes(self) -> list[str | None]:
        return [error.get("code") for error in self.problem.get("errors", [])]

    def expect(self, *statuses: int) -> "Answer":
        assert self.status in statuses, f"expected {' or '.join(map(str, statuses))}, got {self}"
        return self

    def __str__(self) -> str:
        body = self.body[:3000].decode("utf-8", "replace")
        return f"{self.status} to {self.method} {self.target}\n{self.headers}{body}"


class Api:
    """An HTTP client bound to a key. Requests go out exactly as written: nothing is normalised.

    `expect` is a status or several, checked at once. `if_match="auto"` reads the
    item first and sends its ETag; None sends no If-Match. Any other keyword
    becomes nothing: headers are given as headers={"Accept": "text/csv"}.
    """

    def __init__(self, port: int, key: str | None = None, headers: Mapping[str, str] | None = None):
        self.port, self.key, self.headers = port, key, dict(headers or {})
        self.validate = True
        self._local = threading.local()

    def with_key(self, key: str | None) -> "Api":
        return Api(self.port, key, self.headers)

    def with_headers(self, **headers: str) -> "Api":
        """with_headers(X_Acting_User="a") sends X-Acting-User in every request."""
        return Api(self.port, self.key, self.headers | {k.replace("_", "-"): v for k, v in headers.items()})

    # --- methods ------------------------------------------------------------

    def get(self, path: str, params: Any = None, **options: Any) -> Answer:
        return self.request("GET", path, params=params, **options)

    def head(self, path: str, params: Any = None, **options: Any) -> Answer:
        return self.request("HEAD", path, params=params, **options)

    def options(self, path: str, **options: Any) -> Answer:
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, json: Any = None, *, idempotency_key: str | None = None, **options: Any) -> Answer:
        headers = dict(options.pop("headers", None) or {})
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self.request("POST", path, json=json, headers=headers, **options)

    def patch(self, path: str, json: Any = None, *, if_match: str | None = "auto", **options: Any) -> Answer:
        options.setdefault("content_type", "application/merge-patch+json")
        return self.request("PATCH", path, json=json, if_match=if_match, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.request("PUT", path, json=json, **options)

    def delete(self, path: str, *, if_match: str | None = "auto", **options: Any) -> Answer:
        return self.request("DELETE", path, if_match=if_match, **options)

    def move(
        self, path: str, to: str, on: str | None = None, reason: str | None = None, *,
        if_match: str | None = "auto", **options: Any,
    ) -> Answer:
        """A transition of the item at `path`."""
        body = {"to": to, "on": on, "reason": reason}
        body = {name: value for name, value in body.items() if value is not None}
        if if_match == "auto":
            if_match = self._etag(path)
        head, _, query = path.partition("?")
        target = f"{head}/transitions" + (f"?{query}" if query else "")
        return self.request("POST", target, json=body, if_match=if_match, **options)

    # --- conveniences -------------------------------------------------------

    def create(self, path: str, body: Any, **options: Any) -> dict:
        """POST that must succeed; the new object."""
        return self.post(path, body, expect=201, **options).json

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Answer]:
        """Every page of a list, following next_cursor."""
        params = dict(params or {})
        while True:
            answer = self.get(path, params, expect=200)
            yield answer
            if not answer.json["page"]["has_more"]:
                return
            params["cursor"] = answer.json["page"]["next_cursor"]

    def all(self, path: str, params: Mapping[str, Any] | None = None) -> list[dict]:
        return [row for page in self.pages(path, params) for row in page.data]

    # --- the request --------------------------------------------------------

    def request(
        self, method: str, target: str, *, params: Any = None, json: Any = None, data: bytes | str | None = None,
        content_type: str | None = None, headers: Mapping[str, str | None] | None = None,
        if_match: str | None = None, key: Any = ..., expect: int | Iterable[int] | None = None,
        validate: bool | None = None,
    ) -> Answer:
        if if_match == "auto":
            if_match = self._etag(target)
        if params:
            pairs = params.items() if isinstance(params, Mapping) else params
            target += ("&" if "?" in target else "?") + urllib.parse.urlencode([(k, _text(v)) for k, v in pairs])
        body = self._body(json, data)
        sent = self._headers(body, content_type, if_match, key, headers)
        answer = self._exchange(method, target, body, sent)
        if spec_validator and (self.validate if validate is None else validate):
            # No multi-valued header is defined, but Link and Vary may repeat: join as HTTP says.
            flat: dict[str, str] = {}
            for name, value in answer.headers.items():
                flat[name] = f"{flat[name]}, {value}" if name in flat else value
            spec_validator.check(method, target, answer.status, flat, answer.body)
        if expect is not None:
            answer.expect(*([expect] if isinstance(expect, int) else expect))
        return answer

    def _etag(self, target: str) -> str | None:
        return self.get(target.partition("?")[0]).etag

    @staticmethod
    def _body(value: Any, data: bytes | str | None) -> bytes | None:
        if data is not None:
            return data.encode() if isinstance(data, str) else data
        return None if value is None else json.dumps(value, ensure_ascii=False).encode()

    def _headers(self, body, content_type, if_match, key, extra) -> dict[str, str]:
        headers = dict(self.headers)
        key = self.key if key is ... else key
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        if body is not None:
            headers["Content-Type"] = content_type or "application/json"
        if if_match is not None:
            headers["If-Match"] = if_match
        headers |= extra or {}
        return {name: value for name, value in headers.items() if value is not None}  # None takes a header away

    def _exchange(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        reused = getattr(self._local, "connection", None) is not None
        try:
            return self._once(method, target, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            # A kept connection may have been closed since, for idleness or a restart; a new one may not.
            if not reused:
                raise
            return self._once(method, target, body, headers)

    def _once(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode() if isinstance(value, str) else value)
            if body is not None or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            response = connection.getresponse()
            answer = Answer(method, target, response.status, response.headers, response.read())
            if response.will_close:
                self.close()
            return answer
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


class Wire:
    """A bare socket. `with service.wire() as wire: wire.send(b"GET ..."); status, headers, body = wire.receive()`"""

    def __init__(self, port: int, timeout: float = 30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> "Wire":
        self.socket.sendall(data)
        return self

    def receive(self, method: str = "GET") -> tuple[int, http.client.HTTPMessage, bytes]:
        """The next response, read as HTTP; ConnectionError if the server just closes."""
        response = http.client.HTTPResponse(self.socket, method=method)
        try:
            response.begin()
            return response.status, response.headers, response.read()
        finally:
            response.close()

    def receive_all(self) -> bytes:
        """Everything until the server closes the connection (or resets it)."""
        received = b""
        try:
            while block := self.socket.recv(65536):
                received += block
        except ConnectionResetError:
            pass
        return received
