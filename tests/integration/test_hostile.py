"""Requests that mean no good, or were mangled on the way.

Each gets its documented problem or, where libmicrohttpd itself answers, a plain 4xx
or 5xx of its own; the process lives; nothing is written. The outward symptoms of
Ulfius' and libmicrohttpd's pitfalls each have a test here.
"""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import resource as rlimits
import socket
import string
import struct
import time
import uuid

import hypothesis
import hypothesis.strategies as st
import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.described import ABSENT_ID, LIMITS, LIST_TYPES, resources, those
from harness.service import Wire

CREATED = those("is_created")
created_resource = pytest.mark.parametrize("resource", CREATED)
BODY_MAX = 65536


@pytest.fixture(autouse=True)
def alive(service, api):
    """After each test the same process still answers."""
    pid = service.process.pid
    yield
    assert service.process.poll() is None and service.process.pid == pid, service.log_tail()
    api.get("/livez", expect=200)
    api.get("/v1/authorities/806", expect=200)


@pytest.fixture
def raw(service, api):
    """raw(b"GET", b"/v1/..."): (status, headers, body) of a request sent byte for byte."""

    def send(method: bytes, target: bytes, headers: bytes = b"", body: bytes = b"", key: bool = True):
        head = method + b" " + target + b" HTTP/1.1\r\nHost: x\r\n"
        if key:
            head += f"Authorization: Bearer {api.key}\r\n".encode()
        if body:
            head += b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        with service.wire() as wire:
            return wire.send(head + headers + b"\r\n" + body).receive(method.decode("latin-1"))

    return send


def is_problem(status: int, headers, body: bytes) -> bool:
    return headers.get_content_type() == "application/problem+json" and json.loads(body)["status"] == status


# --- bodies that are not JSON -----------------------------------------------------------

