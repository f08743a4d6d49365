"""Negotiation and export: CSV and JSON Lines of whole lists."""

from __future__ import annotations

import csv
import datetime
import io
import json
import pathlib
import re
from typing import Any, Iterator

import pytest

from harness import cluster as clusters
from harness.bodies import CHANGE
from harness.described import ROUTES, Resource, named, resources, those
from harness.service import Answer, Api, Service

JSON, CSV, NDJSON = "application/json", "text/csv", "application/x-ndjson"
TEXTS = [
    "=1+1",
    "+441",
    "-5 days",
    "@SUM(A1)",
    "\ttab first",
    "'=already guarded",
    "''",
    "'",
    "plain",
    'he said "no"',
    "a,b,,c",
    "two\nlines",
    "cr\rlf\r\n",
    " leading and trailing ",
    "Ynys Môn – “quoted” 😀 e\u0301",
    "\u2028separator",
    "semi;colon",
    "null",
    "true",
    "0012",
    "1e5",
    "=",
    '"',
    "|pipe",
    "%",
    "\\n",
]


def export(api: Api, path: str, kind: str, params: Any = None, **options: Any) -> Answer:
    return api.get(path, params, headers={"Accept": kind}, expect=200, **options)


def from_csv(resource: str, text: str) -> list[dict]:
    """Rows as JSON has them, by the types that the service describes; the guard of formulas taken off."""
    header, *records = csv.reader(io.StringIO(text, newline=""), strict=True)
    fields = resources()[resource].fields | numbers(resource)
    return [
        {name: _value(fields[name], cell) for name, cell in zip(header, record, strict=True)} for record in records
    ]


def held(path: str) -> str:
    """An address whose answer stays as it is: to read what the audit tells of restricted rows is told in it too."""
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{path}?as_recorded_at={moment}" if path.startswith("/v1/audit") or path.endswith("/history") else path


def numbers(resource: str) -> dict[str, dict]:
    of = resources()[resource]
    return {"id": of.fields["id"] | {"type": "int"}} if of.table["numbered"] else {}


AS_JSON = ("int", "number", "bool", "json", "texts", "refs", "objects", "external", "transitions")


def _value(field: dict, cell: str) -> Any:
    if cell.startswith("'"):
        cell = cell[1:]
    if field["type"] in AS_JSON:
        return json.loads(cell) if cell else None
    return cell if cell or not (field["nullable"] or field["type"] == "enum") else None


def from_ndjson(text: str) -> list[dict]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.fixture(scope="module")
def awkward(api: Api) -> list[dict]:
    """Actions whose texts are what CSV is bad at."""
    made = []
    for n, text in enumerate(TEXTS):
        made.append(
            api.create(
                "/v1/actions",
                {
                    "authority_id": "806",
                    "title": text,
                    "detail": text if n % 2 else None,
                    "due_on": "2026-01-30" if n % 3 else None,
                    "external_refs": {"sheet": f'={n},"x"'},
                    "status": "in_progress",
                },
            )
        )
    return made


# --- negotiation ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (CSV, CSV),
        (NDJSON, NDJSON),
        ("text/*", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;header=present", CSV),
        ("text/csv;charset=utf-8", CSV),
        ("application/json; charset=utf-8", JSON),
        ("text/csv, application/json;q=0.5", CSV),
        ("application/json;q=0.5, text/csv", CSV),
        ("application/json;q=0.5,text/csv;q=0.6", CSV),
        ("text/csv;q=0.1, */*", JSON),
        ("text/csv;q=0.9, */*;q=0.1", CSV),
        ("application/json;q=0, text/csv;q=0.1", CSV),
        ("application/x-ndjson;q=1.000, application/json;q=0.999", NDJSON),
        ("text/html, */*;q=0.8", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("text/html, text/csv", CSV),
        ("text/*;q=0.9, text/csv;q=0, application/json;q=0.1", JSON),
        ("application/problem+json, text/csv", CSV),
        (" text/csv ; q=0.7 , application/json ; q=0.2 ", CSV),
        ("application/json, text/csv", JSON),
    ],
)
def test_the_best_of_what_is_accepted_is_answered(api, accept, kind):
    answer = api.get("/v1/frameworks", headers={"Accept": accept}, expect=200)
    assert answer.headers.get_content_type() == kind


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml",
        "image/*",
        "application/json;q=0",
        "text/csv;q=0, application/json;q=0.0",
        "*/*;q=0",
    ],
)
def test_what_is_not_offered_is_406_and_says_what_is(api, accept):
    answer = api.get("/v1/frameworks", headers={"Accept": accept}, expect=406)
    assert all(kind in answer.text for kind in (JSON, CSV, NDJSON))


@pytest.mark.parametrize(
    "path",
    ["/v1/frameworks/sif", "/v1/actions/counts?by=status", "/v1/me", "/v1", "/v1/vocabularies", "/v1/search?q=x"],
)
def test_only_lists_are_offered_as_csv(api, path):
    answer = api.get(path, headers={"Accept": CSV}, expect=406)
    assert JSON in answer.problem["detail"] and CSV not in answer.problem["detail"]


