"""What must stay secret: keys, tokens and passwords, in whatever the service writes, answers or leaves behind."""

from __future__ import annotations

import base64
import json
import pathlib
import signal
import subprocess
import time
from typing import Any, Iterator

import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.service import Service

TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJwZXJzb24iLCJzY29wZSI6ImFkbWluIn0.c2lnbmF0dXJl_and-more"


@pytest.fixture(scope="module")
def talkative(service: Service, start_service) -> Service:
    return start_service(service.database, INSPECTD_LOG_LEVEL="debug", INSPECTD_CORS_ORIGINS="https://front.example")


@pytest.fixture(scope="module")
def secrets_sent(service: Service) -> list[str]:
    """A key that works, one that does not, and a token."""
    return [service.make_key(), "ik_" + "Zq4-_" * 8 + "xyz", TOKEN]


def misplaced(secret: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests with a secret where it does not belong: name, and what to ask."""
    good = json.dumps({"title": "x"}).encode()
    for name, target in {
        "name of a parameter": f"/v1/actions?{secret}=1", "value": f"/v1/actions?key={secret}",
        "limit": f"/v1/actions?limit={secret}", "status": f"/v1/actions?status={secret}", "sort": f"/v1/actions?sort={secret}",
        "fields": f"/v1/actions?fields={secret}", "id": f"/v1/actions?id={secret}", "cursor": f"/v1/actions?cursor={secret}",
        "date": f"/v1/actions?due_on_gte={secret}", "time": f"/v1/actions?as_recorded_at={secret}",
        "authority": f"/v1/actions?authority_id={secret}", "expand": f"/v1/actions?expand={secret}",
        "path": f"/v1/actions/{secret}", "address": f"/{secret}", "deep": f"/v1/authorities/{secret}/actions",
        "escaped": "/v1/actions?limit=" + "".join(f"%{ord(c):02x}" for c in secret),
        "reference": f"/v1/inspections?external_ref={secret}:x", "problem": f"/problems/{secret}",
    }.items():
        yield name, {"method": "GET", "target": target}
    for header in ("X-Api-Key", "X-Request-ID", "X-Acting-User", "traceparent", "Cookie", "Accept", "If-None-Match", "Origin",
                   "User-Agent", "Proxy-Authorization", "X-Forwarded-For"):
        yield header, {"method": "GET", "target": "/v1/actions?nonsense=1", "headers": {header: secret}}
    for header in ("Idempotency-Key", "Content-Type", "If-Match", "Content-Encoding"):
        yield header, {"method": "POST", "target": "/v1/actions", "data": good, "headers": {header: secret}}
    for name, body in {
        "not JSON": secret, "a string": json.dumps(secret), "member": json.dumps({secret: 1}),
        "status": json.dumps({"authority_id": "806", "title": "x", "status": secret}),
        "reference": json.dumps({"authority_id": secret, "title": "x"}),
        "date": json.dumps({"authority_id": "806", "title": "x", "due_on": secret}),
        "list": json.dumps({"authority_id": "806", "title": "x", "finding_ids": [secret]}),
        "refs": json.dumps({"authority_id": "806", "title": "x", "external_refs": {secret: secret}, "nonsense": 1}),
        "a member twice": f'{{"{secret}":1,"{secret}":2}}', "cut short": f'{{"title":"{secret}',
    }.items():
        yield f"body: {name}", {"method": "POST", "target": "/v1/actions", "data": body.encode()}


def authorizations(secret: str) -> list[str]:
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    return [secret, f"Bearer {secret}x", f"Token {secret}", f"Bearer {secret} {secret}", f"Bearer {secret}, Bearer {secret}",
            f"Bearer\t{secret}", f"Bearer \"{secret}\"", f"Basic {basic}", f"Bearer x{secret}"]


# --- in the log and in problems ------------------------------------------------------------------


def test_no_secret_is_in_the_log_or_in_a_problem_wherever_it_was_put(talkative, secrets_sent, service):
    api = talkative.api(service.make_key())
    with Cases() as case:
        for secret in secrets_sent:
            for name, request in misplaced(secret):
                with case(name):
                    answer = api.request(**request)
                    assert answer.status < 500
                    if answer.status >= 400:
                        assert secret not in answer.text and secret[:20] not in answer.text
                    assert secret not in str(answer.headers)
            for value in authorizations(secret):
                with case(value[:12]):
                    answer = api.get("/v1", headers={"Authorization": value}, key=None)
                    if value.startswith("Bearer\t"):
                        continue  # RFC 6750 has a space; whether a tab will do is no secret
                    assert answer.expect(401).text.count(secret[:20]) == 0 and secret not in str(answer.headers)
        with case("the log"):
            text = talkative.log_text
            assert text.count('"message":"request"') > 100 and "ik_***" in text and "eyJ***" in text
            for secret in secrets_sent:
                assert secret not in text and secret[:20] not in text and secret[-20:] not in text
                assert base64.b64encode(f"{secret}:".encode()).decode()[:30] not in text
            talkative.log_lines()  # each of them is JSON still


def test_two_authorizations_are_none_and_neither_is_told(talkative, secrets_sent):
    for first in secrets_sent:
        for second in secrets_sent:
            with talkative.wire() as wire:
                wire.send(f"GET /v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {first}\r\n"
                          f"AUTHORIZATION: Bearer {second}\r\nConnection: close\r\n\r\n".encode())
                status, headers, body = wire.receive()
            assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer")
            assert first.encode() not in body
    assert not [secret for secret in secrets_sent if secret in talkative.log_text]


def test_what_the_http_library_refuses_is_logged_without_the_key(talkative, secrets_sent):
    for secret in secrets_sent:
        line = f"Authorization: Bearer {secret}\r\n"
        for data in (f"GET /v1 HTTP/1.1\r\n{line}\r\n", f"GET /{secret} HTTP/9.9\r\nHost: x\r\n{line}\r\n",
                     f"GET /v1 HTTP/1.1\r\nHost: x\r\n{line}Transfer-Encoding: {secret}\r\n\r\n",
                     f"{secret}\r\n\r\n", f"GET /v1 HTTP/1.1\r\nHost: x\r\n{line}X: {'a' * 200000}\r\n\r\n"):
            with talkative.wire() as wire:
                wire.socket.settimeout(1)
                try:
                    wire.send(data.encode()).socket.shutdown(1)
                    wire.receive_all()
                except OSError:
                    pass  # closed before all of it was sent
    assert not [secret for secret in secrets_sent if secret[:20] in talkative.log_text]


def test_the_metrics_know_of_no_secret(talkative, secrets_sent):
    text = talkative.api().get("/metrics", expect=200).text
    assert not [secret for secret in secrets_sent if secret[:10] in text]


# --- the database's password ----------------------------------------------------------------------


PASSWORD = "Tr0ub4dor-and-3"


def test_the_password_of_the_database_is_in_no_log_and_no_answer(service, start_service, cluster):
    own = f"{cluster.url(service.database, clusters.SERVICE)} password={PASSWORD}"
    away = f"{own} host=/nonexistent"
    for url, ready in ((own, 200), (away, 503)):
        served = start_service(service.database, INSPECTD_DATABASE_URL=url, INSPECTD_LOG_LEVEL="debug")
        api = served.api(service.make_key())
        answers = [api.get(path) for path in ("/readyz", "/v1/actions", "/v1/actions?limit=x", "/metrics", "/v1/me")]
        assert answers[0].status == ready
        assert not [answer for answer in answers if PASSWORD in answer.text]
        assert PASSWORD not in served.log_text and PASSWORD not in served.ready_line


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://inspectd:Tr0ub4dor@and-3@db.example/inspectd", "postgresql://inspectd:Tr0ub4dor/and-3@db.example/x",
        "postgresql://inspectd:Tr0ub4dor%and-3@db.example/x", "postgresql://inspectd:Tr0ub4dor#and-3@db.example/x",
        "postgresql://inspectd:Tr0ub4dor?and-3@db.example/x", "postgres://inspectd:[Tr0ub4dor]and-3@db.example/x",
        "host=/nonexistent password=Tr0ub4dor and-3", "host=/nonexistent password='Tr0ub4dor", "password=Tr0ub4dor and-3=x",
    ],
)
def test_a_connection_string_that_cannot_be_read_is_not_quoted(service, start_service, url):
    """libpq takes what follows a stray mark for a host, a port or an option, and would name it."""
    served = start_service(service.database, INSPECTD_DATABASE_URL=url, INSPECTD_LOG_LEVEL="debug", INSPECTD_CONNECT_MS=300)
    answer = served.api().get("/readyz", expect=503)
    for part in ("Tr0ub4dor", "and-3"):
        assert part not in served.log_text and part not in answer.text
    assert "cannot be read" in served.log_text


# --- commands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["describe", "--help", "--version", "no-such-command"])
def test_no_command_prints_a_setting_that_is_secret(service, command):
    environment = service.environment | {
        "INSPECTD_DATABASE_URL": f"host=db.example password={PASSWORD}", "INSPECTD_OWNER_URL": f"postgresql://o:{PASSWORD}@h/d",
    }
    done = subprocess.run([clusters.binary(), command], env=environment, capture_output=True, text=True, timeout=60)
    assert PASSWORD not in done.stdout + done.stderr and "db.example" not in done.stdout + done.stderr


def test_the_title_of_the_process_says_no_more_than_its_name(service):
    words = pathlib.Path(f"/proc/{service.process.pid}/cmdline").read_bytes().split(b"\0")
    assert words == [str(clusters.binary()).encode(), b"serve", b""]


# --- what a crash leaves -----------------------------------------------------------------------------


class Crash:
    """A process started in a folder of its own with no limit on core dumps, and ended by SIGSEGV."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.wrapper = ["prlimit", "--core=unlimited:unlimited", "env", f"--chdir={folder}"]

    def leftovers(self, process: subprocess.Popen) -> list[pathlib.Path]:
        process.send_signal(signal.SIGSEGV)
        assert process.wait(60) == -signal.SIGSEGV
        return list(self.folder.iterdir())


@pytest.fixture
def crash(tmp_path) -> Crash:
    """Only where a crash of some other program leaves a dump there, so that none is a sign of something."""
    made = Crash(tmp_path / "any")
    made.folder.mkdir()
    process = subprocess.Popen([*made.wrapper, "sleep", "60"])
    while pathlib.Path(f"/proc/{process.pid}/comm").read_text() != "sleep\n":
        time.sleep(0.005)
    if not made.leftovers(process):
        pytest.skip("this system keeps its core dumps elsewhere; unit/core/test_process.c shows what forbids them")
    ours = Crash(tmp_path / "ours")
    ours.folder.mkdir()
    return ours


def test_a_crash_leaves_nothing_that_could_hold_a_key(crash, cluster, service):
    """Started with no limit on core dumps; unit/core/test_process.c shows each of the two things that forbid them."""
    served = Service(cluster, service.database, ASAN_OPTIONS="handle_segv=0:disable_coredump=0")
    served.wrapper = crash.wrapper
    served.start()
    try:
        served.api(service.make_key()).get("/v1/actions", expect=200)
        assert core_limit(served.process.pid) == "0"
        assert crash.leftovers(served.process) == []
    finally:
        served.process.stdout.close()
        served.process = None
        served.close()


def core_limit(pid: int) -> str:
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    return next(line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size"))


def test_whoever_asks_for_core_dumps_may_have_them(cluster, service):
    served = Service(cluster, service.database, INSPECTD_CORE_DUMPS=1, ASAN_OPTIONS="disable_coredump=0")
    served.wrapper = ["prlimit", "--core=unlimited:unlimited"]
    try:
        assert core_limit(served.start().process.pid) == "unlimited"
    finally:
        served.close()
