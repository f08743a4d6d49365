"""Nobody sees or changes what is not theirs: by the service's own checks alone, by the policies alone, and by both.

One database is planted and copied. `both` is the service as it is; `layer` runs on a database whose row level
security is off; `policies` is the test's build that refuses nobody anything by itself. Which route answers which
caller how is the table of harness/callers.py; here it is what lies between rows: links, what is derived from other
rows, what the rules know, dry runs, replays, tags, and how many statements a refusal takes.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from typing import Any, Callable, Iterator

import psycopg
import pytest

from harness import cluster as clusters
from harness.cases import Cases
from harness.described import ABSENT_ID, resources, scopes
from harness.examples import Given
from harness.service import Answer, Api, Service

LETTERS = "bcdfghjkmnpqrtvwxz"  # of which no English stemmer takes anything from a word
TRACES = re.compile(f"zq[{LETTERS}]{{4}}|[0-9a-f]{{8}}-[0-9a-f]{{4}}-7[0-9a-f]{{3}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}")
VISIT = {"kind": "focused_visit", "start_on": "2023-03-07", "end_on": "2023-03-08"}
PUBLISHED = VISIT | {"status": "published", "published_on": "2023-04-04", "sensitivity": "public"}

SCOPES = [scope for scope in scopes() if scope.endswith((":read", ":write")) and not scope.startswith("audit")]
# caller: the authorities that it is bound to, and its clearance
CALLERS: dict[str, tuple[str | None, str]] = {
    "own": ("A", "restricted"), "council": ("A", "council"), "two": ("AB", "restricted"),
    "every_council": (None, "council"), "public": (None, "public"), "all": (None, "restricted"),
}
MODES = ("both", "layer", "policies")
NARROW = [caller for caller in CALLERS if caller != "all"]
FEW = ["own", "council", "public"]


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    owner: str
    kind: str  # open, shut (public, but not open yet), council, restricted
    id: str
    mark: str

    @property
    def path(self) -> str:
        return f"/v1/{self.key}/{self.id}"

    def is_seen(self, caller: str) -> bool:
        owners, clearance = CALLERS[caller]
        if self.kind == "open" or caller == "all":
            return True
        own = clearance != "public" and (owners is None or self.owner in owners or self.owner == "nobody")
        return own and (self.kind != "restricted" or clearance == "restricted")


class Rows:
    """Two councils with the same rows, linked to all that they may be linked to, and nobody's organisations."""

    SENSITIVITY = {"open": "public", "shut": "public", "council": "council", "restricted": "restricted"}

    def __init__(self, given: Given, db: psycopg.Connection):
        self.given, self.rows = given, []
        self._marks = ("zq" + "".join(letters) for letters in itertools.product(LETTERS, repeat=4))
        self.authorities = {owner: given.authority() for owner in "AB"}
        for kind in ("open", "council", "restricted"):
            mark = next(self._marks)
            self._keep("organisations", "nobody", kind, mark, given.api.create("/v1/organisations", {
                "name": mark, "kind": "police", "sensitivity": self.SENSITIVITY[kind]}))
        for owner in self.authorities:
            self._plant(owner)
        self.then = db.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'").fetchone()[0].isoformat() + "Z"

    def mark(self) -> str:
        return next(self._marks)

    def of(self, key: str, owner: str, *kinds: str) -> list[Row]:
        return [row for row in self.rows if row.key == key and row.owner == owner and (not kinds or row.kind in kinds)]

    def one(self, key: str, owner: str, kind: str) -> Row:
        return self.of(key, owner, kind)[0]

    def _keep(self, key: str, owner: str, kind: str, mark: str, made: dict) -> Row:
        self.rows.append(Row(key, owner, kind, made["id"], mark))
        return self.rows[-1]

    def _add(self, key: str, owner: str, kind: str, member: str, /, **members: Any) -> Row:
        mark = next(self._marks)
        body = {member: [mark] if member == "focus" else mark, **members}
        if "sensitivity" in resources()[key].written:
            body["sensitivity"] = self.SENSITIVITY[kind]
        if "authority_id" in resources()[key].written:
            body["authority_id"] = self.authorities[owner]
        return self._keep(key, owner, kind, mark, self.given.one(key, **body))

    def _plant(self, owner: str) -> None:
        def ids(key: str, *kinds: str) -> list[str]:
            return [row.id for row in self.of(key, owner, *kinds)]

        for n, (kind, visit) in enumerate({"open": PUBLISHED, "shut": VISIT, "council": PUBLISHED,
                                           "restricted": VISIT}.items()):
            days = {name: value.replace("2023", f"202{n}") for name, value in visit.items() if name.endswith("_on")}
            self._add("inspections", owner, kind, "focus", **visit | days)
        visit = ids("inspections", "open")[0]
        for kind in ("open", "shut", "council", "restricted"):
            self._add("findings", owner, kind, "text", inspection_id=visit,
                      stage="provisional" if kind == "shut" else "final")
        for kind, what in (("open", "improvement_plan"), ("council", "business_plan"), ("restricted", "year_plan")):
            self._add("plans", owner, kind, "title", kind=what, status="in_force", inspection_ids=[visit])
        for kind in ("open", "council", "restricted"):
            findings = ids("findings", *(["open"] if kind == "open" else []))
            self._add("actions", owner, kind, "title", finding_ids=findings, plan_ids=ids("plans"),
                      status="in_progress" if kind == "restricted" else "not_started", due_on="2024-06-03")
            self._add("updates", owner, kind, "narrative", action_id=ids("actions", kind)[0], rag="red")
            self._add("documents", owner, kind, "title", role="evidence", action_ids=ids("actions"))
            measure = self._add("measures", owner, kind, "title", plan_ids=ids("plans"))
            self._add("observations", owner, kind, "caveat", measure_id=measure.id)
            self._add("delivery-models", owner, kind, "name", kind="childrens_trust",
                      started_on={"open": "2012-04-01", "council": "2011-04-01", "restricted": "2010-04-01"}[kind])


