"""/v1/clients and /v1/keys: who may call, how keys come and go, and that nothing of a key is kept."""

from __future__ import annotations

import concurrent.futures
import datetime
import hashlib
import string
import time

import psycopg
import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.described import ABSENT_ID
from harness.examples import day
from harness.service import Answer, Api, Service


A_SECOND = 1.05  # and what asking takes


def keys_of(api: Api, client: dict) -> list[dict]:
    return api.get(f"/v1/clients/{client['id']}/keys", {"sort": "created_at"}, expect=200).data


def add_key(api: Api, client: dict, body: dict | None = None, **options) -> Answer:
    return api.post(f"/v1/clients/{client['id']}/keys", body, **{"expect": 201} | options)


@pytest.fixture
def client(given) -> dict:
    """A client that reads themes, without a key."""
    return given.one("clients", scopes=["themes:read"], authority_ids=None)


@pytest.fixture
def fresh(service, start_service):
    """fresh(key): a caller of a service that remembers no key yet."""
    return lambda key: start_service(service.database).api(key)


def status_of(api: Api) -> int:
    return api.get("/v1/me", expect=[200, 401]).status


def welcome(key: str, *services: Service) -> list[Api]:
    """Callers with this key on connections of their own, of each service enough for all its workers to know the key."""
    callers = [service.api(key) for service in services for _ in range(16)]
    assert {status_of(caller) for caller in callers} == {200}
    return callers


def await_refusal(callers: list[Api]) -> float:
    """How long it takes until none of them is let in any more."""
    began = last_let_in = time.monotonic()
    while callers:
        callers = [caller for caller in callers if status_of(caller) == 200]
        last_let_in = time.monotonic() if callers else last_let_in
        assert last_let_in - began < 5, "they are let in still"
    return last_let_in - began


# --- a key ------------------------------------------------------------------------------


def test_a_new_key_opens_the_door_and_is_shown_once(api, client, service):
    answer = add_key(api, client, {"expires_on": "2099-06-30"})
    made = answer.json
    key = made.pop("key")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (made["client_id"], made["hint"], made["expires_on"]) == (client["id"], key[-4:], "2099-06-30")
    me = api.get("/v1/me", key=key, expect=200).json
    assert (me["client_id"], me["name"], me["scopes"]) == (client["id"], client["name"], ["themes:read"])
    read = api.get(answer.location, expect=200)
    assert "key" not in read.json and read.json.items() >= (made | {"last_used_at": read.json["last_used_at"]}).items()
    assert [row["id"] for row in keys_of(api, client)] == [made["id"]]


def test_the_etag_of_a_new_key_is_that_of_its_row(api, client):
    answer = add_key(api, client)
    assert api.get(answer.location).etag == answer.etag
    api.move(answer.location, "revoked", if_match=answer.etag, expect=200)


def test_a_replay_answers_the_same_without_the_key_and_makes_no_other(api, client, unwritten):
    first = add_key(api, client, {"expires_on": "2099-06-30"}, idempotency_key="a key")
    with unwritten():
        second = add_key(api, client, {"expires_on": "2099-06-30"}, idempotency_key="a key")
        add_key(api, client, {}, idempotency_key="a key", expect=422)
    assert second.headers["Idempotency-Replayed"] == "true" and second.headers["Cache-Control"] == "no-store"
    assert second.json == first.json | {"key": None}
    assert (second.etag, second.location) == (first.etag, first.location)
    api.get("/v1/me", key=first.json["key"], expect=200)


def test_a_dry_run_makes_no_key_and_ends_none(api, client, unwritten):
    add_key(api, client)
    with unwritten():
        answer = api.post(f"/v1/clients/{client['id']}/keys?validate_only=true", {"overlap_hours": 0}, expect=200)
        api.post(f"/v1/clients/{client['id']}/keys?validate_only=true", {"overlap_hours": 721}, expect=422)
    assert answer.json["key"] is None and answer.location is None
    api.get(f"/v1/keys/{answer.json['id']}", expect=404)


