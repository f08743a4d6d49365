"""Who may call what: scopes, bindings, the person who acts; and what the journal and the log know of it."""

from __future__ import annotations

import json
import re
from typing import Any

import psycopg
import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.described import ABSENT_ID, ROUTES, resources
from harness.service import ALL_SCOPES, Answer, Api, Service

SCOPED = [route for route in ROUTES if route["scope"]]
CLOSED = [route for route in ROUTES if route["scope"] is not None]
OPEN = [route for route in ROUTES if route["scope"] is None]


def address(route: dict) -> str:
    path = route["path"].replace("{slug}", "not-found")
    return path.replace("{id}", "806" if "/authorities/" in path else ABSENT_ID)


def call(api: Api, route: dict, **options: Any) -> Answer:
    body = {} if route["method"] in ("POST", "PATCH") else None
    params = {"/v1/search": {"q": "x"}, "/v1/working-days": {"from": "2024-05-20", "days": 70}}.get(route["path"])
    return api.request(route["method"], address(route), params=params, json=body, **options)


def name_of(route: dict) -> str:
    return route["operation_id"]


# --- keys --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer ik_nobody",
        "Bearer x y",
        "Basic aWs6eA==",
        "Token ik_x",
        "ik_x",
        "Bearer " + "A" * 5000,
        "Bearer ik_\u00e9",
        "Bearer ' OR 1=1",
    ],
)
def test_without_a_good_key_it_is_401_and_says_how(api, authorization):
    answer = api.get("/v1/me", headers={"Authorization": authorization}, key=None, expect=401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.problem["type"].endswith("/problems/unauthenticated")


def test_an_empty_key_is_told_apart_from_another_scheme(api):
    answer = api.get("/v1/me", headers={"Authorization": "Bearer "}, key=None, expect=401)
    assert "the key is missing" in answer.problem["detail"]


def test_another_scheme_is_no_use_even_with_a_good_key(api):
    api.get("/v1/me", headers={"Authorization": f"Basic {api.key}"}, key=None, expect=401)


def test_the_scheme_is_read_in_any_case(api):
    api.get("/v1/me", headers={"Authorization": f"bearer {api.key}"}, key=None, expect=200)


def test_one_key_does_not_open_another_database(api, start_service, make_database):
    stranger = start_service(make_database()).make_key()
    api.get("/v1/me", key=stranger, expect=401)


def test_every_route_but_the_open_ones_wants_a_key(api):
    with Cases() as case:
        for route in CLOSED:
            with case(name_of(route)):
                call(api, route, key=None).expect(401)


@pytest.mark.parametrize("route", OPEN, ids=name_of)
def test_the_open_routes_want_no_key(api, route):
    call(api, route, key=None).expect(200)
    call(api, route, key="ik_wrong").expect(200)


def test_options_wants_no_key_anywhere(api):
    with Cases() as case:
        for path in sorted({route["path"] for route in ROUTES}):
            with case(path):
                answer = api.options(address({"path": path}), key=None, expect=204)
                methods = {route["method"] for route in ROUTES if route["path"] == path}
                allowed = {method.strip() for method in answer.headers["Allow"].split(",")}
                assert allowed == methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
                assert ("PATCH" in methods) == (answer.headers["Accept-Patch"] is not None)


# --- scopes ------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", sorted({route["scope"] for route in SCOPED}))
def test_a_route_opens_with_its_scope_and_not_without(api, service, scope):
    without = service.make_key([other for other in ALL_SCOPES if other not in (scope, "admin")])
    with_it = service.make_key([scope])
    with Cases() as case:
        for route in SCOPED:
            if route["scope"] != scope:
                continue
            with case(name_of(route)):
                answer = call(api, route, key=without).expect(403)
                assert scope in answer.problem["detail"]
                assert scope in answer.headers["WWW-Authenticate"]
                opened = call(api, route, key=with_it)
                assert opened.status not in (401, 403), str(opened)


def test_every_route_without_a_scope_takes_any_key(api, service):
    key = service.make_key(["themes:read"])
    for route in CLOSED:
        if not route["scope"]:
            call(api, route, key=key).expect(200)


def test_reading_is_not_writing_nor_the_other_way_round(api, service):
    reader, writer = service.make_key(["actions:read"]), service.make_key(["actions:write"])
    body = {"authority_id": "806", "title": "Whose"}
    api.post("/v1/actions", body, key=reader, expect=403)
    made = api.post("/v1/actions", body, key=writer, expect=201).json
    api.get(f"/v1/actions/{made['id']}", key=writer, expect=403)
    api.get(f"/v1/actions/{made['id']}", key=reader, expect=200)


def test_an_expansion_needs_the_scope_of_what_it_shows(api, service):
    """Else it would be a way round."""
    key = service.make_key(["actions:read"])
    api.get("/v1/actions", {"expand": "findings"}, key=key, expect=403)
    key = service.make_key(["actions:read", "findings:read"])
    api.get("/v1/actions", {"expand": "findings"}, key=key, expect=200)
    api.get("/v1/actions", {"expand": "findings.inspection"}, key=key, expect=403)


def test_search_shows_only_what_the_key_may_read(api, service):
    action = api.create("/v1/actions", {"authority_id": "806", "title": "Quokka sanctuary"})
    assert action["id"] in [row["id"] for row in api.get("/v1/search", {"q": "quokka"}, expect=200).data]
    found = api.get("/v1/search", {"q": "quokka"}, key=service.make_key(["findings:read"]), expect=200).data
    assert found == []


def test_me_says_what_the_key_may_do(service):
    key = service.make_key(["findings:read", "actions:write"], name="Middlesbrough and Reading",
                           authorities=["806", "870"])
    me = service.api(key).get("/v1/me", expect=200).json
    assert me["name"] == "Middlesbrough and Reading"
    assert sorted(me["scopes"]) == ["actions:write", "findings:read"]
    assert sorted(me["authority_ids"]) == ["806", "870"]
    assert me["person"] is None
    assert service.admin().get("/v1/me", expect=200).json["authority_ids"] is None


# --- the person who acts ------------------------------------------------------------------------


def test_a_client_with_act_as_may_say_who_acts(api):
    me = api.get("/v1/me", headers={"X-Acting-User": "j.smith@example.gov.uk"}, expect=200).json
    assert me["person"] == "j.smith@example.gov.uk"


def test_without_act_as_nobody_else_can_be_named(api, service):
    key = service.make_key(["actions:read"])
    answer = api.get("/v1/me", headers={"X-Acting-User": "somebody"}, key=key, expect=403)
    assert "act_as" in answer.text


@pytest.mark.parametrize("blanks", [" ", "\t", "\u00a0", "\u2003 ", "\ufeff"], ids=ascii)
def test_blanks_around_a_person_are_no_part_of_the_name(api, blanks):
    sent = f"{blanks}j smith{blanks}".encode()
    me = api.get("/v1/me", headers={"X-Acting-User": sent}, expect=200).json
    assert me["person"] == "j smith"


def test_nobody_is_a_second_person_by_a_blank(api, given):
    action = given.action()
    path = f"/v1/actions/{action['id']}"
    api.create(f"{path}/documents", {"title": "Audit", "role": "evidence", "url": "https://example.org/audit"})
    first, same = (api.with_headers(X_Acting_User=name) for name in ("j.smith", "j.smith\u00a0".encode()))
    first.move(path, "in_progress")
    first.move(path, "complete")
    assert same.move(path, "embedded", expect=422).problem["errors"][0]["code"] == "second_person_required"


@pytest.mark.parametrize("person", ["", " ", "\t", "\u00a0".encode(), "x" * 201, "a\tb", b"\xff\xfe"])
def test_a_person_who_cannot_be_written_down_is_refused(api, person):
    answer = api.get("/v1/me", headers={"X-Acting-User": person}, expect=400)
    assert [(e["in"], e["pointer"]) for e in answer.problem["errors"]] == [("header", "/X-Acting-User")]


# --- the journal -----------------------------------------------------------------------------------


def journal(db: psycopg.Connection, key: str) -> list[tuple]:
    return db.execute(
        "SELECT op, version, actor, person, request_id, reason FROM inspectd.journal WHERE row_key = %s AND table_name = 'action' ORDER BY seq",
        [key],
    ).fetchall()


def test_the_journal_knows_who_changed_what_in_which_request_and_why(api, db):
    person = "j.smith@example.gov.uk"
    acting = api.with_headers(X_Acting_User=person)
    client = f"client:{api.get('/v1/me').json['client_id']}"
    made = acting.post(
        "/v1/actions",
        {"authority_id": "806", "title": "Kept in mind", "due_on": "2027-01-29"},
        headers={"X-Request-ID": "made-1"},
        expect=201,
    ).json
    path = f"/v1/actions/{made['id']}"
    api.patch(
        path,
        {"due_on": "2027-02-26", "reason": "The partner is late."},
        headers={"X-Request-ID": "moved-2"},
        expect=200,
    )
    acting.move(path, "on_hold", reason="Waiting for the partner.", headers={"X-Request-ID": "held-3"}, expect=200)
    acting.delete(path, headers={"X-Request-ID": "gone-4"}, expect=204)
    api.post(f"{path}/restore", headers={"X-Request-ID": "back-5"}, expect=200)
    assert journal(db, made["id"]) == [
        ("created", 1, client, person, "made-1", None),
        ("updated", 2, client, None, "moved-2", "The partner is late."),
        ("updated", 3, client, person, "held-3", "Waiting for the partner."),
        ("deleted", 4, client, person, "gone-4", None),
        ("restored", 5, client, None, "back-5", None),
    ]


def test_links_are_journaled_with_the_request_that_made_them(api, db):
    finding = api.get("/v1/authorities/806/findings", {"limit": 1}, expect=200).ids[0]
    made = api.post(
        "/v1/actions", {"title": "Linked", "finding_ids": [finding]}, headers={"X-Request-ID": "linked-1"}, expect=201
    ).json
    api.patch(f"/v1/actions/{made['id']}", {"finding_ids": []}, headers={"X-Request-ID": "unlinked-2"}, expect=200)
    rows = db.execute(
        "SELECT op, request_id FROM inspectd.journal WHERE table_name = 'action_finding' AND row_key = %s ORDER BY seq",
        [f"{made['id']}:{finding}"],
    ).fetchall()
    assert rows == [("created", "linked-1"), ("deleted", "unlinked-2")]


def test_what_one_request_says_does_not_stick_to_the_next(api, service, db):
    acting = api.with_headers(X_Acting_User="first")
    for n in range(10):
        acting.post("/v1/actions", {"authority_id": "806", "title": f"By the first {n}"}, expect=201)
        made = api.post("/v1/actions", {"authority_id": "806", "title": f"By nobody {n}"}, expect=201).json
        [(_, _, _, person, _, _)] = journal(db, made["id"])
        assert person is None


def test_what_psql_changes_is_journaled_too(api, db):
    made = api.create("/v1/actions", {"authority_id": "806", "title": "Behind the service's back"})
    db.execute("UPDATE inspectd.action SET detail = 'By hand.' WHERE id = %s", [made["id"]])
    assert [(op, version, actor) for op, version, actor, *_ in journal(db, made["id"])][1:] == [
        ("updated", 2, "database:inspectd_owner")
    ]
    assert api.get(f"/v1/actions/{made['id']}", expect=200).json["version"] == 2


def test_what_is_refused_or_only_checked_leaves_no_trace(api, db):
    count = "SELECT count(*) FROM inspectd.journal"
    before = db.execute(count).fetchone()
    api.post("/v1/actions", {"authority_id": "806", "title": ""}, expect=422)
    api.post("/v1/actions?validate_only=true", {"authority_id": "806", "title": "Checked"}, expect=200)
    assert db.execute(count).fetchone() == before


# --- the role in the database --------------------------------------------------------------------------


def test_the_service_runs_as_a_role_that_owns_nothing(service, api, cluster):
    api.get("/v1/actions", expect=200)
    with cluster.connect(service.database, clusters.SUPERUSER) as owner:
        sessions = owner.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND usename NOT IN ('inspectd_owner', 'postgres')",
            [service.database],
        ).fetchall()
        assert sessions == [(clusters.SERVICE,)]
        for role in (clusters.SERVICE, "inspectd_api"):
            assert (
                owner.execute(
                    "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = %s", [role]
                ).fetchone()
                == (False,) * 4
            )
            assert owner.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [role]).fetchone() == (
                0,
            )
            assert owner.execute("SELECT count(*) FROM pg_proc WHERE proowner = %s::regrole", [role]).fetchone() == (0,)
            may = owner.execute(
                """SELECT c.relname, p FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
                WHERE c.relnamespace = 'inspectd'::regnamespace AND c.relkind = 'r' AND has_table_privilege(%s, c.oid, p)""",
                [role],
            ).fetchall()
            assert not [
                entry
                for entry in may
                if entry[0] in ("journal", "api_key_hash", "migration", "framework", "theme", "external_ref")
            ]
            assert not [entry for entry in may if entry[1] == "TRUNCATE"]
            tables = {resource.name for resource in resources().values()}
            assert not [table for table, privilege in may if table in tables and privilege == "DELETE"]
            assert ("update", "UPDATE") not in may, "what was reported stays as it was reported"