BROKEN = {
    "empty": b"", "blank": b" \n ", "cut in a member": b'{"title":', "cut in a string": b'{"title":"abc',
    "cut in an escape": b'{"title":"\\u00', "trailing comma": b'{"title":"a",}',
    "two values": b'{"title":"a"}{"title":"a"}',
    "single quotes": b"{'title':'a'}", "bare word": b'{"title":yes}', "comment": b'{/* a */"title":"a"}',
    "NaN": b'{"title":NaN}', "Infinity": b'{"title":-Infinity}', "number out of range": b'{"inspectors_count":1e400}',
    "integer out of range": b'{"number":99999999999999999999}', "leading zero": b'{"number":01}',
    "plus": b'{"number":+1}',
    "duplicate key": b'{"title":"a","title":"b"}', "duplicate key below": b'{"external_refs":{"a":"1","a":"2"}}',
    "duplicate key by escape": b'{"title":"a","t\\u0069tle":"b"}',
    "NUL": b'{"title":"a\0b"}', "NUL after": b'{"title":"a"}\0', "NUL escaped": b'{"title":"a\\u0000b"}',
    "NUL in a name": b'{"ti\\u0000tle":"a"}', "control character": b'{"title":"a\x01b"}',
    "raw newline": b'{"title":"a\nb"}',
    "invalid UTF-8": b'{"title":"\xff"}', "overlong UTF-8": b'{"title":"\xc0\xaf"}',
    "UTF-8 surrogate": b'{"title":"\xed\xa0\x80"}',
    "cut UTF-8": b'{"title":"\xe2\x82"}', "beyond Unicode": b'{"title":"\xf4\x90\x80\x80"}',
    "lone surrogate": b'{"title":"\\ud800"}',
    "reversed surrogates": b'{"title":"\\udc00\\ud800"}', "UTF-16": '{"title":"a"}'.encode("utf-16"),
    "deep lists": b'{"a":' + b"[" * 17 + b"]" * 17 + b"}", "deep objects": b'{"a":' * 17 + b"1" + b"}" * 17,
    "very deep": b"[" * 30000 + b"]" * 30000, "very deep and cut": b'{"a":' * 10000,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_not_json_is_malformed(api, given, unwritten, data):
    row = given.action()
    path = f"/v1/actions/{row['id']}"
    etag = api.get(path).etag
    with unwritten():
        assert api.post("/v1/actions", data=data, expect=400).problem["type"].endswith("/malformed-request")
        api.request("PATCH", path, data=data, if_match=etag, expect=400)
        api.request("POST", f"{path}/transitions", data=data, if_match=etag, expect=400)
        if data.strip():  # a restore needs no body
            api.request("POST", f"{path}/restore", data=data, expect=400)


def test_a_body_may_nest_as_deep_as_the_limit(api, unwritten):
    with unwritten():
        answer = api.post("/v1/actions", data=b'{"a":' + b"[" * 14 + b"]" * 14 + b"}", expect=422)
    assert "/a" in answer.pointers


def test_a_byte_order_mark_is_no_fault_of_the_service(api, given):
    body = json.dumps(given.body("actions")).encode()
    api.post("/v1/actions", data=b"\xef\xbb\xbf" + body, expect=[201, 400])


@created_resource
def test_a_body_of_another_type_is_not_read(api, given, unwritten, resource):
    body = given.body(resource)
    with unwritten(), Cases() as case:
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/jsonx", "text/json2", "json", "*/*", "application/json; charset=utf-16"):
            with case(media_type):
                api.post(f"/v1/{resource}", body, content_type=media_type, expect=415)


def test_a_body_without_a_type_or_compressed_is_not_read(api, given, unwritten):
    body = given.body("actions")
    with unwritten():
        api.post("/v1/actions", body, headers={"Content-Type": None}, expect=415)
        api.post("/v1/actions", body, headers={"Content-Encoding": "gzip"}, expect=415)


def test_a_form_is_not_parsed_behind_our_back(raw, unwritten):
    """Ulfius would read a form's members and add them to the query's."""
    form = b"status=open&limit=1"
    with unwritten():
        status, headers, body = raw(
            b"POST", b"/v1/actions",
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(form)
            + b"\r\n" + form)
    assert status == 415 and is_problem(status, headers, body)


# --- sizes ------------------------------------------------------------------------------


def padded(body: dict, size: int) -> bytes:
    data = json.dumps(body).encode()
    return data[:-1] + b" " * (size - len(data)) + b"}"


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(api, given, unwritten):
    body = given.body("actions")
    with unwritten():
        answer = api.post("/v1/actions", data=padded(body, BODY_MAX + 1), expect=413)
        assert answer.headers["Connection"] == "close"
    api.post("/v1/actions", data=padded(body, BODY_MAX), expect=201)


@pytest.mark.parametrize("size", [BODY_MAX + 1, 4 << 20])
def test_a_chunked_body_over_the_limit_is_refused_and_never_cut(service, api, given, unwritten, size):
    """Ulfius cuts a body at its limit and goes on: what is cut here would still be whole JSON."""
    data = json.dumps(given.body("actions")).encode().ljust(size)
    head = (f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
    with unwritten(), service.wire() as wire:
        wire.send(head)
        try:
            for start in range(0, size, 32768):
                part = data[start:start + 32768]
                wire.send(b"%x\r\n%s\r\n" % (len(part), part))
            wire.send(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it need not listen to the end
        status, headers, body = wire.receive("POST")
    assert status == 413


def test_a_chunked_body_within_the_limit_is_read(service, api, given):
    data = json.dumps(given.body("actions")).encode()
    with service.wire() as wire:
        wire.send((f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
        for byte in data:
            wire.send(b"1\r\n%c\r\n" % byte)
        assert wire.send(b"0\r\n\r\n").receive("POST")[0] == 201


@pytest.fixture(scope="module")
def impatient(service, start_service):
    """A service that closes a connection after a second of silence."""
    return start_service(service.database, INSPECTD_IDLE_S=1)


def answers_to(service, requests: list[bytes]) -> list[bytes]:
    """What comes back on a connection for each, until the service closes it."""
    wires = [service.wire() for _ in requests]
    try:
        for wire, data in zip(wires, requests):
            wire.send(data)
        return [wire.receive_all() for wire in wires]
    finally:
        for wire in wires:
            wire.socket.close()


def test_a_content_length_that_is_none_or_too_large_is_refused(impatient, api, unwritten):
    lengths = ["-1", "1e3", "0x10", "99999999999999999999999", "abc", "", "5, 6", "4294967296", "1099511627776"]
    with unwritten():
        received = answers_to(impatient, [
            (f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
             f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n").encode() for length in lengths])
    for length, answer in zip(lengths, received):
        assert answer == b"" or answer.split()[1] in (b"400", b"413"), (length, answer)


@pytest.mark.parametrize(("resource", "member", "limit"), [
    ("actions", "title", 500), ("actions", "detail", 20000), ("actions", "number", 32), ("findings", "text", 20000),
    ("findings", "extent", 200), ("authorities", "name", 200), ("plans", "edition", 40), ("measures", "unit", 60),
])
def test_a_text_may_be_as_long_as_its_limit_in_characters(api, given, unwritten, resource, member, limit):
    row = given.one(resource, **{member: "é" * limit})
    assert row[member] == "é" * limit
    with unwritten():
        answer = api.patch(f"/v1/{resource}/{row['id']}", {member: "é" * (limit + 1)}, expect=422)
    assert answer.pointers == [f"/{member}"]


def texts_of(resource: str) -> dict[str, dict]:
    """The members that take any text."""
    return {name: field for name, field in resources()[resource].written.items()
            if field["type"] == "text" and field.get("pattern") in (None, FILLED)}


FILLED = r"\S"


@created_resource
def test_every_text_has_a_greatest_length_and_none_is_cut(api, given, unwritten, resource):
    body = given.body(resource)
    with unwritten(), Cases() as case:
        for member, field in texts_of(resource).items():
            with case(member):
                limit = field.get("max") or LIMITS["text_chars"]
                answer = api.post(f"/v1/{resource}?validate_only=true", body | {member: "é" * (limit + 1)}, expect=422)
                assert f"/{member}" in answer.pointers
                if member in FREE.get(resource, texts_of(resource)):
                    fits = body | {member: "é" * limit}
                    checked = api.post(f"/v1/{resource}?validate_only=true", fits, expect=200).json
                    assert checked[member] == "é" * limit


# Texts that may be anything; of the resources that are not here, all of them.
FREE = {
    "findings": ["text", "gloss", "printed_label", "extent", "source_paragraph"],
    "observations": ["scope", "caveat", "source"],
    "authorities": ["official_name", "region"],
    "erasures": ["reason"],
}


@created_resource
def test_a_list_over_its_limit_is_refused(api, given, unwritten, resource):
    body, of = given.full_body(resource), resources()[resource]
    with unwritten(), Cases() as case:
        for member in (name for name, field in of.written.items() if field["type"] in LIST_TYPES):
            with case(member):
                answer = api.post(f"/v1/{resource}", body | {member: body[member][:1] * 501}, expect=[413, 422])
                if answer.status == 413:  # of objects as large as these
                    continue
                assert f"/{member}" in answer.pointers and len(answer.problem["errors"]) <= LIMITS["complaints"]


# --- members of the wrong kind ------------------------------------------------------------

DATES = ["2023-02-29", "31/03/2022", "01/01/1900", "1900-01-01", "1900-02-29", "2023-13-01", "2023-00-10", "2023-04-31",
         "2023-1-1",
         "20230101", "2023-01-01T00:00:00Z", " 2023-01-01", "2023-01-01 ", "0000-00-00", "0001-01-01", "10000-01-01",
         "-2023-01-01",
         "infinity", "-infinity", "now", "today", "epoch", "２０２３-01-01", "2023-W01-1", "", "null", 20230101, 1.5, True,
         [], {}]


@pytest.mark.parametrize("value", DATES, ids=lambda value: ascii(value)[:40])
def test_what_is_not_a_date_of_our_time_is_refused_by_name(api, given, unwritten, value):
    bodies = [("inspections", "published_on", given.body("inspections", published_on=value)),
              ("actions", "due_on", given.body("actions", due_on=value))]
    with unwritten():
        for resource, member, body in bodies:
            assert api.post(f"/v1/{resource}", body, expect=422).pointers == [f"/{member}"]


@pytest.mark.parametrize(("resource", "member", "values"), [
    ("inspections", "inspectors_count", ["7", 7.0, 7.5, 1e300, True, 0, -1, 101, 9223372036854775807, [], {}]),
    ("findings", "number", ["1", 1.0, False, 0, -1, 10000, [1]]),
    ("findings", "text", [1, True, [], {}, None]),
    ("findings", "parent_id", ["806", "x", 1, [], ABSENT_ID + "0", ABSENT_ID[:-1]]),
    ("actions", "finding_ids", ["x", 1, {}, [1], [None], [[]], None]),
    ("authorities", "aliases", ["x", {}, [1], [""], None]),
])
def test_a_member_of_another_kind_is_refused_by_name(api, given, unwritten, resource, member, values):
    for value in values:
        body = given.body(resource, **{member: value})
        with unwritten():
            pointers = api.post(f"/v1/{resource}", body, expect=422).pointers
        assert pointers and all(pointer.startswith(f"/{member}") for pointer in pointers), value


WRONG = {
    "text": [1, 1.5, True, [], {}],
    "enum": ["nonsense", "", " ", 1, True, [], {}],
    "ref": ["no such thing", "", 1, True, [], {}, "{" + ABSENT_ID + "}", ABSENT_ID.replace("-", "")],
    "date": ["2023-02-29", "31/03/2022", "1700-01-01", "infinity", "", 20240101, True, [], {}],
    "int": ["7", 7.5, 1e300, True, -1, 9223372036854775807, [], {}],
    "number": ["7", True, [], {}, 1e12, -1e300, 0.12345678901234567],
    "bool": ["true", 1, 0, "", [], {}],
    "texts": ["x", {}, 1, [1], [None], [[]]],
    "refs": ["x", {}, 1, [1], [None], [[]], ["x"]],
    "objects": ["x", {}, 1, [1], [None], [[]], [{}]],
    "external": ["x", [], {"a": 1}, {"a": ""}, {"": "1"}, {"A": "1"}, {"a b": "1"}, {"a": []}, {"a": "x" * 201}],
}


@created_resource
def test_no_member_takes_a_value_of_another_kind(api, given, unwritten, resource):
    body = given.body(resource)
    with unwritten(), Cases() as case:
        for member, field in resources()[resource].written.items():
            for value in WRONG.get(field["type"], ["no form that any identifier has"]):
                with case(member, repr(value)):
                    pointers = api.post(f"/v1/{resource}", body | {member: value}, expect=422).pointers
                    assert any(pointer == f"/{member}" or pointer.startswith(f"/{member}/") for pointer in pointers)


# --- text that would like to be code --------------------------------------------------------

NASTY = ["'; DROP TABLE inspectd.action; --", "\" OR 1=1 --", "%s%n%p%x%08x%.9999d", "${jndi:ldap://x/a}", "{{7*7}}",
         "$1 $2::text",
         "\\", "\\'; SELECT pg_sleep(9); --", "<script>alert(1)</script>", "../../etc/passwd", "=cmd|' /C calc'!A0",
         "E'\\x41'",
         "x" + "%" * 90, "\u202etxt", "NULL", "null", "undefined", "NaN", "true", "a'b\"c`d$e%f&g", "--", "/*", "{}",
         "[]", "(1=1)"]
# What members of objects take any text, beside those of texts_of().
WITHIN = {
    "inspections": lambda text: {"inspectors": [{"name": f"A{text}", "role": text, "body": text}],
                                 "report_url": "https://example.org/" + text.replace(" ", "+")},
    "findings": lambda text: {"contested": True, "contested_response": text},
    "plans": lambda text: {"rag_labels": [{"rag": "red", "label": text[:60], "meaning": text}]},
    "measures": lambda text: {"benchmarks": [{"label": text, "value": 1, "on": None, "source": text}]},
    "meetings": lambda text: {"attendees": [{"name": f"A{text}", "role": text, "capacity": "chair",
                                             "attendance": "present", "organisation": text}]},
    "agenda-items": lambda text: {"wards": [text], "points": [{"number": 1, "theme": text, "raised_by": text,
                                                               "point": text, "answer": text}]},
    "decisions": lambda text: {"parts": [{"number": text[:20], "wording": text, "kind": None, "addressed_to": text,
                                          "due_on": None, "done_on": None}]},
    "documents": lambda text: {"copied_to": [text]},
}


@pytest.mark.parametrize("text", NASTY, ids=lambda value: ascii(value)[:40])
def test_text_is_stored_and_returned_and_never_run(api, given, text):
    with Cases() as case:
        for resource in CREATED:
            with case(resource):
                of = resources()[resource]
                sent = {name: text[:field.get("max") or None] for name, field in texts_of(resource).items()
                        if name in FREE.get(resource, texts_of(resource))}
                if resource == "authorities":
                    sent = dict.fromkeys(FREE[resource], f"A{text}")  # a name needs a letter
                sent |= {"external_refs": {"plan": text}} if "external_refs" in of.fields else {}
                sent |= WITHIN.get(resource, lambda text: {})(text)
                row = api.create(of.path, given.body(resource) | sent)
                read = api.get(f"{of.path}/{row['id']}", expect=200).json
                assert {name: read[name] for name in sent} == sent
                if "external_refs" in sent:
                    value = "plan:" + text.replace("\\", "\\\\").replace(",", "\\,")
                    assert row["id"] in api.get(of.path, {"external_ref": value}, expect=200).ids


@pytest.mark.parametrize("text", NASTY, ids=lambda value: ascii(value)[:40])
def test_text_in_addresses_and_headers_is_never_run(api, unwritten, text):
    with unwritten():
        for params in ({"q": text}, {"name": text}, {"region": text}, {"id": text}, {"sort": text}, {"fields": text},
                       {"expand": text}, {"cursor": text}, {"status": text}, {"gss_code": text}, {text: "1"}):
            assert api.get("/v1/authorities", params).status in (200, 400)
        api.get("/v1/actions", {"lead_role": text}, expect=[200, 400])
        api.get("/v1/search", {"q": text}, expect=[200, 400])
        for headers in ({"If-None-Match": text}, {"User-Agent": text}, {"Accept": text}, {"X-Acting-User": text},
                        {"X-Request-ID": text}, {"traceparent": text}, {"Origin": text}):
            headers = {name: value.encode() for name, value in headers.items()}
            assert api.get("/v1/authorities/806", headers=headers).status in (200, 400, 406)
        assert api.get("/v1/authorities/806", key=text.encode().decode("latin-1")).status in (400, 401)


def test_a_search_finds_nothing_strange_by_strange_operators(api):
    for q in ("'", '"', "-", "or", "or or", "a or", "!!", "&", "|", ":*", "a:*b", "(", "\\", "' & '", "-" * 400):
        api.get("/v1/findings", {"q": q}, expect=[200, 400])


# --- parameters -----------------------------------------------------------------------------

QUERIES = {
    "unknown": ("/v1/findings", "state=open", "/state"),
    "unknown beside known": ("/v1/findings", "status=open&state=open", "/state"),
    "with brackets": ("/v1/findings", "status[]=open", "/status[]"),
    "empty name": ("/v1/findings", "=x&status=open", None), "no name at all": ("/v1/findings", "&&", None),
    "repeated": ("/v1/findings", "status=open&status=addressed", "/status"),
    "repeated with the same value": ("/v1/findings", "limit=5&limit=5", "/limit"),
    "of another case": ("/v1/findings", "Status=open", "/Status"),
    "mangled value": ("/v1/findings", "status=%zz", None), "cut escape": ("/v1/findings", "status=%6", None),
    "lone percent": ("/v1/findings", "status=%", None), "mangled name": ("/v1/findings", "st%zztus=open", None),
    "NUL": ("/v1/findings", "status=open%00", None), "NUL in a name": ("/v1/findings", "status%00x=open", None),
    "invalid UTF-8": ("/v1/authorities", "name=%ff", None), "overlong UTF-8": ("/v1/authorities", "name=%c0%af", None),
    "UTF-8 surrogate": ("/v1/authorities", "name=%ed%a0%80", None),
    "limit 0": ("/v1/findings", "limit=0", "/limit"), "limit 201": ("/v1/findings", "limit=201", "/limit"),
    "limit -1": ("/v1/findings", "limit=-1", "/limit"), "limit 1.5": ("/v1/findings", "limit=1.5", "/limit"),
    "limit empty": ("/v1/findings", "limit=", "/limit"), "limit word": ("/v1/findings", "limit=all", "/limit"),
    "limit blank before": ("/v1/findings", "limit=%205", "/limit"),
    "limit plus": ("/v1/findings", "limit=%2B5", "/limit"),
    "limit huge": ("/v1/findings", "limit=99999999999999999999", "/limit"),
    "limit hex": ("/v1/findings", "limit=0x10", "/limit"),
    "limit wraps": ("/v1/findings", "limit=4294967297", "/limit"),
    "sort by nothing": ("/v1/findings", "sort=", "/sort"), "sort by unknown": ("/v1/findings", "sort=colour", "/sort"),
    "sort by two minus": ("/v1/findings", "sort=--number", "/sort"),
    "sort twice by one": ("/v1/findings", "sort=number,-number", "/sort"),
    "no fields": ("/v1/findings", "fields=", "/fields"),
    "unknown field": ("/v1/findings", "fields=id,colour", "/fields"),
    "unknown expansion": ("/v1/findings", "expand=council", "/expand"),
    "deep expansion": ("/v1/inspections", "expand=findings.actions.findings", "/expand"),
    "no enum": ("/v1/findings", "status=opened", "/status"), "empty value": ("/v1/findings", "status=", "/status"),
    "empty value in a list": ("/v1/findings", "status=open,,addressed", "/status"),
    "no date": ("/v1/actions", "due_on_gte=31/03/2022", "/due_on_gte"),
    "no such date": ("/v1/actions", "due_on=2023-02-29", "/due_on"),
    "no boolean": ("/v1/actions", "overdue=yes", "/overdue"),
    "no time": ("/v1/findings", "updated_since=yesterday", "/updated_since"),
    "no such time": ("/v1/findings", "as_recorded_at=2023-02-29T00:00:00Z", "/as_recorded_at"),
    "operator that it has not": ("/v1/findings", "status_gt=open", "/status_gt"),
    "no id": ("/v1/findings", "id=7", "/id"),
    "id of another kind": ("/v1/findings", "inspection_id=806", "/inspection_id"),
    "authority of four digits": ("/v1/findings", "authority_id=8066", "/authority_id"),
    "too many ids": ("/v1/findings", "id=" + ",".join([ABSENT_ID] * 201), "/id"),
    "no query": ("/v1/findings", "q=", "/q"), "counts by nothing": ("/v1/findings/counts", "", "/by"),
    "counts by unknown": ("/v1/findings/counts", "by=colour", "/by"),
    "counts by text": ("/v1/findings/counts", "by=text", "/by"),
    "of a list on an item": ("/v1/authorities/806", "limit=5", "/limit"),
    "id beside a path's": ("/v1/authorities/806", "id=807", "/id"),
    "on an address that has none": ("/v1/vocabularies", "x=1", "/x"),
    "external ref without system": ("/v1/findings", "external_ref=4711", "/external_ref"),
}


@pytest.mark.parametrize(("path", "query", "pointer"), QUERIES.values(), ids=QUERIES)
def test_a_parameter_that_cannot_be_meant_is_named(api, unwritten, path, query, pointer):
    with unwritten():
        answer = api.get(f"{path}?{query}", expect=400)
    assert answer.problem["type"].endswith("/malformed-request")
    assert pointer is None or pointer in answer.pointers
    assert all(error["in"] == "query" for error in answer.problem.get("errors", []))


def test_every_bad_parameter_is_named_at_once(api):
    answer = api.get("/v1/findings?limit=0&sort=colour&state=open&due=1&status=x&fields=y", expect=400)
    assert sorted(answer.pointers) == ["/due", "/fields", "/limit", "/sort", "/state", "/status"]


def test_writes_know_no_other_parameters_either(api, given, unwritten):
    row, body = given.action(), given.body("actions")
    with unwritten():
        api.post("/v1/actions?dry_run=true", body, expect=400)
        api.patch(f"/v1/actions/{row['id']}?force=1", {"detail": "x"}, expect=400)
        api.delete(f"/v1/actions/{row['id']}?cascade=true", expect=400)


def test_many_parameters_are_refused(api, unwritten):
    with unwritten():
        assert api.get("/v1/findings?" + "&".join(f"p{n}=1" for n in range(65))).status == 400
        answer = api.get("/v1/findings?" + "&".join(f"p{n}=1" for n in range(64)), expect=400)
    assert len(answer.problem["errors"]) <= 32


def test_escapes_that_mean_something_are_understood(api):
    plain = api.get("/v1/authorities?name=Kingston+upon+Thames").ids
    assert plain == api.get("/v1/authorities?n%61me=%4bingston%20upon%20Thames").ids == ["314"]


# --- cursors ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cursor(api) -> str:
    return api.get("/v1/authorities", {"limit": 2, "sort": "name", "type": "unitary"}).json["page"]["next_cursor"]


SAME = {"limit": 2, "sort": "name", "type": "unitary"}


@pytest.mark.parametrize("params", [
    {"sort": "-name"}, {"sort": "id"}, {"type": "county"}, {"type": None}, {"region_code": "E12000001"}, {"q": "north"},
], ids=str)
def test_a_cursor_of_another_query_is_refused(api, cursor, params):
    assert len(api.get("/v1/authorities", SAME | {"cursor": cursor}, expect=200).data) == 2
    query = {name: value for name, value in (SAME | params | {"cursor": cursor}).items() if value is not None}
    assert api.get("/v1/authorities", query, expect=400).pointers == ["/cursor"]


def test_a_cursor_of_another_list_is_refused(api, cursor):
    for path in ("/v1/inspections", "/v1/themes", "/v1/authorities/806/neighbours"):
        assert api.get(path, {"cursor": cursor}, expect=400).pointers == ["/cursor"]


def test_a_cursor_that_was_cut_or_changed_is_refused_or_harmless(api, cursor):
    for cut in (cursor[:-1], cursor[:-4], cursor[: len(cursor) // 2], cursor[1:], cursor + "A", cursor + "====",
                cursor + cursor):
        assert api.get("/v1/authorities", SAME | {"cursor": cut}, expect=400).pointers == ["/cursor"]
    for place in range(0, len(cursor), 5):
        letter = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + letter + cursor[place + 1:]
        api.get("/v1/authorities", SAME | {"cursor": changed}, expect=[200, 400])


@pytest.mark.parametrize("nonsense", ["", "x", "AAAA", "e30", "bnVsbA", "W10", "eyJrIjpbXX0", "%00", "é", "A" * 3000,
                                      "eyJrIjoxfQ=="])
def test_a_cursor_that_is_none_is_refused(api, nonsense):
    assert api.get("/v1/authorities", SAME | {"cursor": nonsense}, expect=400).pointers == ["/cursor"]


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [
    "/", "/v2", "/V1/authorities", "/v1/authority", "/v1/authorities/", "//v1/authorities", "/v1//authorities",
    "/v1/authorities//806",
    "/v1/authorities/806/", "/v1/./authorities", "/v1/authorities/../authorities", "/v1/authorities/806/counts",
    "/v1/actions/806",
    "/v1/authorities/8066", "/v1/authorities/80", "/v1/authorities/abc", "/v1/authorities/806%20", "/v1/actions/x",
    "/v1/authorities/8+6", "/v1/authorities/806%2F", "/v1/authorities%2F806", "/v1/inspections/806/findings",
    "/v1/themes/%F0%9F%98%80",
    f"/v1/actions/{ABSENT_ID}x", f"/v1/actions/{ABSENT_ID.replace('-', '')}", "/problems/none",
    "/v1/authorities/806;a=b", "/etc/passwd",
    "/v1/authorities/806/neighbours/1", "/v1/a/b/c/d/e/f/g/h/i/j/k", "/index.php", "/.git/config",
])
def test_an_address_that_is_not_here_is_not_found(api, path):
    answer = api.get(path, expect=404)
    assert answer.problem["type"].endswith("/not-found")
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/v1/authorities/806%00", "/v1/authorities/806%00abc", "/v1/authorities/%zz",
                                  "/v1/authorities/806%",
                                  "/v1/authorities/8%30", "/v1/authorities/%ff", "/v1/authorities/%c0%ae", "/%", "/%2"])
def test_a_mangled_address_reaches_no_record(api, path):
    assert api.get(path).status in (400, 404)


def test_an_id_of_another_kind_finds_nothing(api, given, unwritten):
    action = given.full("actions")
    finding = action["finding_ids"][0]
    with unwritten():
        api.get(f"/v1/findings/{action['id']}", expect=404)
        api.get(f"/v1/actions/{finding}", expect=404)
        api.get(f"/v1/inspections/{finding}/findings", expect=404)
        api.patch(f"/v1/findings/{action['id']}", {"gloss": "x"}, if_match="*", expect=404)
        api.delete(f"/v1/inspections/{finding}", if_match="*", expect=404)
        api.move(f"/v1/findings/{action['id']}", "addressed", if_match="*", expect=404)


@pytest.mark.parametrize(("target", "status"), [
    ("/v1/authorities/" + "8" * 8192, 414), ("/v1/" + "a/" * 1000 + "a", 404), ("/v1/" + "a/" * 1024 + "a", 414),
    ("/v1/findings?q=" + "a" * 16384, 414), ("/" + "x" * 2047, 404), ("/" + "x" * 2048, 414),
    ("/v1/authorities?name=" + "%41" * 150, 200),
], ids=lambda value: f"{len(value)} bytes" if isinstance(value, str) else "")
def test_an_address_has_a_greatest_length(api, target, status):
    api.get(target, expect=status)


# --- methods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("PUT", "/v1/actions", "GET, HEAD, POST, OPTIONS"), ("DELETE", "/v1/actions", "GET, HEAD, POST, OPTIONS"),
    ("PATCH", "/v1/findings", "GET, HEAD, POST, OPTIONS"), ("POST", "/v1/authorities/806",
                                                            "GET, HEAD, PATCH, DELETE, OPTIONS"),
    ("PUT", "/v1/authorities/806", "GET, HEAD, PATCH, DELETE, OPTIONS"),
    ("POST", "/v1/frameworks", "GET, HEAD, OPTIONS"),
    ("GET", f"/v1/actions/{ABSENT_ID}/transitions", "POST, OPTIONS"),
    ("GET", f"/v1/actions/{ABSENT_ID}/restore", "POST, OPTIONS"),
    ("DELETE", "/livez", "GET, HEAD, OPTIONS"), ("POST", "/v1/me", "GET, HEAD, OPTIONS"),
    ("TRACE", "/v1/me", "GET, HEAD, OPTIONS"),
    ("BREW", "/v1/me", "GET, HEAD, OPTIONS"), ("get", "/v1/me", "GET, HEAD, OPTIONS"),
    ("Post", "/v1/actions", "GET, HEAD, POST, OPTIONS"),
])
def test_a_wrong_method_is_told_those_that_are_allowed(raw, unwritten, method, path, allowed):
    with unwritten():
        status, headers, body = raw(method.encode(), path.encode())
    assert status == 405 and (is_problem(status, headers, body) or method in ("HEAD",))
    assert sorted(headers["Allow"].split(", ")) == sorted(allowed.split(", "))


def test_a_method_does_not_reveal_what_is_not_here(api):
    for method in ("PUT", "DELETE", "PATCH", "POST", "BREW"):
        api.request(method, "/v1/nonsense", expect=404)


@pytest.mark.parametrize("path", ["/livez", "/v1/authorities/806", "/v1/authorities?limit=2", "/v1/nonsense",
                                  "/v1/authorities?x=1"])
def test_head_answers_like_get_without_the_body(api, path):
    get, head = api.get(path), api.head(path)
    assert (head.status, head.body) == (get.status, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Vary", "Cache-Control"):
        if name == "Content-Length" and get.status >= 400:
            continue  # a problem holds the request's own id
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("path", ["/v1/actions", "/v1/authorities/806", "/livez",
                                  f"/v1/actions/{ABSENT_ID}/transitions", "/v1/openapi.json"])
def test_options_needs_no_key_and_says_what_is_allowed(api, path):
    answer = api.options(path, key=None, expect=204)
    assert "OPTIONS" in answer.headers["Allow"] and not answer.body


# --- the protocol itself --------------------------------------------------------------------------

GARBAGE = [b"\r\n\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
           b"GET / HTTP/1.1\r\n\r\n",
           b"GET / FTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
           b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           b"GET http://x/livez HTTP/1.1\r\nHost: x\r\n\r\n", b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
           b"GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
           b"GET /livez HTTP/1.1\r\nHost\r\n\r\n", b"GET /livez HTTP/1.1\r\n: x\r\n\r\n",
           b"GET /livez HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
           b"GET /livez HTTP/1.1\nHost: x\n\n", b"GET /livez HTTP/1.1\r\nHost: x\r\n B: folded\r\n\r\n",
           b"G" * 40000 + b" / HTTP/1.1\r\n\r\n",
           b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
           b"GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: banana\r\n\r\n",
           b"POST /v1/actions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
           b"POST /v1/actions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
           b"POST /v1/actions HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\n{}x",
           b"POST /v1/actions HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]


def test_what_is_not_http_is_answered_plainly_or_closed(impatient, unwritten):
    with unwritten():
        received = answers_to(impatient, GARBAGE)
    for data, answer in zip(GARBAGE, received):
        assert answer == b"" or answer.startswith(b"HTTP/1.") and answer.split()[1] != b"500", (data, answer)


def test_http_1_1_without_host_is_refused(service):
    with service.wire() as wire:
        assert wire.send(b"GET /livez HTTP/1.1\r\n\r\n").receive()[0] == 400


def test_headers_have_a_greatest_size(raw, unwritten):
    with unwritten():
        assert raw(b"GET", b"/livez", b"X-Flood: " + b"a" * 40000 + b"\r\n")[0] == 431
        assert raw(b"GET", b"/livez", b"".join(b"X-%d: a\r\n" % n for n in range(4000)))[0] == 431
        assert raw(b"GET", b"/livez", b"".join(b"X-%d: a\r\n" % n for n in range(200)))[0] == 200


@pytest.mark.parametrize(("name", "value"), [("Idempotency-Key", "a"), ("If-Match", '"1.a"'), ("Content-Type",
                                                                                               "application/json"),
                                             ("Authorization", "Bearer ik_x")])
def test_a_header_that_is_there_twice_is_no_fault_of_the_service(raw, given, name, value):
    line = f"{name}: {value}\r\n".encode()
    status, headers, body = raw(b"POST", b"/v1/actions", line + line, b'{"title":"' + b'"}')
    assert 400 <= status < 500


def test_header_names_have_no_case(raw, api):
    etag = api.get("/v1/authorities/806").etag.encode()
    assert raw(b"GET", b"/v1/authorities/806", b"iF-nONE-mATCH: " + etag + b"\r\n")[0] == 304
    status, _, _ = raw(b"GET", b"/v1/authorities/806", f"AUTHORIZATION: bearer {api.key}\r\n".encode(), key=False)
    assert status == 200


def test_an_answer_has_each_header_once(raw, given):
    for method, target in ((b"GET", b"/v1/authorities?limit=1"), (b"GET", b"/v1/nonsense"),
                           (b"OPTIONS", b"/v1/actions")):
        _, headers, _ = raw(method, target)
        names = [name.lower() for name in headers.keys()]
        assert len(names) == len(set(names)), names


@pytest.mark.parametrize("value", ["a b", "x" * 129, "é", "<script>", "a\tb", "'", ""])
def test_a_request_id_of_the_clients_is_taken_only_if_it_is_harmless(api, value):
    answer = api.get("/livez", headers={"X-Request-ID": value.encode()}, expect=200)
    assert answer.headers["X-Request-ID"] not in ("", value)
    uuid.UUID(answer.headers["X-Request-ID"])
    assert api.get("/livez", headers={"X-Request-ID": "req-7.a:b"}).headers["X-Request-ID"] == "req-7.a:b"


def test_an_answer_is_not_compressed_even_where_that_is_accepted(api):
    answer = api.get("/v1/authorities/806", headers={"Accept-Encoding": "gzip, br, identity;q=0"}, expect=[200, 406])
    assert answer.headers["Content-Encoding"] is None and answer.json


HALVES = [0, 1, 4, 30, 80, -40, -12, -1]


@pytest.mark.parametrize("end", HALVES)
@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_request_that_is_half_sent_writes_nothing(service, api, given, unwritten, end, how):
    body = json.dumps(given.body("actions")).encode()
    request = (f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
               f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    with unwritten():
        with service.wire() as wire:
            if how == "reset":
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.send(request[:end])
        api.get("/livez", expect=200)


def test_requests_may_be_sent_before_the_first_is_answered(service, api):
    get = f"GET /v1/authorities/806 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n".encode()
    with service.wire() as wire:
        wire.send((get + b"\r\n") * 9 + get + b"Connection: close\r\n\r\n")
        received = wire.receive_all()
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 10


def test_expect_100_continue_is_honoured(service, api, given):
    body = json.dumps(given.body("actions")).encode()
    with service.wire() as wire:
        wire.send((f"POST /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
                   f"Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode())
        assert wire.socket.recv(25).startswith(b"HTTP/1.1 100")
        assert wire.send(body).receive("POST")[0] == 201


def test_percent_signs_in_a_path_that_is_reset_do_not_end_the_process(service):
    """Ulfius' own start functions would hand the client's path to a logger as a format string."""
    for path in (b"/%25s%25s%25s%25n%25n", b"/%n%n%n%n", b"/v1/authorities/%25p%25x%25n", b"/%25999999999d"):
        for _ in range(5):
            with service.wire() as wire:
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                wire.send(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\nGET " + path + b" HTTP/1.1\r\nHo")


def test_a_reader_that_goes_away_in_the_middle_of_an_answer_is_no_matter(service, api):
    for _ in range(10):
        with service.wire() as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.send((f"GET /v1/inspections HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
                       "Accept: text/csv\r\n\r\n").encode())
            wire.socket.recv(1)


def test_a_silent_connection_is_closed(impatient):
    began = time.monotonic()
    assert answers_to(impatient, [b"", b"POST /v1/actions HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"]) == [b"",
                                                                                                                    b""]
    assert time.monotonic() - began < 10


def test_more_than_a_thousand_connections_are_served(service, start_service):
    """With select() no socket numbered 1024 or more could be."""
    soft, hard = rlimits.getrlimit(rlimits.RLIMIT_NOFILE)
    if hard != rlimits.RLIM_INFINITY and hard < 4000:
        pytest.skip("too few open files are allowed")
    rlimits.setrlimit(rlimits.RLIMIT_NOFILE, (max(soft, 4000), hard))
    roomy, open_ones = start_service(service.database, INSPECTD_CONNECTIONS=2000, INSPECTD_WORKERS=4), []
    try:
        for _ in range(1100):
            open_ones.append(socket.create_connection(("127.0.0.1", roomy.port), timeout=30))
        last = Wire.__new__(Wire)
        last.socket = open_ones[-1]
        assert last.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").receive()[0] == 200
        with roomy.wire() as wire:
            assert wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").receive()[0] == 200
    finally:
        for connection in open_ones:
            connection.close()
        rlimits.setrlimit(rlimits.RLIMIT_NOFILE, (soft, hard))


def test_a_request_in_flight_is_answered_before_the_service_stops(service, cluster, given, start_service):
    stopping = start_service(service.database, INSPECTD_LOCK_MS=20000, INSPECTD_STATEMENT_MS=20000)
    body = given.body("actions")
    api = stopping.api(service.make_key())
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with (concurrent.futures.ThreadPoolExecutor(1) as pool, cluster.connect(service.database) as holder,
          cluster.connect(service.database, clusters.SUPERUSER) as watch):
        with holder.transaction():
            holder.execute("SELECT FROM inspectd.authority WHERE id = %s FOR UPDATE", [body["authority_id"]])
            inside = pool.submit(api.post, "/v1/actions", body)
            while watch.execute(waiting).fetchone()[0] == 0:
                assert not inside.done(), str(inside.result())
                time.sleep(0.01)
            stopping.process.terminate()
            while "stopping" not in stopping.log_text:
                time.sleep(0.01)
        answer = inside.result(30).expect(201)
    assert answer.headers["Connection"] == "close"
    assert stopping.process.wait(30) == 0


def test_the_log_is_one_json_object_a_line_whatever_was_asked(service, api):
    for path in ("/v1/%22%0A%7B", "/v1/authorities/%0D%0Ax", "/v1/themes/%E2%80%A8"):
        api.get(path)
    api.get("/livez", headers={"User-Agent": 'a"b\\c', "X-Request-ID": 'a"b'})
    lines = service.log_lines()
    assert lines and all(isinstance(line, dict) for line in lines)
    assert api.key not in service.log_text


# --- the unforeseen ---------------------------------------------------------------------------------

fuzzed = hypothesis.settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
)
text = st.text(max_size=12) | st.sampled_from([*NASTY, "806", "2024-05-01", ABSENT_ID, "planned", "public",
                                               "management-oversight"])
scalar = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
value = st.recursive(scalar, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
                     max_leaves=8)


def members_of(resource: str) -> list[str]:
    return [*resources()[resource].written, "reason"]


def mutated(draw, body: dict, names: list[str]) -> dict:
    """A body that would do, with some members replaced."""
    return body | draw(st.dictionaries(st.sampled_from(names) | text, value, max_size=4))


@created_resource
def test_no_body_whatever_makes_the_service_fail(api, given, resource):
    seed, of = given.full_body(resource), resources()[resource]
    row = api.create(of.path, seed)
    targets = [("POST", of.path)]
    targets += [("PATCH", f"{of.path}/{row['id']}")] if of.is_changed else []
    targets += [("POST", f"{of.path}/{row['id']}/transitions")] if of.is_moved else []
    api.validate = False
    etag = api.get(f"{of.path}/{row['id']}").etag

    @fuzzed
    @hypothesis.given(st.data())
    def check(data):
        body = mutated(data.draw, seed, members_of(resource))
        sent = data.draw(st.just(body) | value)
        for method, target in targets:
            answer = api.request(method, f"{target}?validate_only=true", data=json.dumps(sent).encode(), if_match=etag)
            assert answer.status < 500, f"{sent!r}\n{answer}"

    try:
        check()
    finally:
        api.validate = True


NAMES = ["status", "limit", "sort", "fields", "expand", "q", "id", "cursor", "include_total", "as_recorded_at",
         "updated_since", "due_on_gte",
         "authority_id", "external_ref", "theme_id", "kind", "by", "status_ne", "number", "strand", "name", "plan_id",
         "overdue", "in_force", "value_gt", "held_on_lt", "from", "to", "days"]
part = st.text(alphabet=string.ascii_letters + string.digits + "%&=+;,._-~!$'()*[]{}|^`\\<>\"@:/?#", max_size=10)
pair = st.tuples(st.sampled_from(NAMES) | part, part | st.sampled_from(["open", "1", "-due_on", "findings", ABSENT_ID,
                                                                        "806", "%25", "%00"]))


def test_no_query_whatever_makes_the_service_fail(api, service):
    paths = [*(f"/v1/{resource}" for resource in those("is_listed")), "/v1/authorities/806", "/v1/findings/counts",
             "/v1/search", "/v1/working-days", "/v1/deadlines/counts", "/v1/authorities/806/plans"]
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)

    @hypothesis.settings(fuzzed, max_examples=300)
    @hypothesis.given(st.sampled_from(paths), st.lists(pair, max_size=4))
    def check(path, pairs):
        target = path + "?" + "&".join(f"{name}={value}" for name, value in pairs)
        connection.request("GET", target.replace("#", "%23"), headers={"Authorization": f"Bearer {api.key}"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status < 500, f"{target!r}\n{body[:2000]!r}"

    check()
    connection.close()