def test_what_is_asked_of_a_key_is_checked_at_once(api, client, unwritten):
    with unwritten():
        answer = add_key(api, client, {"expires_on": day(-1), "overlap_hours": 1.5, "hint": "mine"}, expect=422)
        assert sorted(answer.pointers) == ["/expires_on", "/hint", "/overlap_hours"]
        add_key(api, {"id": ABSENT_ID}, {"overlap_hours": -1}, expect=404)
    add_key(api, client, {"expires_on": day(0), "overlap_hours": None})


def test_a_revoked_client_gets_no_more_keys(api, client, unwritten):
    api.move(f"/v1/clients/{client['id']}", "revoked", expect=200)
    with unwritten():
        assert "revoked" in add_key(api, client, expect=409).problem["detail"]


# --- nothing of a key is kept -------------------------------------------------------------


def dump(db: psycopg.Connection) -> str:
    """Everything that every table holds."""
    tables = db.execute("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' "
                        "AND relnamespace = 'inspectd'::regnamespace").fetchall()
    return "\n".join(db.execute(f"SELECT string_agg(to_jsonb(t)::text, E'\\n') FROM {table} t").fetchone()[0] or ""
                     for table, in tables)


def test_neither_the_database_nor_the_log_holds_a_key_or_its_plain_hash(api, client, service, db):
    key = add_key(api, client, idempotency_key="kept nowhere").json["key"]
    api.get("/v1/me", key=key, expect=200)
    api.get("/v1/me", key="ik_mistyped_by_somebody", expect=401)
    everything, plain = dump(db), hashlib.sha256(key.encode()).hexdigest()
    assert key[-4:] in everything, "the hint is"
    assert db.execute("SELECT count(*) FROM inspectd.api_key_hash WHERE NOT keyed").fetchone() == (0,)
    for secret in (key, key[3:], plain, api.key):
        assert secret not in everything and secret not in service.log_text
    assert "mistyped" not in service.log_text


def test_the_hash_is_of_no_use_under_another_secret(api, client, service, start_service, tmp_path):
    key = add_key(api, client).json["key"]
    other = tmp_path / "secret"
    other.touch(mode=0o600)
    other.write_text("another secret, of thirty-two bytes or more")
    assert status_of(start_service(service.database, INSPECTD_SECRET_FILE=other).api(key)) == 401


def test_the_journal_has_clients_and_keys_without_their_hashes(api, client, journal):
    made = add_key(api, client, headers={"X-Request-ID": "key-made"}).json
    entry = journal.last(made["id"])
    assert (entry["table_name"], entry["op"], entry["request_id"]) == ("api_key", "created", "key-made")
    assert entry["image"]["hint"] == made["hint"] and not {"hash", "key", "key_hash"} & entry["image"].keys()
    api.patch(f"/v1/clients/{client['id']}", {"clearance": "restricted"}, expect=200)
    entry = journal.last(client["id"])
    assert (entry["op"], entry["version"], entry["image"]["clearance"]) == ("updated", 2, "restricted")


# --- rotation --------------------------------------------------------------------------------


def hours_left(key: dict) -> float | None:
    if key["ends_at"] is None:
        return None
    return (datetime.datetime.fromisoformat(key["ends_at"]) - datetime.datetime.now(datetime.UTC)).total_seconds() / 3600


def test_the_keys_there_are_end_after_the_overlap_and_no_later_than_they_would(api, client):
    first, second = add_key(api, client).json, add_key(api, client).json
    assert [hours_left(row) for row in keys_of(api, client)] == [None, None], "unless asked to, none ends"
    add_key(api, client, {"overlap_hours": 2})
    add_key(api, client, {"overlap_hours": 720})
    assert [hours_left(row) for row in keys_of(api, client)] == pytest.approx([2, 2, 720, None], abs=0.1)
    for key in (first, second):
        api.get("/v1/me", key=key["key"], expect=200)


def test_a_key_that_has_ended_opens_nothing_and_its_successor_does(api, client, service):
    callers = welcome(add_key(api, client).json["key"], service)
    new = add_key(api, client, {"overlap_hours": 0}).json["key"]
    assert await_refusal(callers) <= A_SECOND
    assert status_of(api.with_key(new)) == 200


