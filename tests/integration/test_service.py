"""The service itself: its health, its metrics, what it says of itself, its log, and how it stops."""

from __future__ import annotations

import contextlib
import html.parser
import http.client
import json
import re
import signal
import socket
import threading
import time
import urllib.parse
from typing import Any, Callable

import pytest
import yaml

from harness import cluster as clusters
from harness.bodies import SEARCHED
from harness.described import DESCRIBED, ROUTES, those
from harness.service import Answer, Api

SPEC = clusters.REPOSITORY / "api" / "openapi.yaml"


def wait_until(holds: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)
    return found


# --- health ---------------------------------------------------------------------------


def test_it_is_alive_and_ready_and_says_so_without_a_key(api):
    for path in ("/livez", "/readyz"):
        answer = api.get(path, key=None, expect=200)
        assert answer.json == {"status": "pass"}


def test_it_is_not_ready_while_a_migration_is_missing(api, db):
    last = db.execute(
        "DELETE FROM inspectd.migration WHERE name = (SELECT max(name) FROM inspectd.migration WHERE name ~ '^[0-9]') RETURNING name, checksum"
    ).fetchone()
    try:
        assert "migrat" in api.get("/readyz", key=None, expect=503).text
        api.get("/livez", key=None, expect=200)
    finally:
        db.execute("INSERT INTO inspectd.migration (name, checksum) VALUES (%s, %s)", last)
    api.get("/readyz", key=None, expect=200)


# --- metrics ------------------------------------------------------------------------------


SAMPLE = re.compile(
    r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.eE+-]+|[+-]Inf|NaN)'
)


def metrics(api: Api) -> tuple[dict[str, str], dict[tuple[str, frozenset], float]]:
    """Types by name, and values by name and labels; a line that Prometheus would not read fails here."""
    types: dict[str, str] = {}
    helps: set[str] = set()
    values: dict[tuple[str, frozenset], float] = {}
    answer = api.get("/metrics", key=None, expect=200)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert answer.text.endswith("\n")
    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            helps.add(line.split(" ", 3)[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types and kind in ("counter", "gauge", "histogram", "summary", "untyped")
            types[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            labels = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or ""))
            assert (match.group(1), labels) not in values, line
            values[match.group(1), labels] = float(match.group(3))
    assert helps == types.keys()
    for name, _ in values:
        assert name in types or re.sub(r"_(bucket|sum|count)$", "", name) in types, name
    return types, values


def test_metrics_are_as_prometheus_reads_them(api):
    api.get("/v1/actions", expect=200)
    types, values = metrics(api)
    assert "counter" in types.values() and "histogram" in types.values()
    for name in [name for name, kind in types.items() if kind == "histogram"]:
        series: dict[frozenset, list[tuple[float, float]]] = {}
        for (sample, labels), value in values.items():
            if sample == f"{name}_bucket":
                bound = next(text for label, text in labels if label == "le")
                rest = frozenset(pair for pair in labels if pair[0] != "le")
                series.setdefault(rest, []).append((float(bound), value))
        assert series
        for labels, buckets in series.items():
            counts = [count for _, count in sorted(buckets)]
            assert counts == sorted(counts), "buckets are cumulative"
            assert max(buckets)[0] == float("inf")
            assert counts[-1] == values[f"{name}_count", labels]
    assert all(name.endswith("_total") for name, kind in types.items() if kind == "counter")


def test_requests_are_counted_by_route_method_status_and_problem(api):
    def counted(**labels: str) -> float:
        _, values = metrics(api)
        return sum(
            value
            for (name, found), value in values.items()
            if name.endswith("requests_total") and set(labels.items()) <= found
        )

    good = {"route": "/v1/actions/{id}", "status": "404"}
    before, bad_before = counted(**good), counted(problem="not-found")
    for _ in range(3):
        api.get("/v1/actions/01900000-0000-7000-8000-000000000000", expect=404)
    assert counted(**good) == before + 3
    assert counted(problem="not-found") == bad_before + 3


def test_metrics_name_no_row_and_no_unknown_address(api):
    api.get("/v1/actions/01900000-0000-7000-8000-0000deadbeef", expect=404)
    api.get("/nowhere/deadbeef", expect=404)
    api.get("/v1/actions?q=deadbeef", expect=200)
    assert "deadbeef" not in api.get("/metrics", key=None, expect=200).text


# --- what it says of itself ----------------------------------------------------------------------


def test_the_index_leads_everywhere(api):
    links = api.get("/v1", expect=200).json["links"]
    assert {f"/v1/{resource}" for resource in those("is_listed")} <= set(links.values())
    for link in links.values():
        asked = {"/v1/search": {"q": "x"}, "/v1/working-days": {"from": "2024-05-20", "days": 70}}.get(link)
        assert api.get(link, asked).status == 200, link


def test_the_description_is_the_file_and_the_same_in_both_forms(api):
    as_yaml = api.get("/v1/openapi.yaml", key=None, expect=200)
    assert as_yaml.body == SPEC.read_bytes()
    as_json = api.get("/v1/openapi.json", key=None, expect=200)
    assert as_json.headers.get_content_type() == "application/json"

    class Plain(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
        pass

    # Dates in examples are texts, and `on` is a word, as in JSON.
    Plain.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
        ]
        for first, resolvers in Plain.yaml_implicit_resolvers.items()
    }
    Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
    assert as_json.json == yaml.load(as_yaml.text, Loader=Plain)


