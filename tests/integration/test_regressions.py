"""Defects that a review found, each as it was shown."""

from __future__ import annotations

import concurrent.futures
import contextlib
import re
import time
from typing import Callable, Iterator

import psycopg
import pytest

from harness.service import Answer


@contextlib.contextmanager
def holding(service, cluster, statement: str, values: tuple) -> Iterator[psycopg.Connection]:
    """A transaction of somebody else that has run `statement` and is still open."""
    with cluster.connect(service.database) as other, other.transaction():
        other.execute(statement, values)
        yield other


def meanwhile(call: Callable[[], Answer], others: Callable[[], None]) -> Answer:
    """What `call` answers when `others` happens while it waits for a lock."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(call)
        time.sleep(0.5)
        others()
    return answer.result()


LOCK = "SELECT FROM inspectd.inspection WHERE id = %s FOR UPDATE"


def test_what_is_being_deleted_gains_no_finding(api, given, service, cluster):
    inspection = given.inspection()["id"]
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(holding(service, cluster, LOCK, (inspection,)))

        def delete():
            other.execute("UPDATE inspectd.inspection SET deleted_at = now() WHERE id = %s", (inspection,))
            stack.close()

        body = given.body("findings", inspection_id=inspection)
        answer = meanwhile(lambda: api.post("/v1/findings", body), delete)
    answer.expect(422)
    assert answer.codes == ["no_such_row"]


def test_what_is_being_restricted_gains_no_public_finding(api, given, service, cluster):
    inspection = given.inspection(sensitivity="public")["id"]
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(holding(service, cluster, LOCK, (inspection,)))

        def restrict():
            other.execute("UPDATE inspectd.inspection SET sensitivity = 'restricted' WHERE id = %s", (inspection,))
            stack.close()

        body = given.body("findings", inspection_id=inspection, sensitivity="public")
        answer = meanwhile(lambda: api.post("/v1/findings", body), restrict)
    answer.expect(422)
    assert answer.codes == ["inspection_not_public"]


@pytest.mark.parametrize("path", ["/v1/search", "/v1/actions"])
@pytest.mark.parametrize("text", ["-" * 40, "- " * 40, "\u2003-" * 40, "-\t" * 200])
def test_minus_signs_without_end_are_refused(api, path, text):
    answer = api.get(path, {"q": text}, expect=400)
    assert answer.pointers == ["/q"]


def test_hyphens_within_words_are_no_minus_signs(api):
    api.get("/v1/search", {"q": "a-b " * 100}, expect=200)
    api.get("/v1/search", {"q": "-a " * 30}, expect=200)


def test_a_long_text_to_search_for_is_refused_everywhere(api):
    assert api.get("/v1/search", {"q": "a" * 501}, expect=400).codes == ["too_long"]


def test_a_retry_is_409_even_when_statements_may_take_no_longer_than_its_wait(service, cluster, start_service):
    impatient = start_service(service.database, INSPECTD_STATEMENT_MS=600, INSPECTD_IDEMPOTENCY_WAIT_MS=600)
    api = impatient.admin()
    caller = "client:" + api.get("/v1/me", expect=200).json["client_id"]
    claim = (
        "INSERT INTO inspectd.idempotency (caller, method, path, key, request_hash) "
        "VALUES (%s, 'POST', '/v1/actions', 'k', '')"
    )
    with holding(service, cluster, claim, (caller,)):
        answer = api.post("/v1/actions", {"authority_id": "806", "title": "t"}, idempotency_key="k")
    answer.expect(409)


def test_the_services_role_cannot_write_the_journal_by_a_trigger_of_its_own(db):
    for function in ("history.action", "inspectd.keep_external_refs"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            db.execute("SET LOCAL ROLE inspectd_api")
            db.execute("CREATE TEMP TABLE action (id uuid)")
            db.execute(
                f"CREATE TRIGGER forge AFTER INSERT ON pg_temp.action FOR EACH ROW "
                f"EXECUTE FUNCTION {function}('id')"
            )


# What does run so, and answers no more than its caller may know: each by a test of its own.
FOR_THE_SERVICE = {
    "inspectd.client_of_key(bytea)",  # test_clients.py: whose a key is, to whoever has that key
    "inspectd.run_answers()",  # test_retention.py, with the next: no more than the schedule says
    "inspectd.run_retention()",
    "inspectd.seal()",  # test_audit.py, with the next: seals what is there
    "inspectd.verify_audit(text,numeric)",  # refuses who may not see all
    "inspectd.image_is_seen(inspectd.journal)",  # test_callers_unchecked.py, as those that follow: yes or no
    "inspectd.journal_is_open()",
    "inspectd.sees_row(text,uuid)",
    "inspectd.leads_to(text,text,uuid,uuid)",
    "inspectd.note_reading(text,uuid[])",  # test_audit.py: adds, and tells nothing
}
# Whether the caller sees a row, which it could ask the table.
SEES = re.compile(r"inspectd\.sees_[a-z_]+\(uuid\)")


def test_nothing_else_that_runs_as_its_owner_is_for_the_services_role(db):
    found = db.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'inspectd'::regnamespace "
        "AND (prosecdef OR proname ~ '^(journal_|rebuild_|drop_)') AND has_function_privilege('inspectd_api', oid, 'EXECUTE')"
    ).fetchall()
    assert {name for name, in found if not SEES.fullmatch(name)} - FOR_THE_SERVICE == set()


def test_a_view_that_changes_shape_costs_each_session_one_answer(service, cluster, make_database, start_service):
    database = make_database()
    two = start_service(database, INSPECTD_WORKERS=2)
    api, path = two.admin(), "/v1/authorities/806/neighbours"
    api.validate = False
    for _ in range(10):
        api.get(path, expect=200)
    with cluster.connect(database) as owner, owner.transaction():
        (text,) = owner.execute("SELECT pg_get_viewdef('inspectd.neighbours'::regclass)").fetchone()
        owner.execute("DROP VIEW inspectd.neighbours")
        owner.execute("CREATE VIEW inspectd.neighbours AS " + text.replace("n.rank,", "n.rank::bigint AS rank,", 1))
        owner.execute("GRANT SELECT ON inspectd.neighbours TO inspectd_api")
    statuses = [api.get(path, expect=(200, 503)).status for _ in range(20)]
    assert statuses.count(503) <= 2
    assert statuses[-1] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/inspections?expand=findings.themes",
        "/v1/authorities?expand=inspections.findings",
        "/v1/findings?expand=actions,inspection",
    ],
)
def test_a_full_page_as_it_was_is_read_within_the_time_of_a_statement(api, path):
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    then = api.get(f"{path}&limit=200&as_recorded_at={moment}", expect=200)
    assert then.data == api.get(f"{path}&limit=200", expect=200).data


def test_an_answer_over_its_ceiling_is_the_requests_doing(api, given, db):
    inspection = given.inspection()["id"]
    authority = db.execute("SELECT authority_id FROM inspectd.inspection WHERE id = %s", (inspection,)).fetchone()[0]
    action = given.action(authority)
    with db.transaction():
        for table in ("finding", "action", "action_finding"):  # it would double the work
            db.execute(f"ALTER TABLE inspectd.{table} DISABLE TRIGGER journal")
        db.execute(
            "INSERT INTO inspectd.finding (id, authority_id, inspection_id, kind, status, text, gloss, contested_response) "
            "SELECT gen_random_uuid(), %s, %s, 'observation', 'open', t, t, t "
            "FROM repeat(U&'\\+01F600', 20000) t, generate_series(1, 200)",
            (authority, inspection),
        )
        db.execute(
            "UPDATE inspectd.action SET detail = t, success_criteria = t "
            "FROM repeat(U&'\\+01F600', 20000) t WHERE id = %s",
            (action["id"],),
        )
        db.execute(
            "INSERT INTO inspectd.action_finding SELECT %s, authority_id, 'council', id FROM inspectd.finding "
            "WHERE inspection_id = %s",
            (action["id"], inspection),
        )
        for table in ("finding", "action", "action_finding"):
            db.execute(f"ALTER TABLE inspectd.{table} ENABLE TRIGGER journal")
    path = f"/v1/findings?inspection_id={inspection}&expand=actions"
    assert api.get(f"{path}&limit=200", expect=400).codes == ["too_much"]
    api.get(f"{path}&limit=10", expect=200)


# --- the improvement work -------------------------------------------------------------------


@pytest.mark.parametrize("table", ["action", "finding", "document"])
def test_a_list_as_it_was_finds_its_order_in_an_index(db, table):
    with db.transaction():
        db.execute("SELECT set_config('inspectd.recorded_at', now()::text, true), set_config('enable_sort', 'off', true)")
        plan = db.execute(f"EXPLAIN SELECT id FROM recorded.{table} ORDER BY id LIMIT 26").fetchall()
    assert any(f"using {table}_key on {table}" in line for (line,) in plan), plan
    assert not any("Sort" in line or "inspectd.journal" in line for (line,) in plan), plan


TURN = "SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))"


def in_turn(service, cluster, facts: str, key: str, statement: str, values: tuple, call: Callable[[], Answer]) -> Answer:
    """What `call` answers when somebody else, whose turn it is, runs `statement` and commits while it waits."""
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(holding(service, cluster, TURN, (facts, key)))

        def go_first():
            other.execute(statement, values)
            stack.close()

        return meanwhile(call, go_first)


# Of a circle of four, two have each led one to the next already; each of two writers closes a half.


def test_two_who_link_findings_at_once_make_no_circle(api, given, service, cluster):
    early = given.inspection(start_on="2022-03-07")
    visits = [early] + [given.inspection(early["authority_id"], kind="focused_visit", start_on="2022-03-07")
                        for _ in range(3)]
    link = (
        "INSERT INTO inspectd.finding_link (finding_id, authority_id, sensitivity, earlier_id, relation) "
        "SELECT id, authority_id, sensitivity, %s, 'repeats' FROM inspectd.finding WHERE id = %s"
    )
    a, b, c, d = (given.finding(visit["id"])["id"] for visit in visits)

    def repeat(later: str, earlier: str) -> Answer:
        return api.patch(f"/v1/findings/{later}", {"links": [{"earlier_id": earlier, "relation": "repeats"}]})

    repeat(b, a).expect(200)
    repeat(d, c).expect(200)
    answer = in_turn(service, cluster, "finding_facts", early["authority_id"], link, (b, c), lambda: repeat(a, d))
    answer.expect(422)
    assert "circle" in answer.codes


def test_two_who_nest_findings_at_once_make_no_circle(api, given, service, cluster):
    inspection = given.inspection()
    a, b, c, d = (given.finding(inspection["id"])["id"] for _ in range(4))

    def nest(below: str, above: str) -> Answer:
        return api.patch(f"/v1/findings/{below}", {"parent_id": above})

    nest(b, a).expect(200)
    nest(d, c).expect(200)
    other = "UPDATE inspectd.finding SET parent_id = %s WHERE id = %s"
    answer = in_turn(service, cluster, "finding_facts", inspection["authority_id"], other, (b, c), lambda: nest(a, d))
    answer.expect(422)
    assert answer.pointers == ["/parent_id"]


def test_two_who_order_meetings_at_once_make_no_circle(api, given, service, cluster):
    first = given.one("meetings")
    a, b, c, d = [first["id"]] + [given.one("meetings", board_id=first["board_id"])["id"] for _ in range(3)]

    def follow(later: str, previous: str) -> Answer:
        return api.patch(f"/v1/meetings/{later}", {"previous_id": previous})

    follow(b, a).expect(200)
    follow(d, c).expect(200)
    other = "UPDATE inspectd.meeting SET previous_id = %s WHERE id = %s"
    answer = in_turn(service, cluster, "meeting_facts", first["authority_id"], other, (b, c), lambda: follow(a, d))
    answer.expect(422)
    assert answer.pointers == ["/previous_id"]


def test_what_is_granted_waits_for_who_restricts_its_action(api, given, service, cluster):
    action = given.action(due_on="2030-05-03")
    body = {"to_due_on": "2030-08-01", "reason": "staff"}
    asked = api.post(f"/v1/actions/{action['id']}/extensions", body, expect=201).json
    path = f"/v1/extensions/{asked['id']}"
    etag = api.get(path).etag
    lock = "SELECT FROM inspectd.action WHERE id = %s FOR UPDATE"
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(holding(service, cluster, lock, (action["id"],)))

        def restrict():
            other.execute("UPDATE inspectd.action SET sensitivity = 'restricted' WHERE id = %s", (action["id"],))
            stack.close()

        answer = meanwhile(lambda: api.post(f"{path}/transitions", {"to": "granted"}, if_match=etag), restrict)
    answer.expect(200, 412)
    assert api.get(path).json["sensitivity"] == "restricted"


def test_of_two_corrections_at_once_the_second_is_told(api, given, service, cluster):
    action = given.action()
    path = f"/v1/actions/{action['id']}/updates"
    wrong = api.post(path, {"narrative": "done"}, expect=201).json["id"]
    lock = "SELECT FROM inspectd.action WHERE id = %s FOR SHARE"
    correct = (
        "INSERT INTO inspectd.update (id, authority_id, sensitivity, action_id, reported_on, narrative, corrects_id) "
        "SELECT gen_random_uuid(), authority_id, sensitivity, action_id, reported_on, 'not yet', id "
        "FROM inspectd.update WHERE id = %s"
    )
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(holding(service, cluster, lock, (action["id"],)))

        def go_first():
            other.execute(correct, (wrong,))
            stack.close()

        answer = meanwhile(lambda: api.post(path, {"narrative": "half", "corrects_id": wrong}), go_first)
    answer.expect(409)
    assert (answer.codes, answer.pointers) == (["corrected_already"], ["/corrects_id"])


def test_a_letter_that_a_deadline_names_stays(api, given):
    inspection = given.inspection(kind="standard_inspection", status="reported", start_on="2022-07-04", end_on="2022-07-15")
    letter = given.one("documents", authority_id=inspection["authority_id"])["id"]
    (deadline, *_) = api.get(f"/v1/inspections/{inspection['id']}/deadlines", expect=200).data
    path = f"/v1/deadlines/{deadline['id']}"
    api.patch(path, {"document_id": letter}, expect=200)
    assert "1 deadline" in api.delete(f"/v1/documents/{letter}", expect=409).json["detail"]
    api.patch(path, {"document_id": None}, expect=200)
    api.delete(f"/v1/documents/{letter}", expect=204)


def test_with_more_time_goes_what_was_odd_about_the_old_date(api, given):
    action = given.action(due_on="2026-05-02")  # a Saturday
    assert [w["code"] for w in action["warnings"]] == ["due_on_non_working_day"]
    path = f"/v1/actions/{action['id']}"
    for to_due_on, codes in (("2026-06-06", ["due_on_non_working_day"]), ("2026-06-08", [])):
        asked = api.post(f"{path}/extensions", {"to_due_on": to_due_on, "reason": "staff"}, expect=201).json
        api.move(f"/v1/extensions/{asked['id']}", "granted")
        row = api.get(path, expect=200).json
        assert ([w["code"] for w in row["warnings"]], row["due_on"]) == (codes, to_due_on)
        assert all(w["pointer"] == "/due_on" and to_due_on in w["detail"] for w in row["warnings"])


@pytest.mark.parametrize("to", ["complete", "cancelled", "superseded"])
def test_what_is_closed_needs_no_more_time(api, given, journal, to):
    action = given.action(due_on="2030-05-03", status="in_progress")
    path = f"/v1/actions/{action['id']}"
    asked = api.post(f"{path}/extensions", {"to_due_on": "2030-08-01", "reason": "staff"}, expect=201).json
    api.post(f"{path}/transitions", {"to": to, "reason": "all is well"}, if_match=api.get(path).etag, expect=200)
    row = api.get(f"/v1/extensions/{asked['id']}", expect=200).json
    assert (row["status"], row["decision_reason"]) == ("withdrawn", f"the action is {to}: all is well")
    assert journal.last(asked["id"])["reason"] == row["decision_reason"]


def test_what_evidence_an_update_named_stays_as_it_was(api, given, db):
    action = given.action()
    letter = given.one("documents", authority_id=action["authority_id"], role="evidence")["id"]
    body = {"narrative": "done", "evidence_ids": [letter]}
    api.post(f"/v1/actions/{action['id']}/updates", body, expect=201)
    api.patch(f"/v1/actions/{action['id']}", {"sensitivity": "restricted"}, expect=200)
    for privilege, expected in (("SELECT", True), ("INSERT", True), ("UPDATE", False), ("DELETE", False)):
        (held,) = db.execute("SELECT has_table_privilege('inspectd_api', 'inspectd.update_document', %s)", (privilege,)).fetchone()
        assert held == expected, privilege


@pytest.mark.parametrize("resource", ["inspection", "finding", "action", "plan", "document"])
def test_a_row_stays_its_authoritys(given, db, resource):
    row = given.one(f"{resource}s")
    with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
        db.execute(f"UPDATE inspectd.{resource} SET authority_id = %s WHERE id = %s", (given.authority(), row["id"]))


def test_a_rating_that_was_given_before_the_latest_is_not_found(api, given):
    authority = given.authority()
    rows = [given.action(authority)["id"] for _ in range(3)]
    for row, rags in zip(rows, (["red"], ["red", "green"], [])):
        for rag in rags:
            api.post(f"/v1/actions/{row}/updates", {"rag": rag, "impact": "emerging"}, expect=201)

    def found(query: str) -> list[str]:
        return [a["id"] for a in api.get(f"/v1/actions?authority_id={authority}&sort=id&{query}", expect=200).data]

    assert found("rag=red") == rows[:1]
    assert found("rag=not_rated,green") == rows[1:]
    assert found("rag_ne=red") == rows[1:]
    assert found("impact=emerging") == rows[:2]


def test_a_diary_has_as_many_entries_as_were_asked_for(api, given):
    authority = given.authority()
    for year, received in ((2019, False), (2020, True), (2021, False), (2022, True), (2023, True)):
        given.inspection(authority, kind="standard_inspection", status="reported", start_on=f"{year}-07-04",
                         end_on=f"{year}-07-15", received_on=f"{year}-08-18" if received else None)
    query = f"/v1/deadlines?authority_id={authority}&sort=-id"
    dated = [d["id"] for d in api.get(query, expect=200).data if d["due_on"]]
    diary = api.get(f"{query}&limit=4", headers={"Accept": "text/calendar"}, expect=200).text
    uids = [line[4:40] for line in diary.splitlines() if line.startswith("UID:")]
    assert uids == dated[:4]