def test_of_two_rotations_at_once_one_key_is_left(api, client):
    """Each ends the other's, were they not one after the other."""
    for _ in range(5):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            made = list(pool.map(lambda _: add_key(api, client, {"overlap_hours": 0}).json, range(2)))
        ended = [row["ends_at"] for row in keys_of(api, client) if row["id"] in {key["id"] for key in made}]
        assert ended.count(None) == 1


# --- the end ---------------------------------------------------------------------------------


@pytest.fixture
def two(service, start_service) -> list[Service]:
    """Two services on one database."""
    return [service, start_service(service.database)]


@pytest.mark.parametrize("what", ["key", "client"])
def test_what_is_revoked_stops_working_within_a_second_on_every_instance(api, client, two, what):
    made = add_key(api, client).json
    callers = welcome(made["key"], *two)
    path = f"/v1/keys/{made['id']}" if what == "key" else f"/v1/clients/{client['id']}"
    assert api.move(path, "revoked", expect=200).json["status_on"] == day(0)
    assert await_refusal(callers) <= A_SECOND


def test_what_a_client_may_follows_a_change_within_a_second(api, client):
    caller = api.with_key(add_key(api, client).json["key"])
    caller.get("/v1/themes", expect=200)
    api.patch(f"/v1/clients/{client['id']}", {"scopes": ["findings:read"]}, expect=200)
    deadline = time.monotonic() + A_SECOND
    while caller.get("/v1/themes", expect=[200, 403]).status == 200:
        assert time.monotonic() < deadline
    caller.get("/v1/findings", expect=200)


