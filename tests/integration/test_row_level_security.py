"""PostgreSQL by itself, without the C code: what a session of the service's role sees and writes, told who calls.

What each caller sees and writes is in the tables of harness/callers.py, which the C code is held to as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from typing import Any, Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RaiseException, UniqueViolation

from harness import cluster as clusters
from harness.callers import ADDS, CALLERS, CHANGES, NEEDS, SEES, WRITES
from harness.cases import Cases
from harness.described import ABSENT_ID, resources
from harness.planted import Planted, Row

# Who is shown rows at all: policies know no scopes for reading, so the others are not told apart from these.
SHOWN = [caller for caller, cells in SEES.items() if "200" in cells.values()]
each_caller = pytest.mark.parametrize("caller", SHOWN)
OWNED = {key: resource.name for key, resource in resources().items()
         if resource.table["owned"] or resource.table["attached"]}

# --- what stands in no other test's way: lists by hand -------------------------------------------------

# Tables that the service's role has no policy for, and so sees nothing of.
SHUT = {"loaded_file", "seal_mark"}

# What everybody sees, even a session that was told nothing.
EVERYBODYS = {
    "authority", "authority_succession", "bank_holiday", "calendar_version", "deadline_rule", "framework",
    "framework_grade", "framework_strand", "guarded_table", "journaled_table", "migration", "retention_rule",
    "statistical_neighbour", "theme",
}

# Functions that run as their owner and that the service may call, besides sees_<table>(id), which says yes or no
# by the rule that the policy has.
RUN_AS_OWNER = {
    "client_of_key", "image_is_seen", "leads_to", "note_reading", "run_answers", "run_retention", "seal", "verify_audit",
}

# The scopes that write each table; where several are named, any of them.
SCOPES = {
    "action": "actions:write", "agenda_item": "agenda_items:write", "board": "boards:write",
    "deadline": "deadlines:write", "decision": "decisions:write", "delivery_model": "delivery_models:write",
    "document": "documents:write", "extension": "extensions:write", "finding": "findings:write",
    "inspection": "inspections:write", "intervention": "interventions:write", "measure": "measures:write",
    "meeting": "meetings:write", "observation": "observations:write", "organisation": "organisations:write",
    "plan": "plans:write", "update": "updates:write",
    "judgement": "inspections:write", "inspection_theme": "inspections:write", "finding_theme": "findings:write",
    "finding_link": "findings:write", "action_partner": "actions:write organisations:write",
    "action_finding": "actions:write findings:write", "action_plan": "actions:write plans:write",
    "action_board": "actions:write boards:write", "plan_board": "plans:write boards:write",
    "plan_inspection": "plans:write inspections:write", "update_document": "updates:write documents:write",
    "measure_plan": "measures:write plans:write", "measure_action": "measures:write actions:write",
    "measure_finding": "measures:write findings:write",
    **{f"agenda_item_{other}": f"agenda_items:write {other}s:write"
       for other in ("inspection", "plan", "finding", "action", "measure")},
    **{f"decision_{other}": f"decisions:write {other}s:write"
       for other in ("inspection", "plan", "finding", "action", "measure")},
    **{f"document_{other}": f"documents:write {other}s:write"
       for other in ("inspection", "finding", "plan", "action", "measure", "board", "meeting", "agenda_item", "decision",
                     "organisation", "intervention", "delivery_model")},
}

# --- sessions -------------------------------------------------------------------------------------


class Session:
    """One connection as the service has it: signed in as its login, in its role, told who calls."""

    def __init__(self, cluster: clusters.Cluster, database: str, **told: str):
        self.db = psycopg.connect(cluster.url(database, clusters.SERVICE), options="-c role=inspectd_api",
                                  autocommit=True)
        self.tell(**told)

    def tell(self, **told: str) -> "Session":
        for name, value in told.items():
            self.db.execute("SELECT set_config(%s, %s, false)", [f"inspectd.{name}", value])
        return self

    def column(self, query: str, *values: Any) -> list:
        return [row[0] for row in self.db.execute(query, values)]

    def ids(self, relation: str, where: str = "true", *values: Any) -> set[str]:
        return set(self.column(f"SELECT id::text FROM {relation} WHERE {where}", *values))

    @contextlib.contextmanager
    def undone(self) -> Iterator[psycopg.Connection]:
        """A transaction that is given up at the end."""
        with self.db.transaction(force_rollback=True):
            yield self.db

    def attempt(self, statement: Any, *values: Any) -> str:
        """`ok`, `nothing` where no row was there to be written, or `refused`; whatever was done is undone."""
        try:
            with self.undone():
                return "ok" if self.db.execute(statement, values).rowcount else "nothing"
        except InsufficientPrivilege as refusal:
            assert "row-level security" in str(refusal), refusal
            return "refused"


@pytest.fixture(scope="module")
def planted(given, service, cluster) -> Iterator[Planted]:
    given.api.validate = False
    with cluster.connect(service.database) as db:
        yield Planted(given, db)


@pytest.fixture
def session(service, cluster, planted) -> Iterator[Callable[..., Session]]:
    """session("read_a"): as that caller of callers.py; session(clearance="public", ...): told just so; session(): nobody."""
    with contextlib.ExitStack() as stack:

        def open_one(caller: str | None = None, **told: str) -> Session:
            if caller:
                scopes, bound, clearance = CALLERS[caller]
                authorities = "*" if bound is None else "{%s}" % ",".join(planted.authorities[a] for a in bound)
                told = {"actor": "client:x", "scopes": "{%s}" % ",".join(scopes), "authorities": authorities,
                        "clearance": clearance} | told
            one = Session(cluster, service.database, **told)
            stack.callback(one.db.close)
            return one

        yield open_one


def cell(table: dict, caller: str, row: Row) -> str:
    """Of a row that was deleted the tables know that it answers as an absent one; beneath, it is as before."""
    return table[caller][row.owner, "council" if row.kind == "gone" else row.kind]


def sees(caller: str, row: Row) -> bool:
    return cell(SEES, caller, row) == "200"


def seen_ids(planted: Planted, caller: str, *kinds: str) -> set[str]:
    return {row.id for row in planted.rows if row.key in OWNED and sees(caller, row) and (not kinds or row.kind in kinds)}


# --- every table ------------------------------------------------------------------------------------


def tables(db: psycopg.Connection) -> list[str]:
    return [row[0] for row in db.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'inspectd'::regnamespace AND relkind = 'r' ORDER BY 1")]


def test_every_table_is_guarded(db):
    unguarded = db.execute(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'inspectd'::regnamespace AND relkind = 'r' AND "
        "(NOT relrowsecurity OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))"
    ).fetchall()
    assert {name for (name,) in unguarded} == SHUT
    assert db.execute("SELECT relname FROM pg_class WHERE relname = ANY (%s) AND NOT relrowsecurity",
                      [list(SHUT)]).fetchall() == []


def test_policies_are_for_the_services_role_alone(db):
    assert db.execute("SELECT DISTINCT unnest(polroles)::regrole::text FROM pg_policy").fetchall() == [("inspectd_api",)]


def test_a_table_that_comes_later_is_guarded_by_being_made(db, session):
    with db.transaction(force_rollback=True):
        db.execute("""CREATE TABLE inspectd.visit (id uuid PRIMARY KEY, authority_id text NOT NULL, sensitivity text NOT NULL,
                      external_refs jsonb NOT NULL DEFAULT '{}', deleted_at timestamptz)""")
        db.execute("SELECT inspectd.owned_table('visit'), inspectd.link_table('visit', 'action')")
        made = db.execute("SELECT relname::text, relrowsecurity, (SELECT array_agg(polname::text ORDER BY polname) FROM pg_policy "
                          "WHERE polrelid = c.oid) FROM pg_class c WHERE relnamespace = 'inspectd'::regnamespace "
                          "AND relname IN ('visit', 'visit_action') ORDER BY 1")
        assert made.fetchall() == [("visit", True, ["add", "change", "see"]),
                                   ("visit_action", True, ["add", "change", "remove", "see"])]
        db.execute("INSERT INTO inspectd.visit SELECT gen_random_uuid(), '806', s, '{}' "
                   "FROM unnest('{public,council,restricted}'::text[]) s")
        db.execute("SET LOCAL ROLE inspectd_api")
        seen = []
        for authorities, clearance in (("{301}", "restricted"), ("{806}", "council"), ("{806}", "restricted")):
            db.execute("SELECT set_config('inspectd.authorities', %s, true), set_config('inspectd.clearance', %s, true)",
                       [authorities, clearance])
            seen.append(db.execute("SELECT count(*) FROM inspectd.visit").fetchone()[0])
        assert seen == [1, 2, 3]


def test_the_lists_by_hand_name_every_table(db, planted):
    known = {row[0] for row in db.execute("SELECT table_name FROM inspectd.guarded_table WHERE kind = 'reference'")}
    assert known == EVERYBODYS
    guarded = {row[0] for row in db.execute("SELECT table_name FROM inspectd.guarded_table WHERE kind IN ('rows', 'links')")}
    assert guarded - {"reschedule"} == SCOPES.keys()  # reschedules are the triggers' to write
    assert set(OWNED.values()) <= guarded


def readable(db: psycopg.Connection, *schemas: str) -> list[tuple[str, str]]:
    return db.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'v') AND has_table_privilege('inspectd_api', c.oid, 'SELECT') "
        "ORDER BY 1, 2", [list(schemas)]).fetchall()


def test_nobody_sees_nothing(db, session):
    nobody = session()
    everybodys = EVERYBODYS | {"authorities", "frameworks", "themes", "neighbours", "retention_rules"}
    with Cases() as case:
        for moment in ("", "2999-01-01"):
            nobody.tell(recorded_at=moment)
            for schema, name in readable(db, "inspectd", "recorded", "seen", "seen_recorded"):
                if name not in everybodys:
                    with case(moment, schema, name):
                        found = nobody.db.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name)))
                        assert found.fetchone() == (0,)


@pytest.mark.parametrize("told", [
    {"authorities": "*"}, {"clearance": ""}, {"authorities": "*", "clearance": "secret", "scopes": "{admin}"},
    {"authorities": "{}", "clearance": "council"}, {"authorities": "{*}", "clearance": "restricted"},
    {"authorities": "{NULL}", "clearance": "restricted"},
], ids=str)
def test_whoever_is_told_in_part_or_wrongly_sees_no_more_than_what_is_open(session, planted, told):
    shown = session(**told).ids("inspectd.document", "authority_id IS NOT NULL AND id = ANY (%s::uuid[])",
                                planted.ids("documents", "A") + planted.ids("documents", "B"))
    assert shown <= seen_ids(planted, "public")


# --- rows ------------------------------------------------------------------------------------------------


@each_caller
def test_each_caller_sees_of_each_table_what_the_table_by_hand_says(session, planted, caller):
    one = session(caller)
    with Cases() as case:
        for key, name in OWNED.items():
            rows = [row for row in planted.rows if row.key == key]
            assert rows, key
            with case(key):
                assert one.ids(f"inspectd.{name}", "id = ANY (%s::uuid[])", [row.id for row in rows]) == {
                    row.id for row in rows if sees(caller, row)}


@each_caller
def test_a_view_shows_what_its_table_does(session, planted, caller):
    one = session(caller)
    with Cases() as case:
        for key, resource in resources().items():
            if key not in OWNED:
                continue
            there = {row.id for row in planted.rows if row.key == key and row.kind != "gone" and sees(caller, row)}
            for schema in ("inspectd", "seen"):
                with case(schema, key):
                    found = one.ids(f"{schema}.{resource.table['plural']}", "id = ANY (%s::uuid[])",
                                    [row.id for row in planted.rows])
                    assert found == there


@each_caller
def test_a_link_is_seen_where_both_its_ends_are(db, session, planted, caller):
    one, shown = session(caller), seen_ids(planted, caller)
    ids = {row.id for row in planted.rows}
    hidden = 0
    with Cases() as case:
        for name, by, to in db.execute("SELECT table_name, hangs_by, leads_by FROM inspectd.guarded_table WHERE kind = 'links'"):
            ends = f"SELECT {by}::text, {f'{to}::text' if to and to != 'theme_id' else 'NULL'} FROM inspectd.{name}"
            there = {pair for pair in db.execute(ends) if ids.issuperset(filter(None, pair))}
            seen = {pair for pair in one.db.execute(ends) if pair in there}
            with case(name):
                assert seen == {pair for pair in there if shown.issuperset(filter(None, pair))}
                hidden += len(there - seen)
    assert (hidden > 0) == any(answer == "404" for (_, kind), answer in SEES[caller].items() if kind != "gone")


@each_caller
def test_what_is_counted_and_joined_is_what_is_seen(session, planted, caller):
    one, shown = session(caller), seen_ids(planted, caller)
    own = {row.id for row in planted.rows}
    total = "SELECT count(*), count(DISTINCT authority_id) FROM inspectd.action WHERE id = ANY (%s::uuid[])"
    actions = [row for row in planted.rows if row.key == "actions" and row.id in shown]
    assert one.db.execute(total, [list(own)]).fetchone() == (len(actions), len({row.owner for row in actions}))
    joined = "SELECT DISTINCT f.id::text FROM inspectd.action a JOIN inspectd.action_finding l ON l.action_id = a.id " \
             "JOIN inspectd.finding f ON f.id = l.finding_id WHERE a.id = ANY (%s::uuid[])"
    assert set(one.column(joined, list(own))) <= shown


@each_caller
def test_words_find_what_is_seen(db, session, planted, caller):
    one = session(caller)
    with Cases() as case:
        for row in planted.rows:
            name = resources()[row.key].name
            if row.kind == "gone" or not resources()[row.key].table["searchable"]:
                continue
            with case(row):
                found = one.column(f"SELECT id::text FROM inspectd.{name}_words WHERE words @@ to_tsquery('english', %s)",
                                   row.marker)
                assert found == ([row.id] if sees(caller, row) else [])


def test_every_table_that_is_searched_has_its_words(db):
    there = {name for (name,) in db.execute("SELECT relname FROM pg_class WHERE relname LIKE '%\\_words' AND relkind = 'v'")}
    assert there == {f"{resource.name}_words" for resource in resources().values()
                     if resource.table["searchable"] and resource.table["owned"]}


@each_caller
def test_another_systems_key_is_seen_where_its_row_is(session, planted, caller):
    found = session(caller).column("SELECT row_id::text FROM inspectd.external_ref WHERE system = 'walk'")
    marked = {row.id for row in planted.rows if row.kind != "gone" and "external_refs" in resources()[row.key].written
              and row.key not in ("deadlines", "reschedules")}
    assert set(found) == marked & seen_ids(planted, caller)


# --- the past ----------------------------------------------------------------------------------------------


@each_caller
def test_as_it_was_recorded_the_same_is_seen(session, planted, caller):
    one = session(caller, recorded_at=planted.before)
    with Cases() as case:
        for key, name in OWNED.items():
            rows = [row for row in planted.rows if row.key == key]
            with case(key):
                assert one.ids(f"recorded.{name}", "id = ANY (%s::uuid[])", [row.id for row in rows]) == {
                    row.id for row in rows if sees(caller, row)}


@each_caller
def test_the_journal_shows_rows_that_are_seen(session, planted, caller):
    one = session(caller)
    found = set(one.column("SELECT DISTINCT row_key FROM inspectd.journal WHERE table_name = ANY (%s) "
                           "AND op NOT IN ('read', 'erased')", list(OWNED.values())))
    public = CALLERS[caller][2] == "public"  # it has no history
    assert found & {row.id for row in planted.rows} == (set() if public else seen_ids(planted, caller))


def changed(db: psycopg.Connection, given, *sensitivities: str) -> tuple[str, str, list[str]]:
    """A document that was one thing and is another: its authority, its id, and a moment after each change."""
    authority = given.authority()
    row = given.of("documents", authority, sensitivity=sensitivities[0])["id"]
    moments = []
    for n, sensitivity in enumerate(sensitivities):
        db.execute("UPDATE inspectd.document SET sensitivity = %s, author = %s WHERE id = %s", [sensitivity, str(n), row])
        moments.append(db.execute("SELECT clock_timestamp()::text").fetchone()[0])
    return authority, row, moments


@pytest.mark.parametrize("then, now, shown", [("public", "public", True), ("public", "council", False),
                                              ("council", "public", False), ("council", "council", False)])
def test_a_stranger_sees_an_image_of_what_was_open_and_is(db, given, session, then, now, shown):
    _, row, (moment, _) = changed(db, given, then, now)
    for told in ({"authorities": "{998}", "clearance": "restricted"}, {"authorities": "*", "clearance": "public"}):
        stranger = session(**told, recorded_at=moment)
        assert (stranger.ids("recorded.document", "id = %s", row) == {row}) == shown
        assert stranger.ids("recorded.documents", "id = %s", row) == stranger.ids("recorded.document", "id = %s", row)


def test_a_hidden_image_hides_the_row_and_brings_no_older_one_back(db, given, session):
    authority, row, (first, second, third) = changed(db, given, "council", "restricted", "council")
    one = session(authorities="{%s}" % authority, clearance="council")
    for moment, shown in ((first, ["0"]), (second, []), (third, ["2"])):
        one.tell(recorded_at=moment)
        assert one.column("SELECT author FROM recorded.document WHERE id = %s", row) == shown
    one.tell(recorded_at="")
    authors = "SELECT image ->> 'author' FROM inspectd.journal WHERE row_id = %s AND op = 'updated' ORDER BY n"
    assert one.column(authors, row) == ["0", "2"]


def test_what_is_restricted_now_was_never_open(db, given, session):
    authority, row, (first, _) = changed(db, given, "public", "restricted")
    one = session(authorities="{%s}" % authority, clearance="council")
    assert one.column("SELECT 1 FROM inspectd.journal WHERE row_id = %s", row) == []
    assert one.tell(recorded_at=first).ids("recorded.document", "id = %s", row) == set()


def test_a_link_that_is_gone_does_not_tell_of_an_end_that_was_hidden_since(db, given, session):
    authority = given.authority()
    document = given.of("documents", authority, sensitivity="public")["id"]
    action = given.action(authority, sensitivity="public")["id"]
    db.execute("INSERT INTO inspectd.document_action VALUES (%s, %s, 'public', %s)", [document, authority, action])
    moment = db.execute("SELECT clock_timestamp()::text").fetchone()[0]
    db.execute("DELETE FROM inspectd.document_action WHERE document_id = %s", [document])
    stranger = session(authorities="{998}", clearance="restricted", recorded_at=moment)
    linked = "SELECT action_id::text FROM recorded.document_action WHERE document_id = %s"
    assert stranger.column(linked, document) == [action]
    db.execute("UPDATE inspectd.action SET sensitivity = 'council' WHERE id = %s", [action])
    assert stranger.column(linked, document) == []
    db.execute("UPDATE inspectd.action SET sensitivity = 'public' WHERE id = %s", [action])
    db.execute("UPDATE inspectd.document SET sensitivity = 'council' WHERE id = %s", [document])
    assert stranger.column(linked, document) == []


def test_a_finding_is_open_while_its_inspection_was(db, given, session):
    """Public, and reported, then published: before, neither was open."""
    authority = given.authority()
    visit = given.inspection(authority, sensitivity="public", status="reported", start_on="2024-04-08")["id"]
    finding = given.finding(visit, sensitivity="public", stage="final")["id"]
    before = db.execute("SELECT clock_timestamp()::text").fetchone()[0]
    db.execute("UPDATE inspectd.inspection SET status = 'published', published_on = '2024-05-28' WHERE id = %s", [visit])
    after = db.execute("SELECT clock_timestamp()::text").fetchone()[0]
    stranger = session(authorities="{998}", clearance="restricted")
    for moment, shown in ((before, set()), (after, {finding})):
        assert stranger.tell(recorded_at=moment).ids("recorded.finding", "id = %s", finding) == shown
    entries = "SELECT table_name, image ->> 'status' FROM inspectd.journal WHERE row_id IN (%s, %s) ORDER BY seq"
    assert stranger.tell(recorded_at="").db.execute(entries, [visit, finding]).fetchall() == [("inspection", "published")]


@pytest.mark.parametrize("relation", ["inspectd.journal", "recorded.journal", "recorded.audit_entries", "recorded.readings"])
def test_the_public_view_has_no_history_though_it_asks_about_a_moment(session, planted, relation):
    for told in ({"authorities": "*"}, {"authorities": "{%s}" % planted.authorities["A"]}):
        one = session(**told, clearance="public", scopes="{audit:read}", recorded_at=planted.before)
        assert one.column(f"SELECT count(*) FROM {relation}") == [0]
        assert one.column("SELECT count(*) > 0 FROM recorded.theme") == [True], "what is everybody's it sees as it was"


def test_to_ask_about_a_moment_opens_no_image_that_was_shut(db, given, session):
    """Written while the inspection was not published, and asked for as the journal was after that."""
    authority = given.authority()
    visit = given.inspection(authority, sensitivity="public", status="reported", start_on="2024-04-08")["id"]
    finding = given.finding(visit, sensitivity="public", stage="final")["id"]
    db.execute("UPDATE inspectd.inspection SET status = 'published', published_on = '2024-05-28' WHERE id = %s", [visit])
    db.execute("UPDATE inspectd.finding SET gloss = 'since' WHERE id = %s", [finding])
    after = db.execute("SELECT clock_timestamp()::text").fetchone()[0]
    stranger = session(authorities="{998}", clearance="restricted", recorded_at=after)
    for relation in ("inspectd.journal", "recorded.journal"):
        entries = f"SELECT image ->> 'gloss' FROM {relation} WHERE row_id = %s ORDER BY seq"
        assert stranger.column(entries, finding) == ["since"]


@pytest.mark.parametrize("then, now", [("council", "restricted"), ("restricted", "council"), ("public", "restricted")])
def test_that_words_were_erased_is_told_to_who_sees_the_row_as_it_was_and_is(db, given, session, then, now):
    authority = given.authority()
    action = given.action(authority, sensitivity=then, detail="words", partners=[
        {"organisation_id": given.of("organisations", authority, sensitivity="public")["id"], "role": "words"}])["id"]
    db.execute("INSERT INTO inspectd.erasure (id, resource, row_id, members, reason, entries) VALUES "
               "(gen_random_uuid(), 'actions', %s, '{detail,partners}', 'asked for', 0)", [action])
    erased = "SELECT DISTINCT table_name FROM inspectd.journal WHERE row_id = %s AND op = 'erased' ORDER BY 1"
    own = {"authorities": "{%s}" % authority, "scopes": "{audit:read}"}
    told = {clearance: session(**own, clearance=clearance) for clearance in ("council", "restricted", "public")}
    stranger = session(authorities="{998}", clearance="restricted", scopes="{audit:read}")
    seen = ["action", "action_partner"]
    assert told["restricted"].column(erased, action) == seen
    assert told["council"].column(erased, action) == ([] if then == "restricted" else seen)
    db.execute("UPDATE inspectd.action SET sensitivity = %s WHERE id = %s", [now, action])
    assert told["restricted"].column(erased, action) == seen
    assert told["council"].column(erased, action) == []
    assert told["public"].column(erased, action) == stranger.column(erased, action) == []


def test_a_reading_of_a_row_that_is_gone_for_good_is_of_its_authority_still(db, given, session):
    authority = given.authority()
    row = given.of("documents", authority, sensitivity="restricted")["id"]
    db.execute("DELETE FROM inspectd.external_ref WHERE row_id = %s", [row])
    db.execute("DELETE FROM inspectd.document WHERE id = %s", [row])
    reader = session("all_read")
    reader.db.execute("SELECT inspectd.note_reading('documents', ARRAY[%s]::uuid[])", [row])
    noted = "SELECT authority_id FROM inspectd.readings WHERE row_ids ? %s"
    assert reader.column(noted, row) == [authority]
    assert session(authorities="{998}", clearance="restricted", scopes="{audit:read}").column(noted, row) == []


@each_caller
def test_seals_and_erasures_are_for_who_sees_all_and_may_audit(session, planted, caller):
    one, may = session(caller), NEEDS[caller]["seals"] == "200"
    one.db.execute("SELECT inspectd.seal()")
    one.db.execute("SELECT inspectd.seal()")
    for relation in ("inspectd.seal", "inspectd.seals", "inspectd.erasure", "inspectd.erasures", "recorded.erasure"):
        one.tell(recorded_at="2999-01-01" if relation.startswith("recorded") else "")
        assert one.column(f"SELECT count(*) > 0 FROM {relation}") == [may], relation
    one.tell(recorded_at="")
    kept = one.column("SELECT count(*) FROM inspectd.journal WHERE table_name = 'erasure'")
    assert (kept > [0]) == may
    if may:
        assert one.column("SELECT inspectd.verify_audit() -> 'verified'") == [True]
    else:
        with pytest.raises(InsufficientPrivilege):
            one.column("SELECT inspectd.verify_audit()")


def test_to_verify_and_to_see_seals_takes_the_scope_too(session):
    one = session(authorities="*", clearance="restricted", scopes="{actions:read}")
    assert one.column("SELECT count(*) FROM inspectd.seal") == one.column("SELECT count(*) FROM inspectd.erasure") == [0]
    with pytest.raises(InsufficientPrivilege):
        one.column("SELECT inspectd.verify_audit()")


def test_nobody_but_an_admin_who_sees_all_erases(session, planted):
    statement = "INSERT INTO inspectd.erasure (id, resource, row_id, members, reason, entries) " \
                "VALUES (gen_random_uuid(), 'documents', %s, '{summary}', 'x', 0)"
    row = planted.id("documents", "A", "council")
    assert session("admin").attempt(statement, row) == "ok"
    for caller in ("all_write", "write_a", "bound_admin", "council_admin"):
        assert session(caller).attempt(statement, row) == "refused", caller
        assert session(caller).attempt("UPDATE inspectd.retention_rule SET months = 1") == "refused", caller


def test_the_tables_of_the_past_are_read_through_views_and_no_other_way(db, session):
    tables = {name for name, in db.execute("SELECT relname FROM pg_class WHERE relnamespace = 'history'::regnamespace "
                                           "AND relkind = 'r'")}
    guarded = db.execute("SELECT relname FROM pg_class WHERE relnamespace = 'history'::regnamespace AND relrowsecurity")
    assert tables == {name for name, in guarded} == {name for name, in db.execute(
        "SELECT table_name FROM inspectd.journaled_table")}
    one = session("admin")
    for statement in ("SELECT FROM history.action", "UPDATE history.action SET title = ''", "DELETE FROM history.action"):
        with pytest.raises(InsufficientPrivilege):
            one.db.execute(statement)
    assert db.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'history'::regnamespace "
                      "AND has_function_privilege('inspectd_api', oid, 'EXECUTE')").fetchall() == []


def test_of_clients_who_sees_all_still_needs_a_scope(session, service):
    service.make_key(["actions:read"], name="journaled", new=True)
    entries = "SELECT count(*) FROM inspectd.journal WHERE table_name IN ('client', 'api_key')"
    all_but = {"authorities": "*", "clearance": "restricted"}
    assert session(**all_but, scopes="{actions:read}").column(entries) == [0]
    for scope in ("admin", "audit:read"):
        assert session(**all_but, scopes="{%s}" % scope).column(entries) > [0]
        assert session(authorities="*", clearance="council", scopes="{%s}" % scope).column(entries) == [0]


def test_nobody_of_the_service_changes_the_journal(session):
    one = session("admin")
    for statement in ("INSERT INTO inspectd.journal (table_name) VALUES ('action')",
                      "UPDATE inspectd.journal SET reason = ''", "DELETE FROM inspectd.journal", "TRUNCATE inspectd.journal"):
        with pytest.raises(InsufficientPrivilege):
            one.db.execute(statement)


# --- writing -------------------------------------------------------------------------------------------------


CHANGED = [caller for caller in SHOWN if caller not in ("public_of_a", "all_read")]
WRITTEN = [name for key, name in OWNED.items() if key not in ("reschedules", "updates")]  # nobody changes those


def one_of_each(planted: Planted, *names: str) -> list[Row]:
    """The first row of each table, owner and kind."""
    return list({(row.key, row.column): row for row in reversed(planted.rows) if resources()[row.key].name in names}.values())


@pytest.mark.parametrize("caller", CHANGED)
def test_each_caller_changes_what_the_table_by_hand_says(session, planted, caller):
    one = session(caller)
    with Cases() as case:
        for row in one_of_each(planted, *WRITTEN):
            with case(row):
                done = one.attempt(f"UPDATE inspectd.{resources()[row.key].name} SET warnings = warnings WHERE id = %s", row.id)
                refused = "refused" if sees(caller, row) else "nothing"
                assert done == ("ok" if cell(CHANGES, caller, row) == "ok" else refused)


def copy_of(db: psycopg.Connection, row: Row) -> tuple[str, list]:
    """A statement that puts a row like this one beside it."""
    name = resources()[row.key].name
    image = db.execute(f"SELECT (to_jsonb(t) || jsonb_build_object('id', gen_random_uuid(), 'external_refs', '{{}}'::jsonb, "
                       f"'deleted_at', NULL))::text FROM inspectd.{name} t WHERE id = %s", [row.id]).fetchone()[0]
    return f"INSERT INTO inspectd.{name} SELECT * FROM jsonb_populate_record(NULL::inspectd.{name}, %s::jsonb)", [image]


@pytest.mark.parametrize("caller", CHANGED)
def test_each_caller_adds_what_the_table_by_hand_says(db, session, planted, caller):
    one = session(caller)
    sensitivity = {"open": "public", "council": "council", "restricted": "restricted"}
    with Cases() as case:
        for row in one_of_each(planted, *(set(WRITTEN) - {"deadline"}), "update"):
            if row.kind not in sensitivity:
                continue
            statement, values = copy_of(db, row)
            with case(row):
                added = ADDS[caller][row.owner, sensitivity[row.kind]]
                assert one.attempt(statement, *values) == ("ok" if added == "ok" else "refused")


def test_nobody_makes_a_row_more_restricted_than_they_see(session, planted):
    document = planted.id("documents", "A", "council")
    statement = "UPDATE inspectd.document SET sensitivity = %s WHERE id = %s"
    assert session("council_a").attempt(statement, "restricted", document) == "refused"
    assert session("council_a").attempt(statement, "public", document) == "ok"
    assert session("write_a").attempt(statement, "restricted", document) == "ok"


def test_nobody_gives_a_row_away(session, planted):
    statement = "UPDATE inspectd.document SET authority_id = %s WHERE id = %s"
    with pytest.raises(psycopg.errors.CheckViolation), session("two").undone() as db:
        db.execute(statement, [planted.authorities["B"], planted.id("documents", "A", "council")])


def test_a_table_is_written_by_its_scopes_and_no_others(db, session, planted):
    """The plans' scope changes actions, because a plan carries them forward."""
    told = {"authorities": "{%s}" % planted.authorities["A"], "clearance": "restricted"}
    one = session(**told)
    with Cases() as case:
        for row in one_of_each(planted, *WRITTEN):
            if row.column != ("A", "council"):
                continue
            name = resources()[row.key].name
            opens = {"plans:write"} if name == "action" else set()
            with case(name, "change"):
                for scope in WRITES:
                    done = one.tell(scopes="{%s}" % scope).attempt(
                        f"UPDATE inspectd.{name} SET warnings = warnings WHERE id = %s", row.id)
                    assert (done == "ok") == (scope in {*SCOPES[name].split(), *opens}), scope
            if name != "deadline":
                statement, values = copy_of(db, row)
                with case(name, "add"):
                    for scope in WRITES:
                        done = one.tell(scopes="{%s}" % scope).attempt(statement, *values)
                        assert (done == "ok") == (scope == SCOPES[name]), scope