def test_errors_are_problems_whatever_is_accepted(api):
    assert api.get("/v1/actions", {"limit": "x"}, headers={"Accept": CSV}, expect=400).pointers == ["/limit"]


# --- CSV ------------------------------------------------------------------------------------


def test_csv_begins_with_the_members_of_a_row(api, awkward):
    answer = export(api, "/v1/actions", CSV)
    assert next(csv.reader(io.StringIO(answer.text, newline=""))) == list(awkward[0])
    assert answer.headers.get_content_charset() == "utf-8"
    assert not answer.body.startswith(b"\xef\xbb\xbf")


def test_csv_is_rfc_4180(api, awkward):
    """CRLF after every record, quotes where they are needed and doubled within."""
    text = export(api, "/v1/actions", CSV, {"fields": "title"}).text
    assert text.endswith("\r\n")
    cell = r'(?:[^",\r\n]*|"(?:[^"]|"")*")'
    assert re.fullmatch(rf"(?:{cell}(?:,{cell})*\r\n)+", text)
    assert '"a,b,,c"' in text and '"he said ""no"""' in text and '"two\nlines"' in text


def test_no_cell_of_csv_is_a_formula_and_every_text_comes_back(api, awkward):
    text = export(api, "/v1/actions", CSV, {"sort": "id"}).text
    for record in csv.reader(io.StringIO(text, newline=""), strict=True):
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in record), record
    assert [row["title"] for row in from_csv("actions", text)] == [row["title"] for row in awkward]


def test_csv_has_its_columns_as_fields_asks_for_them(api, awkward):
    text = export(api, "/v1/actions", CSV, {"fields": "id,title,overdue", "limit": 1, "sort": "id"}).text
    assert text.splitlines()[0] == "id,title,overdue"


def test_an_empty_list_is_a_header_alone(api):
    text = export(api, "/v1/actions", CSV, {"authority_id": "301"}).text
    assert text.count("\r\n") == 1 and text.startswith("id,")
    assert export(api, "/v1/actions", NDJSON, {"authority_id": "301"}).body == b""


def test_an_export_names_its_file(api):
    assert 'filename="frameworks.csv"' in export(api, "/v1/frameworks", CSV).headers["Content-Disposition"]
    assert "frameworks." in export(api, "/v1/frameworks", NDJSON).headers["Content-Disposition"]


# --- JSON Lines ---------------------------------------------------------------------------------


def test_json_lines_has_one_row_in_each_line(api, awkward):
    text = export(api, "/v1/actions", NDJSON, {"sort": "id"}).text
    assert text.endswith("\n") and "\r" not in text
    assert from_ndjson(text) == awkward


# --- the whole list ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(given, awkward) -> dict[str, dict]:
    """Full rows of every resource beside the reference data."""
    given.one("reschedules")
    return {key: given.full(key) for key in those("is_created")}


@pytest.mark.parametrize("resource", those("is_listed"))
def test_both_formats_say_what_the_json_list_says(api, filled, resource):
    path = held(f"/v1/{resource}") + ("?authority_id=806" if resource == "findings" else "")
    rows = api.all(path, {"limit": 200})
    assert from_ndjson(export(api, path, NDJSON).text) == rows
    assert from_csv(resource, export(api, path, CSV).text) == rows
    if resource in filled and resource != "findings":
        assert filled[resource]["id"] in [row["id"] for row in rows]


def some_id(api: Api, filled: dict[str, dict], of: Resource) -> str:
    if of.name == "authority":
        return "806"
    return filled[of.key]["id"] if of.key in filled else api.get(of.path, {"limit": 1}, expect=200).ids[0]


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r["method"] == "GET" and r["parent"]], ids=lambda route: route["operation_id"]
)
def test_a_list_beneath_a_row_is_exported_like_any_other(api, filled, route):
    path = held(route["path"].replace("{id}", some_id(api, filled, named(route["parent"]))))
    resource = named(route["resource"]).key
    rows = api.all(path, {"limit": 200})
    assert from_ndjson(export(api, path, NDJSON).text) == rows
    assert from_csv(resource, export(api, path, CSV).text) == rows


@pytest.mark.parametrize("resource", [key for key in those("is_changed") if key != "inspections"])  # of these all is form
def test_no_text_of_any_resource_is_a_formula(api, given, resource):
    (member, _), = CHANGE[resource].items()
    text = "=1+1" if resource not in ("authorities", "clients") else "-Shire"  # a name needs a letter
    row = api.patch(f"/v1/{resource}/{given.one(resource)['id']}", {member: text}, expect=200).json
    exported = export(api, f"/v1/{resource}", CSV, {"id": row["id"]}).text
    header, record = csv.reader(io.StringIO(exported, newline=""), strict=True)
    assert record[header.index(member)] == f"'{text}"
    assert from_csv(resource, exported) == [row]