@pytest.fixture(scope="module")
def planted(cluster) -> Iterator[tuple[Rows, dict[str, Service]]]:
    """The rows, and a service in each mode."""
    first = Service(cluster, cluster.clone(clusters.REFERENCE)).start()
    keys = {caller: first.make_key(SCOPES, caller) for caller in CALLERS}
    with cluster.connect(first.database) as db:
        rows = Rows(Given(first.admin(), db), db)
        for caller, (owners, clearance) in CALLERS.items():  # one of the public view is not made with scopes to write
            db.execute("UPDATE inspectd.client SET authority_ids = %s, clearance = %s WHERE name = %s",
                       [owners and [rows.authorities[owner] for owner in owners], clearance, caller])
    first.close()
    services = {}
    try:
        for mode in MODES:
            service = services[mode] = Service(cluster, cluster.clone(first.database), INSPECTD_WORKERS=2)
            if mode == "layer":
                cluster.lift_policies(service.database)
            if mode == "policies":
                service.program = clusters.unchecked()
            service.keys = keys
            service.start()
        yield rows, services
    finally:
        for service in services.values():
            service.close()


@pytest.fixture(scope="module")
def rows(planted) -> Rows:
    return planted[0]


@pytest.fixture(scope="module", params=MODES)
def mode(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def service(planted, mode) -> Service:
    return planted[1][mode]


@pytest.fixture(scope="module")
def by(service, mode) -> Callable[[str], Api]:
    """by("council"): a client of that kind. What the unchecked build answers is no part of the description."""

    def api(caller: str) -> Api:
        made = service.api(service.keys[caller])
        made.validate = mode != "policies"
        return made

    return api


def told(answer: Answer) -> set[str]:
    """The marks and ids in an answer; what it repeats of the question tells nothing."""
    text, path = answer.text, answer.target.partition("?")[0]
    if answer.headers.get_content_type() == "application/json" and "data" in answer.json:
        text = json.dumps({name: value for name, value in answer.json.items() if name != "links"})
    headers = "".join(value for name, value in answer.headers.items() if name != "Link")
    return set(TRACES.findall(text + headers)) - set(TRACES.findall(path))


def leaks(rows: Rows, caller: str, answer: Answer) -> list[Row]:
    traces = told(answer)
    return [row for row in rows.rows if not row.is_seen(caller) and {row.id, row.mark} & traces]


def brief(answer: Answer) -> str:
    return f"{answer.status} to {answer.method} {answer.target[:200]}\n{answer.text[:800]}"


# --- reading -----------------------------------------------------------------------------------


def questions(rows: Rows) -> Iterator[tuple[str, str | None]]:
    """Each resource's list, whatever it can be asked to show, in each format."""
    whose = ",".join(rows.authorities.values())
    for key in sorted({row.key for row in rows.rows}):
        path, table = f"/v1/{key}", resources()[key].table
        asked = f"{path}?authority_id={whose}&limit=200" if key != "organisations" else f"{path}?q=zq&limit=200"
        names = ",".join(entry["name"] for entry in table["expansions"])
        yield f"{asked}&include_total=true&expand={names}", None
        yield asked, "text/csv"
        yield f"{asked}&as_recorded_at={rows.then}", None
        if table["searchable"]:
            yield f"{path}?q={'%20or%20'.join(row.mark for row in rows.rows if row.key == key)}&limit=200", None
    for owner in rows.authorities.values():
        for below in ("actions", "findings", "inspections", "plans", "deadlines", "measures", "delivery-models"):
            yield f"/v1/authorities/{owner}/{below}?limit=200", None
        yield f"/v1/deadlines?authority_id={owner}", "text/calendar"
    marks = [row.mark for row in rows.rows]
    for n in range(0, len(marks), 30):
        yield f"/v1/search?q={'%20or%20'.join(marks[n:n + 30])}&limit=200", None


@pytest.mark.parametrize("caller", FEW)
def test_no_answer_tells_of_a_hidden_row_and_none_is_short_of_a_seen_one(rows, by, caller):
    api, every = by(caller), by("all")
    with Cases() as case:
        for target, accept in questions(rows):
            with case(target, accept or ""):
                answer = api.get(target, headers={"Accept": accept}, expect=200)
                assert not leaks(rows, caller, answer), brief(answer)
                # Beside another row it is shown in full: with its own mark. A row's own mark is in the lists of all.
                seen = {row.mark for row in rows.rows if row.is_seen(caller)}
                there = told(every.get(target, headers={"Accept": accept}, expect=200)) & seen
                assert there <= told(answer), f"{there - told(answer)} not in {brief(answer)}"


@pytest.mark.parametrize("caller", FEW)
def test_a_row_is_shown_with_what_is_seen_beside_it_and_404_where_it_is_hidden(rows, by, caller):
    api = by(caller)
    with Cases() as case:
        for row in rows.rows:
            names = ",".join(entry["name"] for entry in resources()[row.key].table["expansions"])
            with case(row.key, row.owner, row.kind):
                answer = api.get(f"{row.path}?expand={names}", expect=200 if row.is_seen(caller) else 404)
                assert not leaks(rows, caller, answer), brief(answer)
                answer = api.get(f"{row.path}?as_recorded_at={rows.then}", expect=200 if row.is_seen(caller) else 404)
                assert not leaks(rows, caller, answer), brief(answer)


@pytest.mark.parametrize("caller", NARROW)
def test_counts_and_totals_are_of_what_is_seen(rows, by, caller):
    api, whose = by(caller), ",".join(rows.authorities.values())
    for key in ("actions", "findings", "plans", "documents"):
        seen = [row for row in rows.rows if row.key == key and row.is_seen(caller)]
        counted = api.get(f"/v1/{key}/counts", {"by": "sensitivity", "authority_id": whose}, expect=200).data
        assert sum(entry["count"] for entry in counted) == len(seen)
        listed = api.get(f"/v1/{key}", {"authority_id": whose, "include_total": True, "limit": 1}, expect=200).json
        assert listed["page"]["total"] == len(seen)


def test_what_is_derived_of_other_rows_is_derived_of_those_that_are_seen(rows, by):
    """A restricted action is under way, and answers an open finding."""
    finding = rows.one("findings", "A", "open").path
    assert by("own").get(finding, expect=200).json["suggested_status"] == "being_addressed"
    assert by("council").get(finding, expect=200).json["suggested_status"] == "open"
    council = by("council").get(finding, expect=200).json
    assert set(council["action_ids"]) == {rows.one("actions", "A", kind).id for kind in ("open", "council")}
    assert by("public").get(finding, expect=200).json["action_ids"] == [rows.one("actions", "A", "open").id]


@pytest.mark.parametrize("caller", NARROW)
def test_a_filter_by_a_hidden_row_finds_nothing(rows, by, caller):
    hidden = {key: [row.id for row in rows.rows if row.key == key and not row.is_seen(caller)]
              for key in ("findings", "actions", "plans")}
    with Cases() as case:
        for key, name, of in (("actions", "finding_id", "findings"), ("findings", "action_id", "actions"),
                              ("actions", "plan_id", "plans"), ("measures", "plan_id", "plans"),
                              ("documents", "action_id", "actions"), ("updates", "action_id", "actions")):
            with case(key, name):
                ids = hidden[of] or [ABSENT_ID]
                assert by(caller).get(f"/v1/{key}?{name}={','.join(ids)}", expect=200).data == []


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_a_list_has_a_tag_of_its_own_for_each_who_sees_other_rows_of_it(rows, by):
    target = f"/v1/actions?authority_id={rows.authorities['A']}"
    tags = {caller: by(caller).get(target, expect=200).etag for caller in ("own", "council", "public")}
    assert len(set(tags.values())) == 3
    by("council").get(target, headers={"If-None-Match": tags["own"]}, expect=200)
    by("council").get(target, headers={"If-None-Match": tags["council"]}, expect=304)
    hidden = rows.one("actions", "A", "restricted").path
    tag = by("own").get(hidden, expect=200).etag
    answer = by("council").get(hidden, headers={"If-None-Match": tag}, expect=404)
    assert "Authorization" in answer.headers["Vary"] and "private" in answer.headers["Cache-Control"]


# --- refusals tell nothing ------------------------------------------------------------------------


def deeds(row: str, then: str, tag: str = "*") -> Iterator[tuple[str, str, dict]]:
    """Everything that is done to an action, by its path."""
    match = {"If-Match": tag}
    yield "GET", row, {}
    yield "GET", f"{row}?as_recorded_at={then}", {}
    yield "GET", f"{row}/updates", {}
    yield "PATCH", row, {"json": {"title": "Mine"}, "headers": match}
    yield "PATCH", f"{row}?validate_only=true", {"json": {"title": "Mine"}, "headers": match}
    yield "DELETE", row, {"headers": match}
    yield "POST", f"{row}/transitions", {"json": {"to": "cancelled", "reason": "No more"}, "headers": match}
    yield "POST", f"{row}/restore", {"json": {}}
    yield "POST", f"{row}/updates", {"json": {"narrative": "Progress"}}
    yield "POST", f"{row}/documents", {"json": {"title": "Letter", "role": "letter", "url": "https://example.org"}}


def stripped(answer: Answer, row: str) -> tuple:
    headers = {name: value for name, value in answer.headers.items()
               if name not in ("Date", "X-Request-ID", "RateLimit")}
    body = json.loads(answer.text.replace(row, ABSENT_ID))
    return answer.status, headers, {name: value for name, value in body.items() if name != "request_id"}


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_what_is_hidden_answers_as_what_is_absent_in_the_same_words(rows, by):
    hidden = [(caller, row) for caller in ("own", "council", "public") for row in rows.rows
              if row.key == "actions" and not row.is_seen(caller)]
    with Cases() as case:
        for caller, row in hidden:
            for (method, target, asked), (_, absent, _) in zip(deeds(row.path, rows.then), deeds(f"/v1/actions/{ABSENT_ID}", rows.then)):
                with case(caller, row.owner, row.kind, method, target):
                    one, other = (by(caller).request(method, where, **asked) for where in (target, absent))
                    assert one.status == 404, brief(one)
                    assert stripped(one, row.id) == stripped(other, row.id)


@pytest.fixture(scope="module")
def statements(cluster, planted) -> Iterator[Callable[..., list[str]]]:
    """statements(api, "GET", path): what PostgreSQL ran for it, by its own log."""
    service = planted[1]["both"]
    logged = Service(cluster, service.database, INSPECTD_WORKERS=2)
    cluster.execute(f"ALTER DATABASE {service.database} SET log_statement = 'all'")

    def once(caller: str, method: str, target: str, asked: dict) -> list[str]:
        begin = cluster.log.stat().st_size
        logged.api(service.keys[caller]).request(method, target, validate=False, **asked)
        with cluster.log.open("rb") as log:
            log.seek(begin)
            ran = re.findall(r"LOG:  (?:execute|statement)[^:]*: (.*)", log.read().decode())
        # Whose key it is, and what the session is told, is asked and told when it is news.
        return [text for text in ran if "client_of_key" not in text and "set_config" not in text]

    try:
        logged.start()
        yield once
    finally:
        logged.close()
        cluster.execute(f"ALTER DATABASE {service.database} RESET log_statement")


def test_what_is_hidden_takes_the_very_statements_that_what_is_absent_takes(rows, statements):
    row = rows.one("actions", "B", "council").path
    with Cases() as case:
        for (method, target, asked), (_, absent, _) in zip(deeds(row, rows.then), deeds(f"/v1/actions/{ABSENT_ID}", rows.then)):
            with case(method, target):
                statements("own", method, target, asked)  # so that the session has been told, and has prepared
                one = statements("own", method, target, asked)
                assert one == statements("own", method, absent, asked) and one


# --- writing ---------------------------------------------------------------------------------------


@pytest.fixture
def written(cluster, service) -> Iterator[Callable[[], int]]:
    """How many changes there have been."""
    with cluster.connect(service.database) as db:
        yield lambda: db.execute("SELECT count(*) FROM inspectd.journal").fetchone()[0]


def test_nothing_of_anothers_is_written_whatever_the_answer(rows, by, written):
    before = written()
    with Cases() as case:
        for row in (row for row in rows.rows if row.key == "actions" and row.owner == "B"):
            for caller in ("own", "council", "public"):
                for method, target, asked in deeds(row.path, rows.then):
                    with case(caller, row.kind, method, target):
                        answer = by(caller).request(method, target, **asked)
                        assert method == "GET" or answer.status in (403, 404, 409, 422), brief(answer)
                        assert not leaks(rows, caller, answer), brief(answer)
    assert written() == before


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_a_seen_row_of_another_authority_is_403_and_says_whose_it_is(rows, by):
    row, owner = rows.one("actions", "B", "open"), rows.authorities["B"]
    with Cases() as case:
        for method, target, asked in deeds(row.path, rows.then, '"1"'):
            if method == "GET":
                continue
            with case(method, target):
                answer = by("own").request(method, target, **asked).expect(403)
                assert answer.problem["detail"] == f"this key is not bound to authority {owner}"
                assert answer.headers["WWW-Authenticate"] is None
                assert "errors" not in answer.problem
        with case("a stale tag comes after"):
            by("own").patch(row.path, {"title": "Mine"}, if_match='"99"', expect=403)
        with case("the public view"):
            answer = by("public").patch(row.path, {"title": "Mine"}, if_match="*", expect=403)
            assert "public view" in answer.problem["detail"]
        for body in ({"authority_id": owner, "title": "Mine"}, {"authority_id": owner, "title": 7, "nonsense": 1}):
            with case("a new one", body):
                answer = by("own").post("/v1/actions", body, expect=403)
                assert answer.problem["detail"] == f"this key is not bound to authority {owner}"
        with case("a new one of the public view's"):
            by("public").post("/v1/actions", {"authority_id": owner, "title": "Mine"}, expect=403)


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_nobody_makes_what_they_may_not_see(rows, by, written):
    before, owner = written(), rows.authorities["A"]
    body = {"authority_id": owner, "title": "Mine", "sensitivity": "restricted"}
    with Cases() as case:
        for caller in ("council", "every_council"):
            with case(caller):
                answer = by(caller).post("/v1/actions", body, expect=422)
                assert (answer.pointers, answer.codes) == (["/sensitivity"], ["above_clearance"])
                path = rows.one("actions", "A", "council").path
                answer = by(caller).patch(path, {"sensitivity": "restricted"}, if_match="*", expect=422)
                assert answer.codes == ["above_clearance"]
    assert written() == before


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_what_is_everybodys_is_written_by_who_is_bound_to_nobody(rows, by):
    body, row = {"name": "Constabulary", "kind": "police"}, rows.one("organisations", "nobody", "council").path
    with Cases() as case:
        for caller in ("own", "two", "public"):
            with case(caller):
                by(caller).post("/v1/organisations?validate_only=true", body, expect=403)
                status = 404 if caller == "public" else 403
                by(caller).patch(f"{row}?validate_only=true", {"short_name": "CP"}, if_match="*", expect=status)
        for caller in ("every_council", "all"):
            with case(caller):
                by(caller).post("/v1/organisations?validate_only=true", body, expect=200)
                by(caller).patch(f"{row}?validate_only=true", {"short_name": "CP"}, if_match="*", expect=200)
        with case("what is ill-formed is no question of whose it is"):
            answer = by("own").post("/v1/organisations", body | {"authority_id": 806}, expect=422)
            assert answer.pointers == ["/authority_id"]


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_to_name_a_hidden_row_is_to_name_none(rows, by):
    own = {"authority_id": rows.authorities["A"], "title": "Mine"}
    hidden = {key: rows.one(key, owner, kind).id for key, owner, kind in (
        ("findings", "A", "restricted"), ("plans", "B", "council"), ("actions", "B", "restricted"))}
    visit = {"inspection_id": rows.one("inspections", "A", "restricted").id, "kind": "strength", "text": "Kind",
             "sensitivity": "public", "strand": "help_and_protection"}
    with Cases() as case:
        for path, body, pointer in (
                ("/v1/actions", own | {"finding_ids": [hidden["findings"]]}, "/finding_ids/0"),
                ("/v1/actions", own | {"plan_ids": [hidden["plans"]]}, "/plan_ids/0"),
                ("/v1/actions", own | {"continues_id": hidden["actions"]}, "/continues_id"),
                ("/v1/updates", {"action_id": hidden["actions"], "narrative": "On"}, "/action_id"),
                ("/v1/findings", visit, "/inspection_id")):
            with case(path, pointer):
                there = by("council").post(f"{path}?validate_only=true", body, expect=422)
                name = pointer.split("/")[1]
                absent = [ABSENT_ID] if name.endswith("_ids") else ABSENT_ID
                none = by("council").post(f"{path}?validate_only=true", body | {name: absent}, expect=422)
                assert pointer in there.pointers
                assert list(zip(there.pointers, there.codes)) == list(zip(none.pointers, none.codes))


# --- what lies between rows -------------------------------------------------------------------------


@pytest.fixture
def fresh(planted, service, rows) -> Iterator[Callable[..., dict]]:
    """fresh("actions", sensitivity="restricted"): a new row of A's, by who sees all."""
    api = service.api(service.keys["all"])
    api.validate = False

    def make(key: str, **members: Any) -> dict:
        body = {"authority_id": rows.authorities["A"]} if "authority_id" in resources()[key].written else {}
        least = {"actions": {"title": "Ours"}, "documents": {"title": "Ours", "role": "evidence",
                                                              "url": "https://example.org/ours"}}.get(key, {})
        return api.create(f"/v1/{key}", body | least | members)

    yield make


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_a_change_leaves_what_its_writer_does_not_see(rows, by, fresh):
    """Lists of links lose what is left out of them, but only of what was shown."""
    findings = {kind: rows.one("findings", "A", kind).id for kind in ("council", "restricted")}
    action = fresh("actions", finding_ids=list(findings.values()))
    path = f"/v1/actions/{action['id']}"
    assert by("council").get(path, expect=200).json["finding_ids"] == [findings["council"]]
    row = by("council").patch(path, {"finding_ids": []}, expect=200).json
    assert row["finding_ids"] == []
    assert by("own").get(path, expect=200).json["finding_ids"] == [findings["restricted"]]
    visit = rows.one("inspections", "A", "open").id
    hidden = rows.one("documents", "A", "restricted").id
    finding = fresh("findings", inspection_id=visit, kind="strength", text="Kind", document_id=hidden)
    path = f"/v1/findings/{finding['id']}"
    by("council").patch(path, {"text": "Kinder"}, expect=200)
    assert by("own").get(path, expect=200).json["document_id"] == hidden
    by("council").patch(path, {"document_id": rows.one("documents", "B", "council").id}, expect=422)


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_the_rules_tell_nothing_of_hidden_rows(rows, by):
    """Another plan in force, another delivery model at the same time: of what is seen they are named."""
    owner, visit = rows.authorities["A"], rows.one("inspections", "A", "open").id
    plan = {"authority_id": owner, "title": "Second", "status": "in_force", "inspection_ids": [visit]}
    hidden = rows.one("plans", "A", "restricted")
    answer = by("own").post("/v1/plans?validate_only=true", plan | {"kind": "year_plan"}, expect=409)
    assert hidden.mark in answer.text
    answer = by("council").post("/v1/plans?validate_only=true", plan | {"kind": "year_plan"}, expect=200)
    assert not leaks(rows, "council", answer), brief(answer)
    model = {"authority_id": owner, "kind": "in_house", "started_on": "2013-04-01"}
    seen, not_seen = rows.one("delivery-models", "A", "council").mark, rows.one("delivery-models", "A", "restricted")
    assert not_seen.mark in by("own").post("/v1/delivery-models?validate_only=true", model, expect=200).text
    answer = by("council").post("/v1/delivery-models?validate_only=true", model, expect=200)
    assert seen in answer.text and not leaks(rows, "council", answer), brief(answer)


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_another_systems_key_of_a_hidden_row_is_free(by, fresh, rows):
    ref = {"external_refs": {"pentana": rows.mark()}}
    fresh("actions", sensitivity="restricted", **ref)
    body = {"authority_id": rows.authorities["A"], "title": "Mine", **ref}
    by("council").post("/v1/actions", body, expect=201)
    by("council").post("/v1/actions", body, expect=409)


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_what_is_deleted_is_judged_by_what_is_seen_to_depend_on_it(by, fresh):
    action = fresh("actions")
    fresh("documents", sensitivity="restricted", action_ids=[action["id"]])
    path = f"/v1/actions/{action['id']}"
    answer = by("own").delete(f"{path}?validate_only=true", if_match="*", expect=409)
    assert "1 document" in answer.problem["detail"]
    by("council").delete(f"{path}?validate_only=true", if_match="*", expect=204)


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_what_is_carried_forward_is_what_is_seen(by, rows, fresh):
    owner, first = rows.authorities["A"], fresh("plans", title="One", kind="other")["id"]
    actions = {kind: fresh("actions", sensitivity=kind, plan_ids=[first])["id"] for kind in ("council", "restricted")}
    second = fresh("plans", title="Two", kind="other")["id"]
    answer = by("council").post(f"/v1/plans/{second}/carry-forwards", {"from_plan_id": first}, expect=200)
    assert answer.json["carried_action_ids"] == [actions["council"]]
    assert by("own").get(f"/v1/actions/{actions['restricted']}", expect=200).json["plan_ids"] == [first]
    hidden = rows.one("plans", "A", "restricted")
    by("council").post(f"{hidden.path}/carry-forwards", {"from_plan_id": first}, expect=404)
    by("council").post(f"{rows.one('plans', 'B', 'open').path}/carry-forwards", {"from_plan_id": first}, expect=403)
    answer = by("council").post(f"/v1/plans/{second}/carry-forwards", {"from_plan_id": hidden.id}, expect=422)
    assert answer.codes == ["no_such_row"] and owner


# --- what was answered before ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["both", "layer"], indirect=True)
def test_an_earlier_answer_is_for_who_still_sees_the_row(cluster, service, rows):
    """The client is bound to another authority, or cleared for less, between the two."""
    body = {"authority_id": rows.authorities["A"], "title": "Mine", "sensitivity": "restricted"}
    narrower = {"bound": ("authority_ids", [rows.authorities["B"]]), "cleared": ("clearance", "council")}
    with Cases() as case, cluster.connect(service.database) as db:
        for name, (column, value) in narrower.items():
            with case(name):
                key = service.make_key(SCOPES, name, authorities=[rows.authorities["A"]], clearance="restricted")
                api = service.api(key)
                made = api.post("/v1/actions", body, idempotency_key="once", expect=201)
                path = f"/v1/actions/{made.json['id']}"
                moved = {"to": "in_progress"}
                api.post(f"{path}/transitions", moved, idempotency_key="moved", headers={"If-Match": "*"}, expect=200)
                again = api.post("/v1/actions", body, idempotency_key="once", expect=201)
                assert again.headers["Idempotency-Replayed"] == "true"
                db.execute(f"UPDATE inspectd.client SET {column} = %s WHERE name = %s", [value, name])
                fresh = Service(cluster, service.database, INSPECTD_WORKERS=2)  # that remembers nothing of the key
                try:
                    after = fresh.start().api(key)
                    for target, said, once in (("/v1/actions", body, "once"), (f"{path}/transitions", moved, "moved")):
                        answer = after.post(target, said, idempotency_key=once, headers={"If-Match": "*"}, expect=403)
                        assert "no longer sees" in answer.problem["detail"] and "Mine" not in answer.text
                finally:
                    fresh.close()


# --- who has read what is restricted -----------------------------------------------------------------


@pytest.fixture(scope="module")
def read(service, rows) -> Callable[..., dict[str, set[str]]]:
    """read("own", path): the restricted rows that were noted for this one request, by resource."""
    admin = service.admin()
    serial = itertools.count(1)

    def ask(caller: str, target: str, method: str = "GET", expect: int = 200, **headers: str) -> dict[str, set[str]]:
        request = f"reading-{next(serial)}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        service.api(service.keys[caller]).request(
            method, target, headers={"X-Request-ID": request, **headers}, expect=expect)
        noted: dict[str, set[str]] = {}
        for entry in admin.get("/v1/audit/readings", {"request_id": request}, expect=200).data:
            noted.setdefault(entry["resource"], set()).update(entry["row_ids"])
            assert entry["actor"].startswith("client:") and entry["authority_id"] in (
                *rows.authorities.values(), None)
        return noted

    return ask