def test_a_link_is_written_by_the_scope_of_either_end_and_no_other(db, session, planted):
    told = {"authorities": "{%s}" % planted.authorities["A"], "clearance": "restricted"}
    one = session(**told)
    links = db.execute("SELECT table_name, hangs_by, leads_by FROM inspectd.guarded_table WHERE kind = 'links'").fetchall()
    with Cases() as case:
        for name, by, to in links:
            whole = f"{by} = %s" + (f" AND {to} = %s" if to else "")
            ends = ", ".join(filter(None, (by, to)))
            link = db.execute(f"SELECT {ends} FROM inspectd.{name} WHERE authority_id = %s LIMIT 1",
                              [planted.authorities["A"]]).fetchone()
            if not link or name == "update_document":  # nothing of an update is ever changed
                continue
            with case(name):
                for scope in WRITES:
                    done = one.tell(scopes="{%s}" % scope).attempt(f"DELETE FROM inspectd.{name} WHERE {whole}", *link)
                    assert done == ("ok" if scope in SCOPES[name].split() else "nothing"), scope


def test_anothers_links_stay(db, session, planted):
    one = session("write_a")
    for name in ("action_finding", "plan_inspection", "document_action"):
        mine, yours = (
            one.attempt(f"DELETE FROM inspectd.{name} WHERE authority_id = %s", planted.authorities[owner]) for owner in "AB"
        )
        assert (mine, yours) == ("ok", "nothing"), name


