"""Measures and what was observed: rag and direction of travel; interventions and delivery models as episodes."""

from __future__ import annotations

import pytest

from harness.examples import day

# --- rag: every polarity, comparator and tolerance, worked out by hand ------------------

# The target is 10, the tolerance 2 points or none. A letter for each value from 7 to 13:
# g(reen), a(mber), r(ed), or n: not rated, for the truth may lie on either side.
RAG = [
    #                     7 8 9 10 11 12 13
    ("lower_is_better", "=", None, "ggggrrr"),
    ("lower_is_better", "=", 2, "ggggaar"),
    ("lower_is_better", ">", None, "nnnrrrr"),
    ("lower_is_better", ">", 2, "nnnnnrr"),
    ("lower_is_better", ">=", None, "nnnnrrr"),
    ("lower_is_better", ">=", 2, "nnnnnnr"),
    ("lower_is_better", "<", None, "ggggnnn"),
    ("lower_is_better", "<", 2, "ggggnnn"),
    ("lower_is_better", "<=", None, "ggggnnn"),
    ("lower_is_better", "<=", 2, "ggggnnn"),
    ("higher_is_better", "=", None, "rrrgggg"),
    ("higher_is_better", "=", 2, "raagggg"),
    ("higher_is_better", "<", None, "rrrrnnn"),
    ("higher_is_better", "<", 2, "rrnnnnn"),
    ("higher_is_better", "<=", None, "rrrnnnn"),
    ("higher_is_better", "<=", 2, "rnnnnnn"),
    ("higher_is_better", ">", None, "nnngggg"),
    ("higher_is_better", ">", 2, "nnngggg"),
    ("higher_is_better", ">=", None, "nnngggg"),
    ("higher_is_better", ">=", 2, "nnngggg"),
    *[("neutral", comparator, tolerance, "nnnnnnn") for comparator in ("=", ">", ">=", "<", "<=")
      for tolerance in (None, 2)],
]
RAGS = {"g": "green", "a": "amber", "r": "red", "n": "not_rated"}


def rag(db, *arguments) -> str:
    """measure_rag(value, comparator, target, polarity, tolerance, tolerance_kind)"""
    return db.execute("SELECT inspectd.measure_rag(%s::numeric, %s, %s::numeric, %s, %s::numeric, %s)",
                      arguments).fetchone()[0]


@pytest.mark.parametrize(("polarity", "comparator", "tolerance", "letters"), RAG)
@pytest.mark.parametrize("kind", ["points", "percent"])
def test_a_value_is_rated_against_its_target(db, polarity, comparator, tolerance, letters, kind):
    allowed = tolerance and (tolerance if kind == "points" else 20)  # of 10
    found = [rag(db, value, comparator, 10, polarity, allowed, kind if allowed else None) for value in range(7, 14)]
    assert found == [RAGS[letter] for letter in letters]


@pytest.mark.parametrize(("value", "target", "polarity", "tolerance", "kind", "expected"), [
    # a tolerance is met by a hair, and missed by one
    ("12", "10", "lower_is_better", "2", "points", "amber"), ("12.01", "10", "lower_is_better", "2", "points", "red"),
    ("8", "10", "higher_is_better", "2", "points", "amber"), ("7.99", "10", "higher_is_better", "2", "points", "red"),
    ("10.5", "10", "lower_is_better", "0.5", "points", "amber"), ("11", "10", "lower_is_better", "0", "points", "red"),
    # a percentage is of the target, whatever its sign
    ("55", "50", "lower_is_better", "10", "percent", "amber"),
    ("55.1", "50", "lower_is_better", "10", "percent", "red"),
    ("45", "50", "higher_is_better", "10", "percent", "amber"),
    ("-45", "-50", "lower_is_better", "10", "percent", "amber"),
    ("-44.9", "-50", "lower_is_better", "10", "percent", "red"),
    ("-55", "-50", "higher_is_better", "10", "percent", "amber"),
    ("0.1", "0", "lower_is_better", "50", "percent", "red"), ("0", "0", "lower_is_better", "50", "percent", "green"),
    # nothing to rate, or nothing to rate it against
    (None, "10", "lower_is_better", None, None, "not_rated"), ("10", None, "lower_is_better", None, None, "not_rated"),
    ("10", None, "higher_is_better", "2", "points", "not_rated"),
])
def test_a_tolerance_is_in_points_or_a_share_of_the_target(db, value, target, polarity, tolerance, kind, expected):
    assert rag(db, value, "=", target, polarity, tolerance, kind) == expected


