"""What is hidden shows in nothing: not in what is taken, named or refused, nor in what was, nor in small numbers."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from harness.callers import READER, WRITER
from harness.cases import Cases
from harness.described import ABSENT_ID, named, resources, those
from harness.examples import Given
from harness.service import Api, Service
from harness.walk import bare

@pytest.fixture(scope="module")
def given(given: Given) -> Given:
    given.api.validate = False  # what the admin is answered, other suites look at
    return given


@pytest.fixture
def authority(given: Given) -> str:
    return given.authority()


@pytest.fixture
def caller(service: Service) -> Callable[..., Api]:
    """caller("806", clearance="council"): writes for it, and sees so much of it."""

    def make(*authorities: str, clearance: str = "restricted", scopes: Any = WRITER) -> Api:
        key = service.make_key(scopes, authorities=authorities or None, clearance=clearance)
        return service.api(key)

    return make


@pytest.fixture
def public(caller) -> Api:
    return caller(clearance="public", scopes=READER)


def moment(db) -> str:
    """By PostgreSQL's clock; what is written next is later."""
    return db.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'").fetchone()[0].isoformat() + "Z"


# --- what is taken --------------------------------------------------------------------------


# Others are as restricted as what they belong to.
with_sensitivity = [key for key in those("is_created")
                    if {"external_refs", "sensitivity"} <= resources()[key].written.keys()]


@pytest.mark.parametrize("key", with_sensitivity)
def test_an_external_reference_of_a_hidden_row_can_be_taken(given, caller, authority, key):
    """Else a 409 would tell that there is one."""
    taken = {"external_refs": {"plan": "P-1"}}
    above = given.of(key, authority, sensitivity="restricted", **taken)
    belongs = {name: above[name] for name in ("inspection_id", "board_id", "meeting_id") if above.get(name)}
    given.api.patch(f"/v1/{key}/{above['id']}", {"sensitivity": "restricted"}, expect=200)
    council = caller(authority, clearance="council")
    council.get(f"/v1/{key}/{above['id']}", expect=404)
    body = given.body(key, **{"authority_id": authority, **belongs}, **taken, sensitivity="council")
    body = {name: value for name, value in body.items() if name in resources()[key].written}
    council.post(f"/v1/{key}", body, expect=201)
    council.post(f"/v1/{key}", body, expect=409)  # of what it sees, it is told


def test_another_authoritys_reference_can_be_taken(given, caller, authority):
    given.action(external_refs={"plan": "P-2"})
    own = caller(authority)
    own.post("/v1/actions", given.body("actions", authority_id=authority, external_refs={"plan": "P-2"}), expect=201)


def test_the_days_of_a_hidden_inspection_can_be_shared(given, caller, authority):
    days = {"authority_id": authority, "kind": "standard_inspection", "start_on": "2024-04-08", "end_on": "2024-04-19"}
    given.inspection(**days, sensitivity="restricted")
    council = caller(authority, clearance="council")
    council.post("/v1/inspections", given.body("inspections", **days), expect=201)
    council.post("/v1/inspections", given.body("inspections", **days), expect=409)


# --- what is referred to -------------------------------------------------------------------------


def references(key: str) -> list[tuple[str, str, bool]]:
    """The members that name a row which can be hidden: (member, its resource, whether it is a list)."""
    return [
        (name, named(field["ref"]).key, field["type"] == "refs")
        for name, field in resources()[key].changeable.items()
        if field["type"] in ("ref", "refs") and named(field["ref"]).table["owned"]
    ]


@pytest.mark.parametrize("key", [key for key in those("is_changed") if references(key)])
def test_a_reference_to_a_hidden_row_is_refused_like_one_to_nothing(given, caller, key):
    row = given.one(key)
    path, authority = f"/v1/{key}/{row['id']}", row["authority_id"]
    council = caller(authority, clearance="council")
    with Cases() as case:
        for member, target, many in references(key):
            restricted = {"sensitivity": "restricted"} if "sensitivity" in resources()[target].written else {}
            for whose, hidden in (("its own", restricted and given.of(target, authority, **restricted)),
                                  ("another's", given.of(target, given.authority()))):
                with case(member, whose):
                    if hidden:
                        council.get(f"/v1/{target}/{hidden['id']}", expect=404)
                        tried = [council.patch(path, {member: [id] if many else id}, if_match="*")
                                 for id in (hidden["id"], ABSENT_ID)]
                        assert bare(tried[0], hidden["id"]) == bare(tried[1], ABSENT_ID)
                        assert tried[0].status == 422