@pytest.mark.parametrize("target", ["absent", "restricted", "council"])
def test_a_link_to_what_is_hidden_is_refused_like_one_to_nothing(session, planted, target):
    one = session("council_a")
    action = one.column("SELECT id FROM inspectd.action WHERE id = ANY (%s::uuid[])", planted.ids("actions", "A", "council"))[0]
    finding = ABSENT_ID if target == "absent" else planted.id("findings", "A", target)
    done = one.attempt("INSERT INTO inspectd.action_finding SELECT %s, %s, 'council', %s WHERE NOT EXISTS (SELECT FROM "
                       "inspectd.action_finding WHERE action_id = %s AND finding_id = %s)",
                       action, planted.authorities["A"], finding, action, finding)
    assert done == {"absent": "refused", "restricted": "refused", "council": "nothing"}[target]  # linked already


def test_a_row_that_is_seen_can_be_held_and_one_that_is_hidden_cannot(session, planted):
    one = session("council_a")
    hold = "SELECT FROM inspectd.document WHERE id = %s FOR KEY SHARE"
    for owner, kind, held in (("A", "council", 1), ("B", "open", 1), ("A", "restricted", 0), ("B", "council", 0)):
        with one.undone() as db:
            assert db.execute(hold, [planted.id("documents", owner, kind)]).rowcount == held


