"""Lists: their envelope, paging, sorting, filters, counts, sparse fields and expansion."""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import re
import uuid
from typing import Any, Callable, Iterator

import psycopg
import pytest

from harness import cluster as clusters
from harness.bodies import SEARCHED
from harness.cases import Cases
from harness.described import ROUTES, as_sent, named, resources, singular, those
from harness.examples import Given, Journal, moment
from harness.plans import Plans, cost_of, walk_plan
from harness.service import Answer, Api

NDJSON = {"Accept": "application/x-ndjson"}
LISTED = those("is_listed")
NESTED = [route for route in ROUTES if route["method"] == "GET" and route["parent"]]
TEXTUAL = ("text", "enum", "id", "ref")

each_list = pytest.mark.parametrize("resource", LISTED)


# Of these every question is asked as they were at one moment: to read what the audit tells of restricted rows is told
# in it too.
HELD = dict.fromkeys(("audit", "audit/readings"), "")


def path_of(resource: str, beneath: str = "") -> str:
    return resources()[resource].path + beneath + HELD.get(resource, "")


def fields_with(resource: str, mark: str) -> list[dict]:
    return list(resources()[resource].with_mark(mark))


def whole(api: Api, path: str, params: Any = None) -> list[dict]:
    answer = api.get(path, params, headers=NDJSON, expect=200, validate=False)
    return [json.loads(line) for line in answer.text.splitlines()]


def ids(rows: list[dict]) -> list[str]:
    return [row["id"] for row in rows]


def refused(answer: Answer, *names: str) -> Answer:
    """400, every complaint about the query, and these parameters named."""
    answer.expect(400)
    assert {error["in"] for error in answer.problem["errors"]} == {"query"}
    assert sorted(answer.pointers) == sorted("/" + name if name else "" for name in names), str(answer)
    return answer


# --- what the tests list -----------------------------------------------------------


@pytest.fixture(scope="module")
def world(api: Api, given: Given) -> dict[str, Any]:
    """Actions and findings with missing values, equal values and awkward texts, beside the reference data."""
    for key in those("is_created"):
        if key != "authorities":
            some_rows(given, key)
    rows_that_arise(given)
    visit = api.create(
        "/v1/inspections",
        {
            "authority_id": "806",
            "kind": "focused_visit",
            "start_on": "2024-05-14",
            "end_on": "2024-05-15",
            "sequence_number": 2,
            "inspectors_count": 2,
            "delivery": "on_site",
            "planned_start_on": "2024-05-01",
            "planned_precision": "month",
            "received_on": "2024-06-10",
            "verbal_feedback_on": "2024-05-16",
            "theme_ids": ["management-oversight"],
            "status": "reported",
        },
    )
    other = api.create(
        "/v1/inspections",
        {
            "authority_id": "870",
            "kind": "monitoring_visit",
            "planned_start_on": "2026-12-01",
            "planned_precision": "tentative",
            "follows_id": api.get("/v1/authorities/870/inspections", {"limit": 1}).ids[0],
            "delivery": "remote",
        },
    )
    texts = [
        "Supervision is irregular and seldom recorded",
        "Thresholds are understood by partners",
        "Supervising managers do not record decisions",
        "Strategy meetings start late",
    ]
    findings: list[dict] = []
    for n, text in enumerate(texts):
        body = {
            "inspection_id": visit["id"],
            "kind": "area_for_improvement" if n else "strength",
            "number": n + 1,
            "text": text,
            "polarity": "negative" if n else "positive",
            "stage": "provisional" if n == 3 else "final",
            "theme_ids": ["management-oversight", "thresholds"][: n % 3],
        }
        if n == 2:
            body |= {
                "parent_id": findings[1]["id"],
                "contested": True,
                "contested_response": "Two cases only.",
                "national_framework_ref": "outcome_1",
            }
        findings.append(api.create("/v1/findings", body))
    earlier = api.get("/v1/authorities/806/findings", {"limit": 2, "sort": "id", "inspection_id_ne": visit["id"]}).data
    api.patch(
        f"/v1/findings/{findings[1]['id']}",
        {
            "links": [
                {"earlier_id": earlier[0]["id"], "relation": "repeats"},
                {"earlier_id": earlier[1]["id"], "relation": "worsened"},
            ]
        },
        expect=200,
    )
    titles = [
        "Audit supervision notes",
        "audit supervision notes",
        "Äußern",
        "Zebra crossing",
        "élan vital",
        "Elan",
        "100% of plans",
        "a, b and c",
        "back\\slash",
        "under_score",
        "Train managers",
        "Train managers",
    ]
    actions = []
    for n, title in enumerate(titles * 2):
        body = {
            "authority_id": "870" if n % 5 == 4 else "806",
            "title": title,
            "number": [None, "1.1", "1.10", "1.2"][n % 4],
            "due_on": [None, "2026-01-31", "2099-12-31", "2026-01-31"][n % 4],
            "lead_role": [None, "Director", "Head, front door"][n % 3],
            "start_on": [None, "2025-11-03"][n % 2],
            "forecast_on": ["2027-01-04", None, None][n % 3],
            "sensitivity": "restricted" if n == 7 else "council",
            "status": ["not_started", "in_progress", "proposed", "complete", "cancelled", "on_hold"][n % 6],
            "external_refs": {"pentana": f"ACT {n}", "plan": f"p:{n}"} if n % 2 else {},
        }
        if body["status"] == "complete":
            body["completed_on"] = f"2026-02-{n + 1:02d}"
        if body["authority_id"] == "806":
            body["finding_ids"] = [f["id"] for f in findings[: n % 4]]
        actions.append(api.create("/v1/actions", body))
    removed = api.create("/v1/actions", {"authority_id": "806", "title": "Removed at once"})
    api.delete(f"/v1/actions/{removed['id']}", expect=204)
    words = {key: rows_with_words(given, key) for key in SEARCHED}
    full = api.get("/v1/actions", {"q": "re-referrals"}, expect=200).data[0]
    restricted = given.one("findings", sensitivity="restricted")["id"]
    for person in ("j.smith", "a.jones, deputy"):  # in the audit as who wrote, and as who read
        named_by = {"X-Acting-User": person}
        api.patch(f"/v1/findings/{restricted}", {"gloss": f"As {person} reads it"}, headers=named_by, expect=200)
        api.get(f"/v1/findings/{restricted}", headers=named_by, expect=200)
    return {
        "words": words,
        "restricted": restricted,
        "partner": full["partners"][0]["organisation_id"],
        "board": next(row for row in whole(api, "/v1/plans") if row["boards"])["boards"][0]["board_id"],
        "visit": visit,
        "other": other,
        "findings": findings,
        "actions": actions,
        "removed": removed,
        "earlier": earlier,
    }


def some_rows(given: Given, resource: str) -> None:
    """Rows with every member, on several days and of several sizes, and rows with as little as may be."""
    for n in range(3):
        body = later(resource, given.full_body(resource), n)
        if "external_refs" in resources()[resource].fields:
            body["external_refs"] = {"plan": f"{resource}:{n}"}
        given.api.create(path_of(resource), body)
    for _ in range(3):
        given.one(resource)


