"""How much of the service one may take: requests, connections, whole lists."""

from __future__ import annotations

import concurrent.futures
import re
import socket
import time
from typing import Any, Callable

import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.described import ABSENT_ID, ROUTES
from harness.service import Answer, Api, Service, Wire

CLOSED = [route for route in ROUTES if route["scope"] is not None]
OPEN = [route for route in ROUTES if route["scope"] is None]
HOUR = 3600


def wait_until(holds: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)
    return found


def call(api: Api, route: dict, **options: Any) -> Answer:
    path = route["path"].replace("{id}", ABSENT_ID).replace("{slug}", "not-found")
    return api.request(route["method"], path, **options)


@pytest.fixture
def limited(service: Service, start_service) -> Callable[..., Service]:
    """limited(5): one more service on the same data, of which each client may ask five times in an hour."""
    return lambda quota, window=HOUR, **settings: start_service(
        service.database, INSPECTD_RATE=quota, INSPECTD_RATE_S=window, **settings
    )


def new_key(service: Service, name: str = "brief") -> str:
    return service.make_key(name=name, new=True)


def left(answer: Answer) -> tuple[int, int]:
    found = re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    return int(found[1]), int(found[2])


# --- requests of a client ------------------------------------------------------------------


def test_a_client_is_told_its_quota_and_refused_when_it_is_spent(service, limited):
    api = limited(5, 60).api(new_key(service))
    for n in range(5):
        answer = api.get("/v1", expect=200)
        assert answer.headers["RateLimit-Policy"] == '"default";q=5;w=60'
        remaining, seconds = left(answer)
        assert remaining == 4 - n and 55 <= seconds <= 60
    for path in ("/v1", "/v1/actions", f"/v1/actions/{ABSENT_ID}"):
        refused = api.get(path, expect=429)
        assert refused.problem["type"] == "/problems/rate-limited" and refused.problem["instance"] == path
        remaining, seconds = left(refused)
        assert remaining == 0 and refused.headers["Retry-After"] == str(seconds)
        assert "5 requests in 60 seconds" in refused.problem["detail"]
    assert 'status="429",problem="rate-limited"} 1\n' in api.get("/metrics", key=None).text


def test_after_its_window_the_quota_is_whole_again(service, limited):
    api = limited(2, 1).api(new_key(service))
    api.get("/v1", expect=200)
    api.get("/v1", expect=200)
    refused = api.get("/v1")
    if refused.status == 429:  # else the second was over before the third request
        assert refused.headers["Retry-After"] == "1"
    again = wait_until(lambda: (answer := api.get("/v1")).status == 200 and answer)
    assert left(again)[1] == 1


def test_one_client_does_not_spend_the_quota_of_another(service, limited):
    limits = limited(2)
    first, second = limits.api(new_key(service)), limits.api(new_key(service))
    assert [first.get("/v1").status for _ in range(3)] == [200, 200, 429]
    assert [second.get("/v1").status for _ in range(3)] == [200, 200, 429]


def test_all_keys_of_a_client_are_counted_together(api, limited):
    client = api.create("/v1/clients", {"name": "Two programs", "scopes": ["themes:read"]})
    keys = [api.post(f"/v1/clients/{client['id']}/keys", {}, expect=201).json["key"] for _ in range(2)]
    first, second = map(limited(3).api, keys)
    assert [api.get("/v1").status for api in (first, second, first, second, first)] == [200, 200, 200, 429, 429]


def test_all_workers_count_together_and_never_one_too_many(service, limited):
    """Forty connections are spread over eight workers."""
    quota = 150
    limits = limited(quota)
    key = new_key(service)

    def ask(_: int) -> list[int]:
        api = limits.api(key)
        statuses = [api.get("/v1").status for _ in range(10)]
        api.close()
        return statuses

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        statuses = [status for some in pool.map(ask, range(40)) for status in some]
    assert statuses.count(200) == quota and statuses.count(429) == 400 - quota