# --- direction of travel, worked out by hand where lower is better ------------------------

IMPROVING, WORSENING, UNCHANGED, UNKNOWN = "improving", "worsening", "unchanged", "unknown"
OTHER_WAY = {IMPROVING: WORSENING, WORSENING: IMPROVING, UNCHANGED: UNCHANGED, UNKNOWN: UNKNOWN}
DIRECTIONS = [
    ("=20", "=10", IMPROVING), ("=10", "=20", WORSENING), ("=10", "=10", UNCHANGED), ("=10", "=10.0", UNCHANGED),
    # from more than, or at least
    (">10", "=0", IMPROVING), (">10", "=10", IMPROVING), (">=10", "=10", UNKNOWN), (">=10", "=9", IMPROVING),
    (">10", "=11", UNKNOWN), (">10", ">10", UNKNOWN), (">10", ">20", UNKNOWN), (">10", ">=11", UNKNOWN),
    (">10", "<=10", IMPROVING), (">=10", "<10", IMPROVING), (">=10", "<=10", UNKNOWN), (">10", "<20", UNKNOWN),
    # from fewer than, or at most
    ("<5", "=5", WORSENING), ("<=5", "=5", UNKNOWN), ("<=5", "=6", WORSENING), ("<5", "=4", UNKNOWN),
    ("<5", "<5", UNKNOWN), ("<5", "<3", UNKNOWN), ("<5", ">=5", WORSENING), ("<5", ">5", WORSENING),
    ("<=5", ">5", WORSENING), ("<=5", ">=5", UNKNOWN), ("<=5", ">4", UNKNOWN),
    # from an exact value
    ("=5", "<5", IMPROVING), ("=5", "<=5", UNKNOWN), ("=5", "<=4", IMPROVING), ("=5", "<6", UNKNOWN),
    ("=5", ">5", WORSENING), ("=5", ">=5", UNKNOWN), ("=5", ">=6", WORSENING), ("=5", ">4", UNKNOWN),
]


def taken_apart(text: str) -> tuple[str, str]:
    """">=10" as value and comparator"""
    value = text.lstrip("<=>")
    return value, text.removesuffix(value)


def direction(db, before: str, now: str, polarity: str) -> str:
    return db.execute("SELECT inspectd.measure_direction(%s::numeric, %s, %s::numeric, %s, %s)",
                      [*taken_apart(now), *taken_apart(before), polarity]).fetchone()[0]


@pytest.mark.parametrize(("before", "now", "expected"), DIRECTIONS)
def test_the_latest_value_is_held_to_the_one_before(db, before, now, expected):
    assert direction(db, before, now, "lower_is_better") == expected
    assert direction(db, before, now, "higher_is_better") == OTHER_WAY[expected]
    assert direction(db, before, now, "neutral") == UNKNOWN


# --- the two that the council papers tell -------------------------------------------------


@pytest.fixture
def observe(api):
    """observe(measure, "2021-12-15", 0, comparator="="): a new observation."""

    def post(measure: dict, observed_on: str, value: float, **members) -> dict:
        body = {"observed_on": observed_on, "value": value, "unit": measure["unit"]} | members
        return api.create(f"/v1/measures/{measure['id']}/observations", body)

    return post


def shown(api, measure: dict) -> dict:
    return api.get(f"/v1/measures/{measure['id']}", expect=200).json


def test_children_at_immediate_risk_fell_from_more_than_ten_to_none(api, given, observe):
    measure = given.one("measures", title="Children at immediate risk", unit="children",
                        polarity="lower_is_better", target=0, baseline=10, baseline_on="2019-11-25",
                        baseline_caveat="More than ten; the report gives no number.")
    assert (measure["latest"], measure["latest_on"]) == (None, None)
    assert (measure["rag"], measure["direction"]) == ("not_rated", "unknown")
    first = observe(measure, "2019-11-25", 10, comparator=">")
    assert first["rag"] == "red"
    row = shown(api, measure)
    assert (row["rag"], row["direction"], row["latest_on"]) == ("red", "unknown", "2019-11-25")
    last = observe(measure, "2021-12-15", 0)
    assert last["rag"] == "green"
    row = shown(api, measure)
    assert (row["rag"], row["direction"]) == ("green", "improving")
    assert row["latest"] == {"id": last["id"], "value": 0, "comparator": "=", "approximate": False, "scope": None,
                             "caveat": None, "observed_on": "2021-12-15"}