def rows_that_arise(given: Given) -> None:
    """Moves of plans, deadlines of several states, what is overdue, and an action that another continues."""
    for _ in range(2):
        given.one("reschedules")
    visit = given.inspection(planned_start_on="2026-03-30")
    path = f"/v1/inspections/{visit['id']}"
    given.api.patch(path, {"planned_start_on": "2026-04-20", "reason": "Put off"}, expect=200)
    visit = given.inspection(kind="standard_inspection", status="reported", start_on="2024-04-08",
                             end_on="2024-04-19", received_on="2024-05-20")
    given.one("plans", authority_id=visit["authority_id"], kind="statutory_statement", inspection_ids=[visit["id"]],
              status="submitted", agreed_on="2024-07-01", submitted_on="2024-07-02")
    given.one("deadlines")
    deadline = given.full("deadlines")
    letter = given.one("documents", authority_id=deadline["authority_id"])["id"]
    given.api.patch(f"/v1/deadlines/{deadline['id']}", {"document_id": letter}, expect=200)
    given.inspection(kind="jtai", statement_required=True, principal_authority_id=given.authority())
    given.one("decisions", due_on="2024-05-01")
    for status, reason in (("granted", None), ("refused", "Not again")):
        given.api.move(f"/v1/extensions/{given.one('extensions')['id']}", status, reason=reason, expect=200)
    given.api.move(f"/v1/findings/{given.finding()['id']}", "being_addressed", on="2024-05-01", expect=200)
    successor = given.authority()
    abolished = given.authority(successor_ids=[successor])
    given.action(abolished)
    given.api.move(f"/v1/authorities/{abolished}", "abolished", on="2023-03-31", reason="Merged", expect=200)
    given.api.post(f"/v1/authorities/{abolished}/handovers", {"to_authority_id": successor, "reason": "Merged"},
                   expect=200)


def rows_with_words(given: Given, resource: str) -> tuple[list[str], str]:
    """A row with a word of its own in each text that is searched: those words, and its id."""
    words = [f"Zyx{given.serial()}wvu" for _ in SEARCHED[resource]]
    texts = {name: f"About {word} and more" for name, word in zip(SEARCHED[resource], words)}
    return words, given.one(resource, **texts)["id"]


def later(resource: str, body: dict, weeks: int) -> dict:
    """The same with every date put off by as many weeks, and every number raised by as much."""
    fields, moved = resources()[resource].fields, dict(body)
    for name, value in body.items():
        kind = fields[name]["type"]
        if kind == "date" and resource not in ("inspections", "findings", "extensions"):
            moved[name] = str(datetime.date.fromisoformat(value) + datetime.timedelta(weeks=weeks))
        elif kind in ("int", "number"):
            moved[name] = value + weeks
    return moved


@pytest.fixture(scope="module")
def everything(api: Api, world: dict, service, cluster) -> Iterator[Callable[[str], list[dict]]]:
    """everything("actions"): all rows of the list, read anew only when some test has written since."""
    kept: dict[str, tuple[int, list[dict]]] = {}

    with cluster.connect(service.database) as connection:
        journal = Journal(connection)
        for _ in range(2):
            connection.execute("SELECT inspectd.seal()")
        whole(api, "/v1/findings", {"sensitivity": "restricted"})  # which is noted
        when, = connection.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'").fetchone()
        HELD.update(dict.fromkeys(HELD, f"?as_recorded_at={when.isoformat()}Z"))

        def read(resource: str) -> list[dict]:
            position = journal.position()
            if kept.get(resource, (-1, []))[0] != position and not (resource in HELD and resource in kept):
                kept[resource] = position, whole(api, path_of(resource))
            return kept[resource][1]

        yield read


# --- the envelope and its pages -------------------------------------------------------


def test_a_list_has_its_rows_its_page_and_its_links(api, world):
    answer = api.get("/v1/actions", {"limit": 5, "authority_id": "806"}, expect=200)
    body = answer.json
    assert list(body) == ["data", "page", "links"]
    assert len(body["data"]) == 5
    assert body["page"] | {"next_cursor": None} == {"limit": 5, "has_more": True, "next_cursor": None}
    assert body["links"]["self"] == "/v1/actions?limit=5&authority_id=806"
    assert answer.headers["Link"] == f'<{body["links"]["next"]}>; rel="next"'
    following = api.get(body["links"]["next"], expect=200)
    assert (
        following.ids
        == api.get(
            "/v1/actions", {"limit": 5, "authority_id": "806", "cursor": body["page"]["next_cursor"]}, expect=200
        ).ids
    )
    assert not set(answer.ids) & set(following.ids)


def test_the_last_page_leads_nowhere(api, world):
    answer = api.get("/v1/actions", {"limit": 200}, expect=200)
    assert answer.json["page"] == {"limit": 200, "has_more": False, "next_cursor": None}
    assert answer.json["links"]["next"] is None
    assert answer.headers["Link"] is None


def test_a_page_that_is_exactly_full_knows_that_nothing_follows(api, world):
    count = sum(row["authority_id"] == "806" for row in world["actions"])
    answer = api.get("/v1/actions", {"authority_id": "806", "limit": count}, expect=200)
    assert len(answer.data) == count and not answer.json["page"]["has_more"]


def test_a_list_without_matches_is_empty_and_not_an_error(api):
    answer = api.get("/v1/findings", {"authority_id": "806", "created_at_lt": "1999-01-01T00:00:00Z"}, expect=200)
    assert answer.data == [] and not answer.json["page"]["has_more"]


def test_without_a_limit_a_page_has_fifty_rows(api):
    assert len(api.get("/v1/findings", expect=200).data) == 50


@pytest.mark.parametrize("limit", [1, 200])
def test_the_bounds_of_limit_are_allowed(api, limit):
    assert len(api.get("/v1/findings", {"limit": limit}, expect=200).data) == limit


@pytest.mark.parametrize(
    "limit", ["0", "201", "-1", "1.5", "ten", "", "%201", "1%20", "0x10", "1e2", "%2B5", "9" * 30, "2147483648"]
)
def test_any_other_limit_is_refused_and_never_clamped(api, limit):
    refused(api.get(f"/v1/findings?limit={limit}"), "limit")


def test_the_total_is_told_only_when_asked_for(api, world):
    filters = {"authority_id": "806", "limit": 3}
    assert "total" not in api.get("/v1/actions", filters | {"include_total": False}, expect=200).json["page"]
    first = api.get("/v1/actions", filters | {"include_total": True}, expect=200).json["page"]
    second = api.get("/v1/actions", filters | {"include_total": True, "cursor": first["next_cursor"]}, expect=200).json[
        "page"
    ]
    assert first["total"] == second["total"] == sum(a["authority_id"] == "806" for a in world["actions"])


def test_deleted_rows_are_not_listed(api, world):
    assert world["removed"]["id"] not in ids(api.all("/v1/actions"))
    assert api.get("/v1/actions", {"id": world["removed"]["id"]}, expect=200).data == []


def test_rows_that_come_and_go_between_pages_shift_nothing(api, world):
    """The cursor is a place, not a count."""
    order = {"authority_id": "301", "sort": "-due_on", "limit": 2}
    made = [
        api.create("/v1/actions", {"authority_id": "301", "title": f"Shift {n}", "due_on": f"2027-01-{n:02d}"})
        for n in range(1, 7)
    ]
    first = api.get("/v1/actions", order, expect=200)
    assert first.ids == [made[5]["id"], made[4]["id"]]
    api.create("/v1/actions", {"authority_id": "301", "title": "Before", "due_on": "2027-03-01"})
    api.delete(f"/v1/actions/{made[4]['id']}", expect=204)
    api.delete(f"/v1/actions/{made[3]['id']}", expect=204)
    second = api.get("/v1/actions", order | {"cursor": first.json["page"]["next_cursor"]}, expect=200)
    assert second.ids == [made[2]["id"], made[1]["id"]]
    for row in api.all("/v1/actions", {"authority_id": "301"}):
        api.delete(f"/v1/actions/{row['id']}", expect=204)