@pytest.mark.parametrize("mode", ["both"], indirect=True)
def test_whoever_reads_what_is_restricted_is_noted_with_what_they_were_shown(rows, read):
    owner = rows.authorities["A"]
    hidden = {key: {row.id for row in rows.of(key, "A", "restricted")} for key in
              ("actions", "updates")}
    action, planted = rows.one("actions", "A", "restricted"), {row.id for row in rows.rows}
    csv, lines = {"Accept": "text/csv"}, {"Accept": "application/x-ndjson"}
    with Cases() as case:
        for target, headers, noted in (
                (action.path, {}, ("actions",)),
                (f"{action.path}?fields=title", {}, ("actions",)),
                (f"/v1/actions?authority_id={owner}&fields=id&sort=-title,due_on", {}, ("actions",)),
                (f"/v1/actions?authority_id={owner}", csv, ("actions",)),
                (f"/v1/actions?authority_id={owner}&fields=title", lines, ("actions",)),
                (f"/v1/search?q={action.mark}", {}, ("actions",)),
                (f"/v1/updates?authority_id={owner}&expand=action", {}, ("updates", "actions")),
                (f"{rows.one('findings', 'A', 'open').path}/actions?fields=id", {}, ("actions",)),
                (f"{rows.one('documents', 'A', 'open').path}", {}, ()),
                (f"/v1/actions?authority_id={owner}&sensitivity=council,public", {}, ()),
                (f"/v1/actions/counts?by=sensitivity&authority_id={owner}", {}, ())):
            with case(target, headers):
                shown = read("own", target, **headers)  # of what was planted; other tests have made more
                assert {key: ids & planted for key, ids in shown.items()} == {key: hidden[key] for key in noted}