def test_every_answer_to_a_key_says_what_is_left_and_no_other_does(api):
    with Cases() as case:
        for route in CLOSED:
            with case(route["operation_id"]):
                answer = call(api, route)
                assert answer.status not in (401, 429) and answer.headers["RateLimit-Policy"] and left(answer)
                assert call(api, route, key=None).expect(401).headers["RateLimit"] is None
        for route in OPEN:
            with case(route["operation_id"]):
                assert call(api, route).headers["RateLimit"] is None
        with case("304, HEAD, a list as CSV, OPTIONS"):
            tag = api.get("/v1/themes", expect=200).etag
            assert left(api.get("/v1/themes", headers={"If-None-Match": tag}, expect=304))
            assert left(api.head("/v1/themes", expect=200))
            assert left(api.get("/v1/themes", headers={"Accept": "text/csv"}, expect=200))
            assert api.options("/v1/themes", expect=204).headers["RateLimit"] is None


def test_what_needs_no_key_is_not_counted(service, limited):
    api = limited(1).api(new_key(service))
    for _ in range(3):
        for path in ("/livez", "/readyz", "/metrics", "/docs", "/v1/openapi.yaml", "/problems/rate-limited"):
            api.get(path, expect=200)
        api.options("/v1", expect=204)
    assert left(api.get("/v1", expect=200))[0] == 0


def test_every_operation_that_asks_for_a_key_is_limited(service, limited, unwritten):
    api = limited(1).api(new_key(service))
    api.get("/v1", expect=200)
    with unwritten(), Cases() as case:
        for route in CLOSED:
            with case(route["operation_id"]):
                answer = call(api, route, json={} if route["method"] in ("POST", "PATCH") else None)
                assert answer.expect(429).problem["type"] == "/problems/rate-limited"


def test_without_a_quota_nobody_is_limited_and_nothing_is_said_of_it(service, limited):
    api = limited(0).api(new_key(service))
    for _ in range(20):
        answer = api.get("/v1", expect=200)
        assert answer.headers["RateLimit"] is None and answer.headers["RateLimit-Policy"] is None


# --- requests without a good key -------------------------------------------------------------


WRONG = "ik_" + "A" * 43


def test_an_address_is_refused_only_so_often_before_its_keys_are_no_longer_looked_at(service, limited, db):
    limits = limited(3)
    good, other = limits.api(new_key(service)), limits.api(new_key(service))
    good.get("/v1", expect=200)
    assert [limits.api(WRONG).get("/v1").status for _ in range(3)] == [401, 401, 401]
    for key in (WRONG, None, "no key at all"):
        refused = limits.api(key).get("/v1", expect=429)
        assert int(refused.headers["Retry-After"]) > HOUR - 60 and refused.headers["RateLimit"] is None
        assert refused.headers["WWW-Authenticate"] is None
    other.get("/v1", expect=429)
    good.get("/v1", expect=200)  # it was good before, so no neighbour can shut it out
    good.with_key(None).get("/livez", expect=200)


