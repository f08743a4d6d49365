"""Every route, for every kind of caller, held to the tables of harness/callers.py: who sees and does what.

test_isolation.py looks at single rules; here is all of it, against a table.
"""

from __future__ import annotations

import collections
import contextlib
from typing import Iterator

import pytest

from harness.bodies import CHANGE
from harness.callers import ADDS, CALLERS, NEEDS, ROUTES, SEES, STRANGERS, keys
from harness.cases import Cases
from harness.described import ABSENT_ID, resources
from harness.described import ROUTES as DESCRIBED
from harness.planted import Planted
from harness.walk import Question, Walk, brief

# Who is shown rows at all; and who is not, whatever is asked.
SHOWN = [caller for caller, cells in SEES.items() if "200" in cells.values()]
each_shown = pytest.mark.parametrize("caller", [caller for caller in SHOWN if caller != "admin"])
# One for each way of seeing; the others see as one of these does, and are held to the table of rows.
each_view = pytest.mark.parametrize("caller", ["public", "read_a", "council_a", "council_all"])
each_caller = pytest.mark.parametrize("caller", list(SEES))


@pytest.fixture(scope="module")
def walk(service, given, cluster) -> Iterator[Walk]:
    given.api.validate = False
    with cluster.connect(service.database) as db:
        planted = Planted(given, db)
        with contextlib.closing(Walk(service, planted, keys(service, db, planted.authorities), db)) as walk:
            yield walk


# --- the tables themselves ---------------------------------------------------------------


def test_every_route_is_in_the_table_and_every_line_of_the_table_is_a_route():
    there = {f"{route['method']} {route['path']}" for route in DESCRIBED}
    lines = collections.Counter(f"{route.method} {route.path}" for route in ROUTES)
    assert not there - lines.keys(), "not in the table"
    assert not lines.keys() - there, "in the table only"
    assert max(lines.values()) == 1


def test_every_caller_is_in_every_table():
    for table in (SEES, ADDS, NEEDS):
        assert set(table) == {*CALLERS, *STRANGERS}


def test_rows_of_every_resource_and_kind_are_planted(walk):
    for key, resource in resources().items():
        if resource.table["owned"] or resource.table["attached"]:
            kinds = {row.kind for row in walk.planted.of(key, "A")}
            assert kinds >= {"open", "council", "restricted"}, key


# --- what is about nobody's rows -----------------------------------------------------------


@each_caller
def test_what_is_about_nobodys_rows_opens_to_whom_the_table_says(walk, caller):
    ids = {"authorities": walk.planted.authorities["A"], "frameworks": "sif", "themes": "thresholds",
           "retention-rules": "findings"}
    before = walk.written()
    with Cases() as case:
        for route in ROUTES:
            if route.needs:
                with case(caller, route.method, route.path):
                    path = route.path.replace("{id}", ids.get(route.above, ABSENT_ID))
                    answer = walk.apis[caller].request(route.method, QUESTIONS.get(path, path), **SENT[route.method])
                    expected = NEEDS[caller][route.needs]
                    if expected in ("401", "403"):
                        assert answer.status == int(expected), brief(answer)
                    else:
                        assert answer.status not in (401, 403) and answer.status < 500, brief(answer)
    assert walk.written() == before


QUESTIONS = {
    "/problems/{slug}": "/problems/not-found", "/v1/search": "/v1/search?q=thresholds",
    "/v1/working-days": "/v1/working-days?from=2024-05-20&days=7",
}
# Nothing that could be written; what is wrong with it is told to whom it is open.
SENT: dict[str, dict] = {
    "GET": {}, "POST": {"json": {"nonsense": 1}}, "PATCH": {"json": {"nonsense": 1}, "if_match": "*"},
    "DELETE": {"if_match": '"999.0"'},
}


# --- reading --------------------------------------------------------------------------------