@pytest.mark.parametrize("mode", ["both"], indirect=True)
def test_what_shows_no_restricted_row_is_not_noted(rows, read, service):
    action = rows.one("actions", "A", "restricted")
    tag = service.api(service.keys["all"]).get(action.path, expect=200).etag
    assert read("own", action.path, expect=304, If_None_Match=tag) == {}
    assert read("own", action.path, method="HEAD") == {}
    assert read("council", f"/v1/actions?authority_id={rows.authorities['A']}") == {}
    assert read("council", action.path, expect=404) == {}
    assert read("all", action.path) == {"actions": {action.id}}


@pytest.mark.parametrize("mode", ["both"], indirect=True)
def test_what_an_export_shows_is_noted_however_much_it_is(cluster, service, rows, read):
    with cluster.connect(service.database) as db:
        db.execute("INSERT INTO inspectd.action (id, authority_id, sensitivity, title, status) SELECT inspectd.uuid_v7(), "
                   "%s, 'restricted', 'Many', 'proposed' FROM generate_series(1, 2300)", [rows.authorities["B"]])
        noted = read("two", "/v1/actions?status=proposed&fields=title", Accept="text/csv")
        assert len(noted["actions"]) == 2300
        entries = db.execute("SELECT jsonb_array_length(row_ids) FROM inspectd.readings ORDER BY id DESC LIMIT 3").fetchall()
        assert sorted(n for n, in entries) == [300, 1000, 1000]


