"""Words that go: on request (erasures), and by the schedule (retention rules and the jobs that keep to it).

A marker stands for what must go. Nowhere in the database may it be found afterwards, in no table and no column; and
the audit, which told of it, is verified as before.
"""

from __future__ import annotations

import itertools
import time
from typing import Callable

import pytest
from psycopg import sql

from harness.described import ABSENT_ID, DESCRIBED, resources

serial = itertools.count(1)


@pytest.fixture
def marker() -> str:
    """A word that stands nowhere else."""
    return f"Quokka{next(serial):04}x"


@pytest.fixture(scope="module")
def rules(api) -> dict[str, dict]:
    return {rule["id"]: rule for rule in api.all("/v1/retention-rules")}


@pytest.fixture
def places(db) -> Callable[[str], list[str]]:
    """places(word): the tables in which it stands, in whatever column."""
    tables = db.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('inspectd', 'history') "
                        "ORDER BY 1, 2").fetchall()

    def found(word: str) -> list[str]:
        return [f"{schema}.{name}" for schema, name in tables if db.execute(
            sql.SQL("SELECT EXISTS (SELECT FROM {} t WHERE t::text ILIKE %s)").format(sql.Identifier(schema, name)),
            [f"%{word}%"]).fetchone()[0]]
    return found


@pytest.fixture(scope="module")
def loaded(service, cluster) -> int:
    """The last entry of the audit before any test wrote."""
    with cluster.connect(service.database) as connection:
        return connection.execute("SELECT coalesce(max(seq), 0) FROM inspectd.journal").fetchone()[0]


@pytest.fixture
def verified(db, loaded) -> Callable[[], None]:
    """Seals all there is, and has all of it verified that these tests wrote."""
    def verify() -> None:
        db.execute("SELECT inspectd.seal()")
        db.execute("SELECT inspectd.seal()")
        answer = db.execute("SELECT inspectd.verify_audit(%s, 60)", [str(loaded)]).fetchone()[0]
        assert answer["verified"] and answer["complete"] and answer["seals"] > 0, answer
    return verify


def erase(api, resource: str, row: dict, **more) -> dict:
    return api.create("/v1/erasures", {"resource": resource, "row_id": row["id"], "reason": "It named a child"} | more)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)


# --- on request -------------------------------------------------------------------------


def test_a_finding_whose_words_are_erased_holds_none_and_never_did(api, given, db, marker, places, verified):
    finding = given.finding(text=f"{marker} lives at home", gloss=f"So {marker} said", printed_label="B1")
    path = f"/v1/findings/{finding['id']}"
    changed = api.patch(path, {"gloss": f"No longer {marker}", "reason": f"{marker} moved"}, expect=200).json
    api.post("/v1/actions", {"authority_id": finding["authority_id"], "title": "Visit", "finding_ids": [finding["id"]]},
             expect=201)
    assert api.get("/v1/findings", {"q": marker}).ids == [finding["id"]]
    who_and_when = "SELECT n, op, at, actor, person, request_id FROM inspectd.journal WHERE row_key = %s AND n < 3"
    before = db.execute(who_and_when, [finding["id"]]).fetchall()
    verified()
    assert {"inspectd.finding", "inspectd.journal", "history.finding"} <= set(places(marker))

    erasure = erase(api.with_headers(X_Acting_User="the.officer"), "findings", finding)
    assert (erasure["erased_by"], erasure["entries"] >= 2) == ("the.officer", True)
    now = api.get(path, expect=200).json
    assert (now["text"], now["gloss"], now["printed_label"]) == ("[erased]", "[erased]", "[erased]")
    assert now["extent"] is None and now["version"] == changed["version"] + 1
    then = api.get(path, {"as_recorded_at": finding["updated_at"]}, expect=200).json
    assert (then["text"], then["gloss"]) == ("[erased]", "[erased]") and then["version"] == finding["version"]
    for query in ({"q": marker}, {"q": marker, "as_recorded_at": changed["updated_at"]}):
        assert api.get("/v1/findings", query, expect=200).data == []
    assert api.get("/v1/search", {"q": marker}, expect=200).data == []
    assert places(marker) == []
    assert db.execute(who_and_when, [finding["id"]]).fetchall() == before
    reasons = db.execute("SELECT reason FROM inspectd.journal WHERE row_key = %s AND n = 2", [finding["id"]])
    assert reasons.fetchall() == [("[erased]",)]
    verified()


