"""The database away, restarting or slow: 503 in good time, nothing half-written, and all well afterwards."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import signal
import threading
import time
from typing import Iterator

import pytest

from harness import cluster as clusters
from harness.examples import Given, Journal
from harness.service import Answer, Service

CONNECT, STATEMENT, LOCK = 0.5, 1.0, 0.3
SLACK = 2.0  # for the sanitizers and a busy machine


@pytest.fixture(scope="module")
def own() -> Iterator[clusters.Cluster]:
    """A cluster to maltreat, of this module alone. A crash must lose nothing, so it is durable."""
    cluster = clusters.Cluster(clusters.template(), durable=True)
    try:
        yield cluster.start()
    finally:
        cluster.close()


@pytest.fixture(scope="module")
def service(own) -> Iterator[Service]:
    service = Service(own, own.clone(clusters.REFERENCE), INSPECTD_WORKERS=4, INSPECTD_CONNECT_MS=int(CONNECT * 1000),
                      INSPECTD_STATEMENT_MS=int(STATEMENT * 1000), INSPECTD_LOCK_MS=int(LOCK * 1000))
    try:
        yield service.start()
    finally:
        service.close()


@pytest.fixture
def api(service):
    return service.admin()


@contextlib.contextmanager
def looking(own, service):
    with own.connect(service.database, clusters.SUPERUSER) as connection:
        yield connection


@pytest.fixture
def given(api, own, service):
    with looking(own, service) as connection:
        return Given(api, connection)


@pytest.fixture(autouse=True)
def recovers(own, service, api):
    """Whatever a test does, the same process answers again soon after, without a restart."""
    pid = service.process.pid
    yield
    if own._server is None:
        own.start()
    await_ready(api)
    assert service.process.poll() is None and service.process.pid == pid
    for _ in range(8):  # each worker has a connection of its own
        api.get("/v1/authorities/806", expect=200)


def await_ready(api, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while api.get("/readyz").status != 200:
        assert time.monotonic() < deadline, "it did not become ready"
        time.sleep(0.02)


def position(own, service) -> int:
    with looking(own, service) as connection:
        return Journal(connection).position()


def timed(call) -> tuple[float, Answer]:
    began = time.monotonic()
    return (lambda answer: (time.monotonic() - began, answer))(call())


def assert_unavailable(answer: Answer) -> None:
    assert answer.status == 503, str(answer)
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.problem["type"].rsplit("/", 1)[1] in ("unavailable", "database-timeout")
    assert not any(secret in answer.text for secret in ("socket", "dbname", "SELECT", "inspectd_service"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_while_the_database_is_away_everything_that_needs_it_is_503_and_the_rest_answers(own, service, api, given, how):
    row, body = given.action(), given.body("actions")
    path, before = f"/v1/actions/{row['id']}", position(own, service)
    etag = api.get(path).etag
    own.stop(how)

    calls = [
        lambda: api.get("/readyz"), lambda: api.get(path), lambda: api.get("/v1/authorities"),
        lambda: api.get("/v1/findings/counts?by=status"),
        lambda: api.get("/v1/findings", headers={"Accept": "text/csv"}), lambda: api.get("/v1/search", {"q": "x"}),
        lambda: api.post("/v1/actions", body, idempotency_key=f"away {how}"), lambda: api.delete(path, if_match=etag),
        lambda: api.patch(path, {"title": "x"}, if_match=etag), lambda: api.move(path, "in_progress", if_match=etag),
    ]
    for call in calls:
        seconds, answer = timed(call)
        assert seconds < CONNECT + SLACK
        assert_unavailable(answer)
    for known in ("/livez", "/metrics", "/v1/openapi.json", "/docs", "/problems/unavailable"):
        seconds, _ = timed(lambda: api.get(known, expect=200))
        assert seconds < SLACK
    # What is wrong with the request itself needs no database to be seen.
    api.get("/v1/nonsense", expect=404)
    api.request("PUT", "/v1/actions", expect=405)

    own.start()
    await_ready(api)
    assert position(own, service) == before
    assert api.get(path, expect=200).etag == etag
    made = api.post("/v1/actions", body, idempotency_key=f"away {how}", expect=201)
    assert made.headers["Idempotency-Replayed"] is None


def test_many_requests_are_told_at_once_that_the_database_is_away(own, api):
    own.stop()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        seconds, answers = timed(lambda: list(pool.map(lambda _: api.get("/v1/authorities/806"), range(24))))
    for answer in answers:
        assert_unavailable(answer)
    assert seconds < 24 / 4 * CONNECT + SLACK


def test_a_restart_under_load_loses_and_doubles_nothing(own, service, api, given):
    authority, before = given.authority(), position(own, service)
    bodies = [{"authority_id": authority, "title": f"Load {n}"} for n in range(400)]
    halfway, answers = threading.Event(), {}

    def write(n: int) -> None:
        answers[n] = api.post("/v1/actions", bodies[n], idempotency_key=f"load-{n}")
        if n == 60:
            halfway.set()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = [pool.submit(write, n) for n in range(len(bodies))]
        assert halfway.wait(30)
        own.stop()
        own.start()
        for future in done:
            future.result(60)

    assert {answer.status for answer in answers.values()} <= {201, 503}
    for answer in answers.values():
        if answer.status == 503:
            assert_unavailable(answer)
    assert sum(answer.status == 201 for answer in answers.values()) >= 60
    await_ready(api)
    for n, answer in answers.items():
        again = api.post("/v1/actions", bodies[n], idempotency_key=f"load-{n}", expect=201)
        if answer.status == 201:
            assert again.body == answer.body
    titles = [row["title"] for row in api.all("/v1/actions", {"authority_id": authority, "limit": 200})]
    assert sorted(titles) == sorted(body["title"] for body in bodies)
    with looking(own, service) as connection:
        entries = Journal(connection).since(before)
    assert [entry[2:] for entry in entries] == [("created", 1)] * len(bodies)


def test_connections_that_were_ended_are_replaced(own, service, api):
    for _ in range(8):
        api.get("/v1/authorities/806", expect=200)
    with looking(own, service) as connection:
        ended = connection.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND usename = 'inspectd_service'").fetchone()[0]
    assert ended >= 1
    for _ in range(8):
        answer = api.get("/v1/authorities/806", expect=[200, 503])
        if answer.status == 503:
            assert_unavailable(answer)


def test_a_database_that_takes_no_more_connections_is_503(own, service, api):
    with looking(own, service) as connection:
        connection.execute(f"ALTER DATABASE {service.database} CONNECTION LIMIT 0")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND usename = 'inspectd_service'")
        try:
            for _ in range(8):
                assert_unavailable(api.get("/v1/authorities/806"))
            assert_unavailable(api.get("/readyz"))
        finally:
            connection.execute(f"ALTER DATABASE {service.database} CONNECTION LIMIT -1")


def test_a_lock_that_is_not_to_be_had_is_503_and_holds_up_nobody_else(own, service, api, given):
    row = given.action()
    body = given.body("actions", authority_id=row["authority_id"])
    before = position(own, service)
    with looking(own, service) as connection, connection.transaction():
        connection.execute("LOCK TABLE inspectd.action IN ACCESS EXCLUSIVE MODE")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(timed, lambda: api.get("/v1/actions")) for _ in range(2)]
            waiting += [pool.submit(timed, lambda: api.post("/v1/actions", body, idempotency_key="locked"))]
            others = [timed(lambda: api.get("/v1/themes", expect=200))[0] for _ in range(10)]
            for future in waiting:
                seconds, answer = future.result(30)
                assert_unavailable(answer)
                assert seconds < 2 * LOCK + SLACK
        assert max(others) < 3 * LOCK + SLACK
    assert position(own, service) == before
    api.get("/v1/actions", expect=200)
    made = api.post("/v1/actions", body, idempotency_key="locked", expect=201)
    assert made.headers["Idempotency-Replayed"] is None


def test_a_row_that_somebody_else_is_changing_is_503_and_stays_as_it_is(own, service, api, given):
    row = given.action()
    path = f"/v1/actions/{row['id']}"
    etag, before = api.get(path).etag, position(own, service)
    with looking(own, service) as connection, connection.transaction():
        connection.execute("SELECT FROM inspectd.action WHERE id = %s FOR UPDATE", [row["id"]])
        for call in (lambda: api.patch(path, {"title": "x"}, if_match=etag), lambda: api.delete(path, if_match=etag),
                     lambda: api.move(path, "in_progress", if_match=etag)):
            seconds, answer = timed(call)
            assert_unavailable(answer)
            assert seconds < LOCK + SLACK
        assert api.get(path, expect=200).json == row
    assert position(own, service) == before
    api.patch(path, {"title": "x"}, if_match=etag, expect=200)


def test_a_statement_that_takes_too_long_is_503(own, service, given):
    patient = Service(own, service.database, INSPECTD_STATEMENT_MS=300, INSPECTD_LOCK_MS=20000, INSPECTD_WORKERS=2)
    try:
        api = patient.start().api(service.make_key())
        with looking(own, service) as connection, connection.transaction():
            connection.execute("LOCK TABLE inspectd.action IN ACCESS EXCLUSIVE MODE")
            seconds, answer = timed(lambda: api.get("/v1/actions"))
            assert_unavailable(answer)
            assert seconds < 0.3 + SLACK
        api.get("/v1/actions", expect=200)
    finally:
        patient.close()


@pytest.mark.parametrize("who", ["backends", "everyone"])
def test_a_database_that_has_stopped_answering_is_503_within_the_wait(own, service, api, given, who):
    """Its processes are frozen: nothing is refused, nothing is closed, nothing comes back."""
    for _ in range(8):
        api.get("/v1/authorities/806", expect=200)
    body, before = given.body("actions"), position(own, service)
    with looking(own, service) as connection:
        pids = [row[0] for row in connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'inspectd_service'")]
    if who == "everyone":
        pids.append(own._server.pid)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            calls = [pool.submit(timed, lambda: api.get("/v1/authorities/806")) for _ in range(4)]
            calls += [pool.submit(timed, lambda: api.post("/v1/actions", body, idempotency_key=f"frozen {who}"))]
            calls += [pool.submit(timed, lambda: api.get("/readyz"))]
            answers = [call.result(60) for call in calls]
        frozen = [answer for _, answer in answers if answer.status == 503]
        assert frozen or who == "backends"
        for seconds, answer in answers:
            if answer.status == 503:
                assert_unavailable(answer)
            else:  # a new connection, where the postmaster still lives
                assert who == "backends" and answer.status in (200, 201)
            assert seconds < 2 * (CONNECT + STATEMENT) + SLACK
        # A worker may be waiting for the database at this moment, so this may wait for that worker.
        seconds, _ = timed(lambda: api.get("/livez", expect=200))
        assert seconds < CONNECT + STATEMENT + SLACK
    finally:
        for pid in reversed(pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    await_ready(api)
    made = api.post("/v1/actions", body, idempotency_key=f"frozen {who}", expect=201)
    with looking(own, service) as connection:
        entries = Journal(connection).since(before)
    assert entries == [("action", made.json["id"], "created", 1)]