# --- what the audit tells -------------------------------------------------------------------------------


# caller: the authorities that it is bound to, and its clearance; each has every scope to read, `audit:read` among them
AUDITORS = {"own": ("A", "restricted"), "council": ("A", "council"), "stranger": ("B", "restricted"),
            "every_council": (None, "council"), "public": (None, "public")}


@pytest.fixture(scope="module")
def auditor(service, mode, rows) -> Callable[[str], Api]:
    keys = {}

    def api(caller: str) -> Api:
        if caller not in keys:
            owners, clearance = AUDITORS[caller]
            keys[caller] = service.make_key(
                [scope for scope in scopes() if scope.endswith(":read")], f"auditor {caller}",
                authorities=owners and [rows.authorities[owner] for owner in owners], clearance=clearance)
        made = service.api(keys[caller])
        made.validate = mode != "policies"
        return made

    return api


def in_the_audit(api: Api, row: dict, key: str, marks: list[str], now: str) -> list[list[str]]:
    """Which of these words each way to ask for the entries of one row tells."""
    then = {"as_recorded_at": now}
    asked = [(f"/v1/{key}/{row['id']}/history", {}), (f"/v1/{key}/{row['id']}/history", then),
             ("/v1/audit", {"row_id": row["id"], "limit": 200}), ("/v1/audit", {"row_id": row["id"], **then})]
    return [[mark for mark in marks if mark in api.get(path, query).text] for path, query in asked]


