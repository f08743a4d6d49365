"""Many rows with a past, written in SQL by the owner; and a client that does little but wait for answers.

tests/load measures with these, and integration/test_recorded_speed.py counts what is read.
"""

from __future__ import annotations

import json
import re
import socket
import statistics
import time
from typing import Any, Callable

import psycopg

from harness.service import Service

# So many rows are put in for {n}: one in five of them of Middlesbrough, the others of each authority in turn. An action
# answers two findings, and a finding is answered by two actions.
NUMBERED = """
WITH a AS (SELECT id, row_number() OVER (ORDER BY id) AS k, count(*) OVER () AS m FROM inspectd.authority),
     n AS (SELECT g, CASE WHEN g % 5 = 0 THEN '806' ELSE a.id END AS authority_id,
                  (ARRAY['public', 'public', 'public', 'council', 'restricted'])[g / 7 % 5 + 1] AS sensitivity,
                  'What was agreed after the visit, number ' || g AS words, date '2026-01-01' + (g * 37 % 700) AS day
             FROM generate_series(1, {n}) g JOIN a ON a.k = g % a.m + 1)
"""
RANKED = "(SELECT *, row_number() OVER (PARTITION BY authority_id ORDER BY id) AS k, " \
         "count(*) OVER (PARTITION BY authority_id) AS m FROM inspectd.%s)"
ROWS = (
    NUMBERED + "INSERT INTO inspectd.action (id, authority_id, sensitivity, title, detail, status, due_on) "
    "SELECT inspectd.uuid_v7(), authority_id, sensitivity, words, repeat(words || '. ', 8), "
    "(ARRAY['not_started', 'in_progress', 'complete'])[g % 3 + 1], day FROM n",
    NUMBERED + "INSERT INTO inspectd.finding (id, authority_id, sensitivity, inspection_id, kind, stage, status, text) "
    "SELECT inspectd.uuid_v7(), n.authority_id, n.sensitivity, i.id, 'recommendation', 'final', 'open', words "
    f"FROM n JOIN {RANKED % 'inspection'} i ON i.authority_id = n.authority_id AND i.k = n.g % i.m + 1",
    NUMBERED + "INSERT INTO inspectd.document (id, authority_id, sensitivity, title, role, url, dated_on) "
    "SELECT inspectd.uuid_v7(), authority_id, sensitivity, words, 'report', 'https://example.org/' || g, day FROM n",
    "INSERT INTO inspectd.action_finding (action_id, authority_id, sensitivity, finding_id) "
    f"SELECT a.id, a.authority_id, a.sensitivity, f.id FROM {RANKED % 'action'} a JOIN {RANKED % 'finding'} f "
    "ON f.authority_id = a.authority_id AND f.k - a.k BETWEEN 0 AND 1",
    "INSERT INTO inspectd.update (id, authority_id, sensitivity, action_id, reported_on, rag, narrative) "
    "SELECT inspectd.uuid_v7(), authority_id, sensitivity, id, '2026-02-01', 'amber', title FROM inspectd.action",
)
CHANGES = {  # what a version {v} is
    "action": "detail = detail || '{v}', due_on = due_on + CASE WHEN {v} % 3 = 0 THEN 7 ELSE 0 END, "
              "status = CASE WHEN ({v} + ascii(right(id::text, 1))) % 2 = 0 THEN 'in_progress' ELSE 'not_started' END",
    "finding": "gloss = 'As we read it, {v}', status = CASE WHEN ({v} + ascii(right(id::text, 1))) % 2 = 0 "
               "THEN 'being_addressed' ELSE 'open' END",
    "document": "summary = 'As it was on the day, {v}'",
    "inspection": "inspectors_count = {v}",
    "update": "narrative = 'As reported, {v}'",
}
PAGES = {
    "actions": "/v1/actions?limit=25",
    "actions by due_on": "/v1/actions?limit=25&sort=due_on",
    "actions by -updated_at": "/v1/actions?limit=25&sort=-updated_at",
    "actions of one authority": "/v1/actions?limit=25&authority_id=806",
    "of one authority by due_on": "/v1/actions?limit=25&authority_id=806&sort=due_on",
    "actions in progress": "/v1/actions?limit=25&status=in_progress",
    "actions and their findings": "/v1/actions?limit=25&expand=findings",
    "actions of which word": "/v1/actions?limit=25&q=agreed",
    "findings": "/v1/findings?limit=25",
    "findings by -updated_at": "/v1/findings?limit=25&sort=-updated_at",
    "findings of one authority": "/v1/findings?limit=25&authority_id=806",
    "findings, open": "/v1/findings?limit=25&status=open",
    "inspections": "/v1/inspections?limit=25",
    "inspections by -start_on": "/v1/inspections?limit=25&sort=-start_on",
    "inspections of one authority": "/v1/inspections?limit=25&authority_id=806",
    "inspections, published": "/v1/inspections?limit=25&status=published",
    "documents": "/v1/documents?limit=25",
    "counts of actions": "/v1/actions/counts?by=status",
    "counts of one authority": "/v1/actions/counts?by=status&authority_id=806",
    "one action": "/v1/actions/{action}",
    "one finding": "/v1/findings/{finding}",
}
CLIENTS = {
    "sees all": {},
    "council, one authority": {"authorities": ["806"], "clearance": "council"},
    "public": {"clearance": "public"},
}

