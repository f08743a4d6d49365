"""Idempotency-Key: a POST that may be repeated."""

from __future__ import annotations

import concurrent.futures
import contextlib
import signal
import time

import pytest

from harness import cluster as clusters
from harness.bodies import MOVES
from harness.described import ROUTES, named, those
from harness.service import Answer


def post(api, body, key, path="/v1/actions", **options) -> Answer:
    return api.post(path, body, idempotency_key=key, **options)


def replayed(answer: Answer) -> bool:
    return answer.headers["Idempotency-Replayed"] == "true"


def same(one: Answer, other: Answer) -> bool:
    first, second = ((a.status, a.body, a.etag, a.location, a.headers["Content-Type"]) for a in (one, other))
    return first == second


@pytest.mark.parametrize("resource", those("is_created"))
def test_the_same_key_and_body_replay_the_first_answer(api, given, unwritten, resource):
    body = given.body(resource)
    first = post(api, body, "again", f"/v1/{resource}", expect=201)
    assert first.headers["Idempotency-Replayed"] is None
    with unwritten():
        second = post(api, body, "again", f"/v1/{resource}", expect=201)
    assert same(first, second) and replayed(second)
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]


BENEATH = [route for route in ROUTES if route["method"] == "POST" and route["parent"] and route["resource"]]


@pytest.mark.parametrize("route", BENEATH, ids=lambda route: route["operation_id"])
def test_what_is_posted_beneath_a_row_is_replayed_too(api, given, unwritten, route):
    parent, child = named(route["parent"]), named(route["resource"])
    dates = {"start_on": "2024-01-08", "due_on": "2024-06-03"} if parent.name == "action" else {}
    path = route["path"].replace("{id}", given.one(parent.key, **dates)["id"])
    body = given.least(child.key)
    first = post(api, body, "beneath", path, expect=201)
    with unwritten():
        second = post(api, body, "beneath", path, expect=201)
        post(api, body | {"external_refs": {"a": "1"}}, "beneath", path, expect=422)
    assert same(first, second) and replayed(second)


def test_a_replay_is_the_first_answer_even_when_the_row_has_changed_or_gone(api, given, unwritten):
    body = given.body("actions")
    first = post(api, body, "changed", expect=201)
    api.patch(first.location, {"title": "Changed"}, expect=200)
    assert same(first, post(api, body, "changed"))
    api.delete(first.location, expect=204)
    with unwritten():
        assert same(first, post(api, body, "changed"))


@pytest.mark.parametrize("resource", those("is_moved"))
def test_a_transition_is_replayed_although_its_etag_is_stale_by_then(api, given, unwritten, resource):
    path = f"/v1/{resource}/{given.one(resource)['id']}"
    etag, body = api.get(path).etag, MOVES[resource]
    first = post(api, body, "move", f"{path}/transitions", if_match=etag, expect=200)
    with unwritten():
        second = post(api, body, "move", f"{path}/transitions", if_match=etag, expect=200)
    assert same(first, second) and replayed(second)


@pytest.mark.parametrize("resource", those("is_deleted"))
def test_a_restore_is_replayed(api, given, unwritten, resource):
    path = f"/v1/{resource}/{given.one(resource)['id']}"
    api.delete(path, expect=204)
    first = post(api, None, "back", f"{path}/restore", expect=200)
    with unwritten():
        second = post(api, None, "back", f"{path}/restore", expect=200)
    assert same(first, second) and replayed(second)


def test_the_same_key_with_another_body_is_refused(api, given, unwritten):
    body = given.body("actions")
    first = post(api, body, "other body", expect=201)
    with unwritten():
        problem = post(api, body | {"detail": "more"}, "other body", expect=422).problem
    assert "Idempotency-Key" in str(problem)
    assert same(first, post(api, body, "other body"))


def test_a_key_is_independent_for_each_path(api, given):
    body = given.body("actions")
    first = post(api, body, "paths", expect=201)
    beneath = post(api, body, "paths", f"/v1/authorities/{body['authority_id']}/actions", expect=201)
    assert not replayed(beneath) and beneath.json["id"] != first.json["id"]


def test_a_key_is_independent_for_each_caller(api, given, service):
    body = given.body("actions")
    first = post(api, body, "callers", expect=201)
    other = post(api.with_key(service.make_key(name="another")), body, "callers", expect=201)
    assert not replayed(other) and other.json["id"] != first.json["id"]