# --- sorting ----------------------------------------------------------------------------


def sorts() -> Iterator[tuple[str, str]]:
    for resource in LISTED:
        for field in fields_with(resource, "sort"):
            yield resource, field["name"]
    yield from [
        ("actions", "due_on,title"),
        ("actions", "lead_role,-due_on,number"),
        ("actions", "-lead_role,-number,status,-title"),
        ("actions", "title,-id"),
        ("actions", "status,-id"),
        ("inspections", "kind,-start_on"),
        ("inspections", "-published_on,authority_id"),
        ("findings", "-number,kind"),
        ("authorities", "region,-name"),
        ("authorities", "type,-urn"),
        ("decisions", "-due_on,kind"),
        ("plans", "kind,-starts_on"),
        ("deadlines", "kind,-due_on"),
        ("meetings", "board_id,-held_on"),
    ]


def turned(sort: str) -> str:
    """The other way round: "-a,b" for "a,-b"."""
    return ",".join(key[1:] if key.startswith("-") else f"-{key}" for key in sort.split(","))


def collation(resource: str, name: str) -> str:
    of = resources()[resource]
    if of.fields[name]["type"] not in TEXTUAL or (name == "id" and of.table["numbered"]):
        return ""
    return f"::text COLLATE inspectd.{'numbering' if name == 'number' else 'plain'}"


def in_order(db: psycopg.Connection, resource: str, sort: str) -> list[tuple]:
    """The values of the sort keys of all rows as PostgreSQL orders them: one named collation, nulls last both ways."""
    keys = [(key.lstrip("-"), key.startswith("-")) for key in sort.split(",")]
    columns = ", ".join(f"t.{name}" for name, _ in keys)
    order = ", ".join(
        f"t.{name}{collation(resource, name)} {'DESC' if down else 'ASC'} NULLS LAST"
        for name, down in keys
    )
    until = HELD.get(resource, "").partition("=")[2]
    rows = db.execute(f"SELECT {columns} FROM inspectd.{resources()[resource].plural} t "
                      f"{'WHERE t.at <= %s' if until else ''} ORDER BY {order}", [until] if until else []).fetchall()
    return [tuple(map(comparable, row)) for row in rows]