def test_an_authority_is_the_admins_to_write(session, planted):
    statement = "UPDATE inspectd.authority SET official_name = 'x' WHERE id = %s"
    assert session("admin").attempt(statement, planted.authorities["A"]) == "ok"
    for caller in ("all_write", "write_a", "bound_admin", "council_admin"):
        assert session(caller).attempt(statement, planted.authorities["A"]) == "refused"


def test_an_answer_is_kept_for_who_asked(session):
    claim = "INSERT INTO inspectd.idempotency (caller, method, path, key, request_hash) VALUES (%s, 'POST', '/', 'k', '')"
    mine, yours = session("write_a", actor="client:1"), session("write_a", actor="client:12")
    assert mine.attempt(claim, "client:1") == "ok"
    assert mine.attempt(claim, "client:1 somebody") == "ok"
    assert yours.attempt(claim, "client:1") == "refused"
    mine.db.execute(claim, ["client:1"])
    assert yours.column("SELECT key FROM inspectd.idempotency") == session().column("SELECT key FROM inspectd.idempotency") == []
    assert mine.column("SELECT key FROM inspectd.idempotency") == ["k"]


def test_old_answers_go_whoever_they_were_for(db, session):
    db.execute("INSERT INTO inspectd.idempotency (caller, method, path, key, request_hash, at) "
               "VALUES ('client:gone', 'POST', '/', 'old', '', now() - interval '25 hours')")
    session("write_a").db.execute("SELECT inspectd.run_answers()")
    assert db.execute("SELECT FROM inspectd.idempotency WHERE key = 'old'").fetchall() == []