def test_an_action_loses_its_words_with_why_it_was_moved_and_what_partners_do(api, given, marker, places, verified):
    action = given.action(due_on="2024-06-03", start_on="2024-01-08", title=f"Help {marker}", lead_role=marker)
    path, partner = f"/v1/actions/{action['id']}", given.of("organisations", action["authority_id"])["id"]
    api.patch(path, {"due_on": "2024-06-10", "reason": f"{marker} is ill"}, expect=200)
    api.patch(path, {"partners": [{"organisation_id": partner, "role": f"Carer of {marker}"}],
                     "funding": [{"source": marker, "amount": 12}]}, expect=200)
    update = api.create(f"{path}/updates", {"narrative": "Well on the way"})
    row, = api.get(f"{path}/reschedules", expect=200).data
    assert {"inspectd.reschedule", "history.action_partner"} <= set(places(marker))

    erase(api.with_headers(X_Acting_User="the.officer"), "actions", action)
    assert places(marker) == []
    moved, = api.get(f"{path}/reschedules", expect=200).data
    assert moved == row | {"reason": "[erased]", "moved_by": "[erased]"} | {
        name: moved[name] for name in ("version", "updated_at") if name in moved}
    now = api.get(path, expect=200).json
    assert now["partners"][0]["organisation_id"] == partner and now["partners"][0]["role"] == "[erased]"
    assert now["funding"] == [] and now["due_on"] == "2024-06-10"
    assert api.get(f"/v1/updates/{update['id']}", expect=200).json == update  # a row of its own
    verified()


def test_a_deleted_row_is_erased_too_and_is_erased_when_it_comes_back(api, given, marker, places, verified):
    finding = given.finding(text=marker)
    path = f"/v1/findings/{finding['id']}"
    api.delete(path, expect=204)
    erase(api, "findings", finding)
    api.get(path, expect=404)
    assert places(marker) == []
    assert api.post(f"{path}/restore", expect=200).json["text"] == "[erased]"
    verified()


def test_only_the_members_named_are_erased_and_reasons_stay(api, given, db, marker, places, verified):
    finding = given.finding(text=f"Text of {marker}", gloss="A gloss", extent="some")
    path = f"/v1/findings/{finding['id']}"
    api.patch(path, {"gloss": "Another gloss", "reason": "Clearer so"}, expect=200)
    assert erase(api, "findings", finding, members=["text"])["members"] == ["text"]
    now = api.get(path, expect=200).json
    assert (now["text"], now["gloss"], now["extent"]) == ("[erased]", "Another gloss", "some")
    reasons = db.execute("SELECT reason FROM inspectd.journal WHERE row_key = %s AND n = 2", [finding["id"]])
    assert reasons.fetchall() == [("Clearer so",)] and places(marker) == []
    verified()


def test_what_a_visit_was_to_look_at_goes_from_its_reschedules_too(api, given, marker, places, verified):
    visit = given.inspection(kind="focused_visit", status="planned", planned_start_on="2031-03-03",
                             focus=[f"The case of {marker}"])
    path = f"/v1/inspections/{visit['id']}"
    api.patch(path, {"focus": [f"{marker} once more"], "planned_start_on": "2031-03-10", "reason": "Snow"}, expect=200)
    erase(api, "inspections", visit, members=["focus"])
    assert places(marker) == [] and api.get(path, expect=200).json["focus"] == []
    moves = {row["member"]: row for row in api.get(f"{path}/reschedules", expect=200).data}
    assert set(moves) == {"focus", "planned_start_on"}
    assert (moves["focus"]["was"], moves["focus"]["became"], moves["focus"]["reason"]) == ([], [], "Snow")
    assert moves["planned_start_on"]["was"] == "2031-03-03"
    verified()


