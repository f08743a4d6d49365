"""One walk over every route that the service describes: the answers that all of them share."""

from __future__ import annotations

import time
from typing import Any, Iterator

import pytest

import spec_validator
from harness.bodies import MOVES
from harness.cases import Cases
from harness.described import ABSENT_ID, ROUTES, named, resources
from harness.examples import Given
from harness.service import ALL_SCOPES, Answer, Api, Service

PATHS = sorted({route["path"] for route in ROUTES})
WRITES = ("POST", "PATCH")
# What this walk makes every operation answer that documents it. The rest needs content of its own: other suites.
SHARED = {"304", "400", "401", "403", "404", "406", "412", "413", "415", "428", "503"}
# What an address must ask to be answered 200.
QUESTIONS = {"/v1/search": "q=thresholds", "/v1/working-days": "from=2024-05-20&days=70"}
# Healthy or not: no more to say, so nothing to negotiate about or to keep.
PROBES = ("/livez", "/readyz", "/metrics")

reads = [route for route in ROUTES if route["method"] == "GET"]
writes = [route for route in ROUTES if route["method"] in WRITES]
closed = [route for route in ROUTES if route["scope"] is not None]
scoped = [route for route in ROUTES if route["scope"]]
with_id = [route for route in ROUTES if "{id}" in route["path"]]
negotiated = [route for route in reads + writes if route["path"] not in PROBES]
kept = [route for route in reads if route["path"] not in PROBES]
asked = [route for route in ROUTES if route["path"] not in PROBES]


def adds(route: dict) -> bool:
    """Makes a row beneath another."""
    return route["method"] == "POST" and bool(route["resource"] and route["parent"])


def is_versioned(route: dict) -> bool:
    changes = route["method"] in ("PATCH", "DELETE") or route["path"].endswith("/transitions")
    return changes and "{id}" in route["path"] and not route["parent"]


versioned = list(filter(is_versioned, ROUTES))
added = list(filter(adds, ROUTES))


def each(routes: list[dict]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route["operation_id"])


each_path = pytest.mark.parametrize("path", PATHS)


class Walker(Api):
    """Remembers which operation gave which answer."""

    seen: set[tuple[str, str]] = set()

    def request(self, method: str, target: str, **options: Any) -> Answer:
        answer = super().request(method, target, **options)
        operation = spec_validator.find_operation(method, target.partition("?")[0])
        if operation and method != "HEAD":
            self.seen.add((operation["operationId"], str(answer.status)))
        return answer


@pytest.fixture(scope="module")
def walker(service: Service) -> Walker:
    return Walker(service.port, service.make_key())


@pytest.fixture(scope="module")
def ids(given: Given) -> dict[str, str]:
    """An existing row of each resource, by the segment of its address."""
    found = {"authorities": "806", "frameworks": "sif", "themes": "thresholds"}
    wanted = {route["path"].split("/")[2] for route in with_id if route["path"].startswith("/v1/")}
    for key in sorted(wanted - found.keys()):
        # With dates, so that an extension of it can be asked for.
        dates = {"start_on": "2024-01-08", "due_on": "2024-06-03"} if key == "actions" else {}
        found[key] = given.one(key, **dates)["id"]
    return found


def owner_of(path: str) -> str:
    """Whose id a path has: "authorities" for /v1/authorities/{id}/findings."""
    return path.split("/")[2]


def address(path: str, ids: dict[str, str] | None = None) -> str:
    path = path.replace("{slug}", "not-found")
    if "{id}" in path:
        path = path.replace("{id}", ids[owner_of(path)] if ids else resources()[owner_of(path)].absent_id)
    if path.endswith("/counts"):
        counted = next(resources()[owner_of(path)].with_mark("count"))
        return f"{path}?by={counted['name']}"
    return f"{path}?{QUESTIONS[path]}" if path in QUESTIONS else path


def with_query(target: str, query: str) -> str:
    return target + ("&" if "?" in target else "?") + query


def call(api: Api, route: dict, ids: dict[str, str] | None, query: str = "", **options: Any) -> Answer:
    target = address(route["path"], ids)
    if route["method"] in WRITES:
        options.setdefault("json", {})
    if is_versioned(route):
        options.setdefault("if_match", "*")
    return api.request(route["method"], with_query(target, query) if query else target, **options)


def problem_of(answer: Answer, slug: str) -> dict:
    assert answer.problem["type"] == f"/problems/{slug}"
    assert answer.problem["instance"] == answer.target.partition("?")[0]
    return answer.problem


def fit(given: Given, route: dict) -> dict:
    """What this route would take, were its address right."""
    if adds(route):
        return given.least(named(route["resource"]).key)
    if route["path"].endswith("/transitions"):
        return dict(MOVES[owner_of(route["path"])])
    return dict(PROCEDURES.get(route["path"], {}))


# Bodies of what is done to several rows at once.
PROCEDURES = {
    "/v1/plans/{id}/carry-forwards": {"reason": "A new year"},
    "/v1/authorities/{id}/handovers": {"to_authority_id": "806", "reason": "Reorganised"},
}