# --- what an error tells ---------------------------------------------------------------------------------------


def new_document(one: Session, authority: str, sensitivity: str, ref: str) -> None:
    one.db.execute("INSERT INTO inspectd.document (id, authority_id, sensitivity, external_refs, title, role, url) "
                   "VALUES (%s, %s, %s, jsonb_build_object('s', %s::text), 't', 'other', 'https://example.org')",
                   [uuid.uuid4(), authority, sensitivity, ref])


def test_a_key_that_a_hidden_row_has_is_free(given, session, db):
    authority = given.authority()
    given.of("documents", authority, sensitivity="restricted", external_refs={"s": "1"})
    one = session(authorities="{%s}" % authority, clearance="council", scopes="{documents:write}")
    new_document(one, authority, "council", "1")
    with pytest.raises(UniqueViolation):
        new_document(one, authority, "council", "1")


def test_a_key_follows_the_sensitivity_of_its_row(given, db):
    authority = given.authority()
    row = given.of("documents", authority, sensitivity="council", external_refs={"s": "2"})["id"]
    key = "SELECT sensitivity FROM inspectd.external_ref WHERE row_id = %s"
    assert db.execute(key, [row]).fetchall() == [("council",)]
    db.execute("UPDATE inspectd.document SET sensitivity = 'restricted' WHERE id = %s", [row])
    assert db.execute(key, [row]).fetchall() == [("restricted",)]
    action = given.action(authority, sensitivity="council")["id"]
    update = given.one("updates", action_id=action, external_refs={"s": "3"})["id"]
    db.execute("UPDATE inspectd.action SET sensitivity = 'restricted' WHERE id = %s", [action])
    assert db.execute(key, [update]).fetchall() == [("restricted",)]