@pytest.mark.parametrize("status", [404, 409, 415, 422])
def test_an_answer_that_failed_is_not_kept(api, given, unwritten, status):
    key, body = f"failed {status}", given.body("actions", external_refs={"plan": str(status)})
    other = {"content_type": "text/plain"} if status == 415 else {}
    path, wrong = "/v1/actions", body
    if status == 404:
        path, wrong = "/v1/authorities/999/actions", {"title": "A"}
    elif status == 409:
        taken = api.create("/v1/actions", body)
    elif status == 422:
        wrong = body | {"title": None}
    with unwritten():
        post(api, wrong, key, path, expect=status, **other)
    if status == 404:
        with unwritten():
            post(api, wrong, key, path, expect=404)
        return
    if status == 409:
        api.delete(f"/v1/actions/{taken['id']}", expect=204)
    right = post(api, body, key, expect=201)
    assert not replayed(right)


def test_what_was_only_validated_is_not_kept(api, given, unwritten):
    body = given.body("actions")
    with unwritten():
        post(api, body, "validated", "/v1/actions?validate_only=true", expect=200)
    assert not replayed(post(api, body, "validated", expect=201))


def test_a_kept_answer_does_not_stand_in_for_a_validation(api, given, unwritten):
    body = given.body("actions")
    post(api, body, "kept first", expect=201)
    with unwritten():
        assert post(api, body, "kept first", "/v1/actions?validate_only=true").status in (200, 422)


def test_quoted_and_bare_keys_are_equal(api, given, unwritten):
    body = given.body("actions")
    first = post(api, body, '"8e03978e-40d5-43dd"', expect=201)
    with unwritten():
        assert same(first, post(api, body, "8e03978e-40d5-43dd", expect=201))


@pytest.mark.parametrize("form", ["{}", '"{}"'], ids=["bare", "quoted"])
def test_a_key_has_at_most_255_characters(api, given, unwritten, form):
    body = given.body("actions")
    letter = chr(96 + len(form))  # another for each form, because both forms of a key are the same key
    post(api, body, form.format(letter * 255), expect=201)
    with unwritten():
        answer = post(api, body, form.format(letter * 256), expect=400)
    assert answer.pointers == ["/Idempotency-Key"]


@pytest.mark.parametrize("key", ["", '""', '"', '"open', "tab\there", "caf\xe9", "\x7f"], ids=ascii)
def test_a_key_that_is_empty_or_unreadable_is_refused(api, given, unwritten, key):
    body = given.body("actions")
    with unwritten():
        answer = post(api, body, key, expect=400)
    assert answer.pointers == ["/Idempotency-Key"]


@pytest.mark.parametrize("key", ["'; DROP TABLE inspectd.action; --", "%s%n%x", "../../x"])
def test_a_key_is_only_text(api, given, key):
    body = given.body("actions")
    assert same(post(api, body, key, expect=201), post(api, body, key, expect=201))


def test_a_key_is_kept_for_24_hours(api, given, db, unwritten):
    body = given.body("actions")
    first = post(api, body, "a day", expect=201)

    def age(interval: str) -> None:
        assert db.execute("UPDATE inspectd.idempotency SET at = now() - %s::interval WHERE key = 'a day'",
                          [interval]).rowcount == 1

    age("23 hours 59 minutes")
    with unwritten():
        assert same(first, post(api, body, "a day", expect=201))
    age("24 hours 1 second")
    again = post(api, body, "a day", expect=201)
    assert not replayed(again) and again.json["id"] != first.json["id"]
    assert same(again, post(api, body, "a day", expect=201))


def test_fifty_at_once_with_one_key_make_one_row(api, given, journal):
    body, before = given.body("actions"), journal.position()

    def insist(_: int) -> Answer:
        """As a client should: a conflict means that the first is still under way."""
        answer = post(api, body, "fifty")
        while answer.status == 409:
            answer = post(api, body, "fifty")
        return answer

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(insist, range(50)))
    assert [answer.status for answer in answers] == [201] * 50
    assert len({(answer.body, answer.etag, answer.location) for answer in answers}) == 1
    assert sum(not replayed(answer) for answer in answers) == 1
    assert len(journal.since(before)) == 1


@pytest.fixture
def silent_commits(cluster, make_database):
    """A database, and a place in which what is committed there is kept, and nobody told of it."""
    database = make_database()
    cluster.execute(f"ALTER DATABASE {database} SET synchronous_commit = on")

    @contextlib.contextmanager
    def silence():
        cluster.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            cluster.execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")

    return database, silence