def test_inadequate_practice_fell_from_a_fifth_to_about_a_tenth_in_some_areas(api, given, observe):
    measure = given.one("measures", title="Inadequate practice", unit="%", polarity="lower_is_better",
                        target=5, target_on="2022-12-31", tolerance=5, tolerance_kind="points")
    assert observe(measure, "2022-01-31", 20)["rag"] == "red"
    last = observe(measure, "2022-02-14", 10, approximate=True, scope="in some areas of practice",
                   caveat="The officer's estimate.")
    assert (last["approximate"], last["rag"]) == (True, "amber")
    row = shown(api, measure)
    assert (row["rag"], row["direction"]) == ("amber", "improving")
    assert row["latest"] == {"id": last["id"], "value": 10, "comparator": "=", "approximate": True,
                             "scope": "in some areas of practice", "caveat": "The officer's estimate.",
                             "observed_on": "2022-02-14"}


# --- which observation is the latest -------------------------------------------------------


@pytest.fixture
def measure(given) -> dict:
    return given.one("measures", unit="children", polarity="lower_is_better", target=0)


def test_the_latest_is_by_its_day_and_not_by_its_entry(api, observe, measure):
    observe(measure, "2024-05-01", 4)
    observe(measure, "2023-05-01", 1)
    row = shown(api, measure)
    assert (row["latest"]["value"], row["direction"]) == (4, "worsening")


def test_of_one_day_what_was_entered_last_counts(api, observe, measure):
    observe(measure, "2024-05-01", 4)
    observe(measure, "2024-05-01", 1)
    row = shown(api, measure)
    assert (row["latest"]["value"], row["direction"]) == (1, "improving")


def test_what_is_deleted_or_put_right_counts_no_more(api, observe, measure):
    observe(measure, "2024-03-01", 4)
    observe(measure, "2024-04-01", 2)
    last = observe(measure, "2024-05-01", 0)
    assert shown(api, measure)["rag"] == "green"
    path = f"/v1/observations/{last['id']}"
    assert api.patch(path, {"value": 3}, expect=200).json["rag"] == "red"
    assert (shown(api, measure)["rag"], shown(api, measure)["direction"]) == ("red", "worsening")
    api.delete(path, expect=204)
    row = shown(api, measure)
    assert (row["latest"]["value"], row["direction"]) == (2, "improving")


def test_an_observation_leaves_the_version_of_its_measure(api, observe, measure):
    path = f"/v1/measures/{measure['id']}"
    before = api.get(path).etag
    observe(measure, "2024-05-01", 4)
    answer = api.get(path)
    assert answer.json["version"] == measure["version"]
    assert answer.etag != before, "what is shown has changed"
    api.patch(path, {"definition": "At risk of significant harm"}, if_match=before, expect=200)


def test_a_new_target_rates_every_observation_anew(api, observe, measure):
    row = observe(measure, "2024-05-01", 4)
    assert row["rag"] == "red"
    api.patch(f"/v1/measures/{measure['id']}", {"target": 5}, expect=200)
    assert api.get(f"/v1/observations/{row['id']}").json["rag"] == "green"
    assert shown(api, measure)["rag"] == "green"


def test_what_was_the_latest_then_can_still_be_asked(api, observe, measure):
    observe(measure, "2024-04-01", 4)
    then = observe(measure, "2024-05-01", 2)["created_at"]
    observe(measure, "2024-06-03", 0)
    row = api.get(f"/v1/measures/{measure['id']}", {"as_recorded_at": then}, expect=200).json
    assert (row["latest"]["value"], row["rag"], row["direction"]) == (2, "red", "improving")
    assert shown(api, measure)["rag"] == "green"


def test_the_first_observation_after_the_baseline_is_held_to_it(api, given, observe):
    measure = given.one("measures", unit="%", polarity="lower_is_better", baseline=20, baseline_on="2022-01-31")
    observe(measure, "2022-02-14", 10)
    assert shown(api, measure)["direction"] == "improving"