def comparable(value: Any) -> Any:
    """What psycopg made of a column as the API writes it."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).timestamp()
    return str(value) if isinstance(value, (datetime.date, uuid.UUID)) else value


def size_of(field: dict) -> Callable[[Any], Any]:
    """What values of this field are compared by."""
    return moment if field["type"] == "time" else lambda value: value


def as_column(resource: str, name: str, value: Any) -> Any:
    return None if value is None else size_of(resources()[resource].fields[name])(value)


@pytest.mark.parametrize(("resource", "sort"), sorts(), ids=lambda value: value)
def test_every_sort_orders_nulls_last_and_pages_through_everything_once(api, db, everything, resource, sort):
    size = 1 if sort == "due_on,title" else min(200, max(2, len(everything(resource)) // 5))
    for way in (sort, turned(sort)):
        keys = [key.lstrip("-") for key in way.split(",")]
        rows = page_by_page(api, resource, way, keys, size)
        assert len(set(ids(rows))) == len(rows), way
        found = [tuple(as_column(resource, key, row[key]) for key in keys) for row in rows]
        assert found == in_order(db, resource, way), way
        if "id" not in keys:
            assert ties_run_one_way(rows, keys), way


def page_by_page(api: Api, resource: str, sort: str, keys: list[str], size: int) -> list[dict]:
    rows: list[dict] = []
    params = {"sort": sort, "limit": size, "fields": ",".join(dict.fromkeys(["id", *keys]))}
    while True:
        answer = api.get(path_of(resource), params, expect=200, validate=False)
        rows += answer.data
        if not answer.json["page"]["has_more"]:
            return rows
        params["cursor"] = answer.json["page"]["next_cursor"]


def ties_run_one_way(rows: list[dict], keys: list[str]) -> bool:
    """Where the keys are equal, the ids all rise or all fall."""
    runs: dict[tuple, list[str]] = {}
    for row in rows:
        runs.setdefault(tuple(row[key] for key in keys), []).append(row["id"])
    ties = [run for run in runs.values() if len(run) > 1]
    return all(run == sorted(run) for run in ties) or all(run == sorted(run, reverse=True) for run in ties)


def test_what_a_plan_numbers_1_10_comes_after_1_9(api, given):
    authority = given.authority()
    for number in ("1.10", "1.9", "2", "1.1"):
        given.action(authority, number=number)
    rows = api.get("/v1/actions", {"authority_id": authority, "sort": "number", "limit": 2}, expect=200)
    assert [row["number"] for row in rows.data] == ["1.1", "1.9"]
    assert [row["number"] for row in api.all(f"/v1/actions?authority_id={authority}&sort=number&limit=2")] == [
        "1.1", "1.9", "1.10", "2"]


@each_list
def test_without_a_sort_the_default_holds(api, world, resource):
    path, default = path_of(resource), resources()[resource].table["default_sort"]
    by_default = api.get(path, {"limit": 30}, expect=200).ids
    assert by_default == api.get(path, {"limit": 30, "sort": default}, expect=200).ids


@each_list
def test_what_cannot_be_sorted_by_is_refused(api, resource):
    with Cases() as case:
        for name, field in resources()[resource].fields.items():
            if not field["sort"]:
                with case(name):
                    refused(api.get(path_of(resource), {"sort": name}), "sort")


@pytest.mark.parametrize(
    "sort",
    [
        "nonsense",
        "",
        "title,",
        ",title",
        "title,title",
        "title,-title",
        "--title",
        "+title",
        "title%20desc",
        "detail",
        "rag",
        "finding_ids",
        "deleted_at",
        "id,title,due_on,status,number",
    ],
)
def test_a_sort_that_is_not_offered_is_refused(api, sort):
    refused(api.get(f"/v1/actions?sort={sort}"), "sort")


# --- cursors -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cursor(api: Api, world: dict) -> str:
    return api.get("/v1/actions", {"limit": 2, "sort": "due_on", "authority_id": "806"}, expect=200).json["page"][
        "next_cursor"
    ]


def test_a_cursor_goes_on_with_another_limit_and_other_members(api, cursor):
    asked = {"sort": "due_on", "authority_id": "806", "cursor": cursor}
    two = api.get("/v1/actions", asked | {"limit": 2}, expect=200).ids
    assert (
        api.get("/v1/actions", asked | {"limit": 7, "fields": "id", "include_total": True}, expect=200).ids[:2] == two
    )


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/v1/actions", {"sort": "-due_on", "authority_id": "806"}),
        ("/v1/actions", {"authority_id": "806"}),
        ("/v1/actions", {"sort": "due_on,title", "authority_id": "806"}),
        ("/v1/actions", {"sort": "due_on", "authority_id": "870"}),
        ("/v1/actions", {"sort": "due_on"}),
        ("/v1/actions", {"sort": "due_on", "authority_id": "806", "overdue": "true"}),
        ("/v1/actions", {"sort": "due_on", "authority_id": "806", "q": "audit"}),
        ("/v1/actions", {"sort": "due_on", "authority_id": "806", "as_recorded_at": "2026-11-01T00:00:00Z"}),
        ("/v1/authorities/806/actions", {"sort": "due_on"}),
        ("/v1/inspections", {"authority_id": "806"}),
        ("/v1/inspections", {"sort": "start_on", "authority_id": "806"}),
    ],
)
def test_a_cursor_is_bound_to_its_filters_its_sort_and_its_list(api, cursor, path, other):
    refused(api.get(path, other | {"cursor": cursor}), "cursor")


def test_a_cursor_of_a_nested_list_is_bound_to_its_parent(api):
    first = api.get("/v1/authorities/806/findings", {"limit": 2}, expect=200).json["page"]["next_cursor"]
    refused(api.get("/v1/authorities/870/findings", {"cursor": first}), "cursor")
    refused(api.get("/v1/findings", {"cursor": first}), "cursor")


def forgeries() -> dict[str, Callable[[str], str]]:
    def reworked(change: Callable[[Any], Any]) -> Callable[[str], str]:
        def make(cursor: str) -> str:
            value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            return base64.urlsafe_b64encode(json.dumps(change(value)).encode()).decode().rstrip("=")

        return make

    return {
        "empty": lambda cursor: "",
        "not base64": lambda cursor: "!!!!",
        "cut short": lambda cursor: cursor[:-3],
        "cut to one": lambda cursor: cursor[:1],
        "lengthened": lambda cursor: cursor + "AAAA",
        "doubled": lambda cursor: cursor * 2,
        "first letter changed": lambda cursor: ("X" if cursor[0] != "X" else "Y") + cursor[1:],
        "an object": reworked(lambda value: {"a": value}),
        "nothing": reworked(lambda value: []),
        "one value less": reworked(lambda value: value[:-1]),
        "one more": reworked(lambda value: value + [None]),
        "another digest": reworked(lambda value: ["0" * len(str(value[0]))] + value[1:]),
        "an id that is none": reworked(lambda value: value[:-1] + ["'; DROP TABLE x"]),
        "a date that is none": reworked(lambda value: [value[0], "2026-02-30", *value[2:]]),
        "numbers": reworked(lambda value: [value[0], *[7 for _ in value[1:]]]),
        "NUL": lambda cursor: base64.urlsafe_b64encode(b'["\0","\\u0000"]').decode().rstrip("="),
        "too long": lambda cursor: "A" * 4000,
        "deep": lambda cursor: base64.urlsafe_b64encode(b"[" * 500).decode().rstrip("="),
    }


@pytest.mark.parametrize("name", forgeries())
def test_a_forged_cursor_is_refused(api, cursor, name):
    forged = forgeries()[name](cursor)
    refused(api.get("/v1/actions", {"limit": 2, "sort": "due_on", "authority_id": "806", "cursor": forged}), "cursor")


# --- fields -----------------------------------------------------------------------------


def test_fields_leaves_out_the_rest(api, world):
    for row in api.get("/v1/actions", {"fields": "title,overdue,finding_ids", "limit": 3}, expect=200).data:
        assert row.keys() == {"title", "overdue", "finding_ids"}
    one = api.get(f"/v1/actions/{world['actions'][0]['id']}", {"fields": "due_on"}, expect=200).json
    assert one == {"due_on": world["actions"][0]["due_on"]}


@each_list
def test_each_member_can_be_asked_for_alone(api, everything, resource):
    first = everything(resource)[0]
    with Cases() as case:
        for name in first:
            with case(name):
                [row] = api.get(path_of(resource), {"id": first["id"], "fields": name}, expect=200).data
                assert row == {name: first[name]}


@pytest.mark.parametrize(
    "fields", ["nonsense", "", "id,", "id,id", "reason", "deleted_at", "authority", "findings.text"]
)
def test_fields_that_are_not_there_are_refused(api, fields):
    refused(api.get(f"/v1/actions?fields={fields}"), "fields")


# --- expand -----------------------------------------------------------------------------


def test_expand_puts_rows_beside_their_ids(api, world):
    action = next(a for a in world["actions"] if len(a["finding_ids"]) == 3)
    row = api.get(f"/v1/actions/{action['id']}", {"expand": "findings,authority"}, expect=200).json
    assert row["authority"] == api.get("/v1/authorities/806", expect=200).json
    assert sorted(ids(row["findings"])) == sorted(row["finding_ids"])
    for finding in row["findings"]:
        assert finding == api.get(f"/v1/findings/{finding['id']}", expect=200).json
    assert {name: row[name] for name in action} == action


def test_expand_goes_two_levels_deep(api, world):
    row = api.get(
        f"/v1/inspections/{world['visit']['id']}", {"expand": "findings.actions,findings.themes"}, expect=200
    ).json
    assert len(row["findings"]) == len(world["findings"])
    for finding in row["findings"]:
        assert sorted(ids(finding["actions"])) == sorted(finding["action_ids"])
        assert sorted(ids(finding["themes"])) == sorted(finding["theme_ids"])
    assert any(finding["actions"] for finding in row["findings"])


@each_list
def test_each_expansion_agrees_with_the_ids(api, everything, resource):
    of = resources()[resource]
    latest = sorted(ids(everything(resource)))[-20:]
    with Cases() as case:
        for expansion in of.table["expansions"]:
            name = expansion["name"]
            with case(name):
                answer = api.get(of.path, {"id": ",".join(latest), "expand": name}, expect=200)
                assert len(answer.data) == len(latest)
                for row in answer.data:
                    if expansion["many"]:
                        assert_are_its(row, name, of.name)
                    else:
                        assert (row[name] and row[name]["id"]) == row[f"{name}_id"]


def assert_are_its(row: dict, name: str, owner: str) -> None:
    """The rows of an expansion are those that the ids beside it name, or those that name their owner."""
    assert len(row[name]) <= 200
    named_here = {"successors": "successor_ids", "predecessors": "predecessor_ids"}.get(
        name, f"{name.removesuffix('s')}_ids")
    if name == "earlier":
        assert sorted(ids(row[name])) == sorted(link["earlier_id"] for link in row["links"])
    elif named_here in row:
        assert sorted(ids(row[name])) == sorted(row[named_here])
    else:
        for other in row[name]:
            assert row["id"] in [other.get(f"{owner}_id"), *other.get(f"{owner}_ids", [])]


def test_expand_and_fields_go_together(api, world):
    row = api.get(f"/v1/inspections/{world['visit']['id']}", {"fields": "id", "expand": "authority"}, expect=200).json
    assert row.keys() == {"id", "authority"}
    assert row["authority"]["id"] == "806"


def test_an_empty_reference_expands_to_null(api, world):
    row = api.get(f"/v1/findings/{world['findings'][0]['id']}", {"expand": "parent"}, expect=200).json
    assert row["parent_id"] is None and row["parent"] is None


@pytest.mark.parametrize(
    "expand",
    [
        "nonsense",
        "",
        "findings,",
        "findings,findings",
        "findings.actions.authority",
        "findings.",
        ".findings",
        "finding_ids",
        "authority.findings.actions",
        "findings.nonsense",
    ],
)
def test_an_expansion_that_is_not_offered_is_refused(api, expand):
    refused(api.get(f"/v1/actions?expand={expand}"), "expand")


def test_an_expansion_stops_at_200_rows_and_says_so(api, service, cluster, world):
    """One finding with 201 actions, put there by SQL."""
    finding = world["earlier"][0]
    with cluster.connect(service.database) as owner, owner.transaction():
        owner.execute("ALTER TABLE inspectd.action DISABLE TRIGGER USER")
        owner.execute(
            """INSERT INTO inspectd.action (id, authority_id, title, status, sensitivity)
                         SELECT gen_random_uuid(), '806', 'Many', 'not_started', 'council' FROM generate_series(1, 201)"""
        )
        owner.execute(
            """INSERT INTO inspectd.action_finding (action_id, authority_id, sensitivity, finding_id)
                         SELECT id, authority_id, sensitivity, %s FROM inspectd.action WHERE title = 'Many'""",
            [finding["id"]],
        )
        owner.execute("ALTER TABLE inspectd.action ENABLE TRIGGER USER")
    try:
        row = api.get(f"/v1/findings/{finding['id']}", {"expand": "actions"}, expect=200).json
        assert (len(row["actions"]), len(row["action_ids"])) == (200, 201)
        assert row["expand_has_more"] == ["actions"]
        deep = api.get(
            "/v1/findings", {"id": f"{finding['id']},{world['findings'][1]['id']}", "expand": "actions"}, expect=200
        )
        assert ["expand_has_more" in found for found in sorted(deep.data, key=lambda found: len(found["actions"]))] == [
            False,
            True,
        ]
    finally:
        with cluster.connect(service.database) as owner, owner.transaction():
            owner.execute(
                "DELETE FROM inspectd.action_finding USING inspectd.action a WHERE a.id = action_id AND a.title = 'Many'"
            )
            owner.execute("DELETE FROM inspectd.action WHERE title = 'Many'")


def test_an_expansion_takes_the_same_number_of_statements_however_many_rows(cluster, start_service, make_database):
    """PostgreSQL's own log counts them."""
    database = make_database(clusters.SAMPLE)
    cluster.execute(f"ALTER DATABASE {database} SET log_statement = 'all'")
    api = start_service(database, INSPECTD_WORKERS=2).admin()

    def once(path: str, params: dict) -> int:
        begin = cluster.log.stat().st_size
        api.get(path, params, expect=200)
        with cluster.log.open("rb") as log:
            log.seek(begin)
            return len(re.findall(rb"LOG:  (execute|statement)", log.read()))

    def statements(path: str, **params: Any) -> int:
        """The fewest of several times: now and then the key is asked about anew, or a session begun."""
        return min(once(path, params) for _ in range(4))

    with Cases() as case:
        for key in LISTED:
            names = [expansion["name"] for expansion in resources()[key].table["expansions"]]
            asked = {"expand": ",".join(names)} if names else {}
            with case(key):  # by id, because rows without a value of the sort are read by themselves
                one, many = (statements(path_of(key), sort="id", limit=limit, **asked) for limit in (1, 50))
                assert one == many
                assert many - statements(path_of(key), sort="id", limit=50) <= len(names)
        with case("two levels"):
            deep = "findings.actions,findings.themes,authority"
            one, many = (statements("/v1/inspections", sort="id", expand=deep, limit=limit) for limit in (1, 50))
            assert one == many


