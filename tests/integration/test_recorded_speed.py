"""What a page as it was reads beside the same page as it is, at ten versions of each row.

load/recorded.py takes the times, of which the ceiling is three; here blocks are counted, which are the same on any
machine. To pass over each version one by one would be ten times as many.
"""

from __future__ import annotations

import json
from typing import Iterator

import pytest

from harness.many import CLIENTS, PAGES, Line, fill, key_of
from harness.plans import Plans, cost_of, walk_plan

ROWS, VERSIONS = 300, 10
CEILING, BESIDES = 4, 100  # a page of a few blocks reads the few of the indexes of the past besides
READ = [name for name in PAGES if not name.startswith("counts")]  # which look up every row that they count


@pytest.fixture(scope="module")
def past(cluster, start_service, make_database) -> Iterator[tuple]:
    """A service, the plans by which it answers, and two moments of its past."""
    database = make_database()
    with cluster.connect(database) as owner:
        moments = fill(owner, ROWS, VERSIONS)
    plans = Plans(cluster, database)
    yield start_service(database, INSPECTD_WORKERS=2), plans, moments


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("page", READ)
def test_a_page_as_it_was_reads_little_more_than_it_reads_now(past, client, page):
    service, plans, moments = past
    line = Line(service.port, key_of(service, client))
    ids = {name: json.loads(line.get(f"/v1/{name}s?authority_id=806&limit=1"))["data"][0]["id"] for name in ("action", "finding")}
    path = PAGES[page].format(**ids)
    for _ in range(14):  # after five of its own each connection settles on one plan for any value
        line.get(path)
    now = plans(lambda: line.get(path))
    assert now, "auto_explain told nothing"
    for moment, at in moments.items():
        asked = f"{path}{'&' if '?' in path else '?'}as_recorded_at={at}"
        line.get(asked)
        then = plans(lambda: line.get(asked))
        assert cost_of(then) <= CEILING * cost_of(now) + BESIDES, f"{cost_of(then)} blocks at {moment}, {cost_of(now)} now"


def test_a_page_of_the_past_is_walked_to_in_an_index(past):
    service, plans, moments = past
    line = Line(service.port, key_of(service, "sees all"))
    for page in ("actions of one authority", "of one authority by due_on", "actions by -updated_at"):
        for node in (n for plan in plans(lambda: line.get(f"{PAGES[page]}&as_recorded_at={moments['middle']}")) for n in walk_plan(plan)):
            assert not (node["Node Type"] in ("Seq Scan", "Bitmap Heap Scan") and node.get("Relation Name") == "action"), node