def hold(walk: Walk, caller: str, question: Question, expected: str = "200") -> None:
    """The answer is of this status, and tells what it should, and nothing else."""
    answer = walk.ask(caller, question)
    leaked = walk.leaked(caller, answer, then=question.then)
    assert not leaked, leaked
    assert answer.status == int(expected), brief(answer)
    if answer.status == 404:
        walk.as_absent(caller, answer, question.of.id)
    if answer.status == 200:
        missing = walk.to_be_told(caller, question) - walk.told(answer)
        assert not missing, f"{walk.names(missing)} not in {brief(answer)}"


OWNED = [key for key, resource in resources().items() if resource.table["owned"] or resource.table["attached"]]


@each_shown
def test_a_list_shows_what_the_caller_may_see(walk, caller):
    with Cases() as case:
        for key in OWNED:
            with case(caller, key):
                hold(walk, caller, next(walk.lists(key)))


@pytest.mark.parametrize("caller", ["public", "council_a"])  # from whom most is hidden
def test_a_list_shows_what_the_caller_may_see_however_it_is_asked_for(walk, caller):
    with Cases() as case:
        for key in OWNED:
            for question in walk.lists(key):
                with case(caller, question.target, question.accept or ""):
                    hold(walk, caller, question)


def test_the_admin_is_shown_every_row(walk):
    """What the others are held to is all of it."""
    for key in OWNED:
        question = next(walk.lists(key))
        rows = {row.id for row in walk.planted.of(key) if row.kind != "gone"}
        assert rows <= walk.told(walk.ask("admin", question)), key


@each_view
def test_counts_count_what_the_caller_may_see(walk, caller):
    with Cases() as case:
        for key in OWNED:
            listed = next(walk.lists(key)).target
            rows = walk.apis[caller].get(listed, expect=200).data
            for field in resources()[key].with_mark("count"):
                if field["type"] == "refs":
                    continue
                with case(caller, key, field["name"]):
                    target = listed.replace("?", f"/counts?by={field['name']}&").removesuffix("&limit=200")
                    counted = walk.apis[caller].get(target, expect=200).data
                    wanted = collections.Counter(row[field["name"]] for row in rows)
                    assert {row[field["name"]]: row["count"] for row in counted} == wanted


@each_view
def test_a_list_beneath_a_row_is_404_where_the_row_is_hidden(walk, caller):
    with Cases() as case:
        for question in walk.beneath():
            with case(caller, question.target, question.of or ""):
                hold(walk, caller, question, SEES[caller][question.of.column] if question.of else "200")


@each_shown
def test_a_row_is_404_where_it_is_hidden(walk, caller):
    with Cases() as case:
        for question in walk.items():
            with case(caller, question.target, question.of):
                row = question.of
                column = (row.owner, "council") if row.kind == "gone" and question.then else row.column
                hold(walk, caller, question, SEES[caller][column])


@each_view
def test_search_finds_what_the_caller_may_see(walk, caller):
    with Cases() as case:
        for question in walk.searches():
            with case(caller, question.target):
                hold(walk, caller, question)


@each_view
def test_a_filter_by_a_hidden_row_finds_nothing(walk, caller):
    """Not even the rows that name it: else a caller could ask which do."""
    hidden = collections.defaultdict(list)
    for trace, row in walk.planted.traces.items():
        if trace == row.id and row.kind != "gone" and trace in walk.hidden(caller):
            hidden[row.key].append(trace)
    with Cases() as case:
        for key in OWNED:
            for name, target in references(key):
                if hidden[target]:
                    with case(caller, key, name):
                        answer = walk.apis[caller].get(f"/v1/{key}?{name}={','.join(hidden[target])}", expect=200)
                        assert answer.data == []


def references(key: str) -> Iterator[tuple[str, str]]:
    """Its filters by rows of other resources."""
    table = resources()[key].table
    by_name = {resource.name: other for other, resource in resources().items()}
    for entry in [*(field for field in table["fields"] if field["filter"]), *table["filters"]]:
        if entry["type"] == "ref" and by_name[entry["ref"]] in OWNED:
            yield entry["name"], by_name[entry["ref"]]


# --- the audit ---------------------------------------------------------------------------------