# --- what is refused ---------------------------------------------------------------------------------


def test_a_row_of_another_authority_that_is_open_is_refused_by_name(given, caller, authority):
    other = given.authority()
    action = given.action(other, sensitivity="public")
    answer = caller(authority).patch(f"/v1/actions/{action['id']}", {"detail": "Ours"}, if_match="*", expect=403)
    assert f"authority {other}" in answer.problem["detail"]


def test_no_row_is_made_for_another_authority(given, caller, authority):
    other = given.authority()
    body = given.body("actions", authority_id=other)
    answer = caller(authority).post("/v1/actions", body, expect=403)
    assert f"authority {other}" in answer.problem["detail"]


def test_a_sensitivity_above_the_clearance_is_refused(given, caller, authority):
    council = caller(authority, clearance="council")
    body = given.body("actions", authority_id=authority, sensitivity="restricted")
    action = given.action(authority)
    for answer in (council.post("/v1/actions", body, expect=422),
                   council.patch(f"/v1/actions/{action['id']}", {"sensitivity": "restricted"}, expect=422)):
        assert (answer.pointers, answer.codes) == (["/sensitivity"], ["above_clearance"])


@pytest.mark.parametrize("condition", ["*", '"1"', '"1.0"', '"999.0"'])
def test_a_condition_tells_nothing_of_a_hidden_row(given, caller, authority, condition):
    hidden = f"/v1/actions/{given.action()['id']}"
    own = caller(authority)
    own.get(hidden, headers={"If-None-Match": condition}, expect=404)
    own.head(hidden, headers={"If-None-Match": condition}, expect=404)
    own.patch(hidden, {"detail": "x"}, if_match=condition, expect=404)
    own.delete(hidden, if_match=condition, expect=404)


def test_a_body_that_is_wrong_tells_nothing_of_a_hidden_row(given, caller, authority):
    hidden = given.action()["id"]
    own = caller(authority)
    with Cases() as case:
        for body in ({"nonsense": 1}, {"title": ""}, {"status": "complete"}, {"sensitivity": "secret"}, {}):
            with case(body):
                tried = [own.patch(f"/v1/actions/{id}", body, if_match="*") for id in (hidden, ABSENT_ID)]
                assert bare(tried[0], hidden) == bare(tried[1], ABSENT_ID)


# --- what was ------------------------------------------------------------------------------------------------


def moved(given: Given, db, first: str, then: str) -> tuple[dict, str]:
    """A document that was of one sensitivity and is of another; and a moment when it was."""
    made = given.one("documents", title="As it was", sensitivity=first)
    before = moment(db)
    given.api.patch(f"/v1/documents/{made['id']}", {"sensitivity": then, "title": "As it is"}, expect=200)
    return made, before


@pytest.mark.parametrize("first, then", [("public", "council"), ("council", "public"), ("restricted", "public")])
def test_what_was_is_seen_where_it_was_open_then_and_is_now(given, public, db, first, then):
    row, before = moved(given, db, first, then)
    path = f"/v1/documents/{row['id']}"
    given.api.get(path, {"as_recorded_at": before}, expect=200)
    assert public.get(path).status == (200 if then == "public" else 404)
    public.get(path, {"as_recorded_at": before}, expect=404)
    assert public.get("/v1/documents", {"id": row["id"], "as_recorded_at": before}, expect=200).data == []


def test_what_was_open_and_is_open_is_seen_as_it_was(given, public, db):
    made = given.one("documents", title="As it was", sensitivity="public")
    before = moment(db)
    given.api.patch(f"/v1/documents/{made['id']}", {"title": "As it is"}, expect=200)
    path = f"/v1/documents/{made['id']}"
    assert public.get(path, {"as_recorded_at": before}, expect=200).json["title"] == "As it was"


@pytest.mark.parametrize("first, then", [("public", "council"), ("council", "public")])
def test_the_history_of_an_open_row_does_not_show_what_was_closed(given, caller, db, first, then):
    row, _ = moved(given, db, first, then)
    stranger = caller(given.authority())
    answer = stranger.get(f"/v1/documents/{row['id']}/history")
    assert "As it was" not in answer.text
    assert answer.status == (200 if then == "public" else 404)