# --- filters ------------------------------------------------------------------------------


def filterable() -> list[tuple[str, dict]]:
    return [(resource, field) for resource in LISTED for field in fields_with(resource, "filter")
            if field["type"] != "refs"]


def name_of(value: Any) -> str:
    return value["name"] if isinstance(value, dict) else value


@pytest.mark.parametrize(("resource", "field"), filterable(), ids=name_of)
def test_a_filter_keeps_what_equals_it_and_its_opposite_the_rest(api, everything, resource, field):
    rows, name = everything(resource), field["name"]
    values = sorted({row[name] for row in rows if row[name] is not None}, key=str)
    if not values:
        pytest.skip(f"none of the {resource} has a {name} here")
    chosen = values[len(values) // 2]
    both = {chosen, values[0]} if field["type"] != "bool" else {chosen}
    for wanted in ({chosen}, both):
        asked = {name: ",".join(map(as_sent, sorted(wanted, key=str))), "fields": "id"}
        assert ids(whole(api, path_of(resource), asked)) == [row["id"] for row in rows if row[name] in wanted]
    asked = {f"{name}_ne": ",".join(map(as_sent, sorted(both, key=str))), "fields": "id"}
    if name == "id" and resource not in ("frameworks", "themes"):
        refused(api.get(path_of(resource), asked), "id_ne")
    else:
        assert ids(whole(api, path_of(resource), asked)) == [row["id"] for row in rows if row[name] not in both]


def link_filters() -> Iterator[tuple[str, str, str]]:
    """(resource, filter, the list of ids that it is about)"""
    for resource in LISTED:
        for asked in resources()[resource].table["filters"]:
            if asked["type"] == "ref" and f"{asked['name']}s" in resources()[resource].fields:
                yield resource, asked["name"], f"{asked['name']}s"


@pytest.mark.parametrize(("resource", "name", "member"), link_filters())
def test_a_filter_over_a_list_of_ids_finds_the_rows_that_have_one(api, everything, resource, name, member):
    rows = everything(resource)
    values = sorted({value for row in rows for value in row[member] or []})
    assert values, f"none of the {resource} has {member} here"
    for wanted in ({values[-1]}, {values[0], values[-1]}):
        found = ids(whole(api, path_of(resource), {name: ",".join(sorted(wanted)), "fields": "id"}))
        assert found == [row["id"] for row in rows if wanted & set(row[member] or [])]
    refused(api.get(path_of(resource), {f"{name}_ne": values[0]}), f"{name}_ne")
    refused(api.get(path_of(resource), {member: values[0]}), member)


@pytest.mark.parametrize(("resource", "field"), [(r, f) for r, f in filterable() if f["range"]], ids=name_of)
def test_a_range_keeps_what_lies_in_it_and_nothing_that_is_missing(api, everything, resource, field):
    rows, name = everything(resource), field["name"]
    size = size_of(field)
    values = sorted({row[name] for row in rows if row[name] is not None}, key=size)
    if not values:
        pytest.skip(f"none of the {resource} has a {name} here")
    middle = values[len(values) // 2]
    tests = {
        "gt": lambda v: size(v) > size(middle),
        "gte": lambda v: size(v) >= size(middle),
        "lt": lambda v: size(v) < size(middle),
        "lte": lambda v: size(v) <= size(middle),
    }
    for suffix, holds in tests.items():
        found = ids(whole(api, path_of(resource), {f"{name}_{suffix}": middle, "fields": "id"}))
        assert found == [row["id"] for row in rows if row[name] is not None and holds(row[name])], suffix
    within = ids(whole(api, path_of(resource), {f"{name}_gte": values[0], f"{name}_lt": middle, "fields": "id"}))
    assert within == [row["id"] for row in rows if row[name] is not None and size(row[name]) < size(middle)]


@each_list
def test_ids_find_their_rows_and_absent_ones_nothing(api, everything, resource):
    chosen = sorted(ids(everything(resource)))[:3]
    asked = ",".join(map(str, [*chosen, resources()[resource].absent_id]))
    found = api.get(path_of(resource), {"id": asked}, expect=200).ids
    assert sorted(found) == chosen


@pytest.mark.parametrize("resource", [key for key in LISTED if "updated_at" in resources()[key].fields])
def test_updated_since_includes_that_very_moment(api, everything, resource):
    rows = sorted(everything(resource), key=lambda row: moment(row["updated_at"]))
    since = rows[len(rows) // 2]["updated_at"]
    found = ids(whole(api, path_of(resource), {"updated_since": since, "fields": "id"}))
    assert sorted(found) == sorted(row["id"] for row in rows if moment(row["updated_at"]) >= moment(since))


def test_up_to_200_ids_are_taken(api):
    wanted = api.get("/v1/findings", {"limit": 200}, expect=200).ids
    assert sorted(api.get("/v1/findings", {"id": ",".join(wanted), "limit": 200}, expect=200).ids) == sorted(wanted)
    refused(api.get("/v1/findings", {"id": ",".join([*wanted, wanted[0][:-1] + "0"])}), "id")


def test_different_filters_are_and(api, everything):
    found = api.get(
        "/v1/actions",
        {"authority_id": "806", "status": "in_progress,on_hold", "due_on_lt": "2027-01-01", "limit": 200},
        expect=200,
    ).ids
    assert found and found == [
        row["id"]
        for row in everything("actions")
        if row["authority_id"] == "806"
        and row["status"] in ("in_progress", "on_hold")
        and row["due_on"]
        and row["due_on"] < "2027-01-01"
    ]


def test_a_comma_of_a_value_is_escaped(api, everything):
    found = whole(api, "/v1/actions", {"lead_role": "Head\\, front door,Director"})
    assert found == [row for row in everything("actions") if row["lead_role"] in ("Head, front door", "Director")]
    assert whole(api, "/v1/actions", {"lead_role": "Head, front door"}) == []


@pytest.mark.parametrize("resource", [key for key in LISTED if "external_refs" in resources()[key].fields])
def test_external_refs_find_their_rows(api, everything, resource):
    rows = [row for row in everything(resource) if row["external_refs"]][:2]
    asked = [f"{system}:{key}" for row in rows for system, key in list(row["external_refs"].items())[:1]]
    assert sorted(api.get(path_of(resource), {"external_ref": asked[0]}, expect=200).ids) == [rows[0]["id"]]
    assert sorted(api.get(path_of(resource), {"external_ref": ",".join(asked)}, expect=200).ids) == sorted(ids(rows))
    assert (
        api.get(path_of(resource), {"external_ref": "elsewhere:" + asked[0].partition(":")[2]}, expect=200).data == []
    )


def test_a_ref_may_hold_colons_and_spaces(api, world):
    for system, key in world["actions"][3]["external_refs"].items():
        assert api.get("/v1/actions", {"external_ref": f"{system}:{key}"}, expect=200).ids == [
            world["actions"][3]["id"]
        ]


LINKED: dict[tuple[str, str], tuple[Callable[[dict], str], Callable[[dict, dict, str], bool]]] = {
    # (resource, filter): what to ask for, and which rows it must find (world, row, value)
    ("inspections", "strand"): (
        lambda w: "adoption",
        lambda w, row, v: any(j["strand"] == v for j in row["judgements"]),
    ),
    ("inspections", "grade"): (
        lambda w: "inadequate",
        lambda w, row, v: any(j["grade"] == v for j in row["judgements"]),
    ),
    ("inspections", "judgement"): (
        lambda w: "overall_effectiveness:outstanding",
        lambda w, row, v: any(f"{j['strand']}:{j['grade']}" == v for j in row["judgements"]),
    ),
    ("findings", "earlier_id"): (
        lambda w: w["earlier"][0]["id"],
        lambda w, row, v: any(x["earlier_id"] == v for x in row["links"]),
    ),
    ("findings", "relation"): (lambda w: "worsened", lambda w, row, v: any(x["relation"] == v for x in row["links"])),
    ("actions", "inspection_id"): (lambda w: w["visit"]["id"], lambda w, row, v: set(row["finding_ids"]) & set(ids(w["findings"]))),
    ("actions", "theme_id"): (lambda w: "thresholds", lambda w, row, v: w["findings"][2]["id"] in row["finding_ids"]),
    ("authorities", "gss_code"): (
        lambda w: "E08000016",
        lambda w, row, v: v in [row["gss_code"], *row["former_gss_codes"]],
    ),
    ("authorities", "standing_grade"): (
        lambda w: "outstanding",
        lambda w, row, v: any(j["grade"] == v for j in row["standing_judgements"]),
    ),
    ("authorities", "standing"): (
        lambda w: "care_leavers:inadequate",
        lambda w, row, v: any(f"{j['strand']}:{j['grade']}" == v for j in row["standing_judgements"]),
    ),
    ("frameworks", "kind"): (lambda w: "short_inspection", lambda w, row, v: v in row["kinds"]),
    ("themes", "name"): (
        lambda w: "supervision",
        lambda w, row, v: v in [row["name"].lower(), *map(str.lower, row["synonyms"])],
    ),
}


LINKED |= {
    ("actions", "organisation_id"): (
        lambda w: w["partner"], lambda w, row, v: v in [p["organisation_id"] for p in row["partners"]]
    ),
    ("audit/readings", "row_id"): (lambda w: w["restricted"], lambda w, row, v: v in row["row_ids"]),
    ("plans", "board_id"): (lambda w: w["board"], lambda w, row, v: v in [b["board_id"] for b in row["boards"]]),
}


@pytest.mark.parametrize(("resource", "name"), LINKED)
def test_a_filter_over_links_finds_what_the_rows_say(api, world, everything, resource, name):
    ask, holds = LINKED[resource, name]
    value = ask(world)
    found = ids(whole(api, path_of(resource), {name: value, "fields": "id"}))
    assert found and found == [row["id"] for row in everything(resource) if holds(world, row, value)]


def test_findings_and_actions_filter_by_strand(api, world):
    graded = next(row for row in api.all("/v1/authorities/806/inspections") if row["framework_id"] == "ilacs-2023")
    finding = api.create(
        "/v1/findings", {"inspection_id": graded["id"], "kind": "recommendation", "strand": "care_leavers"}
    )
    action = api.create("/v1/actions", {"finding_ids": [finding["id"]], "title": "For care leavers"})
    assert api.get("/v1/findings", {"strand": "care_leavers"}, expect=200).ids == [finding["id"]]
    assert api.get("/v1/actions", {"strand": "care_leavers,adoption"}, expect=200).ids == [action["id"]]
    api.delete(f"/v1/actions/{action['id']}", expect=204)
    api.delete(f"/v1/findings/{finding['id']}", expect=204)


FLAGS = [(resource, f["name"]) for resource in LISTED for f in resources()[resource].table["filters"]
         if f["type"] == "bool"]


@pytest.mark.parametrize(("resource", "name"), FLAGS)
def test_a_filter_that_is_true_or_false_splits_the_rows_in_two(api, everything, resource, name):
    rows = everything(resource)
    assert {row[name] for row in rows} == {True, False}
    for value in (True, False):
        found = ids(whole(api, path_of(resource), {name: as_sent(value), "fields": "id"}))
        assert found == [row["id"] for row in rows if row[name] is value]


def test_each_filter_that_the_service_describes_is_tried_here():
    tried = {*LINKED, *FLAGS, *[f[:2] for f in link_filters()], ("actions", "strand"), ("authorities", "name")}
    tried |= {(resource, field["name"]) for resource, field in filterable()}
    assert {(r, f["name"]) for r in LISTED for f in resources()[r].table["filters"]} <= tried


def test_every_resource_that_can_be_searched_is_tried_here():
    assert sorted(SEARCHED) == sorted(key for key in those("is_created") if resources()[key].table["searchable"])


@pytest.mark.parametrize("resource", SEARCHED)
def test_words_find_the_rows_that_have_them_in_any_of_their_texts(api, world, resource):
    words, id = world["words"][resource]
    path = path_of(resource)
    for word in words:
        assert api.get(path, {"q": word}, expect=200).ids == [id]
        assert api.get(path, {"q": f"{word} absentee"}, expect=200).data == []
        found = [(hit["resource"], hit["id"]) for hit in api.get("/v1/search", {"q": word}, expect=200).data]
        assert found == [(resource, id)]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("supervision", [0, 2]),
        ("SUPERVISE", [0, 2]),
        ("supervision -decisions", [0]),
        ('"strategy meetings"', [3]),
        ('"meetings strategy"', []),
        ("thresholds or strategy", [1, 3]),
        ("nothing-of-the-kind", []),
        ("record decisions", [2]),
    ],
)
def test_words_find_texts_as_search_engines_do(api, world, words, numbers):
    found = api.get("/v1/findings", {"q": words, "inspection_id": world["visit"]["id"]}, expect=200).ids
    assert sorted(found) == sorted(world["findings"][n]["id"] for n in numbers)


@pytest.mark.parametrize(
    "words", ["'", '"', "&|!()<->:*", "\\", "a:b & !", "%", "();DROP TABLE x", "😀", "-", "or", "the"]
)
def test_words_that_are_no_words_are_not_an_error(api, words):
    api.get("/v1/actions", {"q": words}, expect=200)


# --- parameters that are wrong ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("nonsense=1", ["nonsense"]),
        ("=1", [""]),
        ("=", [""]),
        ("status=complete&status=on_hold", ["status"]),
        ("limit=1&limit=1", ["limit"]),
        ("status=nonsense", ["status"]),
        ("status=", ["status"]),
        ("status=complete,", ["status"]),
        ("status=,", ["status"]),
        ("status=Complete", ["status"]),
        ("status", ["status"]),
        ("due_on=2026-02-30", ["due_on"]),
        ("due_on=20260101", ["due_on"]),
        ("due_on_gte=today", ["due_on_gte"]),
        ("due_on_gte=2026-01-01,2026-01-02", ["due_on_gte"]),
        ("due_on_gte=", ["due_on_gte"]),
        ("due_on_between=1", ["due_on_between"]),
        ("title_gt=a", ["title_gt"]),
        ("status_gt=complete", ["status_gt"]),
        ("overdue=yes", ["overdue"]),
        ("overdue=1", ["overdue"]),
        ("overdue=true,false", ["overdue"]),
        ("overdue=TRUE", ["overdue"]),
        ("id=806", ["id"]),
        ("finding_id=zzz", ["finding_id"]),
        ("authority_id=8o6", ["authority_id"]),
        ("authority_id=8066", ["authority_id"]),
        ("external_ref=nocolon", ["external_ref"]),
        ("external_ref=:x", ["external_ref"]),
        ("updated_since=yesterday", ["updated_since"]),
        ("updated_since=2026-01-01", ["updated_since"]),
        ("created_at_gt=2026-01-01T25:00:00Z", ["created_at_gt"]),
        ("include_total=maybe", ["include_total"]),
        ("q=", ["q"]),
        ("due_on%5Bgte%5D=2026-01-01", ["due_on[gte]"]),
        ("Limit=1", ["Limit"]),
        ("by=status", ["by"]),
        ("validate_only=true", ["validate_only"]),
        ("a=1&limit=0&sort=x&=2&overdue=si", ["a", "limit", "sort", "", "overdue"]),
    ],
)
def test_a_wrong_parameter_is_refused_and_named_with_all_the_others(api, query, names):
    refused(api.get(f"/v1/actions?{query}"), *names)