@pytest.fixture
def clock(cluster, service) -> Callable[[], str]:
    def now() -> str:
        with cluster.connect(service.database) as db:
            return db.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'").fetchone()[0].isoformat() + "Z"

    return now


@pytest.mark.parametrize("caller", AUDITORS)
def test_the_audit_tells_of_a_row_as_it_was_to_who_would_have_seen_it_and_sees_it(rows, service, auditor, fresh, clock, caller):
    marks = [rows.mark() for _ in range(3)]
    admin = service.admin()
    row = fresh("documents", sensitivity="restricted", title=marks[0])
    for mark, sensitivity in zip(marks[1:], ("council", "public")):
        admin.patch(f"/v1/documents/{row['id']}", {"title": mark, "sensitivity": sensitivity}, expect=200)
    told = {"own": marks, "council": marks[1:], "every_council": marks[1:], "stranger": marks[2:], "public": []}[caller]
    assert in_the_audit(auditor(caller), row, "documents", marks, clock()) == [told] * 4
    counted = auditor(caller).get("/v1/audit/counts", {"by": "op", "op": "created,updated", "row_id": row["id"]},
                                   expect=200).data
    assert sum(entry["count"] for entry in counted) == len(told)
    admin.patch(f"/v1/documents/{row['id']}", {"sensitivity": "restricted"}, expect=200)
    assert in_the_audit(auditor(caller), row, "documents", marks, clock()) == [marks if caller == "own" else []] * 4


