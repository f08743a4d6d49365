"""Who was shown restricted rows is noted, in inspectd.reading, before the answer goes out."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from harness.examples import Given
from harness.service import Api, Service

SCOPES = ("documents:read",)


@pytest.fixture
def reader(service: Service) -> Api:
    """One that sees what is restricted."""
    return service.api(service.make_key(SCOPES, name="reader", clearance="restricted"))


@pytest.fixture
def rows(given: Given) -> dict[str, str]:
    """A document of each sensitivity, and whose they are."""
    authority = given.authority()
    made = {s: given.one("documents", authority_id=authority, sensitivity=s)["id"] for s in ("council", "restricted")}
    return made | {"authority": authority}


def noted(db: psycopg.Connection, row: str) -> list[tuple]:
    return db.execute("SELECT resource, row_ids, actor, request_id FROM inspectd.reading WHERE %s = ANY (row_ids) "
                      "ORDER BY id", [row]).fetchall()


@pytest.mark.parametrize("target, accept", [
    ("/v1/documents/{restricted}", None),
    ("/v1/documents?authority_id={authority}", None),
    ("/v1/documents?authority_id={authority}", "text/csv"),
    ("/v1/inspections/{visit}?expand=findings", None),
])
def test_who_is_shown_a_restricted_row_is_noted(service, given, db, rows, target, accept):
    scopes = ("documents:read", "findings:read", "inspections:read")
    me = service.api(service.make_key(scopes, name="shown", clearance="restricted"))
    if "findings" in target:
        rows["visit"] = given.inspection(rows["authority"])["id"]
        rows["restricted"] = given.finding(rows["visit"], sensitivity="restricted")["id"]
    before = len(noted(db, rows["restricted"]))
    request_id = f"reading-{uuid.uuid4()}"
    headers: dict[str, Any] = {"X-Request-ID": request_id} | ({"Accept": accept} if accept else {})
    answer = me.get(target.format(**rows), headers=headers, expect=200)
    assert rows["restricted"] in answer.text
    (resource, ids, actor, request), = noted(db, rows["restricted"])[before:]
    assert resource == ("findings" if "findings" in target else "documents")
    assert [str(i) for i in ids] == [rows["restricted"]], "what is not restricted is not noted"
    assert actor.startswith("client:") and request == request_id


def test_what_shows_nothing_restricted_notes_nothing(service, reader, db, rows):
    count = "SELECT count(*) FROM inspectd.reading"
    council = service.api(service.make_key(SCOPES, name="council", clearance="council"))
    etag = reader.get(f"/v1/documents/{rows['restricted']}", expect=200).etag
    before = db.execute(count).fetchone()
    reader.get(f"/v1/documents/{rows['council']}", expect=200)
    reader.get(f"/v1/documents/counts?by=sensitivity&authority_id={rows['authority']}", expect=200)
    council.get(f"/v1/documents?authority_id={rows['authority']}", expect=200)
    council.get(f"/v1/documents/{rows['restricted']}", expect=404)
    reader.get(f"/v1/documents/{rows['restricted']}", headers={"If-None-Match": etag}, expect=304)
    assert db.execute(count).fetchone() == before


@pytest.mark.parametrize("statement", ["UPDATE inspectd.reading SET actor = 'nobody'", "DELETE FROM inspectd.reading",
                                       "TRUNCATE inspectd.reading"])
def test_what_was_noted_stays_whoever_asks(reader, db, rows, statement):
    reader.get(f"/v1/documents/{rows['restricted']}", expect=200)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added to"):
        db.execute(statement)
    assert noted(db, rows["restricted"])
