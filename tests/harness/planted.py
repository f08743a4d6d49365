"""Rows of every resource, owner and kind (harness/callers.py), each with a marker: a word of its own in a text of it.

Whatever an answer holds of a marker, or an id, that its caller must not see has leaked.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from typing import Any

import psycopg

from harness.bodies import PARENTS
from harness.described import named, resources
from harness.examples import Given

# Letters that no English stemmer takes anything from.
LETTERS = "bcdfghjkmnpqrtvwxz"
TRACES = re.compile("zq[%s]{4}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}" % LETTERS)


@dataclasses.dataclass(frozen=True)
class Row:
    key: str  # of its resource
    owner: str  # A, B, nobody
    kind: str
    id: str
    marker: str

    def __str__(self) -> str:
        return f"{self.key} {self.id} ({self.kind} of {self.owner}, {self.marker})"

    @property
    def path(self) -> str:
        return f"/v1/{self.key}/{self.id}"

    @property
    def column(self) -> tuple[str, str]:
        return self.owner, self.kind


SENSITIVITY = {"open": "public", "shut": "public", "council": "council", "restricted": "restricted", "gone": "council"}
CLOSED = ("open", "council", "restricted")  # the kinds of what is open as soon as it is public


class Planted:
    """Rows of every resource and kind, of two authorities and of nobody, each linked to all that it may name."""

    def __init__(self, given: Given, db: psycopg.Connection):
        self.given, self.api, self.db = given, given.api, db
        self.since = self.now()
        self._letters = itertools.product(LETTERS, repeat=4)
        self.rows: list[Row] = []
        self.authorities = {owner: given.authority() for owner in "AB"}
        for owner in self.authorities:
            Plant(self, owner).all()
        for kind in CLOSED:
            self.add("organisations", "nobody", kind)
        self.bury()
        self.erase()
        self.traces = {trace: row for row in self.rows for trace in (row.id, row.marker)}

    def now(self) -> str:
        """By PostgreSQL's clock, which is the one that counts."""
        return self.db.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'").fetchone()[0].isoformat() + "Z"

    def marker(self) -> str:
        return "zq" + "".join(next(self._letters))

    def of(self, key: str, owner: str | None = None, *kinds: str) -> list[Row]:
        return [row for row in self.rows
                if row.key == key and owner in (None, row.owner) and (not kinds or row.kind in kinds)]

    def id(self, key: str, owner: str, kind: str) -> str:
        return self.of(key, owner, kind)[0].id

    def ids(self, key: str, owner: str, *kinds: str) -> list[str]:
        return [row.id for row in self.of(key, owner, *kinds)]

    def keep(self, key: str, owner: str, kind: str, id: str, marker: str) -> Row:
        self.rows.append(Row(key, owner, kind, id, marker))
        return self.rows[-1]

    def add(self, key: str, owner: str, kind: str, /, **members: Any) -> Row:
        """A new row, marked in a text of it and by an external reference."""
        marker = self.marker()
        if "sensitivity" in resources()[key].written:
            members.setdefault("sensitivity", SENSITIVITY[kind])
        if "authority_id" in resources()[key].written:
            members["authority_id"] = self.authorities.get(owner)
        body = {MARKED.get(key, ""): marker, "external_refs": {"walk": marker}, **members}
        body = {name: [value] if name == "focus" else value for name, value in body.items() if name}
        whole = self.given.body(key, **body) if owner != "nobody" else self.given.least(key) | body
        made = self.api.create(f"/v1/{key}", whole)
        return self.keep(key, owner, kind, made["id"], marker)

    def bury(self) -> None:
        """One more of each that can be deleted, deleted; `before` is when they were still there."""
        for key, (member, above) in PARENTS.items():
            if not resources()[key].is_deleted:
                continue
            for owner in ("A", "B", "nobody") if key == "organisations" else "AB":
                parent = {} if above == "authorities" else {member: self.id(above, owner, "council")}
                self.add(key, owner, "gone", **parent)
        self.before = self.now()
        for row in self.rows:
            if row.kind == "gone":
                self.api.delete(row.path, if_match="*", expect=204)

    def erase(self) -> None:
        """The summary of a document of each, for a reason that is in its history."""
        self.erasures = []
        for owner in self.authorities:
            marker, row = self.marker(), self.of("documents", owner, "restricted")[0]
            body = {"resource": "documents", "row_id": row.id, "members": ["summary"], "reason": marker}
            self.erasures.append(self.api.create("/v1/erasures", body)["id"])
            self.keep("erasures", owner, "restricted", self.erasures[-1], marker)


# The member that a marker stands in.
MARKED = {
    "inspections": "focus", "findings": "text", "actions": "title", "organisations": "name", "documents": "title",
    "plans": "title", "updates": "narrative", "extensions": "reason", "measures": "title", "observations": "caveat",
    "boards": "name", "meetings": "title", "agenda-items": "title", "decisions": "wording_proposed",
    "interventions": "summary", "delivery-models": "summary",
}