def test_what_was_written_before_an_inspection_was_published_is_its_own_councils(rows, cluster, service, auditor, clock):
    marks, admin = [rows.mark() for _ in range(2)], service.admin()
    with cluster.connect(service.database) as db:
        given = Given(admin, db)
        visit = given.inspection(rows.authorities["A"], sensitivity="public", kind="focused_visit", status="reported",
                                 start_on="2024-04-09", end_on="2024-04-10", received_on="2024-05-20")
        row = given.finding(visit["id"], sensitivity="public", stage="final", gloss=marks[0])
    admin.patch(f"/v1/inspections/{visit['id']}", {"published_on": "2024-05-28"}, expect=200)
    admin.move(f"/v1/inspections/{visit['id']}", "published", on="2024-05-28", expect=200)
    for gloss in (None, marks[1]):
        admin.patch(f"/v1/findings/{row['id']}", {"gloss": gloss}, expect=200)
    told = {"own": marks, "council": marks, "every_council": marks, "stranger": marks[1:], "public": []}
    assert {caller: in_the_audit(auditor(caller), row, "findings", marks, clock()) for caller in AUDITORS} == {
        caller: [seen] * 4 for caller, seen in told.items()}


@pytest.mark.parametrize("caller", AUDITORS)
def test_that_words_were_erased_is_told_to_who_sees_the_row_still(service, auditor, fresh, caller):
    admin = service.admin()
    row = fresh("documents", sensitivity="council", summary="words")
    admin.create("/v1/erasures", {"resource": "documents", "row_id": row["id"], "members": ["summary"], "reason": "asked"})
    api, erased = auditor(caller), {"row_id": row["id"], "op": "erased"}
    told = caller in ("own", "council", "every_council")
    assert len(api.get("/v1/audit", erased, expect=200).data) == told
    assert api.get(f"/v1/documents/{row['id']}/history").status == (200 if told else 404)
    admin.patch(f"/v1/documents/{row['id']}", {"sensitivity": "restricted"}, expect=200)
    assert len(api.get("/v1/audit", erased, expect=200).data) == (caller == "own")
    assert api.get(f"/v1/documents/{row['id']}/history").status == (200 if caller == "own" else 404)


