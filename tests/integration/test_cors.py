"""Pages of other origins, as a browser lets them call: the steps of the Fetch standard, written out in `Page`."""

from __future__ import annotations

import re

import pytest

import spec_validator
from harness.cases import Cases
from harness.described import ABSENT_ID, ROUTES
from harness.service import Answer, Api, Service

FRONT, LOCAL, STRANGER = "https://front.example", "http://localhost:3000", "https://stranger.example"
ALLOWED = "Access-Control-Allow-Origin"
# What a page may read of any answer (Fetch, "CORS-safelisted response-header name").
SAFE_TO_READ = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}


class Blocked(Exception):
    """The browser keeps the answer from the page, or does not even send the request."""


class Page:
    """fetch() of a page of `origin`, in a browser that keeps to the standard."""

    def __init__(self, api: Api, origin: str):
        self.api, self.origin = api, origin

    def fetch(self, method: str, path: str, headers: dict[str, str] | None = None, body: dict | None = None) -> Answer:
        named = {name.lower(): name for name in (headers or {})}
        if body is not None:
            named["content-type"] = "Content-Type"
        needing = sorted(set(named) - {"accept", "accept-language"})  # JSON is no simple content type
        if method not in ("GET", "HEAD", "POST") or needing:
            self._preflight(method, path, needing)
        sent = {"Origin": self.origin, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site", **(headers or {})}
        answer = self.api.request(method, path, headers=sent, json=body, key=None)
        if answer.headers[ALLOWED] not in (self.origin, "*"):
            raise Blocked(f"{answer.status} without {ALLOWED}")
        exposed = {name.strip().lower() for name in (answer.headers["Access-Control-Expose-Headers"] or "").split(",")}
        for name in set(answer.headers):
            if name.lower() not in exposed | SAFE_TO_READ:
                del answer.headers[name]
        return answer

    def _preflight(self, method: str, path: str, names: list[str]) -> None:
        asked = {"Origin": self.origin, "Access-Control-Request-Method": method, "Sec-Fetch-Mode": "cors", "Accept": "*/*"}
        if names:
            asked["Access-Control-Request-Headers"] = ",".join(names)
        told = self.api.options(path, headers=asked, key=None)
        methods = re.split(r",\s*", told.headers["Access-Control-Allow-Methods"] or "")
        allowed = re.split(r",\s*", (told.headers["Access-Control-Allow-Headers"] or "").lower())
        if not 200 <= told.status <= 299 or told.headers[ALLOWED] not in (self.origin, "*"):
            raise Blocked(f"preflight: {told.status}")
        if method not in methods and method not in ("GET", "HEAD", "POST"):
            raise Blocked(f"preflight: {method} is none of {methods}")
        if missing := set(names) - set(allowed):  # a * would not stand for Authorization
            raise Blocked(f"preflight: {missing} are not allowed")
        assert int(told.headers["Access-Control-Max-Age"]) > 0


@pytest.fixture(scope="module")
def open_service(service: Service, start_service) -> Service:
    return start_service(service.database, INSPECTD_CORS_ORIGINS=f"{FRONT}, {LOCAL}", INSPECTD_RATE=100000)


@pytest.fixture(scope="module")
def opened(open_service: Service, service: Service) -> Api:
    return open_service.api(service.make_key())


def bearer(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.key}"}


# --- pages that may ---------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [FRONT, LOCAL])
def test_a_page_of_a_listed_origin_reads_and_writes(opened, given, origin):
    page, key = Page(opened, origin), bearer(opened)
    listed = page.fetch("GET", "/v1/authorities?limit=1", key).expect(200)
    assert listed.headers["Link"] and listed.headers["ETag"] and listed.headers["RateLimit"] and listed.headers["X-Request-ID"]
    body = given.body("actions")
    made = page.fetch("POST", "/v1/actions", key | {"Idempotency-Key": f"page {origin}"}, body).expect(201)
    again = page.fetch("POST", "/v1/actions", key | {"Idempotency-Key": f"page {origin}"}, body).expect(201)
    assert again.headers["Idempotency-Replayed"] == "true" and again.location == made.location
    item = made.location
    changed = page.fetch("PATCH", item, key | {"If-Match": made.etag}, {"title": "From a page"}).expect(200)
    page.fetch("GET", item, key | {"If-None-Match": changed.etag, "traceparent": "x"}).expect(304)
    page.fetch("DELETE", item, key | {"If-Match": changed.etag, "X-Acting-User": "j.smith", "X-Request-ID": "p"}).expect(204)
    whole = page.fetch("GET", "/v1/themes", key | {"Accept": "text/csv"}).expect(200)
    assert whole.headers["Content-Disposition"] and whole.text


def test_a_page_can_read_what_went_wrong(opened, service, start_service):
    page, key = Page(opened, FRONT), bearer(opened)
    with Cases() as case:
        for status, ask in {
            401: lambda: page.fetch("GET", "/v1/actions"),
            403: lambda: page.fetch("GET", "/v1/actions", {"Authorization": f"Bearer {service.make_key(['themes:read'])}"}),
            404: lambda: page.fetch("GET", f"/v1/actions/{ABSENT_ID}", key),
            400: lambda: page.fetch("GET", "/v1/actions?nonsense=1", key),
            406: lambda: page.fetch("GET", "/v1/actions", key | {"Accept": "image/png"}),
            413: lambda: page.fetch("POST", "/v1/actions", key, {"title": "x" * 70000}),
            414: lambda: page.fetch("GET", "/v1/" + "a" * 3000, {}),
            422: lambda: page.fetch("POST", "/v1/actions", key, {"nonsense": 1}),
            428: lambda: page.fetch("PATCH", f"/v1/actions/{ABSENT_ID}", key, {"title": "x"}),
        }.items():
            with case(status):
                assert ask().expect(status).problem["status"] == status
        with case("what a browser sends without asking first, to an address that is not here"):
            assert Page(opened, FRONT).fetch("GET", "/v1/nonsense").expect(404).problem
    strict = start_service(service.database, INSPECTD_CORS_ORIGINS=FRONT, INSPECTD_RATE=1)
    page = Page(strict.api(), FRONT)
    key = {"Authorization": f"Bearer {service.make_key(name='page', new=True)}"}
    page.fetch("GET", "/v1", key).expect(200)
    assert page.fetch("GET", "/v1", key).expect(429).headers["Retry-After"]


def test_a_preflight_is_answered_with_the_methods_of_the_address(opened):
    with Cases() as case:
        for path in sorted({route["path"] for route in ROUTES}):
            with case(path):
                there = path.replace("{id}", ABSENT_ID).replace("{slug}", "conflict")
                told = opened.options(there, key=None, expect=204,
                                      headers={"Origin": FRONT, "Access-Control-Request-Method": "PATCH"})
                taken = {route["method"] for route in ROUTES if route["path"] == path}
                allowed = set(told.headers["Access-Control-Allow-Methods"].split(", "))
                assert allowed == set(told.headers["Allow"].split(", ")) >= taken
                assert ("PATCH" in allowed) == ("PATCH" in taken)
                assert told.body == b"" and "Origin" in told.headers["Vary"]


def test_an_options_that_is_no_preflight_is_answered_as_ever(opened):
    told = opened.options("/v1/actions", key=None, headers={"Origin": FRONT}, expect=204)
    assert told.headers["Allow"] and told.headers["Access-Control-Allow-Methods"] is None
    assert told.headers[ALLOWED] == FRONT


def test_every_header_that_is_described_can_be_read_by_a_page(opened):
    """Vary is for caches; all others are for whoever called."""
    responses = spec_validator.load()["components"]["responses"].values()
    described = {name for response in responses for name in response.get("headers", {})}
    told = opened.get("/v1", headers={"Origin": FRONT}, expect=200)
    exposed = set(told.headers["Access-Control-Expose-Headers"].split(", "))
    assert {name for name in described if name.lower() not in SAFE_TO_READ} - {"Vary"} <= exposed
    assert {"Allow", "WWW-Authenticate", "Retry-After"} <= exposed


# --- pages that may not --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [STRANGER, "http://front.example", "https://front.example:8443", "https://front.example.stranger.example",
     "https://evil-front.example", "null", "HTTPS://FRONT.EXAMPLE", "https://front.example/", "*", ""],
)
def test_a_page_of_any_other_origin_is_kept_out(opened, origin):
    for headers in ({}, {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}):
        for answer in (
            opened.get("/v1/themes", headers={"Origin": origin} | headers, expect=200),
            opened.get("/v1/themes", headers={"Origin": origin} | headers, key=None, expect=401),
            opened.options("/v1/themes", headers={"Origin": origin} | headers, expect=204),
        ):
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
            assert "Origin" in answer.headers["Vary"].split(", ")
    with pytest.raises(Blocked):
        Page(opened, origin).fetch("GET", "/v1/themes", bearer(opened))
    with pytest.raises(Blocked):
        Page(opened, origin).fetch("GET", "/v1/openapi.json")