class Page(html.parser.HTMLParser):
    """What a page would load, and whether its elements are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.titles = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.titles += tag == "title"
        named = dict(attributes)
        if tag != "a":
            self.loads += [named[name] for name in ("src", "href") if named.get(name)]


def test_the_page_for_people_lists_every_route_and_loads_nothing_from_elsewhere(api):
    answer = api.get("/docs", key=None, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, expect=200)
    assert answer.headers.get_content_type() == "text/html"
    page = Page()
    page.feed(answer.text)
    assert page.titles == 1
    assert not [load for load in page.loads if not load.startswith(("data:", "#"))]
    assert "@import" not in answer.text and "fetch(" not in answer.text
    for route in ROUTES:
        assert route["path"] in answer.text


@pytest.mark.parametrize("problem", DESCRIBED["problems"], ids=lambda problem: problem["slug"])
def test_every_kind_of_problem_is_explained(api, problem):
    answer = api.get(f"/problems/{problem['slug']}", key=None, expect=200)
    assert str(problem["status"]) in answer.text
    assert re.search(r"\b[Cc]auses?\b", answer.text) and re.search(r"\b[Cc]ure\b", answer.text)
    assert problem["slug"] in api.get("/problems", key=None, expect=200).text


def test_the_type_of_a_problem_is_an_address_here(api):
    for answer in (
        api.get("/v1/actions?x=1"),
        api.get("/v1/me", key=None),
        api.put("/v1/actions"),
        api.get("/nowhere"),
        api.post("/v1/actions", {"x": 1}),
    ):
        kind = urllib.parse.urlsplit(answer.problem["type"])
        api.get(kind.path, key=None, expect=200)


def test_vocabularies_have_every_code_with_a_label(api):
    told = api.get("/v1/vocabularies", expect=200).json["data"]
    for name, codes in DESCRIBED["vocabularies"].items():
        assert [term["code"] for term in told[name]] == codes
    assert {"outstanding", "good", "requires_improvement", "inadequate", "adequate", "not_judged"} == {
        term["code"] for term in told["grade"]
    }
    assert {"overall_effectiveness", "impact_of_leaders", "help_and_protection", "care_leavers"} <= {
        term["code"] for term in told["strand"]
    }
    for terms in told.values():
        assert len({term["code"] for term in terms}) == len(terms)
        assert all(term["label"] and term["label"] != term["code"] for term in terms)


# --- search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/v1/search?q=supervision", "/v1/vocabularies"])
def test_what_the_database_writes_as_json_is_compact_as_all_else(api, target):
    answer = api.get(target, expect=200)
    assert answer.text == json.dumps(answer.json, separators=(",", ":"), ensure_ascii=False)


def test_search_finds_rows_of_every_resource(api, given):
    """Each is found by a word that its full row has, and the address that the answer implies leads to it."""
    word = "Quagmarine"
    wanted = {key: given.one(key, **{texts[0]: f"{word} supervision"}) for key, texts in SEARCHED.items()}
    found = {(row["resource"], row["id"]): row for row in api.get("/v1/search", {"q": word}, expect=200).data}
    assert found.keys() == {(key, row["id"]) for key, row in wanted.items()}
    for (key, id), row in found.items():
        assert api.get(f"/v1/{key}/{id}", expect=200).json["id"] == id
        assert row["authority_id"] == wanted[key].get("authority_id", id)
        assert word in row["title"]
    for key, id, words in (("themes", "management-oversight", "supervision"), ("authorities", "806", "middlesbrough")):
        assert (key, id) in {(r["resource"], r["id"]) for r in api.get("/v1/search", {"q": words, "limit": 200}).data}


def test_search_ranks_and_limits(api):
    ranked = api.get("/v1/search", {"q": "council or borough or london"}, expect=200).data
    assert [row["rank"] for row in ranked] == sorted((row["rank"] for row in ranked), reverse=True)
    assert api.get("/v1/search", {"q": "council or borough or london", "limit": 2}, expect=200).data == ranked[:2]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=x&limit=0", "limit"),
        ("q=x&limit=201", "limit"),
        ("q=x&sort=rank", "sort"),
        ("q=x&q=y", "q"),
    ],
)
def test_search_refuses_what_it_does_not_take(api, query, name):
    assert api.get(f"/v1/search?{query}", expect=400).pointers == [f"/{name}"]


# --- the log --------------------------------------------------------------------------------------------


def test_each_request_is_one_line_of_json(api, service):
    sent = [
        api.get("/v1/actions"),
        api.get("/v1/me", key=None),
        api.head("/livez"),
        api.options("/v1/actions"),
        api.put("/nowhere"),
        api.post("/v1/actions", {}),
        api.get("/v1/actions", {"limit": 0}),
    ]
    lines = service.log_lines()
    for answer in sent:
        [line] = [line for line in lines if line.get("request_id") == answer.headers["X-Request-ID"]]
        assert (line["method"], line["status"]) == ("OTHER" if answer.method == "PUT" else answer.method, answer.status)
        assert line["duration_us"] >= 0 and line["level"] in ("info", "warn")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["at"])
        assert ("problem" in line) == (answer.status >= 400)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/actions/%25n%25s%0a%22%7d",
        "/%0a%7b%22level%22:%22error%22%7d",
        "/v1/\u00e9".encode().decode("latin-1"),
        "/%ff%fe",
        "/%1b[31m",
        "/" + "a" * 2000,
    ],
    ids=lambda path: path[:20].encode("unicode_escape").decode(),
)
def test_no_address_can_break_a_line_of_the_log(service, path):
    with service.wire() as wire:
        wire.send(
            b"GET "
            + path.encode("latin-1")
            + b' HTTP/1.1\r\nHost: x\r\nUser-Agent: a"b\\c%n\r\nConnection: close\r\n\r\n'
        )
        status, headers, _ = wire.receive()
    assert 400 <= status < 500
    [line] = [line for line in service.log_lines() if line.get("request_id") == headers["X-Request-ID"]]
    assert line["status"] == status


def test_starting_and_stopping_are_in_the_log(start_service, make_database):
    service = start_service(make_database(clusters.EMPTY))
    service.stop()
    messages = [line["message"] for line in service.log_lines()]
    assert any("stopp" in message for message in messages)
    assert all({"at", "level", "message"} <= line.keys() for line in service.log_lines())


# --- the database keeps it waiting -----------------------------------------------------------------------------


class Blocked:
    """Holds the table of actions, so that a request for them waits; `with` lets it go."""

    def __init__(self, cluster: clusters.Cluster, database: str):
        self.cluster, self.database = cluster, database

    def __enter__(self) -> "Blocked":
        self.connection = self.cluster.connect(self.database)
        self.connection.autocommit = False
        self.connection.execute("LOCK TABLE inspectd.action IN ACCESS EXCLUSIVE MODE")
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def waiting(self) -> bool:
        with self.cluster.connect(self.database, clusters.SUPERUSER) as other:
            return other.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
            ).fetchone()[0]


class Request(threading.Thread):
    """A request in a thread of its own."""

    def __init__(self, api: Api, path: str):
        super().__init__(daemon=True)
        self.api, self.path = api, path
        self.answer: Answer | None = None
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.answer = self.api.get(self.path)

    def result(self) -> Answer:
        self.join(30)
        assert self.answer is not None, "it was not answered"
        return self.answer


@pytest.mark.parametrize(
    ("settings", "slug"),
    [({"INSPECTD_LOCK_MS": 50}, "unavailable"), ({"INSPECTD_STATEMENT_MS": 50}, "database-timeout")],
)
def test_a_database_that_takes_too_long_is_503_and_says_when_to_try_again(
    cluster, start_service, make_database, settings, slug
):
    service = start_service(make_database(clusters.EMPTY), **settings)
    api = service.admin()
    with Blocked(cluster, service.database):
        answer = api.get("/v1/actions", expect=503)
        assert answer.problem["type"] in (f"/problems/{slug}", "/problems/database-timeout")
        assert int(answer.headers["Retry-After"]) >= 1
        api.get("/v1/themes", expect=200)
    api.get("/v1/actions", expect=200)


def test_one_slow_statement_does_not_keep_others_waiting(cluster, start_service, make_database):
    service = start_service(
        make_database(clusters.EMPTY), INSPECTD_LOCK_MS=20000, INSPECTD_STATEMENT_MS=20000, INSPECTD_WORKERS=4
    )
    api = service.admin()
    with Blocked(cluster, service.database) as blocked:
        slow = Request(service.admin(), "/v1/actions")
        wait_until(blocked.waiting)
        for _ in range(8):
            service.admin().get("/v1/themes", expect=200)  # a connection of its own each time
            api.get("/livez", expect=200)
    slow.result().expect(200)


def test_a_session_that_postgresql_ends_is_made_anew(api, service, cluster):
    api.get("/v1/actions", expect=200)
    cluster.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{service.database}' AND usename = '{clusters.SERVICE}'"
    )
    for _ in range(20):
        api.get("/v1/actions").expect(200, 503)
    for _ in range(20):
        api.get("/v1/actions", expect=200)


# --- stopping ------------------------------------------------------------------------------------------------------


def test_a_stop_lets_a_request_in_flight_finish(cluster, start_service, make_database):
    service = start_service(
        make_database(clusters.EMPTY), INSPECTD_LOCK_MS=20000, INSPECTD_STATEMENT_MS=20000, INSPECTD_DRAIN_MS=20000
    )
    api = service.admin()
    with Blocked(cluster, service.database) as blocked:
        flight = Request(api, "/v1/actions")
        wait_until(blocked.waiting)
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "SIGTERM" in service.log_text)
        assert flight.is_alive() and service.process.poll() is None
    answer = flight.result().expect(200)
    assert answer.data == []
    assert service.process.wait(10) == 0
    service.process.stdout.close()
    service.process = None
    service.check_sanitizers()


def test_a_stop_does_not_wait_for_ever(cluster, start_service, make_database):
    service = start_service(
        make_database(clusters.EMPTY), INSPECTD_LOCK_MS=20000, INSPECTD_STATEMENT_MS=20000, INSPECTD_DRAIN_MS=200
    )
    with Blocked(cluster, service.database) as blocked:
        Request(service.admin(), "/v1/actions")
        wait_until(blocked.waiting)
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(10)
        assert time.monotonic() - began < 8
    service.process.stdout.close()
    service.process = None


def test_while_it_drains_it_is_not_ready_but_still_answers(start_service, make_database):
    service = start_service(make_database(clusters.EMPTY), INSPECTD_NOTICE_MS=1000)
    api = service.admin()
    api.get("/readyz", expect=200)
    service.process.send_signal(signal.SIGTERM)
    answer = wait_until(lambda: (found := api.get("/readyz")).status == 503 and found)
    assert answer.headers["Retry-After"]
    api.get("/livez", expect=200)
    api.get("/v1/themes", expect=200)
    assert service.process.wait(10) == 0
    service.process.stdout.close()
    service.process = None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", service.port), timeout=2)


def test_an_idle_connection_does_not_hold_up_a_stop(start_service, make_database):
    service = start_service(make_database(clusters.EMPTY), INSPECTD_DRAIN_MS=20000)
    with service.wire() as wire:
        wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.receive()[0] == 200
        began = time.monotonic()
        service.stop()
        assert time.monotonic() - began < 5


def test_sigint_stops_as_well(start_service, make_database):
    service = start_service(make_database(clusters.EMPTY))
    assert service.end(signal.SIGINT) == 0