@pytest.mark.parametrize("query", ["q=%ff", "q=%00", "q=%zz", "q=%", "q=%f", "%ff=1", "title=%c3%28", "q=a%00b"])
def test_bytes_that_are_no_text_are_refused(api, query):
    api.get(f"/v1/actions?{query}", expect=400)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/actions/{action}",
        "/v1/authorities/806",
        "/v1/me",
        "/v1/vocabularies",
        "/v1",
        "/docs",
        "/v1/openapi.json",
        "/problems",
    ],
)
def test_an_item_takes_no_parameters_of_a_list(api, world, path):
    path = path.format(action=world["actions"][0]["id"])
    refused(api.get(path, {"limit": 5}), "limit")


# --- counts -------------------------------------------------------------------------------------


COUNTED = [(resource, field["name"]) for resource in LISTED for field in fields_with(resource, "count")
           if resources()[resource].is_counted]


@pytest.mark.parametrize(("resource", "name"), COUNTED)
def test_counts_are_the_totals_of_the_lists(api, everything, resource, name):
    """A row with several themes counts with each of them: by=theme_id."""
    one = singular(name)
    expected: dict[Any, int] = {}
    for row in everything(resource):
        for value in row[name] if one != name else [row[name]]:
            expected[value] = expected.get(value, 0) + 1
    counted = api.get(path_of(resource, "/counts"), {"by": one}, expect=200).data
    found = {row[one]: row["count"] for row in counted}
    if one != name:
        found.pop(None, None)
    assert found == expected
    assert [row["count"] for row in counted] == sorted((row["count"] for row in counted), reverse=True)
    for most in [row for row in counted if row[one] is not None][:1]:
        listed = api.get(path_of(resource), {one: as_sent(most[one]), "limit": 1, "include_total": True}, expect=200)
        assert listed.json["page"]["total"] == most["count"]