class Plant:
    """The rows of one authority. What links to others links to those of every kind."""

    def __init__(self, planted: Planted, owner: str):
        self.planted, self.owner = planted, owner

    def add(self, key: str, kind: str, /, **members: Any) -> Row:
        return self.planted.add(key, self.owner, kind, **members)

    def ids(self, key: str, *kinds: str) -> list[str]:
        return self.planted.ids(key, self.owner, *kinds)

    def id(self, key: str, kind: str) -> str:
        return self.planted.id(key, self.owner, kind)

    def all(self) -> None:
        for kind in CLOSED:
            self.add("organisations", kind)
        self.inspections()
        self.findings()
        self.boards()
        self.plans()
        self.actions()
        self.documents()
        self.progress()
        self.measures()
        self.meetings()
        for n, kind in enumerate(CLOSED):
            beside = {"organisation_id": self.id("organisations", kind)}
            self.add("interventions", kind, inspection_id=self.id("inspections", kind), **beside)
            self.add("delivery-models", kind, started_on=f"201{n}-04-01", ended_on=f"201{n}-09-01", **beside)
        self.documented()

    def inspections(self) -> None:
        """Each with deadlines and a reschedule."""
        for n, (kind, status) in enumerate({"open": "published", "shut": "reported", "council": "published",
                                            "restricted": "reported"}.items()):
            dates = {"planned_start_on": f"202{n}-04-01", "start_on": f"202{n}-04-08", "end_on": f"202{n}-04-19",
                     "received_on": f"202{n}-05-20"}
            if status == "published":
                dates["published_on"] = f"202{n}-06-03"
            row = self.add("inspections", kind, kind="standard_inspection", status=status, **dates)
            self.rescheduled(row, planned_start_on=f"202{n}-04-02")
            for deadline in self.planted.api.all(f"{row.path}/deadlines"):
                marker, path = self.planted.marker(), f"/v1/deadlines/{deadline['id']}"
                stated = {"stated_on": f"202{n}-08-30", "stated_source": marker}
                self.planted.api.patch(path, stated, if_match="*", expect=200)
                self.planted.keep("deadlines", self.owner, kind, deadline["id"], marker)

    def rescheduled(self, row: Row, **members: Any) -> None:
        marker, path = self.planted.marker(), f"{row.path}/reschedules"
        self.planted.api.patch(row.path, {**members, "reason": marker}, if_match="*", expect=200)
        for made in self.planted.api.all(path):
            self.planted.keep("reschedules", self.owner, row.kind, made["id"], marker)

    def findings(self) -> None:
        """Of the published inspection in every kind, and each the repetition of earlier ones."""
        earlier = self.add("inspections", "open", start_on="2018-04-09", status="published", published_on="2018-05-01")
        for kind in CLOSED:
            self.add("findings", kind, inspection_id=earlier.id, stage="final")
        links = [{"earlier_id": id, "relation": "repeats"} for id in self.ids("findings")]
        for kind, inspection, stage in (("open", "open", "final"), ("council", "open", "final"),
                                        ("restricted", "open", "final"), ("shut", "open", "provisional"),
                                        ("shut", "shut", "final"), ("restricted", "restricted", "final")):
            self.add("findings", kind, inspection_id=self.id("inspections", inspection), stage=stage, links=links)

    def boards(self) -> None:
        for kind in CLOSED:
            self.add("boards", kind, organisation_id=self.id("organisations", kind))

    def plans(self) -> None:
        """Of different kinds, because one of a kind is in force for an inspection."""
        for kind, status, what in (("open", "agreed", "improvement_plan"), ("shut", "draft", "year_plan"),
                                   ("council", "agreed", "focused_visit_plan"),
                                   ("restricted", "agreed", "statutory_statement")):
            self.add("plans", kind, kind=what, status=status, agreed_on="2024-07-16" if status == "agreed" else None,
                     inspection_ids=self.ids("inspections"),
                     boards=[{"board_id": id, "cadence": "monthly"} for id in self.ids("boards")])

    def actions(self) -> None:
        for kind in CLOSED:
            partners = [{"organisation_id": id, "role": "Partner"} for id in self.ids("organisations")]
            findings = self.ids("findings", *(["open", "shut"] if kind == "open" else []))  # more it may not name
            row = self.add("actions", kind, start_on="2024-01-08", due_on="2024-06-03", partners=partners,
                           lead_organisation_id=self.id("organisations", kind), finding_ids=findings,
                           plan_ids=self.ids("plans"), board_ids=self.ids("boards"))
            self.rescheduled(row, due_on="2024-06-10")
            asked = self.add("extensions", kind, action_id=row.id, to_due_on="2024-07-01")
            self.planted.api.move(asked.path, "withdrawn", if_match="*", expect=200)  # so that others may be asked for

    def documents(self) -> None:
        for kind in CLOSED:
            self.add("documents", kind, role="evidence", summary="What it says")

    def documented(self) -> None:
        """Each document is about everything."""
        about = {name: self.ids(named(field["ref"]).key) for name, field in resources()["documents"].written.items()
                 if field["type"] == "refs"}
        for row in self.planted.of("documents", self.owner):
            self.planted.api.patch(row.path, about, if_match="*", expect=200)

    def progress(self) -> None:
        for kind in CLOSED:
            self.add("updates", kind, action_id=self.id("actions", kind), evidence_ids=self.ids("documents"))

    def measures(self) -> None:
        for kind in CLOSED:
            row = self.add("measures", kind, organisation_id=self.id("organisations", kind),
                           plan_ids=self.ids("plans"), action_ids=self.ids("actions"),
                           finding_ids=self.ids("findings"))
            self.add("observations", kind, measure_id=row.id, document_id=self.id("documents", kind))

    def meetings(self) -> None:
        """Each board has one of its own kind; the open one has those of the others too."""
        below = [(kind, kind) for kind in CLOSED] + [("open", "council"), ("open", "restricted")]
        links = {f"{resources()[key].name}_ids": self.ids(key)
                 for key in ("inspections", "plans", "findings", "actions", "measures")}
        for board, kind in below:
            board_id = self.id("boards", board)
            meeting = self.add("meetings", kind, board_id=board_id, status="held", held_on="2024-05-14")
            item = self.add("agenda-items", kind, meeting_id=meeting.id, **links)
            for decided in {kind, "restricted"}:
                self.add("decisions", decided, meeting_id=meeting.id, board_id=board_id, agenda_item_id=item.id,
                         addressed_to_organisation_id=self.id("organisations", kind), **links)