def test_two_origins_at_once_are_none(open_service):
    with open_service.wire() as wire:
        wire.send(f"GET /v1 HTTP/1.1\r\nHost: x\r\nOrigin: {FRONT}\r\nOrigin: {LOCAL}\r\n\r\n".encode())
        status, headers, _ = wire.receive()
    assert status == 401 and headers[ALLOWED] is None


def test_no_answer_lets_a_browser_send_credentials_of_its_own(opened):
    for answer in (opened.get("/v1", headers={"Origin": FRONT}), opened.options("/v1", headers={"Origin": FRONT})):
        assert answer.headers["Access-Control-Allow-Credentials"] is None and answer.headers["Set-Cookie"] is None


def test_where_no_origin_is_listed_none_is_spoken_of(api):
    for headers in ({"Origin": FRONT}, {"Origin": FRONT, "Access-Control-Request-Method": "GET"}, {}):
        for answer in (api.get("/v1", headers=headers, expect=200), api.options("/v1", headers=headers, expect=204)):
            assert answer.headers["Vary"] == "Authorization, Accept"
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_where_one_is_listed_caches_are_told_even_if_nobody_asks(opened):
    assert opened.get("/v1", expect=200).headers["Vary"] == "Authorization, Accept, Origin"


@pytest.mark.parametrize("origins", ["*", "https://front.example/", f"{FRONT},*", "null", "front.example"])
def test_a_list_with_what_is_no_origin_stops_the_start(service, start_service, origins):
    with pytest.raises(RuntimeError) as refused:
        start_service(service.database, INSPECTD_CORS_ORIGINS=origins)
    assert "INSPECTD_CORS_ORIGINS" in str(refused.value) and origins.split(",")[-1] in str(refused.value)