def column_types(db, resource: str) -> dict[str, str]:
    return dict(db.execute(
        "SELECT attname, atttypid::regtype::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        [f"inspectd.{resources()[resource].name}"]).fetchall())


def test_of_every_resource_the_words_can_be_erased(api, given, db, rules, marker, places, verified):
    """Each column that a rule names holds the marker where it held anything, and every table lets it go."""
    marked = {"text": f"'{marker}'", "text[]": f"'{{{marker}}}'::text[]", "jsonb": f"""'["{marker}"]'::jsonb"""}
    rows = {resource: given.full(resource) for resource in rules}
    for resource, row in rows.items():
        types = column_types(db, resource)
        sets = [f'"{m}" = CASE WHEN "{m}" IS NOT NULL THEN {marked[types[m]]} END'
                for m in rules[resource]["members"] if m in types]
        db.execute(f"UPDATE inspectd.{resources()[resource].name} SET {', '.join(sets)} WHERE id = %s", [row["id"]])
    assert {f"inspectd.{resources()[resource].name}" for resource in rules} <= set(places(marker))
    for resource, row in rows.items():
        erase(api, resource, row)
    assert places(marker) == []
    verified()


def test_an_answer_kept_for_a_retry_is_erased_and_another_is_not(api, given, db, marker, places):
    body = given.body("findings", text=marker)
    first = api.post("/v1/findings", body, idempotency_key="erased", expect=201)
    other = api.post("/v1/findings", given.body("findings"), idempotency_key="other", expect=201)
    assert "inspectd.idempotency" in places(marker)
    erase(api, "findings", first.json)
    assert places(marker) == []
    assert places(other.json["id"]).count("inspectd.idempotency") == 1


def test_erasing_again_finds_nothing_more_and_is_written_down(api, given, verified):
    finding = given.finding(text="Words")
    assert erase(api, "findings", finding)["entries"] >= 1
    before = api.get(f"/v1/findings/{finding['id']}").json
    assert erase(api, "findings", finding)["entries"] == 0
    assert api.get(f"/v1/findings/{finding['id']}").json == before
    first, second = api.all("/v1/erasures", {"row_id": finding["id"], "sort": "id"})
    assert first["entries"] > 0 and second["entries"] == 0
    verified()


def test_what_cannot_be_erased_is_refused_at_its_place(api, given, unwritten):
    finding = given.finding()
    cases = [
        ({"members": ["text", "status"]}, "/members/1", "not_erasable"),
        ({"members": ["later_links"]}, "/members/0", "not_erasable"),
        ({"resource": "themes", "row_id": "court"}, "/resource", "no_such_resource"),
        ({"resource": "finding"}, "/resource", "no_such_resource"),
        ({"resource": "clients"}, "/resource", "no_such_resource"),
        ({"row_id": ABSENT_ID}, "/row_id", "no_such_row"),
        ({"row_id": "x'; DROP TABLE inspectd.finding; --"}, "/row_id", "no_such_row"),
        ({"resource": "actions"}, "/row_id", "no_such_row"),
        ({"reason": " "}, "/reason", None),
        ({"members": ["text", "text"]}, "/members/1", None),
        ({"entries": 3}, "/entries", None),
    ]
    with unwritten():
        for members, pointer, code in cases:
            body = {"resource": "findings", "row_id": finding["id"], "reason": "A child's name"} | members
            answer = api.post("/v1/erasures", body, expect=422)
            assert answer.pointers == [pointer] and code in (None, *answer.codes), f"{members}: {answer}"


def test_a_row_named_in_capitals_is_the_same_row(api, given):
    finding = given.finding(text="Words")
    assert erase(api, "findings", finding, row_id=finding["id"].upper())["row_id"] == finding["id"]


def test_a_dry_run_erases_nothing(api, given, unwritten, marker):
    finding = given.finding(text=marker)
    body = {"resource": "findings", "row_id": finding["id"], "reason": "To see"}
    with unwritten():
        would = api.post("/v1/erasures?validate_only=true", body, expect=200).json
    assert would["entries"] == 1
    assert api.get(f"/v1/findings/{finding['id']}").json["text"] == marker


def test_only_an_admin_of_all_erases_and_sets_the_schedule(api, given, db, make_key, unwritten):
    """Nobody is granted less than all with `admin`; whoever has it nevertheless, may nothing by it."""
    finding = given.finding()
    body = {"resource": "findings", "row_id": finding["id"], "reason": "Why not"}
    callers = [make_key(["audit:read", "findings:write", "findings:read"]),
               make_key(["admin"], "admin bound", new=True), make_key(["admin"], "admin cleared for less", new=True)]
    db.execute("UPDATE inspectd.client SET authority_ids = %s WHERE name = 'admin bound'", [[finding["authority_id"]]])
    db.execute("UPDATE inspectd.client SET clearance = 'council' WHERE name = 'admin cleared for less'")
    with unwritten():
        for key in callers:
            api.with_key(key).post("/v1/erasures", body, expect=403)
            api.with_key(key).patch("/v1/retention-rules/findings", {"months": 1}, if_match="*", expect=403)


def test_erasures_are_listed_for_who_sees_all_and_rules_for_every_auditor(api, given, make_key, rules):
    finding = given.finding()
    erasure = erase(api, "findings", finding)
    bound = api.with_key(make_key(["audit:read"], authorities=[finding["authority_id"]]))
    assert bound.get("/v1/erasures", expect=200).data == []
    bound.get(f"/v1/erasures/{erasure['id']}", expect=404)
    assert {row["id"] for row in bound.get("/v1/retention-rules", expect=200).data} == set(rules)
    assert api.with_key(make_key(["audit:read"])).get(f"/v1/erasures/{erasure['id']}", expect=200).json == erasure
    api.with_key(make_key(["findings:read"])).get("/v1/retention-rules", expect=403)


# --- by the schedule ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def aged(service, cluster) -> Callable[[dict, str], None]:
    """aged(finding, "13 months"): it was deleted so long ago."""
    def age(row: dict, ago: str) -> None:
        with cluster.connect(service.database) as connection:
            connection.execute("UPDATE inspectd.finding SET deleted_at = now() - %s::interval WHERE id = %s",
                               [ago, row["id"]])
    return age


def words_of(db, row: dict) -> str:
    return db.execute("SELECT text FROM inspectd.finding WHERE id = %s", [row["id"]]).fetchone()[0]


def test_the_job_erases_what_was_deleted_long_enough_ago_and_nothing_else(api, given, db, service, start_service, aged,
                                                                          marker, places, verified):
    api.patch("/v1/retention-rules/findings", {"months": 6, "basis": "The council's schedule"}, expect=200)
    due, early, alive, restored = (given.finding(text=text) for text in (marker, "Early", "Alive", "Restored"))
    aged(due, "6 months 1 day")
    aged(early, "5 months 27 days")
    aged(restored, "2 years")
    api.post(f"/v1/findings/{restored['id']}/restore", expect=200)
    start_service(service.database, INSPECTD_JOBS_S=1)
    until(lambda: words_of(db, due) == "[erased]")
    assert places(marker) == []
    assert [words_of(db, row) for row in (early, alive, restored)] == ["Early", "Alive", "Restored"]
    (erasure,) = api.all("/v1/erasures", {"erased_by": "job:retention"})
    assert erasure["row_id"] == due["id"]
    assert erasure["reason"] == "6 months after it was deleted. The council's schedule"
    last = db.execute("SELECT max(seq) FROM inspectd.journal").fetchone()[0]
    until(lambda: db.execute("SELECT max(last_seq) >= %s FROM inspectd.seal", [last]).fetchone()[0])
    verified()


def test_a_rule_without_months_keeps_and_one_that_is_set_takes_what_was_deleted_before(api, given, db, aged, run_jobs):
    api.patch("/v1/retention-rules/findings", {"months": None}, expect=200)
    row = given.finding(text="Kept")
    aged(row, "90 years")
    run_jobs()
    assert words_of(db, row) == "Kept"
    api.patch("/v1/retention-rules/findings", {"months": 1200}, expect=200)
    run_jobs()
    assert words_of(db, row) == "Kept"
    api.patch("/v1/retention-rules/findings", {"months": 1}, expect=200)
    run_jobs()
    assert words_of(db, row) == "[erased]"


@pytest.fixture
def run_jobs(db) -> Callable[[], None]:
    """As the service runs it, as its own role and nobody in particular."""
    def run() -> None:
        with db.transaction():
            db.execute("SET LOCAL ROLE inspectd_api")
            db.execute("SELECT inspectd.run_retention()")
    return run


def test_what_is_restored_and_deleted_again_is_kept_as_long_again(api, given, db, aged, run_jobs):
    api.patch("/v1/retention-rules/findings", {"months": 2}, expect=200)
    row = given.finding(text="First")
    aged(row, "3 months")
    run_jobs()
    api.post(f"/v1/findings/{row['id']}/restore", expect=200)
    api.patch(f"/v1/findings/{row['id']}", {"text": "Second"}, expect=200)
    aged(row, "1 month")
    run_jobs()
    assert words_of(db, row) == "Second"


def test_two_instances_at_once_erase_once(api, given, db, service, start_service, aged):
    api.patch("/v1/retention-rules/findings", {"months": 3}, expect=200)
    rows = [given.finding(text=f"Words {n}") for n in range(30)]
    for row in rows:
        aged(row, "4 months")
    for _ in range(2):
        start_service(service.database, INSPECTD_JOBS_S=1)
    until(lambda: {words_of(db, row) for row in rows} == {"[erased]"})
    for row in rows:
        assert len(api.get("/v1/erasures", {"row_id": row["id"]}).data) == 1


def test_an_instance_told_so_runs_no_jobs_and_one_with_jobs_ends_in_time(given, db, service, start_service):
    """The service of this file has none; else the tests above would not find their words."""
    assert service.environment["INSPECTD_JOBS_S"] == "0"
    busy = start_service(service.database, INSPECTD_JOBS_S=3600)
    began = time.monotonic()
    busy.stop()
    assert time.monotonic() - began < 10


def test_answers_for_retries_are_swept_after_24_hours(api, given, db, service, start_service):
    old = api.post("/v1/findings", given.body("findings"), idempotency_key="old", expect=201).json["id"]
    new = api.post("/v1/findings", given.body("findings"), idempotency_key="new", expect=201).json["id"]
    db.execute("UPDATE inspectd.idempotency SET at = now() - interval '24 hours 1 second' WHERE key = 'old'")
    start_service(service.database, INSPECTD_JOBS_S=1)
    until(lambda: not db.execute("SELECT FROM inspectd.idempotency WHERE body LIKE %s", [f"%{old}%"]).fetchall())
    assert db.execute("SELECT FROM inspectd.idempotency WHERE body LIKE %s", [f"%{new}%"]).fetchall()


# --- what is words -----------------------------------------------------------------------------

# Text that no rule names, and why not.
NO_WORDS = {
    "of frameworks, councils and clients, not of children": [
        "framework.*", "theme.*", "neighbour.*", "authority.*", "client.*", "api_key.*", "retention_rule.*",
        "erasure.*"],
    "what the journal tells, which is redacted with the row": ["audit_entry.*", "reading.*", "seal.*"],
    "an identifier of another system": ["*.external_refs"],
    "a number as it is printed": ["action.number", "agenda_item.number", "decision.number"],
    "as a published report prints it": ["inspection.judgements.wording", "inspection.judgements.title"],
    "what numbers and colours mean": ["measure.unit", "observation.unit", "measure.benchmarks.label",
                                      "measure.benchmarks.source", "plan.rag_labels.label", "plan.rag_labels.meaning"],
    "of the calendar and the rule that made it": ["deadline.calendar_version", "deadline.source",
                                                  "deadline.explanation"],
    "erased with the row that was moved": ["reschedule.member", "reschedule.reason", "reschedule.moved_by"],
}


def texts(fields: list[dict], before: str):
    """Every text that is stored and may be of any form, members of objects too."""
    for field in fields:
        name = f"{before}.{field['name']}"
        if field.get("items"):
            yield from texts(field["items"], name)
        free = field.get("pattern") in (None, r"\S") or "(?=" in field["pattern"]
        if field["type"] in ("text", "texts", "external") and free and not field.get("write_only"):
            yield name


def test_every_text_is_in_a_rule_or_is_known_not_to_be_words(rules):
    known = {name for names in NO_WORDS.values() for name in names}
    unknown = []
    for table in DESCRIBED["resources"]:
        members = set(rules.get(table["path"], {}).get("members", []))
        for name in texts(table["fields"], table["name"]):
            whole, member = name.split(".")[:2]
            if member not in members and not {name, f"{whole}.*", f"*.{member}"} & known:
                unknown.append(name)
    assert unknown == []


def test_every_member_of_a_rule_is_a_member_and_a_column_that_holds_words(db, rules):
    for resource, rule in rules.items():
        of = resources()[resource]
        types = column_types(db, resource)
        for member in set(rule["members"]) - {"partners", "reschedules"}:
            assert of.fields[member]["type"] in ("text", "texts", "objects"), f"{resource}.{member}"
            assert types[member] in ("text", "text[]", "jsonb"), f"{resource}.{member}"
        assert len(set(rule["members"])) == len(rule["members"])
    owned = {r.key for r in resources().values() if r.table["owned"] or r.table["attached"]}
    assert set(rules) == owned - {"reschedules"}  # which go with what was moved