@pytest.mark.parametrize("resource", [key for key in LISTED if resources()[key].is_counted])
def test_nothing_else_can_be_counted_by(api, resource):
    with Cases() as case:
        for name, field in resources()[resource].fields.items():
            if not field["count"]:
                with case(name):
                    refused(api.get(path_of(resource, "/counts"), {"by": name}), "by")


def test_counts_go_by_several_members_under_the_filters_of_the_list(api, everything):
    filters = {"authority_id": "806", "due_on_gte": "2026-01-01"}
    counted = api.get("/v1/actions/counts", filters | {"by": "status,lead_role"}, expect=200).data
    for row in counted:
        same = [
            a
            for a in everything("actions")
            if a["authority_id"] == "806"
            and a["due_on"]
            and (a["status"], a["lead_role"]) == (row["status"], row["lead_role"])
        ]
        assert row["count"] == len(same)
    assert (
        sum(row["count"] for row in counted)
        == api.get("/v1/actions", filters | {"include_total": True}).json["page"]["total"]
    )


def test_counts_of_nothing_are_empty(api):
    assert (
        api.get("/v1/findings/counts", {"by": "kind", "created_at_lt": "1999-01-01T00:00:00Z"}, expect=200).data == []
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "by"),
        ("by=", "by"),
        ("by=nonsense", "by"),
        ("by=title", "by"),
        ("by=status,status", "by"),
        ("by=status,authority_id,rag,lead_role", "by"),
        ("by=status&limit=5", "limit"),
        ("by=status&sort=status", "sort"),
        ("by=status&by=rag", "by"),
        ("by=status&status=x", "status"),
    ],
)
def test_counts_refuse_what_they_do_not_take(api, query, name):
    refused(api.get(f"/v1/actions/counts?{query}"), name)


# --- nested lists ---------------------------------------------------------------------------------