ENDINGS = {
    "the key's last day is past": "UPDATE inspectd.api_key SET expires_on = current_date - 2 WHERE id = %(key)s",
    "the client's last day is past": "UPDATE inspectd.client SET expires_on = current_date - 2 WHERE id = %(client)s",
    "another took its place": "UPDATE inspectd.api_key SET ends_at = now() WHERE id = %(key)s",
    "it was revoked": "UPDATE inspectd.api_key SET status = 'revoked' WHERE id = %(key)s",
    "its client was revoked": "UPDATE inspectd.client SET status = 'revoked' WHERE id = %(client)s",
    "its hash is a plain one": "UPDATE inspectd.api_key_hash SET keyed = false WHERE key_id = %(key)s",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_key_that_has_ended_is_refused_in_the_words_of_one_that_never_was(api, client, db, fresh, ending):
    made = add_key(api, client).json
    db.execute(ENDINGS[ending], {"key": made["id"], "client": client["id"]})
    caller = fresh(made["key"])
    refused = caller.get("/v1/me", expect=401)
    unknown = caller.get("/v1/me", key="ik_" + "x" * 43, expect=401)
    assert refused.problem | {"request_id": ""} == unknown.problem | {"request_id": ""}
    assert refused.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"]


def test_a_key_is_good_through_its_last_day(api, client, fresh):
    key = add_key(api, client, {"expires_on": day(0)}).json["key"]
    assert status_of(fresh(key)) == 200


def test_a_key_with_one_wrong_character_is_refused_in_the_same_words(api, client):
    """The last one too, of which base64 would pass over some bits."""
    key = add_key(api, client).json["key"]
    unknown = api.get("/v1/me", key="ik_" + "x" * 43, expect=401).problem
    with Cases() as case:
        for place in (3, 20, 44, 45):
            for letter in string.ascii_letters + string.digits + "-_":
                wrong = key[:place] + letter + key[place + 1:]
                if wrong != key:
                    with case(place, letter):
                        refused = api.get("/v1/me", key=wrong, expect=401).problem
                        assert refused | {"request_id": ""} == unknown | {"request_id": ""}
    api.get("/v1/me", key=key, expect=200)


# --- when it was used ---------------------------------------------------------------------------


def test_the_use_of_a_key_is_noted_and_not_more_than_once_a_minute(api, client, db, start_service, service):
    made = add_key(api, client).json
    path, caller = f"/v1/keys/{made['id']}", api.with_key(made["key"])

    def used(ago: str | None = None) -> datetime.datetime | None:
        if ago:
            db.execute("UPDATE inspectd.api_key_hash SET used_at = now() - %s::interval WHERE key_id = %s",
                       [ago, made["id"]])
        return db.execute("SELECT used_at FROM inspectd.api_key_hash WHERE key_id = %s", [made["id"]]).fetchone()[0]

    assert api.get(path).json["last_used_at"] is None
    caller.get("/v1/me", expect=200)
    row = api.get(path).json
    assert datetime.datetime.fromisoformat(row["last_used_at"]) == used()
    assert (row["version"], row["updated_at"]) == (1, made["updated_at"]), "it is no change of the key"

    half = used("30 seconds")
    start_service(service.database).api(made["key"]).get("/v1/me", expect=200)  # asks the database anew
    assert used() == half
    long = used("61 seconds")
    start_service(service.database).api(made["key"]).get("/v1/me", expect=200)
    assert used() > long


def test_of_an_earlier_time_it_is_not_known_when_a_key_was_used(api, client):
    made = add_key(api, client).json
    api.get("/v1/me", key=made["key"], expect=200)
    then = api.get(f"/v1/keys/{made['id']}", {"as_recorded_at": made["created_at"]}, expect=200).json
    assert then["last_used_at"] is None and then["hint"] == made["hint"]


# --- what may be granted ------------------------------------------------------------------------


def test_a_grant_that_gives_more_than_it_may_is_refused_by_post_and_by_patch(api, given, unwritten):
    whole = {"authority_ids": None, "clearance": "restricted"}
    row = given.one("clients", scopes=["admin", "findings:write"], **whole)
    for change, pointer in (({"authority_ids": []}, "/scopes/0"), ({"clearance": "council"}, "/scopes/0"),
                            ({"scopes": ["findings:raed"]}, "/scopes/0"), ({"authority_ids": ["999"]}, "/authority_ids/0")):
        body = given.body("clients", scopes=["admin", "findings:write"], **whole) | change
        with unwritten():
            assert pointer in api.post("/v1/clients", body, expect=422).pointers
            assert pointer in api.patch(f"/v1/clients/{row['id']}", change, expect=422).pointers
    with unwritten():
        public = api.patch(f"/v1/clients/{row['id']}", {"clearance": "public"}, expect=422)
    assert sorted(public.pointers) == ["/scopes/0", "/scopes/1"]


def test_a_misspelt_scope_is_told_with_the_nearest(api, given, unwritten):
    with unwritten():
        answer = api.post("/v1/clients", given.body("clients", scopes=["delivery_model:read"]), expect=422)
    assert "did you mean delivery_models:read?" in answer.problem["errors"][0]["detail"]


def test_a_new_client_has_the_clearance_council_and_no_authority_unless_told(api, given):
    row = given.one("clients")
    assert (row["clearance"], row["authority_ids"], row["status"]) == ("council", [], "active")
    assert [warning["code"] for warning in row["warnings"]] == ["no_authority"]
    other = api.patch(f"/v1/clients/{row['id']}", {"authority_ids": None}, expect=200).json
    assert (other["authority_ids"], other["warnings"]) == (None, [])


def test_clients_are_found_by_an_authority_that_they_are_bound_to(api, given):
    mine, other = given.authority(), given.authority()
    row = given.one("clients", authority_ids=[mine, other])
    given.one("clients", authority_ids=[other])
    assert api.get("/v1/clients", {"authority_id": mine}, expect=200).ids == [row["id"]]


def test_a_client_may_be_read_as_it_was(api, given):
    row = given.one("clients", scopes=["findings:read"])
    api.patch(f"/v1/clients/{row['id']}", {"scopes": ["findings:read", "findings:write"]}, expect=200)
    then = api.get(f"/v1/clients/{row['id']}", {"as_recorded_at": row["created_at"]}, expect=200).json
    assert then["scopes"] == ["findings:read"]


# --- twice: the code, and PostgreSQL beneath it -------------------------------------------------


def test_admin_counts_for_nothing_where_somebody_has_bound_it(api, given, db, service):
    """No operation makes such a client; psql may."""
    for members in ("authority_ids = '{806}'", "clearance = 'council'"):
        key = service.make_key(["admin"], name=members, new=True)
        db.execute(f"UPDATE inspectd.client SET {members} WHERE name = %s", [members])
        caller = api.with_key(key)
        for path in ("/v1/clients", "/v1/keys"):
            caller.get(path, expect=403)
        caller.post("/v1/clients", given.body("clients"), expect=403)


TOLD = {"scopes": "{admin}", "authorities": "*", "clearance": "restricted"}
UNTOLD = {
    "nobody": {},
    "without admin": TOLD | {"scopes": "{findings:read,audit:read,act_as}"},
    "bound": TOLD | {"authorities": "{806}"},
    "not cleared": TOLD | {"clearance": "council"},
}


def tell(connection: psycopg.Connection, told: dict[str, str]) -> None:
    for name in TOLD:
        connection.execute("SELECT set_config(%s, %s, false)", [f"inspectd.{name}", told.get(name, "")])


def test_the_database_shows_clients_and_keys_to_a_whole_admin_alone(api, client, service, cluster):
    key = add_key(api, client).json
    with cluster.connect(service.database, clusters.SERVICE) as connection:
        connection.execute("SET ROLE inspectd_api")
        tell(connection, TOLD)
        for table in ("client", "api_key", "clients", "api_keys"):
            assert connection.execute(f"SELECT count(*) FROM inspectd.{table}").fetchone()[0] > 0
        for who, told in UNTOLD.items():
            tell(connection, told)
            for table in ("client", "api_key", "clients", "api_keys"):
                assert connection.execute(f"SELECT count(*) FROM inspectd.{table}").fetchone() == (0,), (who, table)
            assert connection.execute("SELECT count(key_id) FROM inspectd.api_key_hash").fetchone() == (0,), who
            changed = connection.execute("UPDATE inspectd.client SET scopes = '{admin}'")
            assert changed.rowcount == 0, who
            for sql, values in (
                ("INSERT INTO inspectd.client (id, name, scopes) VALUES (gen_random_uuid(), 'x', '{admin}')", []),
                ("INSERT INTO inspectd.api_key (id, client_id) VALUES (gen_random_uuid(), %s)", [client["id"]]),
                ("INSERT INTO inspectd.api_key_hash (key_id, hash) VALUES (%s, sha256('x'))", [key["id"]]),
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql, values)


def test_no_hash_can_be_read_or_changed_by_the_service(api, client, service, cluster):
    add_key(api, client)
    with cluster.connect(service.database, clusters.SERVICE) as connection:
        tell(connection, TOLD)
        for sql in (
            "SELECT hash FROM inspectd.api_key_hash",
            "SELECT * FROM inspectd.api_key_hash",
            "SELECT keyed FROM inspectd.api_key_hash",
            "SELECT count(*) FROM inspectd.api_key_hash WHERE hash = sha256('x')",
            "UPDATE inspectd.api_key_hash SET hash = sha256('x')",
            "UPDATE inspectd.api_key_hash SET used_at = now()",
            "INSERT INTO inspectd.api_key_hash (key_id, hash, keyed) VALUES (gen_random_uuid(), sha256('x'), true)",
            "DELETE FROM inspectd.api_key",
            "DELETE FROM inspectd.client",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql)
        found = connection.execute("SELECT * FROM inspectd.client_of_key(sha256('x'))").fetchall()
        assert found == []


def test_a_client_that_is_being_made_under_the_same_key_is_a_conflict(service, cluster, start_service, given):
    api = start_service(service.database, INSPECTD_IDEMPOTENCY_WAIT_MS=100).api(service.make_key())
    caller = f"client:{api.get('/v1/me', expect=200).json['client_id']}"
    with cluster.connect(service.database) as other, other.transaction():
        other.execute("INSERT INTO inspectd.idempotency (caller, method, path, key, request_hash) "
                      "VALUES (%s, 'POST', '/v1/clients', 'busy', 'another')", [caller])
        answer = api.post("/v1/clients", given.least("clients"), headers={"Idempotency-Key": "busy"}, expect=409)
        assert "still being answered" in answer.problem["detail"]
