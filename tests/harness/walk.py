"""A walk over every question there is, for each kind of caller, and what its answers tell of the rows planted.

What a caller is told must be what the admin is told, less what it must not see: both
that nothing has leaked and that nothing is missing.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import Any, Iterator

import psycopg

from harness.bodies import CHANGE, MOVES, PARENTS
from harness.callers import ADDS, CHANGES, NEEDS, ROUTES, SEES, Route
from harness.described import ABSENT_ID, LIMITS, named, resources
from harness.planted import SENSITIVITY, TRACES, Planted, Row
from harness.service import Answer, Api, Service

KINDS = {"public": "open", "council": "council", "restricted": "restricted"}


@dataclasses.dataclass(frozen=True)
class Question:
    """A GET whose answer depends on what its caller may see."""

    target: str
    accept: str | None = None
    then: bool = False  # asks about what was, when the rows that are gone were there
    of: Row | None = None  # is about this row, or what is beneath it


def chunks(items: list, size: int) -> Iterator[list]:
    return (items[start : start + size] for start in range(0, len(items), size))


def texts(value: Any, hidden: frozenset[str]) -> Iterator[str]:
    """Every text in JSON, but for those of the rows, and of the links to rows, that are hidden."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            if not _is_hidden(item, hidden):
                yield from texts(item, hidden)


def _is_hidden(value: Any, hidden: frozenset[str]) -> bool:
    if not isinstance(value, dict):
        return value in hidden if isinstance(value, str) else False
    names = [name for name in ("id", "row_id") if name in value] or list(value)  # a link has no id of its own
    return any(isinstance(value[name], str) and value[name] in hidden for name in names)