def test_without_a_proxy_to_trust_no_header_says_where_a_request_comes_from(service, limited):
    api = limited(2).api(WRONG)
    sent = [api.get("/v1", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status for n in range(4)]
    assert sent == [401, 401, 429, 429]


def test_behind_a_trusted_proxy_each_address_is_counted_by_itself(service, limited):
    api = limited(2, INSPECTD_TRUST_PROXY=1).api(WRONG)

    def asked(forwarded: str) -> list[int]:
        return [api.get("/v1", headers={"X-Forwarded-For": forwarded}).status for _ in range(3)]

    assert asked("192.0.2.1") == [401, 401, 429]
    assert asked("192.0.2.2") == [401, 401, 429]
    assert asked("203.0.113.9, 192.0.2.1") == [429, 429, 429], "the last is the one that the proxy saw"
    assert asked("2001:db8::1") == [401, 401, 429]
    assert asked("2001:db8::2") == [429, 429, 429], "they share 64 bits"
    assert asked("nonsense") == [401, 401, 429], "then it is the proxy's own"


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_is_told_from_another_and_from_an_ipv4_one(service, limited):
    """Ulfius' own notion of the address would take all of IPv4 for one, where a socket is open to both."""
    limits = limited(1, INSPECTD_BIND="::")

    def asked(address: str, source: str) -> int:
        wire = Wire.__new__(Wire)
        wire.socket = socket.create_connection((address, limits.port), timeout=30, source_address=(source, 0))
        with wire:
            wire.send(b"GET /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return wire.receive()[0]

    for source in ("127.0.0.1", "127.0.0.2"):
        assert [asked("127.0.0.1", source) for _ in range(2)] == [401, 429], source
    assert [asked("::1", "::1") for _ in range(2)] == [401, 429]


# --- connections -----------------------------------------------------------------------------


def test_an_address_may_have_only_so_many_connections(service, start_service):
    few = start_service(service.database, INSPECTD_CONNECTIONS_PER_ADDRESS=3)
    ask = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    wires = [few.wire() for _ in range(3)]
    try:
        assert [wire.send(ask).receive()[0] for wire in wires] == [200, 200, 200]
        with few.wire() as fourth:
            assert closed_without_an_answer(fourth, ask)
        elsewhere = Wire.__new__(Wire)
        elsewhere.socket = socket.create_connection(("127.0.0.1", few.port), 30, source_address=("127.0.0.2", 0))
        with elsewhere:
            assert elsewhere.send(ask).receive()[0] == 200
        wires.pop().socket.close()
        wait_until(lambda: answered(few, ask))
    finally:
        for wire in wires:
            wire.socket.close()


def closed_without_an_answer(wire: Wire, data: bytes) -> bool:
    try:
        return wire.send(data).receive_all() == b""
    except (BrokenPipeError, ConnectionResetError):
        return True


def answered(service: Service, data: bytes) -> bool:
    with service.wire() as wire:
        return not closed_without_an_answer(wire, data + data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


# --- whole lists -------------------------------------------------------------------------------


def waiting_for_a_lock(cluster: clusters.Cluster, database: str) -> int:
    with cluster.connect(database, clusters.SUPERUSER) as other:
        return other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()[0]


@pytest.mark.parametrize("kind", ["text/csv", "application/x-ndjson"])
def test_only_so_many_whole_lists_are_made_at_once(service, start_service, cluster, kind):
    busy = start_service(service.database, INSPECTD_EXPORTS=1, INSPECTD_WORKERS=4, INSPECTD_LOCK_MS=30000,
                         INSPECTD_STATEMENT_MS=30000)
    key = service.make_key()
    whole, short = busy.api(key, Accept=kind), busy.api(key)
    with concurrent.futures.ThreadPoolExecutor(1) as pool, cluster.connect(service.database) as holder:
        with holder.transaction():
            holder.execute("LOCK TABLE inspectd.action IN ACCESS EXCLUSIVE MODE")
            first = pool.submit(busy.api(key, Accept=kind).get, "/v1/actions")
            wait_until(lambda: waiting_for_a_lock(cluster, service.database) == 1)
            # Several connections, so that one of them is another worker's.
            second = wait_until(lambda: refused_at_once(busy, key, kind))
            assert second.problem["type"] == "/problems/unavailable" and int(second.headers["Retry-After"]) >= 1
            assert "whole lists" in second.problem["detail"]
        assert first.result(30).expect(200).body is not None
    short.get("/v1/themes", expect=200)
    whole.get("/v1/themes", expect=200)


def refused_at_once(service: Service, key: str, kind: str) -> Answer | None:
    """The answer of whichever worker takes a new connection; none within a second from the one that waits."""
    with service.wire() as wire:
        wire.socket.settimeout(1)
        try:
            wire.send(f"GET /v1/themes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nAccept: {kind}\r\n"
                      "Connection: close\r\n\r\n".encode())
            return Answer("GET", "/v1/themes", *wire.receive()).expect(503)
        except TimeoutError:
            return None