def test_measures_are_found_and_counted_by_rag_and_direction(api, given, observe):
    authority = given.authority()
    measures = [given.one("measures", authority_id=authority, unit="children", polarity="lower_is_better", target=0)
                for _ in range(3)]
    for measure, values in zip(measures, ((3, 0), (0, 3), ())):
        for n, value in enumerate(values):
            observe(measure, f"2024-0{n + 1}-01", value)
    path = f"/v1/authorities/{authority}/measures"
    assert api.get(path, {"rag": "green"}, expect=200).ids == [measures[0]["id"]]
    assert api.get(path, {"direction": "worsening"}, expect=200).ids == [measures[1]["id"]]
    assert api.get(path, {"rag_ne": "green,red"}, expect=200).ids == [measures[2]["id"]]
    counted = api.get("/v1/measures/counts", {"by": "rag", "authority_id": authority}, expect=200).data
    assert {row["rag"]: row["count"] for row in counted} == {"green": 1, "red": 1, "not_rated": 1}


# --- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("members", "pointer"), [
    ({"baseline": 20}, "/baseline_on"), ({"baseline_on": "2024-01-31"}, "/baseline"),
    ({"baseline": 20, "baseline_on": day(1)}, "/baseline_on"), ({"target_on": "2025-03-31"}, "/target"),
    ({"target": 1, "target_on": "2024-01-30", "baseline": 20, "baseline_on": "2024-01-31"}, "/target_on"),
    ({"tolerance": 5}, "/tolerance_kind"), ({"tolerance_kind": "points"}, "/tolerance"),
    ({"tolerance": -1, "tolerance_kind": "points"}, "/tolerance"),
    ({"benchmarks": [{"label": "England", "value": 1}, {"label": "England", "value": 2}]}, "/benchmarks/1/label"),
])
def test_a_measure_that_cannot_be_is_refused(api, given, unwritten, members, pointer):
    body = given.body("measures", **members)
    with unwritten():
        assert api.post("/v1/measures", body, expect=422).pointers == [pointer]


@pytest.mark.parametrize(("members", "pointer", "code"), [
    ({"unit": "%"}, "/unit", "other_unit"), ({"unit": None}, "/unit", "required"),
    ({"observed_on": day(1)}, "/observed_on", "in_future"), ({"value": None}, "/value", "required"),
    ({"comparator": "~"}, "/comparator", "not_a_code"),
])
def test_an_observation_that_cannot_be_is_refused(api, measure, unwritten, members, pointer, code):
    body = {"observed_on": "2024-05-01", "value": 1, "unit": "children"} | members
    with unwritten():
        answer = api.post(f"/v1/measures/{measure['id']}/observations", body, expect=422)
    assert (answer.pointers, answer.codes) == ([pointer], [code])


def test_an_observation_without_its_unit_is_refused(api, measure, unwritten):
    with unwritten():
        answer = api.post(f"/v1/measures/{measure['id']}/observations",
                          {"observed_on": "2024-05-01", "value": 1}, expect=422)
    assert answer.pointers == ["/unit"]


def test_a_measure_keeps_the_unit_that_its_observations_have(api, observe, measure, unwritten):
    path = f"/v1/measures/{measure['id']}"
    api.patch(path, {"unit": "young people"}, expect=200)
    row = observe(measure | {"unit": "young people"}, "2024-05-01", 4)
    with unwritten():
        assert api.patch(path, {"unit": "%"}, expect=409).pointers == ["/unit"]
    api.delete(f"/v1/observations/{row['id']}", expect=204)
    api.patch(path, {"unit": "%"}, expect=200)
    with unwritten():
        api.post(f"/v1/observations/{row['id']}/restore", expect=409)


def test_a_share_of_more_than_all_is_odd_but_stored(given, observe):
    measure = given.one("measures", unit="%", polarity="higher_is_better")
    assert [warning["code"] for warning in observe(measure, "2024-05-01", 104)["warnings"]] == ["outside_percentage"]