@each_view
def test_the_history_of_a_row_is_404_where_the_row_is_hidden(walk, caller):
    """And to a public view, which has no history, for every row."""
    with Cases() as case:
        for question in walk.histories():
            with case(caller, question.target, question.of):
                row = question.of
                column = (row.owner, "council") if row.kind == "gone" else row.column
                has_history = CALLERS[caller][2] != "public"
                hold(walk, caller, question, SEES[caller][column] if has_history else "404")


@each_view
def test_the_audit_shows_what_was_done_to_rows_that_the_caller_may_see(walk, caller):
    for question in walk.audit():
        if CALLERS[caller][2] == "public":
            assert not walk.told(walk.ask(caller, question))
        else:
            hold(walk, caller, question)


@each_shown
def test_erasures_are_listed_to_whom_all_is_open(walk, caller):
    """Others find those of the rows that they see in the history of these."""
    seen = set(walk.planted.erasures) if NEEDS[caller]["seals"] == "200" else set()
    listed = walk.apis[caller].get("/v1/erasures?limit=200", expect=200)
    assert not walk.leaked(caller, listed) and set(listed.ids) == seen
    for id in walk.planted.erasures:
        walk.apis[caller].get(f"/v1/erasures/{id}", expect=200 if seen else 404)


# --- writing -----------------------------------------------------------------------------------


@each_caller
def test_a_row_is_changed_by_whom_the_table_says_and_nobody_else(walk, caller):
    before = walk.written()
    with Cases() as case:
        for deed in walk.deeds(caller):
            expected = deed.expected(caller)
            with case(caller, deed.route.method, deed.route.path, deed.row):
                answer = walk.do(caller, deed, expected)
                leaked = walk.leaked(caller, answer, deed.body, then=deed.route.does == "restore")
                assert not leaked, leaked
                if expected == "ok":
                    assert answer.status not in (401, 403, 404) and answer.status < 500, brief(answer)
                else:
                    assert answer.status == int(expected), brief(answer)
    assert walk.written() == before


@each_caller
def test_a_row_is_added_by_whom_the_table_says_and_nobody_else(walk, caller):
    before = walk.written()
    with Cases() as case:
        for addition in walk.additions(caller):
            with case(caller, addition.key, addition.body):
                answer = walk.apis[caller].post(addition.target, addition.body)
                leaked = walk.leaked(caller, answer, addition.body)
                assert not leaked, leaked
                assert str(answer.status) in addition.expected, brief(answer)
    assert walk.written() == before


@each_caller
def test_actions_are_handed_over_by_who_writes_for_both(walk, caller):
    here, there = (walk.planted.authorities[owner] for owner in "AB")
    body = {"to_authority_id": there, "reason": "Reorganised"}
    expected = ADDS[caller]["B", "council"]
    answer = walk.apis[caller].post(f"/v1/authorities/{here}/handovers?validate_only=true", body)
    leaked = walk.leaked(caller, answer)
    assert not leaked, leaked
    assert answer.status == int(expected) if expected != "ok" else answer.status not in (401, 403, 404), brief(answer)


@each_caller
def test_a_row_is_added_beneath_an_authority_by_whom_the_table_says(walk, caller):
    before = walk.written()
    with Cases() as case:
        for route in ROUTES:
            for owner, authority in walk.planted.authorities.items():
                if route.does == "add_to" and route.above == "authorities":
                    with case(caller, route.path, owner):
                        expected = ADDS[caller][owner, "council"]
                        target = route.path.replace("{id}", authority) + "?validate_only=true" * (expected == "ok")
                        answer = walk.apis[caller].post(target, walk.planted.given.least(route.below))
                        assert answer.status == (200 if expected == "ok" else int(expected)), brief(answer)
    assert walk.written() == before


def test_what_a_caller_may_write_it_writes(walk):
    """The walk itself only has it checked."""
    own = walk.apis["write_a"]
    with Cases() as case:
        for key in CHANGE.keys() & set(OWNED):
            with case(key):
                row = walk.planted.of(key, "A", "restricted")[0]
                version = walk.apis["admin"].get(row.path, expect=200).json["version"]
                assert own.patch(row.path, CHANGE[key], if_match="*", expect=200).json["version"] == version + 1
