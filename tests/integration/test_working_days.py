"""GET /v1/working-days: counted as SI 2007/462 has it, by the calendar that is loaded, and never by guesswork."""

from __future__ import annotations

import csv
import datetime
import random

import pytest

from harness import cluster as clusters

REFERENCE = clusters.REPOSITORY / "sql" / "reference" / "bank_holidays.csv"
VECTORS = clusters.REPOSITORY.parent / "shared" / "data" / "working_day_vectors.csv"
LIMIT = 3660

with REFERENCE.open(encoding="utf-8", newline="") as stream:
    TITLES = {datetime.date.fromisoformat(row["date"]): row["title"] for row in csv.DictReader(stream)}
FIRST, LAST = min(TITLES), max(TITLES)

# Real letters and reports. (start, working days, the day that was or would have been named)
KNOWN = {
    "St Helens, draft plan after a focused visit": ("2018-08-10", 20, "2018-09-10"),
    "Gloucestershire, over Easter and the Jubilee": ("2022-04-01", 70, "2022-07-15"),
    "Norfolk, joint inspection": ("2025-02-27", 70, "2025-06-11"),
    "East Sussex, over the early May holiday that was moved": ("2020-04-14", 70, "2020-07-23"),
    "Kirklees, over the State Funeral, declared after the letter": ("2022-08-18", 70, "2022-11-28"),
    "Stockton, over the coronation's spring": ("2023-05-09", 70, "2023-08-16"),
    "Kirklees 2016, from the day of receipt": ("2016-11-28", 70, "2017-03-09"),
    "Medway 2019, from the day of receipt": ("2019-08-21", 70, "2019-11-28"),
    "Middlesbrough 2026, publication": ("2026-07-28", 30, "2026-09-09"),
    "Christmas Day on a Saturday, with two days in lieu": ("2021-12-23", 1, "2021-12-24"),
    "and the first working day after them": ("2021-12-24", 1, "2021-12-29"),
    "New Year's Day on a Sunday": ("2022-12-30", 1, "2023-01-03"),
    "from a Saturday": ("2024-01-06", 1, "2024-01-08"),
    "from a bank holiday": ("2024-01-01", 1, "2024-01-02"),
    "no days at all, even on a Sunday": ("2024-01-07", 0, "2024-01-07"),
    "up to the last day of the calendar": ("2028-12-21", 4, "2028-12-29"),
}