@pytest.mark.parametrize("route", NESTED, ids=lambda route: route["operation_id"])
def test_a_nested_list_is_the_flat_list_filtered_by_its_parent(api, everything, route):
    parent, resource = named(route["parent"]), named(route["resource"])
    nested, id = first_with_rows(api, route, parent.key, everything)
    if route["path"].endswith("/history"):
        then = {"as_recorded_at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        nested = whole(api, route["path"].replace("{id}", id), then)
        assert nested and nested == whole(api, "/v1/audit", then | {"row_id": id, "resource": parent.key})
        return
    if not resource.is_listed:
        assert all(row[f"{parent.name}_id"] == id for row in nested)
        return
    assert nested == whole(api, resource.path, {f"{parent.name}_id": id})
    assert api.all(route["path"].replace("{id}", id), {"limit": 3}) == nested


def first_with_rows(api: Api, route: dict, parent: str, everything) -> tuple[list[dict], str]:
    """The rows beneath the latest parent that has any, and whose they are."""
    latest = sorted(ids(everything(parent)), reverse=True)
    if parent == "authorities":  # there are many, and few have any
        child = named(route["resource"]).key
        latest = [row["authority_id"] for row in everything(child)] if child in LISTED else ["806"]
    for id in latest:
        nested = whole(api, route["path"].replace("{id}", id))
        if nested:
            return nested, id
    raise AssertionError(f"no {parent} has any {route['resource']}")


@pytest.mark.parametrize("route", NESTED, ids=lambda route: route["operation_id"])
def test_a_nested_list_of_an_absent_parent_is_404(api, route):
    api.get(route["path"].replace("{id}", named(route["parent"]).absent_id), expect=404)


# --- deep in a list ---------------------------------------------------------------------------------


MANY = 20_000
TIMES = "timestamptz '2020-01-01' + n * interval '1 hour', timestamptz '2020-01-01' + n * interval '1 hour'"
COUNCIL = "CASE WHEN n %% 3 = 0 THEN '870' ELSE '806' END"
SOME_DAY = "CASE WHEN n %% 2 = 0 THEN date '2020-01-01' + n %% 3000 END"
DAY = "date '2020-01-01' + n %% 3000"
NTH = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
ONE = "'01900000-0000-7000-8000-000000000001'::uuid"
BUSY = "'01900000-0000-7000-8000-000000001e61'::uuid"  # the 7,777th
# Many rows of a table, put there by SQL: columns, and what is in them for row n.
FILL = {
    "action": ("title, status, due_on", f"'Action ' || n %% 5000, 'not_started', {SOME_DAY}", COUNCIL),
    # Half of all are of one action, which is on none of the pages that are looked at.
    "update": ("action_id, reported_on, narrative", f"CASE WHEN n %% 2 = 0 THEN {BUSY} ELSE {NTH} END, {DAY}, 'Progress'",
               f"CASE WHEN n %% 2 = 0 THEN '806' ELSE {COUNCIL} END"),
    "inspection": ("framework_id, kind, body, status", "'focused_visit', 'standard_inspection', 'ofsted', 'planned'",
                   COUNCIL),
    "deadline": ("inspection_id, kind, days, rule_basis, statutory, source, start_on, computed_on, calendar_version",
                 f"{NTH}, 'written_statement', 70, 'regulation', true, 'SI', {DAY} - 90, {DAY}, "
                 "(SELECT min(name) FROM inspectd.calendar_version)", COUNCIL),
    "document": ("title, role, url, dated_on", f"'Letter ' || n, 'letter', 'https://example.org', {SOME_DAY}", COUNCIL),
    "board": ("name, kind", "'Board ' || n, 'other'", "'806'"),
    "meeting": ("board_id, status, held_on", f"{ONE}, 'planned', {SOME_DAY}", "'806'"),
    "decision": ("kind, status, delegated_to, due_on", f"'noted', 'proposed', 'Director', {SOME_DAY}", COUNCIL),
    "measure": ("title, unit, polarity", "'Measure ' || n, '%%', 'neutral'", "'806'"),
    "observation": ("measure_id, observed_on, value, unit, comparator, approximate",
                    f"{ONE}, {DAY}, n, '%%', '=', false", "'806'"),
}


def fill(owner: psycopg.Connection, table: str) -> None:
    columns, values, council = FILL[table]
    owner.execute(f"ALTER TABLE inspectd.{table} DISABLE TRIGGER USER")
    owner.execute(
        f"INSERT INTO inspectd.{table} (id, authority_id, sensitivity, created_at, updated_at, {columns}) "
        f"SELECT {NTH}, {council}, 'council', {TIMES}, {values} FROM generate_series(1, %s) n",
        [1 if table in ("board", "measure") else MANY],
    )
    owner.execute(f"ALTER TABLE inspectd.{table} ENABLE TRIGGER USER")


@pytest.fixture(scope="module")
def deep(
    cluster: clusters.Cluster, start_service, make_database
) -> Iterator[tuple[Api, Plans]]:
    """A service over many rows, and what PostgreSQL says of each statement's plan."""
    database = make_database()
    with cluster.connect(database) as owner, owner.transaction():
        owner.execute("DELETE FROM inspectd.deadline")  # with those of the reports, there would be more than MANY
        for table in FILL:
            fill(owner, table)
        owner.execute("ANALYZE")
    plans = Plans(cluster, database)
    yield start_service(database, INSPECTD_WORKERS=2).admin(), plans


DEEP = [
    ("actions", {"sort": "id"}),
    ("actions", {"sort": "due_on"}),
    ("actions", {"sort": "-due_on"}),
    ("actions", {"sort": "title"}),
    ("actions", {"sort": "-updated_at"}),
    ("actions", {"sort": "due_on", "authority_id": "806"}),
    ("updates", {"sort": "-reported_on"}),
    ("updates", {"sort": "-reported_on", "action_id": BUSY[1:37]}),
    ("deadlines", {"sort": "due_on"}),
    ("documents", {"sort": "-dated_on"}),
    ("meetings", {"sort": "-held_on"}),
    ("decisions", {"sort": "due_on"}),
    ("observations", {"sort": "-observed_on"}),
]


@pytest.mark.parametrize(("resource", "filters"), DEEP, ids=lambda value: str(value).replace("'", ""))
def test_a_page_deep_in_a_list_costs_what_the_first_costs(deep, resource, filters):
    api, plans = deep
    path, table = path_of(resource), resources()[resource].name
    asked = filters | {"limit": 200, "fields": ",".join({"id", filters["sort"].lstrip("-")})}
    page = api.get(path, asked, expect=200, validate=False)
    cursors = [page.json["page"]["next_cursor"]]
    seen = len(page.data)
    while cursors[-1]:
        page = api.get(path, asked | {"cursor": cursors[-1]}, expect=200, validate=False)
        seen += len(page.data)
        cursors.append(page.json["page"]["next_cursor"])
    assert seen == MANY - (MANY // 3 if "authority_id" in filters else MANY // 2 - 1 if "action_id" in filters else 0)

    first = plans(lambda: api.get(path, filters | {"limit": 10}, expect=200))
    assert first, "auto_explain told nothing"
    last = len(cursors) - 3
    for n in (len(cursors) // 4, len(cursors) // 2, len(cursors) * 3 // 4, last):
        there = plans(lambda: api.get(path, filters | {"limit": 10, "cursor": cursors[n]}, expect=200))
        # Where only a few hundred rows are left, all of them may be read to sort them.
        most = 2 * cost_of(first) + (30 if n < last else 1200)
        assert cost_of(there) <= most, f"{cost_of(there)} blocks at page {n}, {cost_of(first)} at the first"
        for plan in there:
            for node in walk_plan(plan):
                assert node.get("Rows Removed by Filter", 0) < 1000, node
                assert not (node["Node Type"] == "Seq Scan" and node.get("Relation Name") == table), node