@pytest.fixture
def total(api) -> int:
    """How many inspections there are."""
    return api.get("/v1/inspections", {"limit": 1, "include_total": True}, expect=200).json["page"]["total"]


def test_an_export_does_not_stop_at_a_page(api, total):
    assert total >= 561
    assert len(from_ndjson(export(api, "/v1/inspections", NDJSON, {"fields": "id"}).text)) == total


@pytest.mark.parametrize("kind", [CSV, NDJSON])
@pytest.mark.parametrize("limit", [1, 7, 201, 500, 100000])
def test_limit_cuts_an_export_at_any_number(api, total, kind, limit):
    text = export(api, "/v1/inspections", kind, {"fields": "id", "limit": limit}).text
    assert len(text.splitlines()) == min(limit, total) + (kind == CSV)


@pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
def test_a_limit_that_is_no_number_of_rows_is_refused(api, limit):
    assert api.get(f"/v1/inspections?limit={limit}", headers={"Accept": CSV}, expect=400).pointers == ["/limit"]


def test_an_export_keeps_filters_sort_and_words(api, awkward):
    params = {"authority_id": "806", "due_on_lt": "2027-01-01", "sort": "-title", "q": "separator or plain"}
    wanted = api.get("/v1/actions", params, expect=200).data
    assert wanted
    assert from_ndjson(export(api, "/v1/actions", NDJSON, params).text) == wanted


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_an_export_takes_no_cursor(api, kind):
    cursor = api.get("/v1/inspections", {"limit": 2}, expect=200).json["page"]["next_cursor"]
    assert api.get(
        "/v1/inspections", {"limit": 2, "cursor": cursor}, headers={"Accept": kind}, expect=400
    ).pointers == ["/cursor"]


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_head_of_an_export_has_no_body(api, kind):
    answer = api.head("/v1/frameworks", headers={"Accept": kind}).expect(200)
    assert answer.body == b"" and answer.headers.get_content_type() == kind


# --- large ------------------------------------------------------------------------------------------


MANY = 50_000


@pytest.fixture(scope="module")
def large(cluster: clusters.Cluster, start_service, make_database) -> Iterator[Service]:
    """50,000 actions of some 800 bytes, put there by SQL. No quarantine: the sanitizer's own memory is not ours."""
    database = make_database()
    with cluster.connect(database) as owner, owner.transaction():
        owner.execute("ALTER TABLE inspectd.action DISABLE TRIGGER USER")
        owner.execute(
            """
            INSERT INTO inspectd.action (id, authority_id, title, lead_role, status, sensitivity)
            SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '806', 'Action ' || n, repeat('Director, ', 20),
                   'not_started', 'council' FROM generate_series(1, %s) n""",
            [MANY],
        )
        owner.execute("ALTER TABLE inspectd.action ENABLE TRIGGER USER")
        owner.execute("ANALYZE inspectd.action")
    # Only of one that may leave a core dump does anybody but root learn how much memory it has.
    yield start_service(database, INSPECTD_WORKERS=2, INSPECTD_CORE_DUMPS=1,
                        ASAN_OPTIONS="quarantine_size_mb=1:detect_leaks=1")


def peak_kib(service: Service) -> int:
    status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE).group(1))


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_a_large_export_takes_little_memory(large, kind):
    api = large.admin()
    export(api, "/v1/actions", kind, {"limit": 2000}, validate=False)
    pathlib.Path(f"/proc/{large.process.pid}/clear_refs").write_text("5")  # the peak is now what is there now
    before = peak_kib(large)
    body = export(api, "/v1/actions", kind, validate=False).body
    assert body.count(b"Action ") == MANY and len(body) > 20_000_000
    assert peak_kib(large) - before < 16 * 1024, f"{peak_kib(large) - before} KiB more for {len(body) // 1024} KiB"


def test_an_export_is_of_one_moment(large):
    """What changes while it is being read does not show."""
    api, last = large.admin(), f"/v1/actions/01900000-0000-7000-8000-{MANY:012x}"
    with large.wire() as wire:
        wire.send(
            f"GET /v1/actions?sort=id HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\nAccept: {NDJSON}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        received = wire.socket.recv(65536)
        assert received.startswith(b"HTTP/1.1 200")
        api.patch(last, {"title": "Changed meanwhile"}, expect=200)
        api.create("/v1/actions", {"authority_id": "806", "title": "Added meanwhile"})
        blocks = [received]
        while block := wire.socket.recv(1 << 20):
            blocks.append(block)
    rest = b"".join(blocks)
    assert f'Action {MANY}"'.encode() in rest
    assert b"meanwhile" not in rest


def test_a_reader_that_goes_away_harms_nobody(large):
    api = large.admin()
    for _ in range(2):
        with large.wire() as wire:
            wire.send(
                f"GET /v1/actions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\nAccept: {CSV}\r\n\r\n".encode()
            )
            assert wire.socket.recv(1024)
    for _ in range(4):  # through every worker
        large.admin().get("/v1/actions", {"limit": 1}, expect=200)