class Walk:
    def __init__(self, service: Service, planted: Planted, keys: dict[str, str | None], db: psycopg.Connection):
        self.planted, self.db = planted, db
        self.apis: dict[str, Api] = {caller: service.api(key) for caller, key in keys.items()}
        for api in self.apis.values():
            api.validate = False  # test_walk.py and many others have these answers looked at
        # Of several rows that are alike to the tables, one goes through what is done to each; lists show them all.
        self.rows = list({(row.key, row.column): row for row in planted.rows}.values())
        self._absent: dict[tuple, tuple] = {}

    def close(self) -> None:
        for api in self.apis.values():
            api.close()

    # --- who sees what ------------------------------------------------------------------

    @functools.lru_cache(maxsize=None)
    def hidden(self, caller: str, then: bool = False) -> frozenset[str]:
        """What must not be in an answer to this caller. What is gone was as `council`, when it was there; erasures are
        for those alone who see all."""
        sees, sees_all = SEES[caller], NEEDS[caller]["seals"] == "200"
        return frozenset(
            trace for trace, row in self.planted.traces.items()
            if sees[(row.owner, "council") if then and row.kind == "gone" else row.column] != "200"
            or row.key == "erasures" and not sees_all
        )

    def told(self, answer: Answer) -> set[str]:
        """The rows that an answer tells of, by marker or id. What it repeats of the question tells nothing."""
        text = answer.text
        if TRACES.search(answer.target) and answer.headers.get_content_subtype() in ("json", "problem+json"):
            body = answer.json
            text = json.dumps(body.get("data", body))
            if answer.status >= 400:
                text = text.replace(answer.target.partition("?")[0], "")
        return self.planted.traces.keys() & TRACES.findall(text)

    def leaked(self, caller: str, answer: Answer, said: Any = None, then: bool = False) -> str:
        """The rows that the caller must not see and is told of, though its question did not name them; or nothing."""
        named = set(TRACES.findall(json.dumps(said)))
        told = (self.told(answer) - named) & self.hidden(caller, then)
        return f"{self.names(told)} in {brief(answer)}" if told else ""

    def names(self, traces: set[str]) -> str:
        return ", ".join(sorted({str(self.planted.traces[trace]) for trace in traces}))

    def ask(self, caller: str, question: Question) -> Answer:
        return self.apis[caller].get(question.target, headers={"Accept": question.accept})

    @functools.lru_cache(maxsize=None)
    def known(self, question: Question) -> Any:
        """What the admin is told; of CSV, the same as JSON Lines."""
        accept = "application/x-ndjson" if question.accept == "text/csv" else question.accept
        answer = self.ask("admin", dataclasses.replace(question, accept=accept))
        if accept == "application/x-ndjson":
            return [json.loads(line) for line in answer.text.splitlines()]
        if accept:
            return TRACES.findall(answer.text)
        return answer.json.get("data", answer.json)

    def to_be_told(self, caller: str, question: Question) -> set[str]:
        hidden = self.hidden(caller, question.then)
        return (self.planted.traces.keys() & texts(self.known(question), hidden)) - hidden

    def of(self, key: str) -> list[Row]:
        return [row for row in self.rows if row.key == key]

    # --- questions ------------------------------------------------------------------------

    def lists(self, key: str) -> Iterator[Question]:
        """Every way to ask for the rows of a resource."""
        resource, path = resources()[key], f"/v1/{key}"
        refs = [f"walk:{row.marker}" for row in self.planted.of(key)]
        whose = "authority_id=" + ",".join(self.planted.authorities.values())
        if key == "organisations":
            whose = "external_ref=" + ",".join(refs)
        ours = f"{path}?{whose}&limit=200"
        yield Question(ours)
        yield Question(f"{ours}&as_recorded_at={self.planted.before}", then=True)
        yield Question(f"{path}?{whose}", accept="application/x-ndjson")
        yield Question(f"{path}?{whose}", accept="text/csv")
        if key == "deadlines":
            yield Question(f"{path}?{whose}", accept="text/calendar")
        for names in expansions(key):
            yield Question(f"{ours}&expand={names}")
        if "external_refs" in resource.fields:
            yield Question(f"{path}?external_ref={','.join(refs)}&limit=200")
        if resource.table["searchable"]:
            for rows in chunks(self.planted.of(key), 40):
                yield Question(f"{path}?q={words(rows)}&limit=200")

    def beneath(self) -> Iterator[Question]:
        """Every list beneath every row."""
        for route in ROUTES:
            if route.does != "list_of" or route.admin:
                continue
            if route.owned:
                for row in self.of(route.above):
                    yield Question(route.path.replace("{id}", row.id) + "?limit=200", of=row)
            else:
                for id in self.planted.authorities.values():
                    yield Question(route.path.replace("{id}", id) + "?limit=200")

    def items(self) -> Iterator[Question]:
        for row in self.rows:
            if row.key != "erasures":
                yield Question(row.path, of=row)
            if row.kind == "gone":
                yield Question(f"{row.path}?as_recorded_at={self.planted.before}", then=True, of=row)

    def searches(self) -> Iterator[Question]:
        rows = [row for row in self.planted.rows if resources()[row.key].table["searchable"]]
        for some in chunks(rows, 40):
            yield Question(f"/v1/search?q={words(some)}&limit=200")

    def histories(self) -> Iterator[Question]:
        for route in ROUTES:
            if route.does == "history" and route.owned:
                for row in self.of(route.above):
                    yield Question(f"{row.path}/history?limit=200", then=True, of=row)

    def audit(self) -> Iterator[Question]:
        since = f"at_gte={self.planted.since}"
        for path in ("/v1/audit", "/v1/audit/readings"):
            yield Question(f"{path}?{since}", accept="application/x-ndjson", then=True)
            yield Question(f"{path}?{since}", accept="text/csv", then=True)
            yield Question(f"{path}?{since}&as_recorded_at={self.planted.before}", accept="application/x-ndjson", then=True)

    # --- writes -----------------------------------------------------------------------------

    def deeds(self, caller: str) -> Iterator["Deed"]:
        """Everything that may be done to a row, or beneath it; of a row that is gone, bringing it back. For who may
        do nothing to any row, one of each resource will do."""
        some = set(CHANGES[caller].values()) & {"ok", "404"}
        rows = [row for row in self.rows if some or row.column == ("A", "council")]
        for route in ROUTES:
            if route.method == "GET" or route.admin or not route.owned or route.does == "add":
                continue
            for row in rows:
                if row.key == route.above and (row.kind == "gone") == (route.does == "restore"):
                    yield Deed(route, row, self.body(route, row))

    def body(self, route: Route, row: Row) -> dict | None:
        if route.does == "add_to":
            child = resources()[route.below]
            sensitivity = {"sensitivity": SENSITIVITY[row.kind]} if "sensitivity" in child.written else {}
            return self.planted.given.least(route.below) | sensitivity
        bodies = {"change": CHANGE.get(row.key), "move": MOVES.get(row.key), "carry-forwards": {"reason": "A new year"}}
        return bodies.get(route.does)

    def as_absent(self, caller: str, answer: Answer, id: str, **options: Any) -> None:
        """It is word for word what is answered where there is no such row."""
        target = answer.target.replace(id, ABSENT_ID)
        asked = (caller, answer.method, target)
        if asked not in self._absent:
            self._absent[asked] = bare(self.apis[caller].request(answer.method, target, **options), ABSENT_ID)
        assert bare(answer, id) == self._absent[asked]

    def do(self, caller: str, deed: "Deed", expected: str) -> Answer:
        """Tries it; what is allowed is only checked, so that all stays as it was."""
        target = deed.target + "?validate_only=true" * (expected == "ok")
        answer = self.apis[caller].request(deed.route.method, target, **deed.sent)
        if expected == "404":
            self.as_absent(caller, answer, deed.row.id, **deed.sent)
        return answer

    def additions(self, caller: str) -> Iterator["Addition"]:
        """A new row of every resource, owner and sensitivity."""
        for key, (member, above) in PARENTS.items():
            if not resources()[key].table["owned"]:
                continue
            owners = ("A", "B", "nobody") if resources()[key].table["shared"] else ("A", "B")
            for (owner, sensitivity), expected in ADDS[caller].items():
                if owner not in owners:
                    continue
                body = self.planted.given.least(key)
                if key == "decisions":  # or of a meeting
                    body["delegated_to"], member, above = "Director", "authority_id", "authorities"
                if "sensitivity" in resources()[key].written:
                    body["sensitivity"], kind = sensitivity, "open"
                else:  # it has that of what it belongs to
                    kind = KINDS[sensitivity]
                body[member] = (self.planted.authorities.get(owner) if above == "authorities"
                                else self.planted.id(above, owner, kind))
                # Who may not see what it belongs to need not know whose that is.
                unseen = expected == "403" and body[member] in self.hidden(caller)
                yield Addition(key, body, {"200"} if expected == "ok" else {"403", "422"} if unseen else {expected})

    def written(self) -> int:
        """The last change that the journal has; a read of what is restricted is none."""
        last = "SELECT seq FROM inspectd.journal WHERE op <> 'read' ORDER BY seq DESC LIMIT 1"
        return self.db.execute(last).fetchone()[0]