def test_a_crash_between_commit_and_answer_still_replays(cluster, silent_commits, start_service):
    database, silence = silent_commits
    service = start_service(database)
    key, body = service.make_key(), {"authority_id": "806", "title": "Recruit"}
    service.api(key).get("/v1/me", expect=200)  # that the key was used is noted, and not again so soon
    with cluster.connect(database, clusters.SUPERUSER) as watch, concurrent.futures.ThreadPoolExecutor(1) as pool:
        lost = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'SyncRep'"
        with silence():
            first = pool.submit(post, service.api(key), body, "crash")
            await_true(lambda: watch.execute(f"SELECT count(*) {lost}").fetchone()[0] == 1)
            service.end(signal.SIGKILL)
            assert first.exception(30), "it was answered"
            watch.execute(f"SELECT pg_terminate_backend(pid) {lost}")
            await_true(lambda: watch.execute("SELECT count(*) FROM inspectd.action").fetchone()[0] == 1)
        api = service.start().api(key)
        again, once_more = (post(api, body, "crash", expect=201) for _ in range(2))
        assert replayed(again) and same(again, once_more)
        assert [row["id"] for row in api.all("/v1/actions")] == [again.json["id"]]


def test_twenty_at_once_that_fail_all_get_the_failure(api, given, unwritten):
    body = given.body("actions", title=" ")
    with unwritten(), concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(api, body, "twenty wrong"), range(20)))
    assert {answer.status for answer in answers} == {422}


@contextlib.contextmanager
def held(cluster, database: str, authority_id: str):
    """Meanwhile an insert that refers to this authority waits; on leaving it goes on."""
    with cluster.connect(database) as connection, connection.transaction():
        connection.execute("SELECT FROM inspectd.authority WHERE id = %s FOR UPDATE", [authority_id])
        yield connection


@pytest.fixture
def watch(cluster, service):
    """How many of the service's connections wait for a lock, or are at work at all."""
    with cluster.connect(service.database, clusters.SUPERUSER) as connection:
        yield lambda condition: connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = 'inspectd_service' AND " + condition).fetchone()[0]


WAITING = "wait_event_type = 'Lock'"


def await_true(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def test_a_request_still_in_flight_is_waited_for_and_then_a_conflict(service, cluster, given, watch, start_service,
                                                                     journal):
    patient = start_service(service.database, INSPECTD_IDEMPOTENCY_WAIT_MS=300, INSPECTD_LOCK_MS=20000,
                            INSPECTD_STATEMENT_MS=20000)
    api = patient.api(service.make_key())
    body, before = given.body("actions"), journal.position()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with held(cluster, service.database, body["authority_id"]):
            first = pool.submit(post, api, body, "in flight")
            await_true(lambda: watch(WAITING) == 1)
            began = time.monotonic()
            problem = post(api, body, "in flight", expect=409).problem
            assert 0.25 < time.monotonic() - began < 5
            assert problem["type"].endswith("/conflict") and problem["detail"]
            assert journal.since(before) == []
        done = first.result(30).expect(201)
    assert same(done, post(api, body, "in flight", expect=201))
    assert len(journal.since(before)) == 1


def test_an_erasure_in_flight_is_waited_for_and_then_a_conflict(service, cluster, given, watch, start_service):
    patient = start_service(service.database, INSPECTD_IDEMPOTENCY_WAIT_MS=300, INSPECTD_LOCK_MS=20000,
                            INSPECTD_STATEMENT_MS=20000)
    api, row = patient.api(service.make_key()), given.finding()["id"]
    body = {"resource": "findings", "row_id": row, "reason": "It named a child"}
    with concurrent.futures.ThreadPoolExecutor(1) as pool, cluster.connect(service.database) as other:
        with other.transaction():
            other.execute("SELECT FROM inspectd.finding WHERE id = %s FOR UPDATE", [row])
            first = pool.submit(api.post, "/v1/erasures", body, idempotency_key="one erasure")
            await_true(lambda: watch(WAITING) == 1)
            api.post("/v1/erasures", body, idempotency_key="one erasure", expect=409)
        done = first.result(30).expect(201)
    assert same(done, api.post("/v1/erasures", body, idempotency_key="one erasure", expect=201))


def test_a_retry_that_comes_during_the_first_request_gets_its_answer(service, cluster, given, watch, start_service,
                                                                     journal):
    patient = start_service(service.database, INSPECTD_LOCK_MS=20000, INSPECTD_STATEMENT_MS=20000)
    api = patient.api(service.make_key())
    body, before = given.body("actions"), journal.position()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        with held(cluster, service.database, body["authority_id"]):
            first = pool.submit(post, api, body, "soon")
            await_true(lambda: watch(WAITING) == 1)
            second = pool.submit(post, api, body, "soon")
            await_true(lambda: watch("state <> 'idle'") == 2)
        answers = [first.result(30).expect(201), second.result(30).expect(201)]
    assert same(*answers) and not replayed(answers[0]) and replayed(answers[1])
    assert len(journal.since(before)) == 1