def test_an_inspection_is_open_from_the_day_that_it_is_published(given, public, authority):
    visit = given.inspection(authority, sensitivity="public", status="reported", start_on="2024-04-08",
                             end_on="2024-04-09", received_on="2024-05-20")
    path = f"/v1/inspections/{visit['id']}"
    finding = given.finding(visit["id"], sensitivity="public", stage="final")
    for hidden in (path, f"/v1/findings/{finding['id']}"):
        public.get(hidden, expect=404)
    given.api.patch(path, {"published_on": "2024-05-28"}, expect=200)
    given.api.move(path, "published", on="2024-05-28", expect=200)
    for open_now in (path, f"/v1/findings/{finding['id']}"):
        public.get(open_now, expect=200)


# --- what is worked out ------------------------------------------------------------------------------------------


def test_a_grade_that_is_hidden_does_not_show_in_the_authority(given, public, authority):
    given.graded(authority, "inadequate", sensitivity="council")
    row = public.get(f"/v1/authorities/{authority}", expect=200).json
    assert row["standing_judgements"] == []
    assert public.get("/v1/authorities", {"id": authority, "standing_grade": "inadequate"}, expect=200).data == []
    assert given.api.get("/v1/authorities", {"id": authority, "standing_grade": "inadequate"}).data != []


# --- small numbers -----------------------------------------------------------------------------------------------


@pytest.fixture
def counted(given: Given) -> Callable[..., tuple[dict, dict]]:
    def make(value: float, unit: str = "children", **members: Any) -> tuple[dict, dict]:
        """A public measure and its one observation."""
        measure = given.one("measures", sensitivity="public", unit=unit, **members)
        return measure, given.one("observations", measure_id=measure["id"], value=value, unit=unit)

    return make


def observed(api: Api, row: dict, **params: Any) -> tuple[Any, bool]:
    seen = api.get(f"/v1/observations/{row['id']}", params, expect=200).json
    return seen["value"], seen["suppressed"]


@pytest.mark.parametrize("value", [1, 3, 5])
def test_a_public_view_is_not_shown_a_small_number_of_children(counted, public, given, caller, value, db):
    measure, row = counted(value)
    assert observed(public, row) == (None, True)
    assert observed(public, row, as_recorded_at=moment(db)) == (None, True)
    latest = public.get(f"/v1/measures/{measure['id']}", expect=200).json
    assert latest["suppressed"] is True and latest["latest"]["value"] is None
    for whoever in (given.api, caller(given.authority())):
        assert observed(whoever, row) == (value, False)
        assert whoever.get(f"/v1/measures/{measure['id']}", expect=200).json["suppressed"] is False


@pytest.mark.parametrize("value, unit", [(0, "children"), (6, "children"), (120, "children"), (3, "%")])
def test_a_public_view_is_shown_every_other_number(counted, public, value, unit):
    measure, row = counted(value, unit)
    assert observed(public, row) == (value, False)
    assert public.get(f"/v1/measures/{measure['id']}", expect=200).json["suppressed"] is False


def test_a_public_view_is_not_shown_a_small_baseline_or_target(given, public):
    measure = given.one("measures", sensitivity="public", baseline=4, baseline_on="2024-01-31", target=2)
    seen = public.get(f"/v1/measures/{measure['id']}", expect=200).json
    assert (seen["baseline"], seen["target"], seen["suppressed"]) == (None, None, True)


def test_no_question_finds_a_suppressed_number_out(counted, public):
    measure, row = counted(3)
    whose = {"measure_id": measure["id"]}
    with Cases() as case:
        for filters in ({"value": 3}, {"value_lte": 5}, {"value_gt": 2, "value_lt": 4}):
            with case(filters):
                assert public.get("/v1/observations", whose | filters, expect=200).data == []
        for sort in ("value", "-value"):
            with case(sort):
                assert [one["value"] for one in public.get("/v1/observations", whose | {"sort": sort}).data] == [None]
        for accept in ("text/csv", "application/x-ndjson"):
            with case(accept):
                text = public.get("/v1/observations?fields=value,suppressed&measure_id=" + measure["id"],
                                  headers={"Accept": accept}, expect=200).text
                assert "3" not in text and "true" in text
        for path, expand in ((f"/v1/measures/{measure['id']}", "observations"),
                             (f"/v1/observations/{row['id']}", "measure")):
            with case(path, expand):
                whole = public.get(path, {"expand": expand}, expect=200).json
                inner = whole[expand][0] if expand == "observations" else whole[expand]["latest"]
                assert inner["value"] is None
