"""The walk of test_callers.py, by a build that refuses nobody anything: beneath it, row-level security leaks nothing.

Whatever the status, no answer tells of a row that its caller must not see, and nothing
is written that the caller may not write.
"""

from __future__ import annotations

import contextlib
from typing import Iterable, Iterator

import pytest

from harness import cluster as clusters
from harness.callers import NEEDS, SEES, STRANGERS, keys
from harness.cases import Cases
from harness.described import resources
from harness.planted import Planted
from harness.service import Service
from harness.walk import Question, Walk, brief

each_caller = pytest.mark.parametrize("caller", list(SEES))
# Whether a scope lets its holder read is for the layer above alone; whose rows it reads is not.
each_view = pytest.mark.parametrize("caller", ["public", "read_a", "council_a", "council_all", *STRANGERS])
OWNED = [key for key, resource in resources().items() if resource.table["owned"] or resource.table["attached"]]


@pytest.fixture(scope="module")
def walk(service, given, cluster) -> Iterator[Walk]:
    """Planted through a service that checks, walked through one on the same database that does not."""
    given.api.validate = False
    unchecked = Service(cluster, service.database)
    unchecked.program = clusters.unchecked()
    with cluster.connect(service.database) as db:
        planted = Planted(given, db)
        made = keys(service, db, planted.authorities)
        try:
            with contextlib.closing(Walk(unchecked.start(), planted, made, db)) as walk:
                yield walk
        finally:
            unchecked.close()


def hold(walk: Walk, caller: str, questions: Iterable[Question]) -> None:
    with Cases() as case:
        for question in questions:
            with case(caller, question.target, question.accept or ""):
                answer = walk.ask(caller, question)
                leaked = walk.leaked(caller, answer, then=question.then)
                assert not leaked, leaked
                assert answer.status < 500, brief(answer)


def test_it_refuses_nobody(walk):
    """Else the walk would prove nothing of what is beneath."""
    for caller in (*STRANGERS, "no_scope", "bound_admin"):
        walk.apis[caller].get("/v1/actions", expect=200)


@pytest.mark.parametrize("caller", ["public", "council_a", *STRANGERS])  # from whom most is hidden
def test_no_list_leaks(walk, caller):
    hold(walk, caller, [question for key in OWNED for question in walk.lists(key)])


@each_view
def test_no_row_nor_what_is_beneath_it_leaks(walk, caller):
    hold(walk, caller, [*walk.items(), *walk.beneath()])


@each_view
def test_no_search_leaks(walk, caller):
    hold(walk, caller, walk.searches())


@each_view
def test_no_history_leaks(walk, caller):
    hold(walk, caller, [*walk.histories(), *walk.audit()])


@pytest.mark.parametrize("caller", [caller for caller in SEES if NEEDS[caller]["seals"] != "200"])
def test_no_erasure_leaks(walk, caller):
    """Whoever does not see all sees none."""
    assert walk.apis[caller].get("/v1/erasures", expect=200).data == []
    for id in walk.planted.erasures:
        walk.apis[caller].get(f"/v1/erasures/{id}", expect=404)


@each_caller
def test_nothing_is_written_that_the_caller_may_not_write(walk, caller):
    before = walk.written()
    with Cases() as case:
        for deed in walk.deeds(caller):
            if deed.expected(caller) != "ok":
                with case(caller, deed.route.method, deed.route.path, deed.row):
                    answer = walk.apis[caller].request(deed.route.method, deed.target, **deed.sent)
                    leaked = walk.leaked(caller, answer, deed.body, then=deed.route.does == "restore")
                    assert not leaked, leaked
                    assert answer.status < 500, brief(answer)
                    assert walk.written() == before, f"written: {brief(answer)}"


@each_caller
def test_nothing_is_added_that_the_caller_may_not_add(walk, caller):
    before = walk.written()
    with Cases() as case:
        for addition in walk.additions(caller):
            if "200" not in addition.expected:
                with case(caller, addition.key, addition.body):
                    answer = walk.apis[caller].post(addition.target, addition.body)
                    leaked = walk.leaked(caller, answer, addition.body)
                    assert not leaked, leaked
                    assert walk.written() == before, f"written: {brief(answer)}"


@pytest.mark.parametrize("caller", [caller for caller in SEES if caller != "admin"])
def test_nobody_but_an_admin_comes_by_clients_and_keys_or_changes_what_is_everybodys(walk, caller):
    api, before = walk.apis[caller], walk.written()
    client = walk.db.execute("SELECT id FROM inspectd.client WHERE name = 'write_a'").fetchone()[0]
    authority = f"/v1/authorities/{walk.planted.authorities['A']}"
    for path in ("/v1/clients", "/v1/keys", f"/v1/clients/{client}/keys"):
        answer = api.get(path)
        assert answer.status >= 400 or answer.data == [], brief(answer)
    api.get(f"/v1/clients/{client}", expect=404)
    api.post("/v1/authorities", walk.planted.given.least("authorities"))
    api.patch(authority, {"official_name": "Ours"}, if_match="*")
    api.post("/v1/clients", {"name": "Mine", "scopes": ["admin"]})
    api.patch(f"/v1/clients/{client}", {"scopes": ["admin"]}, if_match="*")
    api.post(f"/v1/clients/{client}/keys", {})
    api.post(f"/v1/clients/{client}/transitions", {"to": "revoked"}, headers={"If-Match": "*"})
    api.patch("/v1/retention-rules/findings", {"months": 1}, if_match="*")
    finding = walk.db.execute("SELECT id::text FROM inspectd.finding LIMIT 1").fetchone()[0]
    api.post("/v1/erasures", {"resource": "findings", "row_id": finding, "reason": "Mine"})
    assert walk.written() == before