def test_no_unique_key_spans_what_one_sees_and_what_one_does_not(db):
    """By hand: each is of rows that have one sensitivity, is made of ids that nobody chooses, or is of reference data."""
    harmless = {
        "update_corrected_once": "the updates of one action are as restricted as that",
        "extension_one_requested": "the extensions of one action are as restricted as that",
        "deadline_inspection_id_kind_key": "the deadlines of one inspection are as restricted as that",
        "external_ref_pkey": "has the sensitivity in it", "idempotency_pkey": "has the caller in it",
    }
    found = db.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'inspectd'::regnamespace "
        "JOIN inspectd.guarded_table g ON g.table_name = t.relname WHERE i.indisunique AND g.kind = 'rows' AND pg_get_indexdef(i.indexrelid) NOT LIKE '%(id%' "
        "UNION SELECT c.relname, '' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisunique "
        "AND i.indrelid IN ('inspectd.external_ref'::regclass, 'inspectd.idempotency'::regclass)").fetchall()
    assert {name for name, _ in found} == harmless.keys()
    assert db.execute("SELECT conname FROM pg_constraint WHERE contype = 'x'").fetchall() == []


def test_what_is_named_out_of_succession_is_refused_though_it_is_hidden(db, given, session):
    """Asked as the writer, the trigger would find nothing, and let the link be."""
    finding = given.finding(sensitivity="restricted")
    action = given.action(given.authority())
    one = session(authorities="{%s}" % action["authority_id"], clearance="restricted", scopes="{actions:write}")
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as refused, db.transaction(force_rollback=True):
        db.execute("ALTER POLICY add ON inspectd.action_finding WITH CHECK (true)")
        db.execute("SET LOCAL ROLE inspectd_api")
        for name, value in (("authorities", "{%s}" % action["authority_id"]), ("clearance", "restricted")):
            db.execute("SELECT set_config(%s, %s, true)", [f"inspectd.{name}", value])
        db.execute("INSERT INTO inspectd.action_finding VALUES (%s, %s, 'council', %s)",
                   [action["id"], action["authority_id"], finding["id"]])
    assert finding["authority_id"] not in str(refused.value)
    assert one.ids("inspectd.finding", "id = %s", finding["id"]) == set()