def test_the_role_of_the_service_cannot_change_the_journal(service, cluster):
    with cluster.connect(service.database, clusters.SERVICE) as connection:
        for statement in (
            "DELETE FROM inspectd.journal",
            "UPDATE inspectd.journal SET actor = 'x'",
            "DROP TABLE inspectd.action",
            "DELETE FROM inspectd.action",
            "ALTER TABLE inspectd.action DISABLE TRIGGER journal",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


# --- request ids and traces ---------------------------------------------------------------------------------


def line_of(service: Service, request_id: str) -> dict:
    [line] = [line for line in service.log_lines() if line.get("request_id") == request_id]
    return line


@pytest.mark.parametrize("given", ["abc-123", "x" * 128, "a.b_c~d:e/f=g+h@i", "0"])
def test_a_request_id_is_echoed_and_logged(api, service, given):
    answer = api.get("/v1/actions", {"nonsense": 1}, headers={"X-Request-ID": given}, expect=400)
    assert answer.headers["X-Request-ID"] == answer.problem["request_id"] == given
    assert line_of(service, given)["status"] == 400


@pytest.mark.parametrize("given", [None, "", "x" * 129, "with space", "new\tline", '"quoted"', b"\xc3\xa9", "{json}"])
def test_without_a_fit_request_id_one_is_made(api, service, given):
    answers = [api.get("/v1/me", headers={"X-Request-ID": given}, expect=200) for _ in range(2)]
    made = [answer.headers["X-Request-ID"] for answer in answers]
    assert len(set(made)) == 2 and given not in made
    assert all(re.fullmatch(r"[0-9A-Za-z.-]{16,128}", one) for one in made)
    assert line_of(service, made[0])["status"] == 200


def test_every_kind_of_answer_has_a_request_id(api):
    for answer in (
        api.get("/v1/nowhere"),
        api.options("/v1/actions"),
        api.put("/v1/actions"),
        api.get("/v1/me", key=None),
        api.get("/livez"),
        api.head("/v1/me"),
    ):
        assert answer.headers["X-Request-ID"], str(answer)


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_traceparent_is_in_the_log_line(api, service):
    answer = api.get("/v1/me", headers={"traceparent": TRACE}, expect=200)
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in json.dumps(line_of(service, answer.headers["X-Request-ID"]))


@pytest.mark.parametrize(
    "trace",
    [
        "",
        "nonsense",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        TRACE + "-more",
        TRACE.upper(),
        "ff" + TRACE[2:],
        "x" * 500,
    ],
)
def test_a_traceparent_that_is_none_is_passed_over(api, service, trace):
    answer = api.get("/v1/me", headers={"traceparent": trace}, expect=200)
    assert "4bf92f3577b34da6a3ce929d0e0e4736" not in json.dumps(line_of(service, answer.headers["X-Request-ID"]))


def test_the_log_names_the_caller_and_the_route_but_no_content(api, service):
    made = api.create("/v1/actions", {"authority_id": "806", "title": "Nothing of this belongs in a log"})
    answer = api.get(f"/v1/actions/{made['id']}", {"fields": "title"}, expect=200)
    line = line_of(service, answer.headers["X-Request-ID"])
    assert line["route"] == "/v1/actions/{id}"
    assert line["caller"] == f"client:{api.get('/v1/me').json['client_id']}"
    assert "Nothing of this" not in service.log_text