PARTS = 20  # of which each is changed in a transaction of its own


def fill(db: psycopg.Connection, rows: int, versions: int) -> dict[str, str]:
    """Writes so many actions, findings and documents, and so many versions of each and of the inspections that there are.

    Answers two moments: in the middle, and before the last change of every row.
    """
    moments = {}
    for statement in ROWS:
        db.execute(statement.replace("{n}", str(rows)))
    for version in range(2, versions + 1):
        if version == versions // 2 + 1:
            moments["middle"] = now(db)
        if version == versions:
            moments["last"] = now(db)
        for part in range(PARTS):
            for table, change in CHANGES.items():
                db.execute(f"UPDATE inspectd.{table} SET {change.replace('{v}', str(version))} "
                           f"WHERE abs(hashtext(id::text)::bigint) % {PARTS} = {part}")
    db.execute("VACUUM ANALYZE")
    return moments


def now(db: psycopg.Connection) -> str:
    """By PostgreSQL's clock."""
    return db.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'").fetchone()[0].isoformat() + "Z"


def key_of(service: Service, client: str) -> str:
    """A key of one of CLIENTS. The public may not be given every scope."""
    bounds = CLIENTS[client]
    scopes = [f"{name}:read" for name in ("actions", "findings", "inspections", "documents")]
    return service.make_key(*([scopes] if bounds.get("clearance") == "public" else []), name=client, **bounds)


class Line:
    """A connection that stays open, for a key. Next to nothing is its own time, so that what is measured is the service's."""

    def __init__(self, port: int, key: str):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        self.left = b""

    def ask(self, method: str, path: str, body: Any = None, type: str = "application/json", expect: int = 200) -> bytes:
        sent = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} {self.head}"
        if method == "PATCH":
            head += "If-Match: *\r\n"
        if body is not None:
            head += f"Content-Type: {type}\r\nContent-Length: {len(sent)}\r\n"
        self.socket.sendall(f"{head}\r\n".encode() + sent)
        head, length = self._head()
        while len(self.left) < length:
            self._more()
        answer, self.left = self.left[:length], self.left[length:]
        assert head.startswith(f"HTTP/1.1 {expect} ".encode()), f"{method} {path}: {head!r} {answer[:500]!r}"
        return answer

    def get(self, path: str) -> bytes:
        return self.ask("GET", path)

    def post(self, path: str, body: Any) -> bytes:
        return self.ask("POST", path, body, expect=201)

    def patch(self, path: str, body: Any) -> bytes:
        return self.ask("PATCH", path, body, "application/merge-patch+json")

    def _head(self) -> tuple[bytes, int]:
        while b"\r\n\r\n" not in self.left:
            self._more()
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        return head, int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1])

    def _more(self) -> None:
        more = self.socket.recv(1 << 20)
        assert more, "the service closed the connection"
        self.left += more


def in_turns(ways: dict[str, Callable[[], Any]], rounds: int, warm: int = 8) -> dict[str, float]:
    """The median of what each takes, in seconds: in turns, so that what else goes on weighs on all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(warm + rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if turn >= warm:
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}
