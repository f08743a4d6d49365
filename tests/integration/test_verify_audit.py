"""Whether the audit is as it was written: `GET /v1/audit/verify`, `GET /v1/audit/heads` and `inspectd verify-audit`.

Each tampering is done to a copy of one database, by a superuser whose triggers are off: whoever holds the database can
do no more. The chain is kept by what is written; the seals by inspectd.seal(), which these tests call themselves.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import subprocess
import threading
import uuid
from typing import Any, Callable, Iterator

import psycopg
import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.service import Api, Service

def seal(db: psycopg.Connection) -> None:
    """All that is there: the first call marks how far it sees, the second seals it."""
    for _ in range(2):
        db.execute("SELECT inspectd.seal()")


def verify(db: psycopg.Connection) -> dict:
    return db.execute("SELECT inspectd.verify_audit('0', 60)").fetchone()[0]


def whole(db: psycopg.Connection) -> dict:
    answer = verify(db)
    assert answer["verified"] and answer["complete"] and answer["broken"] is None, answer
    return answer


class Command:
    """`inspectd verify-audit` on one database."""

    def __init__(self, cluster: clusters.Cluster, database: str):
        self.environment = Service(cluster, database).environment

    def __call__(self, *arguments: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [str(clusters.binary()), "verify-audit", *map(str, arguments)], env=self.environment | environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert done.returncode == status, f"ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done


# --- one database to tamper with ---------------------------------------------------------------


class Kept:
    """A database with two seals and entries after them; `seq["first 2"]` is the second entry of the row "first"."""

    def __init__(self, cluster: clusters.Cluster):
        self.cluster, self.database = cluster, cluster.clone(clusters.EMPTY)
        service = Service(cluster, self.database)
        try:
            self.key = service.make_key()
            self.ids: dict[str, str] = {}
            with cluster.connect(self.database) as db:
                self._write(service.start().api(self.key), db)
                rows = db.execute("SELECT row_key, n, seq FROM inspectd.journal").fetchall()
            names = {id: name for name, id in self.ids.items()}
            self.seq = {f"{names[key]} {n}": seq for key, n, seq in rows if key in names}
        finally:
            service.close()

    def _write(self, api: Api, db: psycopg.Connection) -> None:
        api.create("/v1/authorities", {"id": "301", "name": "Shire", "type": "unitary"})
        plan = api.create("/v1/plans", {"authority_id": "301", "title": "Plan", "kind": "other"})["id"]
        for name in ("first", "last", "linked"):
            more = {"plan_ids": [plan]} if name == "linked" else {}
            self.ids[name] = api.create("/v1/actions", {"authority_id": "301", "title": name, **more})["id"]
        self.ids["link"] = f"{self.ids['linked']}:{plan}"
        self.change(api, "first", "1")
        self.change(api, "last", "1")
        with db.transaction(force_rollback=True):  # takes numbers that no entry has
            db.execute("UPDATE inspectd.action SET detail = 'Given up'")
        self.change(api, "first", "2")
        seal(db)
        self.change(api, "first", "3")
        seal(db)
        self.change(api, "first", "4")
        self.ids["late"] = api.create("/v1/actions", {"authority_id": "301", "title": "late"})["id"]
        self.change(api, "late", "1")
        self.change(api, "late", "2")

    def change(self, api: Api, name: str, detail: str) -> None:
        api.patch(f"/v1/actions/{self.ids[name]}", {"detail": detail}, expect=200)


class Scratch:
    """A copy of it, whose holder is about to tamper."""

    def __init__(self, kept: Kept, start_service: Callable[..., Service]):
        self.kept, self.database = kept, kept.cluster.clone(kept.database)
        self.command = Command(kept.cluster, self.database)
        self.db = kept.cluster.connect(self.database, clusters.SUPERUSER)
        self.db.execute("SET session_replication_role = replica")
        self._start = lambda: start_service(self.database).api(kept.key)

    def tamper(self, statement: str, *values: Any) -> None:
        assert self.db.execute(statement, values).rowcount != 0, "nothing was tampered with"

    def broken(self) -> dict:
        """What both ways of asking name, alike."""
        api = self._start()
        answer = api.get("/v1/audit/verify", expect=200).json
        assert not answer["verified"] and not answer["complete"] and answer["next_after"], answer
        broken = answer["broken"]
        told = self.command(status=1)
        where = f"entry {broken['seq']}" if broken["seq"] else "a row without an entry"
        whose = f" ({broken['resource']} {broken['row_id'] or ''})" if broken["resource"] else ""
        assert told.stderr == f"inspectd verify-audit: broken at {where}{whose}: {broken['why']}\n"
        assert told.stdout == ""
        return broken


@pytest.fixture(scope="module")
def kept(cluster: clusters.Cluster) -> Iterator[Kept]:
    kept = Kept(cluster)
    yield kept
    cluster.drop(kept.database)


@pytest.fixture
def scratch(kept: Kept, start_service) -> Iterator[Scratch]:
    scratch = Scratch(kept, start_service)
    yield scratch
    scratch.db.close()


ENTRY = "WHERE seq = %(seq)s"
ROW = "WHERE id = %(id)s"
GONE, PUT_IN, NOT_NEXT = "it is gone", "it was put in after", "it is not the next entry of its record"
WHO = "who, when, why"


def tampering(what: str, statement: str, seq: str | None, why: str, row: str | None = "late") -> Any:
    """`seq`, `row`: which entry and whose is named, by the labels of Kept."""
    return pytest.param(statement, seq, row, why, id=what.replace(" ", "_"))


@pytest.mark.parametrize("statement, seq, row, why", [
    tampering("image changed", "UPDATE inspectd.journal SET image = image || '{\"detail\": \"x\"}' " + ENTRY, "late 2",
              "its image is not the one that was written"),
    tampering("actor changed", "UPDATE inspectd.journal SET actor = 'client:other' " + ENTRY, "late 2", WHO),
    tampering("sealed entry removed", "DELETE FROM inspectd.journal " + ENTRY, "first 2", GONE, "first"),
    tampering("entry removed", "DELETE FROM inspectd.journal " + ENTRY, "late 2", GONE),
    tampering("first entry removed", "DELETE FROM inspectd.journal " + ENTRY, "late 1", GONE),
    tampering("last entry removed after a seal", "DELETE FROM inspectd.journal " + ENTRY, "last 2",
              "it was sealed (by seal 1) and is gone", "last"),
    tampering("row changed", "UPDATE inspectd.action SET detail = 'x' " + ROW, "late 3",
              "the row is not as this, its last entry, has it"),
    tampering("row deleted", "DELETE FROM inspectd.action " + ROW, "late 3", "the row is gone, and nothing says so"),
    tampering("row of a list deleted", "DELETE FROM inspectd.action_plan WHERE action_id = %(linked)s", "link 1",
              "the row is gone, and nothing says so", "linked"),
    tampering("row put in", "INSERT INTO inspectd.action (id, authority_id, title, status) VALUES (%(new)s, '301', 'x', 'proposed')", None,
              "no entry tells of the row", "new"),
    tampering("history changed", "UPDATE history.action SET detail = 'x' WHERE journal_seq = %(seq)s", "late 2",
              "history.action has another image of it"),
    tampering("end of history changed",
              "UPDATE history.action SET recorded_until = 'infinity' WHERE journal_seq = %(seq)s", "first 2",
              "history.action has another end of it", "first"),
    tampering("history removed", "DELETE FROM history.action WHERE journal_seq = %(seq)s", "late 2",
              "history.action does not have it"),
    tampering("image put into history", "INSERT INTO history.action SELECT (x).* FROM (SELECT jsonb_populate_record(h, "
              "'{\"journal_seq\": 7777}') AS x FROM history.action h WHERE journal_seq = %(seq)s) y", "late 2",
              "history.action has an image of it, and the journal nothing"),
    tampering("seal changed", "UPDATE inspectd.seal SET at = at + interval '1 second' WHERE id = 1", None,
              "seal 1, or the hashes of what it sealed, are not what they were", None),
    tampering("seal removed", "DELETE FROM inspectd.seal WHERE id = 1", None, "the seal before seal 2 is gone", None),
])
def test_whatever_is_done_behind_the_triggers_the_first_broken_link_is_named(scratch, kept, statement, seq, row, why):
    ids = kept.ids | {"new": "0190a000-0000-7000-8000-00000000abcd"}
    values = {"seq": kept.seq.get(seq), "id": ids["late"], "new": ids["new"], "linked": ids["linked"]}
    assert scratch.db.execute(statement, values).rowcount == 1
    broken = scratch.broken()
    assert broken["why"].startswith(why), broken
    assert (broken["resource"], broken["row_id"]) == (("actions", ids[row]) if row else (None, None)) or (
        "seal" in why), broken
    assert broken["seq"] == (7777 if "7777" in statement else kept.seq[seq] if seq else broken["seq"]), broken


def test_of_what_nobody_touched_nothing_is_broken(scratch, kept):
    entries, seals = scratch.db.execute("SELECT (SELECT count(*) FROM inspectd.journal), 2").fetchone()
    answer = scratch._start().get("/v1/audit/verify", expect=200).json
    assert answer == {"verified": True, "complete": True, "broken": None, "next_after": None, "checked": entries,
                      "seals": seals, "from_seq": 1, "to_seq": kept.seq["late 3"]}
    done = scratch.command()
    assert done.stdout == f"{entries} entries and 3 seals are as they were written\n" and done.stderr == ""
    assert scratch.command().stdout == done.stdout


def test_nothing_that_an_entry_says_can_be_changed(scratch, kept):
    """Each column of the journal by itself, of an entry that no seal holds yet."""
    other = {
        "seq": "seq + 100", "at": "at + interval '1 microsecond'", "txid": "'7'", "table_name": "'plan'",
        "row_key": "row_key || 'x'", "op": "'restored'", "version": "version + 1", "authority_id": "NULL",
        "sensitivity": "'public'", "actor": "'loader'", "person": "'j.smith'", "request_id": "'other'",
        "reason": "'[erased]'", "image": "image - 'detail'", "row_id": f"'{kept.ids['first']}'", "n": "n + 7",
        "before": "before - 1", "digest": "sha256('x')", "hash": "sha256('x')",
    }
    columns = scratch.db.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'inspectd.journal'::regclass "
                                 "AND attnum > 0 AND NOT attisdropped").fetchall()
    assert {column for column, in columns} == set(other)
    with Cases() as case:
        for column, value in other.items():
            with case(column), scratch.db.transaction(force_rollback=True):
                scratch.tamper(f"UPDATE inspectd.journal SET {column} = {value} WHERE seq = %s", kept.seq["late 2"])
                assert verify(scratch.db)["broken"]["seq"] == kept.seq["late 2"]
    whole(scratch.db)


def test_nothing_that_a_seal_says_can_be_changed(scratch):
    other = {"id": "id + 5", "at": "at + interval '1 microsecond'", "first_seq": "first_seq - 1",
             "last_seq": "last_seq + 1", "entries": "entries - 1", "absent": "'{[1,2)}'", "previous": "NULL",
             "digest": "sha256('x')"}
    columns = scratch.db.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'inspectd.seal'::regclass "
                                 "AND attnum > 0 AND NOT attisdropped").fetchall()
    assert {column for column, in columns} == set(other)
    with Cases() as case:
        for column, value in other.items():
            with case(column), scratch.db.transaction(force_rollback=True):
                scratch.tamper(f"UPDATE inspectd.seal SET {column} = {value} WHERE id = 2")
                assert "seal" in verify(scratch.db)["broken"]["why"]


def test_an_entry_that_is_removed_before_any_seal_is_missed_by_its_row(scratch, kept):
    scratch.tamper("DELETE FROM inspectd.journal WHERE seq = %s", kept.seq["late 3"])
    broken = scratch.broken()
    assert (broken["seq"], broken["row_id"]) == (kept.seq["late 2"], kept.ids["late"])
    scratch.tamper("UPDATE history.action SET recorded_until = 'infinity' WHERE journal_seq = %s", kept.seq["late 2"])
    broken = verify(scratch.db)["broken"]
    assert (broken["seq"], broken["why"]) == (kept.seq["late 2"], "the row is not as this, its last entry, has it")


CHAIN = """INSERT INTO inspectd.journal SELECT (x).* FROM (
    SELECT jsonb_populate_record(j, jsonb_build_object('seq', %(number)s, 'n', j.n + 1, 'before', j.seq)) AS x
      FROM inspectd.journal j WHERE j.seq = %(after)s) made"""
REHASH = """UPDATE inspectd.journal j
               SET digest = sha256(convert_to(j.image::text, 'UTF8')) WHERE j.seq = %(number)s;
            UPDATE inspectd.journal j
               SET hash = inspectd.chain_hash(coalesce((SELECT p.hash FROM inspectd.journal p WHERE p.seq = j.before), ''),
                                              inspectd.entry_text(j, inspectd.text_digest(j.reason)))
             WHERE j.seq = %(number)s"""


def rehash(db: psycopg.Connection, number: int) -> None:
    for statement in REHASH.split(";"):
        db.execute(statement, {"number": number})


def test_an_entry_that_is_put_in_does_not_follow(scratch, kept):
    top = kept.seq["late 3"] + 50
    scratch.db.execute(CHAIN, {"number": top, "after": kept.seq["late 3"]})
    with scratch.db.transaction(force_rollback=True):
        rehash(scratch.db, top)
        broken = verify(scratch.db)["broken"]  # its chain is right now, and nothing else knows of it
        assert (broken["seq"], broken["why"]) == (kept.seq["late 3"], "history.action has another end of it")
    broken = scratch.broken()
    assert (broken["seq"], broken["row_id"]) == (top, kept.ids["late"])
    assert broken["why"].startswith(WHO)


def test_an_entry_that_is_put_among_sealed_ones_is_named_however_well_it_is_made(scratch, kept):
    """Numbers of a write that was given up are free; the seal knows that they were."""
    free, = scratch.db.execute("SELECT lower(absent) FROM inspectd.seal WHERE id = 1").fetchone()
    scratch.db.execute(CHAIN, {"number": free, "after": kept.seq["last 2"]})
    rehash(scratch.db, free)
    broken = scratch.broken()
    assert (broken["seq"], broken["row_id"]) == (free, kept.ids["last"])
    assert broken["why"] == "it was put in after what is around it had been sealed (by seal 1)"


def test_all_that_came_after_a_seal_cannot_be_cut_off(scratch, kept):
    """Every entry from the second seal on, with what it left in history and in the rows: only the seals are left."""
    first, = scratch.db.execute("SELECT first_seq FROM inspectd.seal WHERE id = 2").fetchone()
    scratch.tamper("DELETE FROM inspectd.journal WHERE seq >= %s", first)
    scratch.tamper("DELETE FROM history.action WHERE journal_seq >= %s", first)
    scratch.tamper("UPDATE history.action SET recorded_until = 'infinity' WHERE journal_seq = %s", kept.seq["first 3"])
    scratch.tamper("DELETE FROM inspectd.action WHERE id = %s", kept.ids["late"])
    scratch.tamper("UPDATE inspectd.action t SET detail = h.detail, version = h.version, updated_at = h.updated_at "
                   "FROM history.action h WHERE h.journal_seq = %s AND t.id = h.id", kept.seq["first 3"])
    broken = scratch.broken()
    assert (broken["seq"], broken["why"]) == (first, "it was sealed (by seal 2) and is gone")


# --- heads that are kept elsewhere -----------------------------------------------------------------


def rewrite(db: psycopg.Connection, first: int) -> None:
    """Another word in an entry, and everything that follows made to fit: what only a copy kept elsewhere can tell."""
    name, key = db.execute("SELECT table_name, row_key FROM inspectd.journal WHERE seq = %s", [first]).fetchone()
    db.execute("UPDATE inspectd.journal SET image = image || '{\"detail\": \"Rewritten\"}' WHERE seq = %s", [first])
    db.execute("UPDATE history.action SET detail = 'Rewritten' WHERE journal_seq = %s", [first])
    for number, in db.execute("SELECT seq FROM inspectd.journal WHERE (table_name, row_key) = (%s, %s) ORDER BY n",
                              [name, key]).fetchall():
        rehash(db, number)
    for number, in db.execute("SELECT id FROM inspectd.seal ORDER BY id").fetchall():
        db.execute("UPDATE inspectd.seal s SET previous = (SELECT p.digest FROM inspectd.seal p WHERE p.id = s.id - 1) "
                   "WHERE s.id = %s", [number])
        db.execute("UPDATE inspectd.seal s SET digest = (inspectd.seal_of(s)).digest WHERE s.id = %s", [number])


def test_a_chain_that_is_rewritten_as_a_whole_is_told_by_heads_that_were_kept(scratch, kept, tmp_path):
    heads = tmp_path / "heads"
    done = scratch.command("--export", heads)
    lines = [json.loads(line) for line in heads.read_text().splitlines()]
    assert [line["id"] for line in lines] == [1, 2, 3] and lines[-1]["last_seq"] == kept.seq["late 3"]
    assert done.stdout.endswith("and 3 seals are as they were written\n")
    assert scratch.command("--heads", heads).stdout.startswith("3 seals are those that were kept\n")
    rewrite(scratch.db, kept.seq["first 2"])
    assert scratch._start().get("/v1/audit/verify", expect=200).json["verified"]
    scratch.command()
    done = scratch.command("--heads", heads, status=1)
    assert done.stderr == "inspectd verify-audit: broken at entry 1: seal 1 is not the one that was kept\n"
    later = tmp_path / "later"
    later.write_text(json.dumps(lines[1]) + "\n")
    assert f"entry {lines[1]['first_seq']}: seal 2" in scratch.command("--heads", later, status=1).stderr


def test_the_last_seal_cannot_be_taken_back_from_who_kept_it(scratch, tmp_path):
    heads = tmp_path / "heads"
    scratch.command("--export", heads)
    scratch.tamper("DELETE FROM inspectd.seal WHERE id = 3")
    assert "seal 3 is not the one that was kept" in scratch.command("--heads", heads, status=1).stderr


def test_the_heads_that_the_service_gives_serve_as_well(scratch, tmp_path):
    api = scratch._start()
    page = api.get("/v1/audit/heads", expect=200).data
    lines = api.get("/v1/audit/heads", headers={"Accept": "application/x-ndjson"}, expect=200).text
    assert [json.loads(line) for line in lines.splitlines()] == page and len(page) == 2
    assert page[0]["previous"] is None and page[1]["previous"] == page[0]["digest"]
    assert page[0]["entries"] < page[0]["last_seq"] == page[1]["first_seq"] - 1  # some were given up
    heads = tmp_path / "heads"
    heads.write_text(lines)
    assert scratch.command("--heads", heads).stdout.startswith("2 seals are those that were kept\n")
    assert api.get("/v1/audit/heads", {"sort": "-id", "limit": 1}, expect=200).ids == [3]


# --- the command ---------------------------------------------------------------------------------------


def test_what_the_command_does_not_take_is_told(scratch, tmp_path):
    for arguments in (["--heads"], ["--export"], ["--colour", "red"], ["now"], ["--heads", "a", "--export"]):
        assert "usage: inspectd verify-audit" in scratch.command(*arguments, status=2).stderr
    assert scratch.command("--help").stdout.startswith("usage: inspectd verify-audit")
    done = scratch.command(status=2, INSPECTD_OWNER_URL="", INSPECTD_DATABASE_URL="")
    assert "INSPECTD_OWNER_URL or INSPECTD_DATABASE_URL is not set" in done.stderr


def test_what_could_not_be_told_is_not_told_as_broken(scratch, tmp_path):
    """1 is for an audit that is broken, and for nothing else."""
    away = "host=/nonexistent user=nobody dbname=none"
    assert "verify-audit" in scratch.command(status=2, INSPECTD_OWNER_URL=away, INSPECTD_DATABASE_URL=away).stderr
    assert "cannot be read" in scratch.command("--heads", tmp_path / "none", status=2).stderr
    assert "cannot be written" in scratch.command("--export", tmp_path / "none" / "x", status=2).stderr
    page = tmp_path / "page"
    for text, said in (("", "holds no seals"), ("{}\n", "line 1 of the kept seals is no seal"),
                       ("not JSON\n", "line 1"), ('{"data": []}\n', "line 1"), ('{"id": 1}\n', "line 1")):
        page.write_text(text)
        assert said in scratch.command("--heads", page, status=2).stderr
    page.write_text('{"id": 99, "first_seq": 5, "digest": "' + "0" * 64 + '"}\n')
    assert "entry 5: seal 99 is not the one" in scratch.command("--heads", page, status=1).stderr


def test_only_who_holds_the_database_or_sees_all_may_verify(kept, scratch):
    with kept.cluster.connect(scratch.database, clusters.SERVICE) as db:
        db.execute("SET ROLE inspectd_api")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only who sees all"):
            verify(db)


# --- part by part ------------------------------------------------------------------------------------------


def test_a_verification_goes_on_where_it_stopped(scratch, kept):
    """In so little time that each call does one part; the places it names are what the service takes."""
    api, after, checked, seals, places = scratch._start(), "0", 0, 0, []
    while after:
        part = scratch.db.execute("SELECT inspectd.verify_audit(%s, 0.0001)", [after]).fetchone()[0]
        assert part["verified"] and part["complete"] == (part["next_after"] is None)
        checked, seals, after = checked + part["checked"], seals + part["seals"], part["next_after"]
        places += [after] if after else []
    assert len(places) > 3 and len(set(places)) == len(places)
    assert (checked, seals) == scratch.db.execute("SELECT count(*), 2 FROM inspectd.journal").fetchone()
    for place in places:
        rest = api.get("/v1/audit/verify", {"after": place}, expect=200).json
        assert rest["complete"] and rest["checked"] == scratch.db.execute(
            "SELECT count(*) FROM inspectd.journal WHERE seq > %s", [int(place.split(".")[0])]).fetchone()[0]
    scratch.tamper("UPDATE inspectd.journal SET actor = 'x' WHERE seq = %s", kept.seq["first 1"])
    assert not api.get("/v1/audit/verify", expect=200).json["verified"]
    assert api.get("/v1/audit/verify", {"after": kept.seq["first 4"]}, expect=200).json["verified"]


def test_who_may_ask_and_what_for(kept, start_service):
    service = start_service(kept.cluster.clone(kept.database))
    api = service.api(kept.key)
    for after in ("", "x", "-1", "1.", ".1", "1.x", "1.2.3", "9" * 19, "1.1234567"):
        assert api.get("/v1/audit/verify", {"after": after}, expect=400).pointers == ["/after"]
    assert api.get("/v1/audit/verify?before=3", expect=400).pointers == ["/before"]
    assert api.get("/v1/audit/verify?after=1&after=2", expect=400).pointers == ["/after"]
    api.get("/v1/audit/verify", headers={"Accept": "text/csv"}, expect=406)
    answer = api.get("/v1/audit/verify", expect=200)
    assert api.head("/v1/audit/verify", expect=200).etag == answer.etag
    api.get("/v1/audit/verify", headers={"If-None-Match": answer.etag}, expect=304)
    bound = service.make_key(["audit:read"], authorities=["301"])
    council = service.make_key(["audit:read"], clearance="council")
    lacking = service.make_key(["actions:read"])
    for path in ("/v1/audit/verify", "/v1/audit/heads"):
        for key in (bound, council, lacking):
            api.with_key(key).get(path, expect=403)
        api.with_key(None).get(path, expect=401)
        api.with_key(service.make_key(["audit:read"])).get(path, expect=200)


# --- seals, while all write ---------------------------------------------------------------------------------


def test_no_entry_is_missed_by_a_seal_while_eight_sessions_write(cluster, kept):
    database = cluster.clone(kept.database)
    done, failures = threading.Event(), []

    def write(n: int) -> None:
        with cluster.connect(database) as db:
            id = db.execute("INSERT INTO inspectd.action (id, authority_id, title, status) "
                            "VALUES (inspectd.uuid_v7(), '301', 'w', 'proposed') "
                            "RETURNING id").fetchone()[0]
            for i in range(40):
                with db.transaction(force_rollback=i % 5 == 0):
                    db.execute("UPDATE inspectd.action SET detail = %s WHERE id = %s", [f"{n} {i}", id])
                    with db.transaction(force_rollback=i % 3 == 0):  # a savepoint
                        db.execute("UPDATE inspectd.action SET lead_role = %s WHERE id = %s", [f"{n} {i}", id])

    def keep_sealing() -> None:
        with cluster.connect(database) as db:
            while not done.is_set():
                db.execute("SELECT inspectd.seal()")

    def run(work: Callable[..., None], *arguments: Any) -> threading.Thread:
        def guarded() -> None:
            try:
                work(*arguments)
            except Exception as failure:
                failures.append(failure)

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread

    writers, sealers = [run(write, n) for n in range(8)], [run(keep_sealing) for _ in range(2)]
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert failures == []
    with cluster.connect(database) as db:
        made, = db.execute("SELECT count(*) FROM inspectd.seal").fetchone()
        assert made > 4, "seals were made meanwhile"
        seal(db)
        answer = whole(db)
        entries, last = db.execute("SELECT count(*), max(seq) FROM inspectd.journal").fetchone()
        assert db.execute("SELECT sum(entries), max(last_seq), min(first_seq) FROM inspectd.seal").fetchone() == (
            entries, last, 1)
        assert answer["checked"] == entries
    cluster.drop(database)


def test_a_long_transaction_is_waited_for_by_the_seal_of_what_came_after_it(scratch, kept):
    change = "UPDATE inspectd.action SET detail = 'Slow' WHERE title = %s"
    sealed = "SELECT max(last_seq) FROM inspectd.seal"
    with kept.cluster.connect(scratch.database) as slow, kept.cluster.connect(scratch.database) as quick:
        seal(quick)
        with slow.transaction():
            slow.execute(change, ["first"])
            quick.execute(change, ["last"])
            before, = quick.execute(sealed).fetchone()
            early, late = quick.execute("SELECT max(seq) - 1, max(seq) FROM inspectd.journal").fetchone()
            for _ in range(3):
                seal(quick)
            assert quick.execute(sealed).fetchone() == (before,) and before < early
        seal(quick)
        assert quick.execute("SELECT first_seq, last_seq, entries FROM inspectd.seal ORDER BY id DESC LIMIT 1"
                             ).fetchone() == (before + 1, late, 2)
        whole(quick)


# --- a database of an earlier version, and of a later one ------------------------------------------------------


@contextlib.contextmanager
def earlier(cluster: clusters.Cluster, before: str) -> Iterator[psycopg.Connection]:
    """A database with the migrations up to one, as they were released."""
    database = f"earlier_{uuid.uuid4().hex[:8]}"
    cluster.execute(f"CREATE DATABASE {database} OWNER {clusters.OWNER}")
    try:
        with cluster.connect(database) as db:
            for file in sorted((clusters.REPOSITORY / "sql" / "migrations").glob("*.sql")):
                if file.name < before:
                    text = file.read_bytes()
                    db.execute(text)
                    db.execute("INSERT INTO inspectd.migration (name, checksum) VALUES (%s, %s)",
                               [file.name, hashlib.sha256(text).hexdigest()])
            yield db
    finally:
        cluster.drop(database)


def migrate(cluster: clusters.Cluster, database: str) -> None:
    clusters.inspectd("migrate", INSPECTD_OWNER_URL=cluster.url(database), INSPECTD_DATABASE_URL=cluster.url(database))


def test_what_an_earlier_version_journaled_and_noted_becomes_a_chain(cluster, start_service):
    with earlier(cluster, "0016") as db:
        database = db.info.dbname
        db.execute("INSERT INTO inspectd.authority (id, name, type) VALUES ('301', 'A', 'county'), ('302', 'B', 'county')")
        ids = [row[0] for row in db.execute(
            "INSERT INTO inspectd.document (id, authority_id, sensitivity, title, role, url) SELECT inspectd.uuid_v7(), a, "
            "'restricted', 'Letter ' || n, 'other', 'https://example.org' FROM unnest('{301,302}'::text[]) a, "
            "generate_series(1, 3) n RETURNING id").fetchall()]
        db.execute("UPDATE inspectd.document SET title = title || '.' WHERE authority_id = '301'")
        db.execute("UPDATE inspectd.document SET deleted_at = now() WHERE id = %s", [ids[0]])
        db.execute("INSERT INTO inspectd.theme (id, name) VALUES ('a', 'A'), ('b', 'B')")
        db.execute("DELETE FROM inspectd.theme WHERE id = 'b'")
        db.execute("SELECT set_config('inspectd.actor', 'client:x', false), set_config('inspectd.person', 'j.smith', false), "
                   "set_config('inspectd.request_id', 'r-1', false)")
        db.execute("SELECT inspectd.note_reading('documents', %s)", [[ids[0], ids[5]]])
        db.execute("SELECT set_config('inspectd.person', '', false), set_config('inspectd.request_id', 'r-2', false)")
        db.execute("SELECT inspectd.note_reading('documents', %s)", [[ids[1]]])
        db.execute("SELECT inspectd.note_reading('documents', %s)", [[uuid.uuid4()]])
        noted = db.execute("SELECT at FROM inspectd.reading ORDER BY id").fetchall()
        entries = db.execute("SELECT seq, at, op, row_key, actor, image FROM inspectd.journal ORDER BY seq").fetchall()
        migrate(cluster, database)
        assert db.execute("SELECT seq, at, op, row_key, actor, image FROM inspectd.journal WHERE seq <= %s ORDER BY seq",
                          [entries[-1][0]]).fetchall() == entries
        seal(db)
        assert whole(db)["seals"] == 1
        assert Command(cluster, database)().stderr == ""
        assert db.execute("SELECT to_regclass('inspectd.reading')").fetchone() == (None,)
        service = start_service(database)
        api = service.admin()
        readings = api.get("/v1/audit/readings", {"sort": "id"}, expect=200).data
        assert [(r["request_id"], r["person"], r["authority_id"], r["row_ids"]) for r in readings[:3]] == [
            ("r-1", "j.smith", "301", [str(ids[0])]), ("r-1", "j.smith", "302", [str(ids[5])]),
            ("r-2", None, "301", [str(ids[1])])]
        assert (len(readings), readings[3]["authority_id"]) == (4, None)  # of a row that is not there
        assert {r["actor"] for r in readings} == {"client:x"} and {r["resource"] for r in readings} == {"documents"}
        assert [moment(r["at"]) for r in readings] == [noted[i][0] for i in (0, 0, 1, 2)]
        history = api.get(f"/v1/documents/{ids[0]}/history", {"sort": "id"}, expect=200).data
        assert [e["op"] for e in history] == ["created", "updated", "deleted", "read"]
        assert history[1]["changes"] == [{"member": "title", "before": "Letter 1", "after": "Letter 1."}]
        api.patch(f"/v1/documents/{ids[1]}", {"title": "Later"}, expect=200)
        whole(db)
        service.stop()


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def again(cluster: clusters.Cluster, db: psycopg.Connection) -> None:
    """Has the views made anew, as a migration that came with a later version would."""
    db.execute("DELETE FROM inspectd.migration WHERE name = 'views and rules'")
    migrate(cluster, db.info.dbname)


def test_columns_that_a_later_version_adds_leave_the_past_as_it_was(scratch, kept, start_service):
    """With and without a default, in a migration that fills them too; rows that were there hold the default."""
    with kept.cluster.connect(scratch.database) as db:
        before, = db.execute("SELECT updated_at FROM inspectd.action WHERE id = %s", [kept.ids["late"]]).fetchone()
        with db.transaction():
            db.execute("SELECT inspectd.drop_derived()")
            db.execute("ALTER TABLE inspectd.action ADD COLUMN colour text, ADD COLUMN mood text DEFAULT 'calm', "
                       "ADD COLUMN weight integer NOT NULL DEFAULT 3, ADD COLUMN tags text[] NOT NULL DEFAULT '{}'")
            db.execute("UPDATE inspectd.action SET colour = 'red', mood = NULL WHERE id = %s", [kept.ids["late"]])
            db.execute("CREATE INDEX ON inspectd.action (colour, id)")
        again(kept.cluster, db)
        whole(db)
        db.execute("UPDATE inspectd.action SET mood = 'glad', weight = 4 WHERE id = %s", [kept.ids["first"]])
        whole(db)
        assert db.execute("SELECT colour, mood, weight FROM history.action WHERE id = %s ORDER BY journal_seq",
                          [kept.ids["late"]]).fetchall() == [(None, "calm", 3)] * 3 + [("red", None, 3)]
        db.execute("SELECT set_config('inspectd.recorded_at', %s, false), set_config('inspectd.authorities', '*', false), "
                   "set_config('inspectd.clearance', 'restricted', false)", [str(before)])
        assert db.execute("SELECT colour, mood, detail FROM recorded.action WHERE id = %s", [kept.ids["late"]]
                          ).fetchone() == (None, "calm", "2")
        db.execute("SELECT set_config('inspectd.recorded_at', '', false)")
        with db.transaction():
            db.execute("SELECT inspectd.drop_derived()")
            db.execute("DROP SCHEMA seen, seen_recorded CASCADE")
            db.execute("ALTER TABLE inspectd.action DROP COLUMN mood")
        again(kept.cluster, db)
        whole(db)
    api = start_service(scratch.database).api(kept.key)
    last = api.get(f"/v1/actions/{kept.ids['first']}/history", expect=200).data[0]
    assert last["changes"] == [{"member": "mood", "before": None, "after": "glad"},
                               {"member": "weight", "before": None, "after": 4}]


def test_a_table_that_a_later_version_adds_is_kept_by_being_journaled(scratch, kept):
    with kept.cluster.connect(scratch.database) as db:
        with db.transaction():
            db.execute("SELECT inspectd.drop_derived()")
            db.execute("CREATE TABLE inspectd.lamp (id uuid PRIMARY KEY, name text, version bigint NOT NULL DEFAULT 1, "
                       "created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), "
                       "deleted_at timestamptz)")
            db.execute("SELECT inspectd.journal_table('lamp', 'id')")
        again(kept.cluster, db)
        id = db.execute("INSERT INTO inspectd.lamp (id, name) VALUES (inspectd.uuid_v7(), 'a') RETURNING id").fetchone()[0]
        db.execute("UPDATE inspectd.lamp SET name = 'b' WHERE id = %s", [id])
        whole(db)
        ops = db.execute("SELECT resource, op, changes FROM inspectd.audit_entries WHERE row_id = %s ORDER BY id",
                         [str(id)]).fetchall()
        assert ops == [("lamps", "created", [{"member": "name", "before": None, "after": "a"}]),
                       ("lamps", "updated", [{"member": "name", "before": "a", "after": "b"}])]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="TRUNCATE of lamp is refused"):
            db.execute("TRUNCATE inspectd.lamp")
        db.execute("DELETE FROM inspectd.lamp WHERE id = %s", [id])
        seal(db)
        whole(db)
    scratch.tamper("INSERT INTO inspectd.lamp (id, name) VALUES (%s, 'a')", id)
    broken = scratch.broken()
    assert (broken["resource"], broken["row_id"], broken["why"]) == ("lamps", str(id), "the row was deleted, and is there")