# --- what every browser is told ---------------------------------------------------------------------


def test_every_answer_tells_browsers_to_make_nothing_else_of_it(opened):
    policies = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
                "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-cache"}
    tag = opened.get("/v1/themes").etag
    with Cases() as case:
        for name, answer in {
            "list": opened.get("/v1/themes"), "304": opened.get("/v1/themes", headers={"If-None-Match": tag}),
            "CSV": opened.get("/v1/themes", headers={"Accept": "text/csv"}),
            "empty CSV": opened.get("/v1/actions?q=nothing", headers={"Accept": "application/x-ndjson"}),
            "calendar": opened.get("/v1/deadlines", headers={"Accept": "text/calendar"}),
            "401": opened.get("/v1/themes", key=None), "404": opened.get("/nowhere"), "405": opened.put("/v1/themes"),
            "OPTIONS": opened.options("/v1/themes"), "HEAD": opened.head("/v1/themes"), "metrics": opened.get("/metrics"),
            "live": opened.get("/livez"), "docs": opened.get("/docs"), "text": opened.get("/problems"),
            "page": opened.get("/problems/conflict", headers={"Accept": "text/html"}),
            "YAML": opened.get("/v1/openapi.yaml"),
        }.items():
            with case(name):
                for header, value in policies.items():
                    assert answer.headers[header] == value, header
                assert answer.headers["Strict-Transport-Security"] is None, "for that it must be HTTPS"
                policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
                assert policy["default-src"] == policy["frame-ancestors"] == "'none'" and "script-src" not in policy
                if answer.headers.get_content_type() != "text/html":
                    assert set(policy) == {"default-src", "frame-ancestors"}


def test_a_page_for_people_has_its_policy_also_when_it_has_not_changed(opened):
    """A browser puts the headers of a 304 in the place of those that it has."""
    page = opened.get("/docs", expect=200)
    again = opened.get("/docs", headers={"If-None-Match": page.etag}, expect=304)
    assert again.headers["Content-Security-Policy"] == page.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in again.headers["Content-Security-Policy"]


def test_all_these_headers_leave_room_for_the_longest_request(opened):
    """They come from the memory that the request's own headers are in."""
    ids = ",".join(f"{n:08x}{ABSENT_ID[8:]}" for n in range(200))
    answer = opened.get(f"/v1/inspections?limit=1&follows_id_ne={ids}", expect=200,
                        headers={"Origin": FRONT, "X-Flood": "a" * 23000})
    assert len(answer.headers["Link"]) > 7000 and answer.headers[ALLOWED] == FRONT and answer.headers["RateLimit"]
    assert answer.json["page"]["has_more"]