# --- access ------------------------------------------------------------------------------


@each(closed)
def test_without_a_key_it_is_401(walker, ids, route):
    answer = call(walker, route, ids, key=None).expect(401)
    problem_of(answer, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@each(scoped)
def test_without_the_scope_it_is_403(walker, service, ids, route):
    """test_access.py tries each scope; here one key has another than the route wants."""
    other = next(scope for scope in ALL_SCOPES if scope.endswith(":read") and scope != route["scope"])
    problem_of(call(walker, route, ids, key=service.make_key([other])).expect(403), "forbidden")


@each([route for route in closed if route["scope"] != "admin"])  # admin includes act_as
def test_naming_a_person_without_act_as_is_403(walker, service, ids, route):
    key = service.make_key([scope for scope in ALL_SCOPES if scope not in ("act_as", "admin")])
    call(walker, route, ids, key=key, headers={"X-Acting-User": "somebody"}).expect(403)


# --- the address --------------------------------------------------------------------------


@each(with_id)
def test_an_absent_id_is_404(walker, given, route):
    options = {"json": fit(given, route)} if route["method"] in WRITES else {}
    problem_of(call(walker, route, None, **options).expect(404), "not-found")


@pytest.mark.parametrize(
    "target, cure",
    [
        ("/v1/authorities/E06000002", "/v1/authorities?gss_code= or ?name="),
        ("/v1/authorities/E06000002/inspections", "/v1/authorities?gss_code= or ?name="),
        ("/v1/inspections/50143726", "/v1/inspections?external_ref="),
        ("/v1/frameworks/ILACS", "/v1/frameworks lists"),
    ],
)
def test_an_id_of_another_form_is_told_with_the_way_to_look_the_row_up(walker, target, cure):
    assert cure in problem_of(walker.get(target, expect=404), "not-found")["detail"]


def test_an_absent_problem_or_address_is_404(walker):
    for path in (
        "/problems/no-such",
        "/nowhere",
        "/v1/nowhere",
        "/",
        "/v2",
        "/v1/actions/x/y/z",
        "/v1//actions",
        "//v1",
        "/v1/agenda_items",
        "/v1/delivery_models",
    ):
        problem_of(walker.get(path, expect=404), "not-found")


MALFORMED = ["x", "8066", "%20", "806%2F", "0", "-1", ABSENT_ID[:-1], ABSENT_ID[:-1] + "g", "%00", "..", "null",
             "806;drop", "\u00e9".encode().hex()]


@each(with_id)
def test_a_malformed_id_is_404_like_any_other_that_is_absent(walker, route):
    body = {} if route["method"] in WRITES else None
    with Cases() as case:
        for id in MALFORMED:
            with case(repr(id)):
                target = route["path"].replace("{id}", id)
                answer = walker.request(route["method"], target, json=body,
                                        if_match="*" if is_versioned(route) else None)
                answer.expect(*((404, 400) if id in ("%00", "%20", "806%2F", "..") else (404,)))


@each_path
def test_a_trailing_slash_is_another_address(walker, ids, path):
    walker.get(address(path, ids).partition("?")[0] + "/", expect=404)


@each_path
def test_a_method_that_is_not_taken_is_405_and_lists_those_that_are(walker, ids, path):
    target = address(path, ids)
    here = {route["method"] for route in ROUTES if route["path"] == path}
    taken = here | {"OPTIONS"} | ({"HEAD"} if "GET" in here else set())
    told = walker.options(target.partition("?")[0], key=None, expect=204)
    assert told.body == b"" and {name.strip() for name in told.headers["Allow"].split(",")} == taken
    with Cases() as case:
        for method in ("PUT", "TRACE", "LINK", *({"POST", "PATCH", "DELETE"} - here)):
            with case(method):
                answer = walker.request(method, target).expect(405)
                assert answer.headers["Allow"] == told.headers["Allow"]
                problem_of(answer, "method-not-allowed")


@each(reads)
def test_head_answers_alike_without_a_body(walker, ids, route):
    target = address(route["path"], ids)
    head, get = walker.head(target), walker.get(target, expect=200)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.etag == get.etag


# --- the question ---------------------------------------------------------------------------


@each(asked)
def test_an_unknown_parameter_is_400_and_named(walker, ids, route):
    answer = call(walker, route, ids, "nonsense=1").expect(400)
    assert "/nonsense" in [error["pointer"] for error in problem_of(answer, "malformed-request")["errors"]]


@each(negotiated)
def test_a_type_that_is_not_offered_is_406(walker, ids, route):
    problem_of(call(walker, route, ids, headers={"Accept": "image/png"}).expect(406), "not-acceptable")


@each(kept)
def test_what_has_not_changed_is_304(walker, ids, route):
    target = address(route["path"], ids)
    tag = walker.get(target, expect=200).etag
    assert walker.get(target, headers={"If-None-Match": tag}).expect(304).body == b""


# --- the body ---------------------------------------------------------------------------------

UNREADABLE = {
    "cut short": b"{", "a key twice": b'{"a":1,"a":2}', "not UTF-8": b'{"title":"\xff"}',
    "NUL": b'{"title":"\\u0000"}', "too deep": b"[" * 40, "two values": b"{}{}", "no JSON": b"nonsense",
}


@each(writes)
def test_a_body_of_another_type_is_415(walker, ids, route):
    answer = call(walker, route, ids, data=b"<a/>", json=None, content_type="application/xml").expect(415)
    problem_of(answer, "unsupported-media-type")
    assert (answer.headers["Accept-Patch"] is not None) == (route["method"] == "PATCH")


@each(writes)
def test_a_body_that_is_too_long_is_413(walker, ids, route):
    problem_of(call(walker, route, ids, json={"title": "x" * 65536}).expect(413), "body-too-large")


@each(writes)
def test_a_body_that_cannot_be_read_is_400(walker, ids, route):
    with Cases() as case:
        for name, body in UNREADABLE.items():
            with case(name):
                problem_of(call(walker, route, ids, data=body, json=None).expect(400), "malformed-request")


@each(writes)
def test_an_unknown_member_is_422_and_named(walker, ids, route):
    answer = call(walker, route, ids, json={"nonsense": 1}).expect(422)
    assert "/nonsense" in [error["pointer"] for error in problem_of(answer, "invalid-content")["errors"]]


@each(added)
def test_what_is_posted_beneath_a_parent_belongs_to_it(walker, given, ids, route):
    resource, path = named(route["resource"]), address(route["path"], ids)
    body = fit(given, route) | {"external_refs": {"walk": route["operation_id"]}}
    checked = walker.post(path + "?validate_only=true", body, expect=200).json
    walker.get(f"{resource.path}/{checked['id']}", expect=404)
    made = walker.post(path, body, expect=201)
    assert made.location == f"{resource.path}/{made.json['id']}"
    assert made.json["id"] in [row["id"] for row in walker.all(path)]
    walker.post(path, body, expect=409)


# --- versions ------------------------------------------------------------------------------------


@each(versioned)
def test_without_if_match_it_is_428(walker, ids, route):
    problem_of(call(walker, route, ids, if_match=None).expect(428), "precondition-required")


@each(versioned)
def test_a_stale_if_match_is_412_with_the_present_tag(walker, ids, route):
    item = address(f"/v1/{owner_of(route['path'])}/{{id}}", ids)
    body: dict = {}
    if route["path"].endswith("/transitions"):
        row = walker.get(item, {"fields": "status,allowed_transitions"}, expect=200)
        body = {"to": (row.json["allowed_transitions"] or ["x"])[0], "reason": "Tried."}
    options = {"json": body} if route["method"] != "DELETE" else {}
    problem = problem_of(call(walker, route, ids, if_match='"999.0"', **options).expect(412), "stale-version")
    assert problem["current_etag"] == walker.get(item).etag


# --- without its database ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stopped(service: Service, cluster, ids) -> Iterator[Walker]:
    """A client while PostgreSQL is down, with a key that no worker has in mind; afterwards all is well again by itself."""
    walker = Walker(service.port, service.make_key(name="unknown to every worker", new=True))
    cluster.stop()
    try:
        yield walker
    finally:
        cluster.start()
    deadline = time.monotonic() + 10
    while walker.get("/readyz").status != 200:
        assert time.monotonic() < deadline
    for _ in range(20):
        walker.get("/v1/actions", expect=200)


@each(closed)
def test_without_its_database_it_is_503(stopped, ids, route):
    answer = call(stopped, route, ids).expect(503)
    problem_of(answer, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "inspectd_" not in answer.text and "socket" not in answer.text


def test_without_its_database_it_is_not_ready_but_alive_and_still_explains_itself(stopped):
    assert stopped.get("/readyz", key=None, expect=503).headers["Retry-After"]
    for path in ("/livez", "/metrics", "/docs", "/problems/unavailable", "/v1/openapi.json"):
        stopped.get(path, key=None, expect=200)
    stopped.options("/v1/actions", key=None, expect=204)


# --- all of it ------------------------------------------------------------------------------------------


def test_the_walk_has_seen_every_shared_answer_that_is_documented(walker, request):
    """With test_*.py of the other suites, spec_coverage.py finds everything covered."""
    ran = {item.originalname for item in request.session.items if item.fspath == request.node.fspath}
    everything = {name for name in globals() if name.startswith("test_")}
    if ran != everything or hasattr(request.config, "workerinput"):
        pytest.skip("only part of the walk was taken in this process")
    documented = {
        (operation["operationId"], status)
        for _, _, operation in spec_validator.operations()
        for status in operation["responses"]
    }
    missing = sorted(entry for entry in documented if entry[1] in SHARED and entry not in Walker.seen)
    assert not missing