def test_a_circle_through_a_hidden_row_is_seen_as_one(given, session):
    """Three findings, each a bullet of the one before, the middle one hidden."""
    visit = given.inspection(sensitivity="public")
    first = given.finding(visit["id"], sensitivity="council")
    middle = given.finding(visit["id"], sensitivity="restricted", parent_id=first["id"])
    last = given.finding(visit["id"], sensitivity="council", parent_id=middle["id"])
    one = session(authorities="{%s}" % visit["authority_id"], clearance="council", scopes="{findings:write}")
    draft = '{"id": "%s", "parent_id": "%s", "authority_id": "%s"}' % (first["id"], last["id"], visit["authority_id"])
    for schema in ("inspectd", "seen"):
        assert one.column(f"SELECT {schema}.finding_facts(%s::jsonb) -> 'parent_is_descendant'", draft) == [True]


# --- what runs as its owner ----------------------------------------------------------------------------------------


OURS = "ANY ('{inspectd,recorded,seen,seen_recorded,history}'::regnamespace[])"


def test_what_runs_as_its_owner_is_a_list_by_hand(db):
    callable_ = db.execute(f"SELECT proname FROM pg_proc WHERE pronamespace = {OURS} AND prosecdef "
                           "AND has_function_privilege('inspectd_api', oid, 'EXECUTE')").fetchall()
    sees_ = {f"sees_{name}" for name in OWNED.values()}
    assert {name for (name,) in callable_} == RUN_AS_OWNER | sees_


def test_what_runs_as_its_owner_finds_its_names_where_its_maker_did(db):
    loose = db.execute(f"SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = {OURS} AND prosecdef "
                       "AND NOT coalesce(proconfig::text LIKE '%search_path=%', false)").fetchall()
    assert loose == []


def test_the_views_that_run_as_their_owner_are_those_that_say_who_sees_what(db):
    """Those of words, and the tables as they were: whatever is made of these runs as its caller."""
    as_owner = db.execute(f"SELECT oid::regclass::text FROM pg_class WHERE relnamespace = {OURS} AND relkind = 'v' "
                          "AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)").fetchall()
    words = {f"inspectd.{resource.name}_words" for resource in resources().values()
             if resource.table["searchable"] and resource.table["owned"]}
    recorded = {f"recorded.{name}" for name, in db.execute("SELECT table_name FROM inspectd.journaled_table")}
    assert {name for name, in as_owner} == words | recorded


@each_caller
def test_a_question_about_one_row_answers_as_its_policy_does(session, planted, caller):
    one = session(caller)
    with Cases() as case:
        for key, name in OWNED.items():
            rows = {row.id: sees(caller, row) for row in planted.rows if row.key == key}
            with case(name):
                told = one.db.execute(f"SELECT id::text, inspectd.sees_{name}(id) FROM unnest(%s::uuid[]) AS t (id)",
                                      [list(rows)]).fetchall()
                assert dict(told) == rows


# --- the roles ----------------------------------------------------------------------------------------------------


def test_the_service_takes_a_role_that_owns_nothing_and_is_held_to_every_policy(service, cluster):
    with cluster.connect(service.database, clusters.SUPERUSER) as owner:
        may = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, rolcanlogin, " \
              "EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) FROM pg_roles r WHERE rolname = 'inspectd_api'"
        assert owner.execute(may).fetchone() == (False,) * 7
        assert owner.execute("SELECT classid::regclass, objid FROM pg_shdepend WHERE deptype = 'o' "
                             "AND refobjid = 'inspectd_api'::regrole").fetchall() == []


@pytest.mark.parametrize("undo, how, told", [
    ("REVOKE INSERT ON inspectd.journal FROM inspectd_api", "GRANT INSERT ON inspectd.journal TO inspectd_api",
     "inspectd_api may write the journal"),
    ("REVOKE UPDATE (reason) ON inspectd.journal FROM inspectd_api", "GRANT UPDATE (reason) ON inspectd.journal TO inspectd_api",
     "inspectd_api may write the journal"),
    ("REVOKE DELETE ON inspectd.seal FROM inspectd_api", "GRANT DELETE ON inspectd.seal TO inspectd_api",
     "inspectd_api may write the journal"),
    ("REVOKE UPDATE ON history.action FROM inspectd_api", "GRANT UPDATE ON history.action TO inspectd_api",
     "inspectd_api may write the journal"),
    ("ALTER TABLE inspectd.theme OWNER TO inspectd_owner", "ALTER TABLE inspectd.theme OWNER TO inspectd_api",
     "inspectd_api owns tables"),
    ("ALTER ROLE inspectd_api NOBYPASSRLS", "ALTER ROLE inspectd_api BYPASSRLS", "inspectd_api is exempt from policies"),
    ("ALTER ROLE inspectd_api NOSUPERUSER", "ALTER ROLE inspectd_api SUPERUSER", "inspectd_api is a superuser"),
])
def test_the_service_does_not_start_where_its_role_may_do_too_much(cluster, make_database, start_service, undo, how, told):
    database = make_database()
    cluster.execute(how, database=database)
    try:
        with pytest.raises(RuntimeError) as ended:
            start_service(database)
        assert told in str(ended.value)
    finally:
        cluster.execute(undo, database=database)
    start_service(database)