@pytest.mark.parametrize("caller", AUDITORS)
def test_who_read_what_is_restricted_is_told_to_those_whose_it_is(rows, service, auditor, fresh, caller):
    row = fresh("documents", sensitivity="restricted")
    service.admin().get(f"/v1/documents/{row['id']}", expect=200)
    noted = {"row_id": row["id"]}
    assert (auditor(caller).get("/v1/audit/readings", noted, expect=200).data != []) == (caller == "own")
    assert (auditor(caller).get("/v1/audit", {"op": "read", **noted}, expect=200).data != []) == (caller == "own")


# --- who calls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["both"], indirect=True)
def test_me_says_whom_a_key_is_bound_to_and_what_it_is_cleared_for(rows, by):
    for caller, (owners, clearance) in CALLERS.items():
        me = by(caller).get("/v1/me", expect=200).json
        assert me["clearance"] == clearance
        assert me["authority_ids"] == (owners and [rows.authorities[owner] for owner in owners])


@pytest.mark.parametrize("mode", ["both"], indirect=True)
def test_a_scope_that_is_lacking_is_named_in_the_challenge_wherever_it_is_asked_for(cluster, service):
    key = service.make_key(["actions:read"], "misspelt")
    with cluster.connect(service.database) as db:
        db.execute("UPDATE inspectd.client SET scopes = '{actions:read,action:write,Actions:write}' WHERE name = 'misspelt'")
    api = service.api(key)
    for method, target, scope in (("GET", "/v1/findings", "findings:read"), ("POST", "/v1/actions", "actions:write"),
                                  ("GET", "/v1/actions?expand=findings", "findings:read")):
        answer = api.request(method, target, json={} if method == "POST" else None, expect=403)
        assert f'error="insufficient_scope", scope="{scope}"' in answer.headers["WWW-Authenticate"]
    answer = api.get("/v1/me", headers={"X-Acting-User": "j.smith"}, expect=403)
    assert 'scope="act_as"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("mode", ["policies"], indirect=True)
def test_the_unchecked_build_says_so_and_shows_a_stranger_nothing(service, rows):
    described = json.loads(clusters.subprocess.check_output([service.program, "describe"]))
    assert described["unchecked"] is True
    assert b"unchecked" in clusters.subprocess.check_output([service.program, "--version"])
    assert b"unchecked" not in clusters.subprocess.check_output([clusters.binary(), "--version"])
    api = service.api("ik_nobody")
    api.validate = False
    for key in ("actions", "findings", "inspections", "organisations"):
        assert api.get(f"/v1/{key}", expect=200).data == []
    assert api.get(f"/v1/search?q={rows.rows[0].mark}", expect=200).data == []
    assert api.get("/v1/frameworks", expect=200).data != []