def works(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in TITLES


def walk(start: datetime.date, days: int) -> datetime.date:
    """Day by day, as a person would count on a wall calendar."""
    day = start
    while days > 0:
        day += datetime.timedelta(1)
        days -= works(day)
    return day


def skipped(start: datetime.date, end: datetime.date) -> list[dict]:
    return [{"date": str(day), "title": title} for day, title in sorted(TITLES.items())
            if start < day <= end and day.weekday() < 5]


def ask(api, expect=200, **params):
    if "start" in params:
        params["from"] = params.pop("start")
    return api.get("/v1/working-days", params, expect=expect)


@pytest.mark.parametrize("start, days, end", KNOWN.values(), ids=KNOWN)
def test_what_letters_have_said_is_what_is_counted(api, start, days, end):
    forth, back = ask(api, start=start, days=days).json, ask(api, start=start, to=end).json
    assert (forth["from"], forth["days"], forth["to"]) == (start, days, end)
    assert back == forth


def test_every_known_vector_holds(api):
    if not VECTORS.exists():
        pytest.skip("shared/data is not beside this repository")
    with VECTORS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            answer = ask(api, start=row["start_date"], days=row["working_days"]).json
            assert answer["to"] == row["expected_date"], row["note"]


def test_it_agrees_with_a_count_day_by_day(api):
    dice = random.Random(2007_462)
    for _ in range(250):
        start = FIRST + datetime.timedelta(dice.randrange((LAST - FIRST).days - 1500))
        days = dice.choice([dice.randrange(0, 8), 20, 30, 70, dice.randrange(0, 900)])
        end = walk(start, days)
        answer = ask(api, start=start, days=days).json
        assert answer["to"] == str(end), (start, days)
        assert answer["holidays_skipped"] == skipped(start, end)


def test_the_days_between_agree_with_a_count_day_by_day(api):
    dice = random.Random(2015_1792)
    for _ in range(150):
        start = FIRST + datetime.timedelta(dice.randrange((LAST - FIRST).days - 1500))
        end = start + datetime.timedelta(dice.randrange(0, 1500))
        answer = ask(api, start=start, to=end).json
        span = (start + datetime.timedelta(n) for n in range(1, (end - start).days + 1))
        assert answer["days"] == sum(map(works, span)), (start, end)
        assert (answer["to"], answer["holidays_skipped"]) == (str(end), skipped(start, end))


def test_the_answer_names_the_calendar_by_its_years(api):
    version = ask(api, start="2024-01-02", days=1).json["calendar_version"]
    years, digest = version.split(".")
    assert years == f"{FIRST.year}-{LAST.year}" and len(digest) == 8


def test_the_most_that_can_be_asked_is_answered(api):
    answer = ask(api, start="2013-01-01", days=LIMIT).json
    assert answer["to"] == str(walk(FIRST, LIMIT))
    assert ask(api, start="2013-01-01", to=answer["to"]).json["days"] == LIMIT


WRONG = {
    "nothing": ({}, {"/from": "required", "/days": "required"}),
    "no start": ({"days": 1}, {"/from": "required"}),
    "no end": ({"from": "2024-01-02"}, {"/days": "required"}),
    "both ends": ({"from": "2024-01-02", "days": 1, "to": "2024-01-03"}, {"/to": "one_of_two"}),
    "a day that is none": ({"from": "2023-02-29", "to": "2024-13-01"}, {"/from": "not_a_date", "/to": "not_a_date"}),
    "a date in words": ({"from": "today", "days": 1}, {"/from": "not_a_date"}),
    "a time": ({"from": "2024-01-02T00:00:00Z", "days": 1}, {"/from": "not_a_date"}),
    "an empty value": ({"from": "", "days": ""}, {"/from": "not_a_date", "/days": "out_of_range"}),
    "fewer than none": ({"from": "2024-01-02", "days": -1}, {"/days": "out_of_range"}),
    "half a day": ({"from": "2024-01-02", "days": "1.5"}, {"/days": "out_of_range"}),
    "a number with a sign": ({"from": "2024-01-02", "days": "+1"}, {"/days": "out_of_range"}),
    "too many days": ({"from": "2013-01-01", "days": LIMIT + 1}, {"/days": "out_of_range"}),
    "days beyond any number": ({"from": "2013-01-01", "days": 10**30}, {"/days": "out_of_range"}),
    "too many days between": ({"from": "2013-01-01", "to": "2028-12-29"}, {"/to": "out_of_range"}),
    "an end before the start": ({"from": "2024-01-03", "to": "2024-01-02"}, {"/to": "before_from"}),
    "a parameter of another list": ({"from": "2024-01-02", "days": 1, "limit": 1}, {"/limit": "unknown_parameter"}),
}


@pytest.mark.parametrize("params, complaints", WRONG.values(), ids=WRONG)
def test_what_cannot_be_counted_is_refused_by_parameter(api, params, complaints):
    answer = api.get("/v1/working-days", params, expect=400)
    assert dict(zip(answer.pointers, answer.codes)) == complaints


def test_a_parameter_that_comes_twice_is_refused(api):
    assert api.get("/v1/working-days?from=2024-01-02&days=1&days=2", expect=400).pointers == ["/days"]


MISSING = {
    "begun before the calendar": ({"from": "2012-12-20", "days": 10}, 2012, "/from"),
    "begun long before it": ({"from": "0001-01-01", "days": 10}, 1, "/from"),
    "ended after it": ({"from": "2028-11-01", "days": 70}, 2029, "/days"),
    "ended on a day after it": ({"from": "2028-11-01", "to": "2029-01-05"}, 2029, "/to"),
    "far beyond it": ({"from": "2040-01-01", "to": "2040-01-31"}, 2040, "/from"),
    "on the last day there is": ({"from": "9999-12-31", "days": 1}, 10000, "/days"),
}


@pytest.mark.parametrize("params, year, pointer", MISSING.values(), ids=MISSING)
def test_a_year_without_a_calendar_is_named_and_not_guessed(api, params, year, pointer):
    answer = api.get("/v1/working-days", params, expect=422)
    assert (answer.pointers, answer.codes) == ([pointer], ["calendar_missing"])
    assert f"bank holidays of {year} are not loaded" in answer.problem["errors"][0]["detail"]


def test_only_the_years_that_are_counted_in_must_be_loaded(api):
    assert ask(api, start="2012-12-31", days=1).json["to"] == "2013-01-02"
    assert ask(api, start="2040-01-01", days=0).json["to"] == "2040-01-01"


def test_without_any_calendar_nothing_is_counted(empty_service):
    answer = ask(empty_service.admin(), start="2024-01-02", days=1, expect=422)
    assert "2024" in answer.problem["detail"]


def test_any_key_may_ask_and_nobody_without_one(api, make_key):
    api.with_key(None).get("/v1/working-days?from=2024-01-02&days=1", expect=401)
    api.with_key(make_key(["themes:read"])).get("/v1/working-days?from=2024-01-02&days=1", expect=200)


def test_it_is_json_and_can_be_asked_again_cheaply(api):
    path = "/v1/working-days?from=2024-01-02&days=1"
    etag = api.get(path, expect=200).etag
    api.get(path, headers={"If-None-Match": etag}, expect=304)
    api.get(path, headers={"Accept": "text/calendar"}, expect=406)
    api.head(path, expect=200)
    api.post(path, {}, expect=405)
