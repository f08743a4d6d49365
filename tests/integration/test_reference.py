"""The facts that every service begins with: authorities, frameworks, themes, published inspections and findings."""

from __future__ import annotations

import collections
import csv
import json
import pathlib
from typing import Any

import pytest

from harness import cluster as clusters
from harness.service import Api

REFERENCE = clusters.REPOSITORY / "sql" / "reference"
SHARED = clusters.REPOSITORY.parent / "shared" / "data"
NDJSON = {"Accept": "application/x-ndjson"}


def rows(name: str, folder: pathlib.Path = REFERENCE) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def split(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def ref(cell: str) -> dict[str, str]:
    system, _, key = cell.partition(":")
    return {system: key}


def whole(api: Api, path: str) -> list[dict[str, Any]]:
    """A list in one go, as JSON Lines."""
    return [json.loads(line) for line in api.get(path, headers=NDJSON, expect=200).text.splitlines()]


@pytest.fixture(scope="module")
def authorities(api: Api) -> dict[str, dict]:
    return {row["id"]: row for row in whole(api, "/v1/authorities")}


@pytest.fixture(scope="module")
def inspections(api: Api) -> dict[str, dict]:
    """By the ref that sql/reference gives them."""
    return {"ofsted:" + row["external_refs"]["ofsted"]: row for row in whole(api, "/v1/inspections")}


def total(api: Api, path: str, **filters: Any) -> int:
    return api.get(path, {"limit": 1, "include_total": True, **filters}, expect=200).json["page"]["total"]


# --- authorities ---------------------------------------------------------------


def test_there_are_156_authorities_of_which_153_are_current(api):
    assert total(api, "/v1/authorities") == 156
    assert total(api, "/v1/authorities", status="current") == 153


def test_current_authorities_are_of_the_known_types(api):
    counted = api.get("/v1/authorities/counts", {"by": "type", "status": "current"}, expect=200).data
    assert {row["type"]: row["count"] for row in counted} == {
        "unitary": 63,
        "metropolitan_district": 36,
        "london_borough": 32,
        "city_corporation": 1,
        "county": 21,
    }


def test_authorities_lie_in_nine_regions(api):
    counted = api.get("/v1/authorities/counts", {"by": "region,region_code", "status": "current"}, expect=200).data
    assert len(counted) == len({row["region_code"] for row in counted}) == 9


def test_every_authority_is_as_the_file_says(authorities):
    def expected(row):
        lists = {name: split(row[name]) for name in ("aliases", "former_gss_codes", "successor_ids")}
        return {name: cell or None for name, cell in row.items()} | lists

    for row in rows("authorities"):
        found = authorities[row["id"]]
        assert {name: found[name] for name in row} == expected(row)


def test_an_abolished_authority_names_its_successors_and_they_name_it(authorities):
    abolished = [row for row in rows("authorities") if row["status"] == "abolished"]
    assert {row["name"] for row in abolished} == {"Cumbria", "Northamptonshire", "Poole"}
    for row in abolished:
        assert authorities[row["id"]]["ended_on"] is not None
        for successor in split(row["successor_ids"]):
            assert row["id"] in authorities[successor]["predecessor_ids"]


@pytest.mark.parametrize(
    ("former", "present", "name"), [("E08000016", "E08000038", "Barnsley"), ("E08000019", "E08000039", "Sheffield")]
)
def test_a_superseded_gss_code_finds_its_authority(api, former, present, name):
    for code in (former, present):
        [found] = api.get("/v1/authorities", {"gss_code": code}, expect=200).data
        assert (found["name"], found["gss_code"]) == (name, present)
        assert found["former_gss_codes"] == [former]


def test_every_alias_finds_its_authority_in_any_case(api):
    for row in rows("authorities"):
        for alias in split(row["aliases"]):
            found = api.get("/v1/authorities", {"name": alias.upper().replace(",", "\\,"), "fields": "id"}, expect=200)
            assert found.ids == [row["id"]], alias


def test_short_and_official_names_find_an_authority(api):
    for name in ("middlesbrough", "Middlesbrough Borough Council"):
        assert api.get("/v1/authorities", {"name": name}, expect=200).ids == ["806"]


def test_urns_of_five_and_of_seven_digits_find_their_authorities(api):
    assert api.get("/v1/authorities", {"urn": "80523"}, expect=200).ids == ["806"]
    assert {row["name"] for row in api.get("/v1/authorities", {"urn": "2637539,2733690"}, expect=200).data} == {
        "North Northamptonshire",
        "Cumberland",
    }


def test_each_current_authority_has_ten_ranked_neighbours(api, authorities):
    listed = collections.defaultdict(dict)
    for row in rows("statistical_neighbours"):
        listed[row["authority_id"]][int(row["rank"])] = row["neighbour_id"]
    for authority in authorities.values():
        found = api.get(f"/v1/authorities/{authority['id']}/neighbours", expect=200).data
        assert [row["rank"] for row in found] == ([*range(1, 11)] if authority["status"] == "current" else [])
        assert {row["rank"]: row["neighbour_id"] for row in found} == listed[authority["id"]]
        assert all(row["name"] == authorities[row["neighbour_id"]]["name"] for row in found)


# --- frameworks and themes -------------------------------------------------------


def test_frameworks_have_their_strands_and_grades_in_order(api):
    strands, grades = collections.defaultdict(list), collections.defaultdict(list)
    for row in rows("framework_strands"):
        strands[row["framework_id"]].append(
            {"strand": row["strand"], "title": row["title"], "limits_overall": row["limits_overall"] == "true"}
        )
    for row in rows("framework_grades"):
        grades[row["framework_id"]].append({"grade": row["grade"], "title": row["title"]})
    found = {row["id"]: row for row in api.all("/v1/frameworks")}
    assert len(found) == len(rows("frameworks"))
    for row in rows("frameworks"):
        assert found[row["id"]] == {
            "id": row["id"],
            "name": row["name"],
            "body": row["body"],
            "kinds": split(row["kinds"]),
            "graded": row["graded"] == "true",
            "full_inspection": row["full_inspection"] == "true",
            "starts_on": row["starts_on"] or None,
            "ends_on": row["ends_on"] or None,
            "source": row["source"] or None,
            "strands": strands[row["id"]],
            "grades": grades[row["id"]],
        }


def test_the_frameworks_that_clients_rely_on_are_there(api):
    wanted = "pre-sif lac-2013 sif lscb ilacs-2018 ilacs-2023 ilacs-2026 jtai".split()
    ungraded = (
        "focused-visit monitoring-visit assurance-visit commissioner-review annual-engagement-meeting " "peer-review"
    ).split()
    found = {row["id"]: row for row in api.all("/v1/frameworks")}
    assert {*wanted, *ungraded} <= {name.replace("_", "-") for name in found}


def test_care_leavers_are_judged_apart_since_2023_and_there_is_no_overall_grade_since_2026(api):
    strands = {row["id"]: [s["strand"] for s in row["strands"]] for row in api.all("/v1/frameworks")}
    assert "children_in_care_and_care_leavers" in strands["ilacs-2018"]
    assert {"children_in_care", "care_leavers"} <= {*strands["ilacs-2023"]}
    assert {*strands["ilacs-2023"]} - {*strands["ilacs-2026"]} == {"overall_effectiveness"}


def test_only_the_earliest_frameworks_have_adequate_and_only_the_single_one_not_judged(api):
    having = collections.defaultdict(set)
    for row in api.all("/v1/frameworks"):
        for grade in row["grades"]:
            having[grade["grade"]].add(row["id"])
    assert having["adequate"] == {"lac-2013"}
    assert having["not_judged"] == {"sif"}


def test_themes_have_synonyms_that_find_them(api):
    found = {row["id"]: row for row in api.all("/v1/themes")}
    assert len(found) == 64
    for row in rows("themes"):
        assert found[row["id"]] == row | {"synonyms": split(row["synonyms"]), "keywords": split(row["keywords"])}
    assert "management-oversight" in api.get("/v1/themes", {"name": "Managerial Oversight"}, expect=200).ids


# --- inspections and findings -------------------------------------------------------


def test_every_published_inspection_is_as_the_file_says(inspections):
    expected = {row["ref"]: row for row in rows("inspections")}
    assert len(expected) == 561 and inspections.keys() == expected.keys()
    same = (
        "authority_id",
        "framework_id",
        "kind",
        "body",
        "status",
        "sensitivity",
        "start_on",
        "end_on",
        "published_on",
        "report_url",
    )
    for key, row in expected.items():
        found = inspections[key]
        assert {name: found[name] for name in same} == {name: row[name] or None for name in same}
        assert sorted(found["theme_ids"]) == sorted(split(row["theme_ids"]))
        leads = [person["name"] for person in found["inspectors"] if "lead" in (person["role"] or "").lower()]
        assert leads == [row["lead_inspector"]] * bool(row["lead_inspector"])


def test_every_judgement_is_as_the_file_says(inspections):
    expected = collections.defaultdict(list)
    for row in rows("judgements"):
        expected[row["inspection"]].append(
            {name: row[name] or None for name in ("strand", "grade", "wording", "title")}
        )
    assert sum(map(len, expected.values())) == 2598
    for key, found in inspections.items():
        assert sorted(found["judgements"], key=str) == sorted(expected[key], key=str), key


def test_every_finding_is_as_the_file_says_and_holds_no_sentence_of_a_report(api, inspections):
    ids = {row["id"]: key for key, row in inspections.items()}
    found = {"ofsted:" + row["external_refs"]["ofsted"]: row for row in whole(api, "/v1/findings")}
    expected = rows("findings")
    assert len(expected) == 2393 and found.keys() == {row["ref"] for row in expected}
    for row in expected:
        finding = found[row["ref"]]
        assert ids[finding["inspection_id"]] == row["inspection"]
        assert finding["authority_id"] == inspections[row["inspection"]]["authority_id"]
        assert (finding["number"], finding["kind"]) == (int(row["number"]), row["kind"])
        for name in ("strand", "national_framework_ref", "source_url", "sensitivity"):
            assert finding[name] == (row[name] or None)
        assert sorted(finding["theme_ids"]) == sorted(split(row["theme_ids"]))
        assert finding["text"] == ""


def test_middlesbrough_was_judged_under_all_four_regimes(api):
    history = api.get("/v1/authorities/806/inspections", {"framework_id_ne": "jtai", "sort": "start_on"}, expect=200)
    told = [
        (row["framework_id"], row["published_on"][:7], {j["strand"]: j["grade"] for j in row["judgements"]})
        for row in history.data
        if row["judgements"] and row["framework_id"] != "lscb"
    ]
    assert [entry[:2] for entry in told] == [
        ("sif", "2016-02"),
        ("ilacs-2018", "2020-01"),
        ("ilacs-2023", "2023-05"),
        ("ilacs-2026", "2026-07"),
    ]
    sif, first, second, third = (grades for _, _, grades in told)
    assert sif["overall_effectiveness"] == "requires_improvement"
    assert (sif["adoption"], sif["care_leavers"]) == ("good", "good")
    assert [*first.values()] == ["inadequate"] * 4
    assert [*second.values()] == ["requires_improvement"] * 5
    assert [*third.values()] == ["requires_improvement"] * 4
    assert "overall_effectiveness" in second and "overall_effectiveness" not in third


def test_standing_judgements_are_those_of_the_last_full_inspection(authorities, inspections):
    full = {row["id"] for row in rows("frameworks") if row["full_inspection"] == "true"}
    last: dict[str, dict] = {}
    for row in inspections.values():
        if row["framework_id"] in full and row["start_on"]:
            before = last.get(row["authority_id"])
            if before is None or row["start_on"] > before["start_on"]:
                last[row["authority_id"]] = row
    assert sum(authority["status"] == "current" for authority in authorities.values()) <= len(last)
    for authority in authorities.values():
        inspection = last.get(authority["id"])
        assert (
            authority["standing_judgements"] == []
            if inspection is None
            else [
                {
                    "strand": j["strand"],
                    "grade": j["grade"],
                    "wording": j["wording"],
                    "inspection_id": inspection["id"],
                    "framework_id": inspection["framework_id"],
                    "published_on": inspection["published_on"],
                }
                for j in inspection["judgements"]
            ]
        )


def test_who_is_inadequate_now_can_be_asked(api):
    """Against a computation from the data that sql/reference was made from."""
    if not SHARED.is_dir():
        pytest.skip("the source data is not on this machine")
    last: dict[str, dict] = {}
    for row in sorted(rows("inspections", SHARED), key=lambda row: row["start_date"]):
        if row["framework"] == "SIF" or row["framework"].startswith("ILACS"):
            last[row["dfe_la_number"]] = row
    grades = collections.defaultdict(dict)
    for row in rows("judgements", SHARED):
        grades[row["inspection_id"]][row["judgement_code"]] = row["grade"]
    standing = {number: grades[row["inspection_id"]] for number, row in last.items()}

    anywhere = {number for number, judged in standing.items() if "inadequate" in judged.values()}
    overall = {number for number, judged in standing.items() if judged.get("overall_effectiveness") == "inadequate"}
    assert overall < anywhere
    assert {row["id"] for row in api.all("/v1/authorities", {"standing_grade": "inadequate"})} == anywhere
    asked = {"standing": "overall_effectiveness:inadequate"}
    assert {row["id"] for row in api.all("/v1/authorities", asked)} == overall


# --- loading again ------------------------------------------------------------------


def test_loading_again_changes_nothing(service, db):
    changes = "SELECT count(*) FROM inspectd.journal"
    before = db.execute(changes).fetchone()
    service.run("load", "--reference", str(REFERENCE), "--sample", "none")
    # As if these files had changed: the longer ones would take many seconds.
    db.execute("DELETE FROM inspectd.loaded_file WHERE name ~ '(authorities|themes|frameworks)'")
    service.run("load", "--reference", str(REFERENCE), "--sample", "none")
    assert db.execute(changes).fetchone() == before