def test_an_observation_is_as_open_as_its_measure(api, given, observe, measure):
    row = observe(measure, "2024-05-01", 4)
    assert (row["authority_id"], row["sensitivity"]) == (measure["authority_id"], "council")
    api.patch(f"/v1/measures/{measure['id']}", {"sensitivity": "restricted"}, expect=200)
    assert api.get(f"/v1/observations/{row['id']}").json["sensitivity"] == "restricted"


def test_numbers_are_kept_as_they_were_written(api, observe, measure):
    row = observe(measure, "2024-05-01", 0.1)
    answer = api.get(f"/v1/observations/{row['id']}")
    assert '"value":0.1,' in answer.text
    assert '"value":0.1,' in api.get(f"/v1/measures/{measure['id']}").text


# --- interventions and delivery models -----------------------------------------------------------


@pytest.mark.parametrize(("members", "in_force"), [
    ({"started_on": "2020-02-03"}, True), ({"started_on": day(0)}, True), ({"started_on": day(1)}, False),
    ({"started_on": "2020-02-03", "ended_on": day(0)}, True),
    ({"started_on": "2020-02-03", "ended_on": day(-1)}, False),
    ({"started_on": "2020-02-03", "ended_on": day(0)[:8] + "01", "ended_precision": "month"}, True),
])
def test_an_intervention_is_in_force_to_the_end_of_its_last_day(api, given, members, in_force):
    row = given.one("interventions", **members)
    assert row["in_force"] is in_force
    path = f"/v1/authorities/{row['authority_id']}/interventions"
    assert api.get(path, {"in_force": "true"}, expect=200).ids == [row["id"]] * in_force
    assert api.get(path, {"in_force": "false"}, expect=200).ids == [row["id"]] * (not in_force)


def test_an_intervention_cannot_end_before_it_began(api, given, unwritten):
    body = given.body("interventions", started_on="2020-02-03", ended_on="2020-02-02")
    with unwritten():
        assert api.post("/v1/interventions", body, expect=422).pointers == ["/ended_on"]


def test_one_trust_may_serve_several_councils(api, given):
    trust = api.create("/v1/organisations", {"name": "Achieving for Children", "kind": "childrens_trust"})
    councils = sorted(given.authority() for _ in range(3))
    for council in councils[:2]:
        given.one("delivery-models", authority_id=council, kind="council_company", organisation_id=trust["id"],
                  started_on="2014-04-01")
    left = given.one("delivery-models", authority_id=councils[2], kind="council_company",
                     organisation_id=trust["id"], started_on="2017-08-01", ended_on=day(-1))
    for council in councils[:2]:
        row, = api.get(f"/v1/authorities/{council}/delivery-models", expect=200).data
        assert (row["in_force"], row["served_authority_ids"]) == (True, councils[:2])
    assert left["in_force"] is False
    assert left["served_authority_ids"] == councils[:2], "whom the trust serves now"


def test_a_model_that_names_no_organisation_serves_its_own_council(given):
    row = given.one("delivery-models", kind="childrens_trust", name="Together for Children")
    assert (row["in_force"], row["served_authority_ids"]) == (True, [row["authority_id"]])
    row = given.one("delivery-models", kind="in_house", ended_on="2017-03-31")
    assert (row["in_force"], row["served_authority_ids"]) == (False, [])


@pytest.mark.parametrize(("first", "second", "warned"), [
    (("2014-10-01", "2022-09-01"), ("2022-09-01", None), False),
    (("2014-10-01", "2022-09-01"), ("2022-08-31", None), True),
    (("2014-10-01", None), ("2022-09-01", None), True),
    ((None, "2014-09-30"), ("2014-10-01", "2022-09-01"), False),
    ((None, None), (None, None), True),
    (("2022-09-01", None), ("2014-10-01", "2022-09-01"), False),
])
def test_two_models_at_once_are_odd_but_stored(given, first, second, warned):
    authority = given.authority()
    for dates in (first, second):
        row = given.one("delivery-models", authority_id=authority, kind="in_house", started_on=dates[0],
                        ended_on=dates[1])
    assert [warning["code"] for warning in row["warnings"]] == ["overlaps"] * warned


def test_whoever_delivers_for_the_council_is_named(api, given, unwritten):
    body = given.body("delivery-models", kind="childrens_trust")
    with unwritten():
        assert api.post("/v1/delivery-models", body, expect=422).pointers == ["/name"]
