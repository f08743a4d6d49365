"""Defects that a review found, each as it was shown."""

from __future__ import annotations

import concurrent.futures
import contextlib
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
    for function in ("journal_write", "keep_external_refs"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            db.execute("SET LOCAL ROLE inspectd_api")
            db.execute("CREATE TEMP TABLE action (id uuid)")
            db.execute(
                f"CREATE TRIGGER forge AFTER INSERT ON pg_temp.action FOR EACH ROW "
                f"EXECUTE FUNCTION inspectd.{function}('id')"
            )


def test_nothing_that_runs_as_its_owner_is_for_the_services_role(db):
    assert not db.execute(
        "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'inspectd'::regnamespace "
        "AND (prosecdef OR proname ~ '^(journal_|rebuild_|drop_)') AND has_function_privilege('inspectd_api', oid, 'EXECUTE')"
    ).fetchall()


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
    inspection, action = given.inspection()["id"], given.action()
    authority = db.execute("SELECT authority_id FROM inspectd.inspection WHERE id = %s", (inspection,)).fetchone()[0]
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
            "UPDATE inspectd.action SET authority_id = %s, detail = t, success_criteria = t "
            "FROM repeat(U&'\\+01F600', 20000) t WHERE id = %s",
            (authority, action["id"]),
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
