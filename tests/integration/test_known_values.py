"""A slip of the pen in a filter is told, not answered with "there are none"."""

from __future__ import annotations

import pytest

SLIPS = [
    ("/v1/authorities", "standing_grade", "inadequat"),
    ("/v1/authorities", "standing", "care_leaver:inadequate"),
    ("/v1/authorities", "standing", "care_leavers"),
    ("/v1/authorities", "region", "North Eest"),
    ("/v1/inspections", "strand", "careleavers"),
    ("/v1/inspections", "grade", "fine"),
    ("/v1/inspections", "judgement", "care_leavers=inadequate"),
    ("/v1/inspections", "theme_id", "front_door"),
    ("/v1/findings", "theme_id", "management_oversight"),
    ("/v1/findings", "strand", "leaders"),
    ("/v1/actions", "theme_id", "supervison"),
    ("/v1/actions", "strand", "leaders"),
    ("/v1/authorities/806/findings", "theme_id", "management_oversight"),
]


@pytest.mark.parametrize(("path", "name", "value"), SLIPS)
def test_a_value_that_nothing_could_have_is_named(api, path, name, value):
    problem = api.get(path, {name: value}, expect=400).problem
    assert [(e["in"], e["pointer"], e["code"]) for e in problem["errors"]] == [("query", f"/{name}", "unknown_value")]
    assert value in problem["errors"][0]["detail"]


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
def test_an_export_says_it_too(api, accept):
    answer = api.get("/v1/findings", {"theme_id": "frontdoor"}, headers={"Accept": accept}, expect=400)
    assert answer.problem["errors"][0]["code"] == "unknown_value"


def test_counts_say_it_too(api):
    assert api.get("/v1/findings/counts", {"by": "status", "theme_id": "frontdoor"}, expect=400)


def test_a_known_value_that_nothing_has_is_an_empty_list(api):
    assert api.get("/v1/authorities", {"standing_grade": "adequate"}, expect=200).data == []
    assert api.get("/v1/actions", {"theme_id": "front-door"}, expect=200).data == []


def test_a_slip_beside_a_good_value_does_not_spoil_what_is_there(api):
    assert api.get("/v1/authorities", {"standing_grade": "inadequate,inadequat"}, expect=200).data


def test_a_gss_code_is_found_in_any_case(api):
    assert api.get("/v1/authorities", {"gss_code": "e08000016"}, expect=200).ids == ["370"]


@pytest.mark.parametrize("name", ["Bournemouth, Christchurch and Poole", "bournemouth, christchurch & poole"])
def test_a_name_with_a_comma_in_it_is_found_whole(api, name):
    assert api.get("/v1/authorities", {"name": name}, expect=200).ids == ["839"]


def test_several_names_are_still_a_list(api):
    assert sorted(api.get("/v1/authorities", {"name": "Devon,Bristol, City of"}, expect=200).ids) == ["801", "878"]


@pytest.mark.parametrize("query", ["&".join(f"a{n}=1" for n in range(1000)), "&" * 8000], ids=["names", "empty"])
def test_a_thousand_parameters_get_an_answer(api, query):
    assert api.get(f"/v1/actions?{query}", expect=400)
