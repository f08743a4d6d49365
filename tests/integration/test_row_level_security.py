"""Row-level security by itself: SQL as the service's role, told of a caller or of none.

test_callers_unchecked.py asks the same of every route; here is what no route asks.
"""

from __future__ import annotations

import contextlib
from typing import Iterator

import psycopg
import pytest

from harness import cluster as clusters

# What is of no council and no caller: which migrations there were, how tables are journaled and guarded, what was loaded.
OPEN_TABLES = {"migration", "journaled_table", "guarded_table", "loaded_file"}

OWNED = ["action", "agenda_item", "board", "deadline", "decision", "delivery_model", "document", "extension", "finding",
         "inspection", "intervention", "measure", "meeting", "observation", "organisation", "plan", "reschedule", "update"]


@pytest.fixture
def told(service, cluster):
    """told(authorities="{806}", clearance="council"): a session as the service has it, told of such a caller."""
    with contextlib.ExitStack() as stack:

        def tell(**settings: str) -> psycopg.Connection:
            url = cluster.url(service.database, clusters.SERVICE)
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))
            connection.execute("SET ROLE inspectd_api")
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, false)", [f"inspectd.{name}", value])
            return connection

        yield tell


@pytest.fixture(scope="module")
def councils(given) -> tuple[str, str]:
    """Two, each with a document of each sensitivity and an action."""
    made = given.authority(), given.authority()
    for council in made:
        for sensitivity in ("public", "council", "restricted"):
            given.one("documents", authority_id=council, sensitivity=sensitivity)
        given.one("actions", authority_id=council)
    return made


def test_every_table_is_guarded_but_those_that_are_nobodys(db):
    bare = db.execute("SELECT relname FROM pg_class WHERE relnamespace = 'inspectd'::regnamespace AND relkind = 'r' "
                      "AND NOT relrowsecurity").fetchall()
    assert {name for name, in bare} <= OPEN_TABLES


def test_the_role_of_the_service_is_exempt_from_nothing_and_owns_nothing(db):
    (exempt,) = db.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'inspectd_api'").fetchone()
    (owned,) = db.execute("SELECT count(*) FROM pg_class WHERE relowner = 'inspectd_api'::regrole").fetchone()
    assert (exempt, owned) == (False, 0)


@pytest.mark.parametrize("table", OWNED)
def test_who_is_told_of_nobody_sees_no_row_of_any_council(told, councils, table):
    nobody = told()
    assert nobody.execute(f"SELECT count(*) FROM inspectd.{table}").fetchone() == (0,)
    journaled = "SELECT count(*) FROM inspectd.journal WHERE authority_id IS NOT NULL AND table_name = %s"
    assert nobody.execute(journaled, [table]).fetchone() == (0,)


@pytest.mark.parametrize("authorities, clearance, ours, theirs", [
    ("*", "restricted", 3, 3), ("*", "council", 2, 2), ("*", "public", 1, 1),
    ("{%s}", "restricted", 3, 1), ("{%s}", "council", 2, 1), ("{%s}", "public", 1, 1), ("{}", "restricted", 1, 1),
])
def test_documents_are_seen_as_far_as_authority_and_clearance_go(told, councils, authorities, clearance, ours, theirs):
    caller = told(authorities=authorities.replace("%s", councils[0]), clearance=clearance)
    seen = "SELECT count(*) FILTER (WHERE authority_id = %s), count(*) FILTER (WHERE authority_id = %s) FROM "
    for table in ("inspectd.document", "inspectd.documents"):
        assert caller.execute(seen + table, councils).fetchone() == (ours, theirs)


def write(council: str, sensitivity: str = "council") -> tuple[str, list]:
    return ("INSERT INTO inspectd.document (id, authority_id, sensitivity, title, role, url) "
            "VALUES (inspectd.uuid_v7(), %s, %s, 'Planted', 'letter', 'https://example.org')", [council, sensitivity])


@pytest.mark.parametrize("scopes, authorities, clearance, sensitivity", [
    ("{documents:read}", "{%s}", "restricted", "council"),  # no scope
    ("{documents:write}", "{%s}", "council", "restricted"),  # above its clearance
    ("{documents:write}", "{%s}", "public", "public"),  # the public view writes nothing
    ("{documents:write}", "{}", "restricted", "council"),  # bound to another, or to none
    ("{admin}", "{}", "restricted", "council"),  # admin counts for who is bound to nothing
])
def test_nobody_adds_what_it_may_not(told, councils, scopes, authorities, clearance, sensitivity):
    caller = told(scopes=scopes, authorities=authorities.replace("%s", councils[0]), clearance=clearance)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        caller.execute(*write(councils[0], sensitivity))


def test_who_may_adds_and_changes_its_own_and_nobody_elses(told, councils):
    caller = told(scopes="{documents:write}", authorities="{%s}" % councils[0], clearance="restricted")
    caller.execute(*write(councils[0]))
    change = "UPDATE inspectd.document SET title = 'Changed' WHERE authority_id = %s AND title = 'Planted'"
    assert caller.execute(change, [councils[0]]).rowcount == 1
    caller.execute("DELETE FROM inspectd.action_plan WHERE authority_id = %s", [councils[1]])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):  # one that is open to all, and not its own
        caller.execute("UPDATE inspectd.document SET title = 'Changed' WHERE authority_id = %s", [councils[1]])


@pytest.mark.parametrize("statement", [
    "UPDATE inspectd.journal SET actor = 'nobody'", "DELETE FROM inspectd.journal", "TRUNCATE inspectd.journal",
    "INSERT INTO inspectd.reading (actor, resource, row_ids) VALUES ('x', 'x', '{}')",
    "SELECT hash FROM inspectd.api_key_hash", "ALTER TABLE inspectd.document DISABLE ROW LEVEL SECURITY",
])
def test_not_even_who_may_everything_gets_past_the_role(told, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        told(scopes="{admin}", authorities="*", clearance="restricted").execute(statement)
