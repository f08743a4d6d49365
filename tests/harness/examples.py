"""Rows to test with, and proof that nothing was written.

Given    makes rows through the API, each under an authority of its own unless told.
Journal  reads inspectd.journal, where every change to every row leaves a trace.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import zoneinfo
from typing import Any, Iterator

import psycopg

from harness.bodies import ARISES, FULL, LEAST, OF_PARENT, PARENTS
from harness.described import ABSENT_ID as ABSENT_ID
from harness.described import resources as described
from harness.service import Api


def today() -> datetime.date:
    """The date that the service calls today."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/London")).date()


def day(offset: int) -> str:
    return str(today() + datetime.timedelta(days=offset))


def moment(text: str) -> float:
    """A time as a number: as texts, 10.5 seconds come after 10.51."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Given:
    def __init__(self, api: Api, db: psycopg.Connection):
        self.api = api
        taken = {row[0] for row in db.execute("SELECT id FROM inspectd.authority")}
        self._numbers = (n for n in (f"{i:03}" for i in range(1, 1000)) if n not in taken)
        self._serial = itertools.count(1)

    def serial(self) -> int:
        return next(self._serial)

    # --- bodies -------------------------------------------------------------

    def least(self, resource: str) -> dict:
        """The members that a POST needs, but for what says where the row belongs."""
        least = LEAST[resource](self.serial())
        if resource == "authorities":
            least["id"] = next(self._numbers)
        return least

    def body(self, resource: str, **members: Any) -> dict:
        """The least that a POST needs, and `members`; what it belongs to is made, unless it is named."""
        least = self.least(resource)
        if resource == "decisions" and not members.get("meeting_id"):
            least["delegated_to"] = "Director of Children's Services"
        return least | self._above(resource, members) | members

    def _above(self, resource: str, members: dict) -> dict:
        """The member that says what a row belongs to. None there is as good as nothing."""
        member, above = PARENTS.get(resource, (None, ""))
        if not member or members.get(member) or members.get("meeting_id"):
            return {}
        members.pop(member, None)
        return {member: self.one(above, **OF_PARENT.get(resource, {}))["id"]}

    def full_body(self, resource: str) -> dict:
        """Every member that a client may write, each with something in it."""
        return self.body(resource, **FULL[resource](self))

    # --- rows ---------------------------------------------------------------

    def one(self, resource: str, **members: Any) -> dict:
        if resource in ARISES:
            return self._changed(resource, ARISES[resource](self), members)
        return self.api.create(f"/v1/{resource}", self.body(resource, **members))

    def full(self, resource: str) -> dict:
        if resource in ARISES:
            return self._changed(resource, ARISES[resource](self), FULL.get(resource, lambda given: {})(self))
        return self.api.create(f"/v1/{resource}", self.full_body(resource))

    def of(self, resource: str, authority_id: str, **members: Any) -> dict:
        """A row of this authority, with all that is between the two."""
        member, above = PARENTS[resource]
        if above == "authorities":
            return self.one(resource, authority_id=authority_id, **members)
        parent = self.of(above, authority_id, **OF_PARENT.get(resource, {}))
        return self.one(resource, **{member: parent["id"]}, **members)

    def links(self, authority_id: str, *resources: str) -> dict[str, list[str]]:
        """links("806", "plans"): {"plan_ids": [...]}, to new rows of this authority."""
        return {f"{described()[key].name}_ids": [self.of(key, authority_id)["id"]] for key in resources}

    def _changed(self, resource: str, row: dict, members: dict) -> dict:
        return self.api.patch(f"/v1/{resource}/{row['id']}", members, expect=200).json if members else row

    def authority(self, **members: Any) -> str:
        """The number of a new authority."""
        return self.one("authorities", **members)["id"]

    def inspection(self, authority_id: str | None = None, **members: Any) -> dict:
        return self.one("inspections", authority_id=authority_id, **members)

    def finding(self, inspection_id: str | None = None, **members: Any) -> dict:
        return self.one("findings", inspection_id=inspection_id, **members)

    def action(self, authority_id: str | None = None, **members: Any) -> dict:
        return self.one("actions", authority_id=authority_id, **members)

    def graded(self, authority_id: str, grade: str, start_on: str = "2023-06-05", days: int = 11, **members) -> dict:
        """A published full inspection in which every strand has this grade."""
        start = datetime.date.fromisoformat(start_on)
        strands = ("overall_effectiveness", "impact_of_leaders", "help_and_protection", "children_in_care",
                   "care_leavers")
        return self.inspection(authority_id, **({
            "kind": "standard_inspection", "status": "published", "start_on": start_on,
            "end_on": str(start + datetime.timedelta(days=days)),
            "published_on": str(start + datetime.timedelta(days=days + 30)),
            "judgements": [{"strand": strand, "grade": grade} for strand in strands],
        } | members))


class Journal:
    def __init__(self, db: psycopg.Connection):
        self.db = db

    def position(self) -> int:
        return self.db.execute("SELECT coalesce(max(seq), 0) FROM inspectd.journal WHERE op <> 'read'").fetchone()[0]

    def since(self, position: int) -> list[tuple]:
        """(table, key, op, version) of every change after a position; that a row was read is none."""
        return self.db.execute(
            "SELECT table_name, row_key, op, version FROM inspectd.journal WHERE seq > %s AND op <> 'read' ORDER BY seq",
            [position],
        ).fetchall()

    def last(self, row_key: str) -> dict:
        """The latest entry about a row, by column."""
        cursor = self.db.execute("SELECT * FROM inspectd.journal WHERE row_key = %s ORDER BY seq DESC LIMIT 1",
                                 [row_key])
        return dict(zip([column.name for column in cursor.description], cursor.fetchone()))

    @contextlib.contextmanager
    def unchanged(self) -> Iterator[None]:
        before = self.position()
        yield
        assert self.since(before) == [], "something was written"
