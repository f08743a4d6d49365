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

from harness.service import Api

RESOURCES = ("authorities", "inspections", "findings", "actions")
ABSENT_ID = "01900000-0000-7000-8000-000000000000"


def today() -> datetime.date:
    """The date that the service calls today."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/London")).date()


def day(offset: int) -> str:
    return str(today() + datetime.timedelta(days=offset))


class Given:
    def __init__(self, api: Api, db: psycopg.Connection):
        self.api = api
        taken = {row[0] for row in db.execute("SELECT id FROM inspectd.authority")}
        self._numbers = (n for n in (f"{i:03}" for i in range(1, 1000)) if n not in taken)
        self._serial = itertools.count(1)

    # --- bodies -------------------------------------------------------------

    def body(self, resource: str, **members: Any) -> dict:
        """The least that a POST needs, and `members`."""
        serial = next(self._serial)
        if resource == "authorities":
            least = {"id": next(self._numbers), "name": f"Testshire {serial}", "type": "unitary"}
        elif resource == "inspections":
            least = {"kind": "focused_visit"}
            least["authority_id"] = members.pop("authority_id", None) or self.authority()
        elif resource == "findings":
            least = {"kind": "area_for_improvement", "text": f"Text {serial}"}
            least["inspection_id"] = members.pop("inspection_id", None) or self.inspection()["id"]
        else:
            least = {"title": f"Action {serial}"}
            least["authority_id"] = members.pop("authority_id", None) or self.authority()
        return least | members

    def full_body(self, resource: str) -> dict:
        """Every member that a client may write, each with something in it."""
        if resource == "authorities":
            return self.body(
                resource, official_name="The Council of Testshire", aliases=["Old Testshire", "Tests"],
                gss_code=f"E0699{next(self._serial):04}", former_gss_codes=["E10999999"],
                urn=f"99{next(self._serial):05}", region="North East", region_code="E12000001",
                started_on="1997-04-01", successor_ids=[self.authority()],
            )
        if resource == "inspections":
            authority = self.authority()
            return self.body(
                resource, authority_id=authority, kind="standard_inspection", framework_id="ilacs-2023", body="ofsted",
                external_refs={"ofsted": "a", "modern_gov": "b"}, status="published", sensitivity="public",
                start_on="2024-04-08", end_on="2024-04-19", planned_start_on="2024-04-01", planned_precision="month",
                verbal_feedback_on="2024-04-19", received_on="2024-05-20", published_on="2024-05-28",
                delivery="on_site", theme_ids=["management-oversight"], inspectors_count=2, sequence_number=3,
                inspectors=[{"name": "Jan Edwards", "role": "Lead inspector", "body": "Ofsted"},
                            {"name": "Máire Atherton", "role": None, "body": None}],
                follows_id=self.inspection(authority, start_on="2023-03-01", end_on="2023-03-02")["id"],
                judgements=[{"strand": "overall_effectiveness", "grade": "good", "wording": "Good", "title": None},
                            {"strand": "help_and_protection", "grade": "good", "wording": None, "title": "Help"}],
                report_url="https://example.org/report",
            )
        if resource == "findings":
            inspection = self.inspection(start_on="2024-04-08", end_on="2024-04-19", kind="standard_inspection")
            earlier = self.inspection(inspection["authority_id"], start_on="2022-04-05", end_on="2022-04-06")
            return self.body(
                resource, inspection_id=inspection["id"], external_refs={"plan": "1", "pentana": "2"}, number=7,
                parent_id=self.finding(inspection["id"])["id"], printed_label="Recommendation 7",
                kind="recommendation", polarity="mixed", extent="a minority", stage="provisional",
                sensitivity="restricted", strand="help_and_protection", theme_ids=["management-oversight"],
                gloss="What we make of it", source_paragraph="12-14", source_url="https://example.org/letter",
                national_framework_ref="outcome_3", contested=True, contested_response="It was otherwise.",
                links=[{"earlier_id": self.finding(earlier["id"])["id"], "relation": "repeats"}],
            )
        finding = self.finding()
        return self.body(
            resource, authority_id=finding["authority_id"], external_refs={"plan": "1", "pentana": "2"}, number="1.1",
            detail="In full", status="complete", sensitivity="restricted", lead_role="Head of Access",
            start_on="2024-01-08", due_on="2024-06-03", forecast_on="2024-06-10", completed_on="2024-06-04",
            success_criteria="Fewer re-referrals", finding_ids=[finding["id"]],
        )

    # --- rows ---------------------------------------------------------------

    def one(self, resource: str, **members: Any) -> dict:
        return self.api.create(f"/v1/{resource}", self.body(resource, **members))

    def full(self, resource: str) -> dict:
        return self.api.create(f"/v1/{resource}", self.full_body(resource))

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
        return self.db.execute("SELECT coalesce(max(seq), 0) FROM inspectd.journal").fetchone()[0]

    def since(self, position: int) -> list[tuple]:
        """(table, key, op, version) of every change after a position."""
        return self.db.execute(
            "SELECT table_name, row_key, op, version FROM inspectd.journal WHERE seq > %s ORDER BY seq", [position]
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