@dataclasses.dataclass(frozen=True)
class Deed:
    route: Route
    row: Row
    body: dict | None

    @property
    def target(self) -> str:
        return self.route.path.replace("{id}", self.row.id)

    @property
    def sent(self) -> dict[str, Any]:
        return {"json": self.body, "if_match": "*" if self.route.does in ("change", "delete", "move") else None}

    def expected(self, caller: str) -> str:
        return CHANGES[caller][self.row.column]


@dataclasses.dataclass(frozen=True)
class Addition:
    key: str
    body: dict
    expected: set[str]

    @property
    def target(self) -> str:
        """What is allowed is only checked, so that all stays as it was."""
        return f"/v1/{self.key}" + "?validate_only=true" * ("200" in self.expected)


def brief(answer: Answer) -> str:
    return f"{answer.status} to {answer.method} {answer.target[:300]}\n{answer.text[:600]}"


def bare(answer: Answer, *ids: str) -> tuple:
    """An answer without the names of its request and of these rows: the same for all that are as good as absent."""
    passing = ("Date", "X-Request-ID", "RateLimit", "RateLimit-Policy")
    headers = {name: value for name, value in answer.headers.items() if name not in passing}
    text = answer.text.replace(answer.headers["X-Request-ID"], "")
    for id in ids:
        text = text.replace(id, "")
    return answer.status, headers, text


def words(rows: list[Row]) -> str:
    return "%20or%20".join(row.marker for row in rows)


def expansions(key: str) -> Iterator[str]:
    """Every expansion, and every one of what that leads to, as many at once as one question takes."""
    for first in resources()[key].table["expansions"]:
        below = named(first.get("target") or first["resource"]).table["expansions"]
        names = [f"{first['name']}.{second['name']}" for second in below] or [first["name"]]
        yield from (",".join(some) for some in chunks(names, LIMITS["expansions"] - 1))