def test_the_service_warns_of_a_login_that_could_do_more_than_its_role(cluster, make_database, start_service):
    database, told = make_database(), "the database login may do more than the role inspectd_api"
    assert told not in start_service(database).log_text
    assert told in start_service(database, INSPECTD_DATABASE_URL=cluster.url(database, clusters.SUPERUSER)).log_text
    cluster.execute(f"ALTER ROLE {clusters.SERVICE} BYPASSRLS")
    try:
        assert told in start_service(database).log_text
    finally:
        cluster.execute(f"ALTER ROLE {clusters.SERVICE} NOBYPASSRLS")


# --- indexes -------------------------------------------------------------------------------------------------------

PLANS = [
    # what is asked, of which table, and the index that answers
    ("t.id IN (SELECT x.row_id FROM (SELECT split_part(v, ':', 1) AS system, substr(v, strpos(v, ':') + 1) AS ref "
     "FROM unnest('{s:17}'::text[]) v OFFSET 0) v JOIN inspectd.external_ref x ON x.resource = 'action' "
     "AND x.system = v.system AND x.ref = v.ref)", "action", "external_ref_pkey"),
    ("t.id IN (SELECT w.id FROM inspectd.action_words w WHERE w.words @@ websearch_to_tsquery('english', 'quokka'))",
     "action", "action_search"),
    ("t.title >= 'Action 3990' COLLATE inspectd.plain ORDER BY t.title COLLATE inspectd.plain, t.id LIMIT 26", "action",
     "action_title_id_idx"),
    ("t.due_on < inspectd.today() AND t.due_on > '2026-01-01' ORDER BY t.due_on, t.id LIMIT 26", "action",
     "action_due_on_id_idx"),
    ("t.authority_id = ANY ('{998}'::text[]) ORDER BY t.id LIMIT 26", "action", "action_authority_id_"),
    ("t.id = '%s'" % ABSENT_ID, "action", "action_id_"),
    ("t.due_on >= '2026-01-01' AND t.due_on < '2026-01-03' ORDER BY t.due_on, t.id LIMIT 26", "deadline", "deadline_due"),
    ("t.lead_organisation_id = ANY ('{%s}'::uuid[])" % ABSENT_ID, "action", "action_lead_organisation_id_idx"),
]


@pytest.fixture(scope="module")
def many(cluster, service) -> Iterator[Session]:
    """A bound client's session with a database that has much that is not its own."""
    database = cluster.clone(clusters.REFERENCE)
    with cluster.connect(database) as db:
        db.execute("""
            INSERT INTO inspectd.action (id, authority_id, sensitivity, title, detail, status, due_on, external_refs)
            SELECT inspectd.uuid_v7(), (ARRAY['301', '302', '303', '304', '305', '306'])[1 + i %% 6],
                   (ARRAY['council', 'public', 'council', 'restricted'])[1 + i %% 4], 'Action ' || i,
                   CASE WHEN i %% 500 = 0 THEN 'quokka' ELSE 'supervision' END, 'not_started', date '2020-01-01' + i,
                   jsonb_build_object('s', i::text) FROM generate_series(1, 4000) i""".replace("%%", "%"))
        db.execute("ANALYZE")
    one = Session(cluster, database, authorities="{301}", clearance="restricted", scopes="{actions:read}")
    try:
        yield one
    finally:
        one.db.close()
        cluster.drop(database)


@pytest.mark.parametrize("asked, name, index", PLANS, ids=[index for _, _, index in PLANS])
@pytest.mark.parametrize("schema", ["inspectd", "seen"])
def test_an_index_answers_beneath_the_policies(many, schema, asked, name, index):
    plan = "\n".join(many.column(f"EXPLAIN SELECT t.id FROM {schema}.{resources()[f'{name}s'].table['plural']} t WHERE {asked}"))
    assert index in plan and f"Seq Scan on {name} " not in plan, plan


def test_what_a_caller_is_told_is_asked_once_a_statement(many):
    plan = "\n".join(many.column("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM inspectd.action"))
    assert plan.count("InitPlan") == 3 and "Result (actual rows=1 loops=1)" in plan, plan
    own, open_elsewhere = 4000 // 6, 4000 // 4  # each sixth, and of each four one, which is never a sixth
    assert many.column("SELECT count(*) FROM inspectd.action") == [own + open_elsewhere]


# --- a database of an earlier version --------------------------------------------------------------------------------


def test_what_an_earlier_version_held_is_guarded_once_it_is_migrated(cluster, service):
    """The migrations before 0013, as they were released, and rows that were written with them."""
    database = f"earlier_{uuid.uuid4().hex[:8]}"
    cluster.execute(f"CREATE DATABASE {database} OWNER {clusters.OWNER}")
    files = sorted((clusters.REPOSITORY / "sql" / "migrations").glob("*.sql"))
    try:
        with cluster.connect(database) as db:
            for file in files:
                if file.name < "0013":
                    text = file.read_bytes()
                    db.execute(text)
                    db.execute("INSERT INTO inspectd.migration (name, checksum) VALUES (%s, %s)",
                               [file.name, hashlib.sha256(text).hexdigest()])
            db.execute("INSERT INTO inspectd.authority (id, name, type) VALUES ('301', 'A', 'county'), ('302', 'B', 'county')")
            db.execute("INSERT INTO inspectd.document (id, authority_id, sensitivity, external_refs, title, role, url) SELECT "
                       "inspectd.uuid_v7(), a, s, jsonb_build_object('s', s), s, 'other', 'https://example.org' FROM "
                       "unnest('{301,302}'::text[]) a, unnest('{public,council,restricted}'::text[]) s")
        clusters.inspectd("migrate", **{**service.environment, "INSPECTD_OWNER_URL": cluster.url(database)})
        one = Session(cluster, database, authorities="{301}", clearance="council", scopes="{documents:write}")
        with contextlib.closing(one.db):
            titles = "SELECT authority_id || ' ' || title FROM {} ORDER BY 1"
            seen = ["301 council", "301 public", "302 public"]
            assert one.column(titles.format("inspectd.document")) == one.column(titles.format("inspectd.documents")) == seen
            assert one.column("SELECT authority_id || ' ' || sensitivity FROM inspectd.external_ref ORDER BY 1") == seen
            one.tell(recorded_at="2999-01-01")
            assert one.column(titles.format("recorded.documents")) == seen
    finally:
        cluster.drop(database)
