"""Real oddities met in published data about inspections, and what the API makes of each.

What only a loader meets (byte order marks, CRLF, names to be trimmed) is in test_load.py.
"""

from __future__ import annotations

import csv
import datetime
import io

import pytest

from harness.examples import Given

ILACS = ("standard_inspection", "2024-05-07")
SIF = ("sif_inspection", "2016-05-03")
LAC = ("looked_after_children_inspection", "2013-06-10")


# --- grades -----------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "kind_and_start"), [
    ("data_unreadable", ILACS), ("data_unreadable", SIF),
    ("inspection_pre_dates_judgement", ILACS), ("inspection_pre_dates_judgement", SIF),
    ("to requires improvement", ILACS), ("Not judged", SIF), ("Not Judged", SIF), ("not_judged", ILACS),
    ("adequate", SIF), ("adequate", ILACS), ("Adequate", LAC),
    ("1.0", ILACS), ("2.0", ILACS), ("3.0", ILACS), ("nan", ILACS), (1.0, ILACS), (2, ILACS), ("", ILACS),
])
def test_a_grade_that_is_none_of_the_frameworks_codes_is_refused(api, given, unwritten, value, kind_and_start):
    kind, start_on = kind_and_start
    body = given.body("inspections", kind=kind, start_on=start_on, judgements=[
        {"strand": "overall_effectiveness", "grade": value, "wording": str(value)}])
    with unwritten():
        answer = api.post("/v1/inspections", body, expect=422)
    assert set(answer.pointers) == {"/judgements/0/grade"}


@pytest.mark.parametrize(("grade", "wording", "strand", "kind_and_start"), [
    ("not_judged", "Not judged", "adoption", SIF), ("not_judged", "Not Judged", "care_leavers", SIF),
    ("adequate", "Adequate", "overall_effectiveness", LAC),
    ("requires_improvement", "Require improvement", "help_and_protection", ILACS),
])
def test_an_official_grade_is_stored_with_the_words_that_were_printed(given, grade, wording, strand, kind_and_start):
    kind, start_on = kind_and_start
    row = given.inspection(kind=kind, start_on=start_on, judgements=[{"strand": strand, "grade": grade,
                                                                      "wording": wording}])
    assert row["judgements"] == [{"strand": strand, "grade": grade, "wording": wording, "title": None}]


def test_a_grade_pattern_never_seen_is_stored_with_a_warning(given):
    row = given.inspection(kind="standard_inspection", start_on="2024-05-07", judgements=[
        {"strand": "help_and_protection", "grade": "inadequate"}, {"strand": "overall_effectiveness", "grade": "good"}])
    assert "limiting_judgement_pattern" in [warning["code"] for warning in row["warnings"]]


# --- frameworks and dates ---------------------------------------------------------------


def test_a_blank_framework_is_refused_and_an_unknown_kind_may_say_so(api, given, unwritten):
    body = given.body("inspections", kind="standard_inspection", start_on="2012-07-02", framework_id="")
    with unwritten():
        assert "/framework_id" in api.post("/v1/inspections", body, expect=422).pointers
    row = given.inspection(kind="unknown", start_on="2012-07-02")
    assert (row["kind"], row["framework_id"], row["judgements"]) == ("unknown", "pre-sif", [])


@pytest.mark.parametrize("member", ["start_on", "published_on"])
@pytest.mark.parametrize("value", ["09/05/25", "01/01/1900", "1900-01-01", "Next inspection time frame not found",
                                   "28 July 2016", "2016-7-28", "20160728", ""])
def test_a_date_is_iso_8601_and_not_a_sentinel(api, given, unwritten, member, value):
    body = given.body("inspections", **{member: value})
    with unwritten():
        assert api.post("/v1/inspections", body, expect=422).pointers == [f"/{member}"]


def test_a_single_day_is_start_and_end(given):
    row = given.inspection(kind="sif_inspection", start_on="2016-07-28", end_on="2016-07-28", published_on="2016-09-20",
                           status="published")
    assert (row["start_on"], row["end_on"], row["warnings"]) == ("2016-07-28", "2016-07-28", [])


@pytest.mark.parametrize("dates", [{"start_on": "2023-03-24", "published_on": "2023-03-24"},
                                   {"start_on": "2023-03-24", "end_on": "2023-03-24", "published_on": "2023-03-24"}])
def test_fieldwork_on_the_day_of_its_letter_is_suspicious_but_stored(given, dates):
    row = given.inspection(kind="jtai", status="published", **dates)
    assert "/published_on" in [warning["pointer"] for warning in row["warnings"]]


@pytest.mark.parametrize("due_on", ["2024-03-09", "2018-08-18"])
def test_a_stated_due_date_on_a_saturday_is_kept(given, due_on):
    row = given.action(due_on=due_on)
    assert row["due_on"] == due_on
    assert [warning["code"] for warning in row["warnings"]] == ["due_on_non_working_day"]


@pytest.mark.parametrize("due_on", ["2024-09-12", "2024-07-09", "2022-07-26", "2023-07-25"])
def test_a_stated_due_date_at_an_unusual_distance_is_kept(given, due_on):
    assert given.action(due_on=due_on)["due_on"] == due_on


@pytest.fixture
def statement_due(api, given):
    """The deadline of the joint statement after a letter of this day, in which a date is stated."""

    def make(received_on: str, stated_on: str) -> dict:
        visit = given.inspection(kind="jtai", status="reported", received_on=received_on, statement_required=True)
        api.patch(f"/v1/inspections/{visit['id']}", {"principal_authority_id": visit["authority_id"]}, expect=200)
        deadline, = [row for row in api.get(f"/v1/inspections/{visit['id']}/deadlines", expect=200).data
                     if row["kind"] == "joint_statement"]
        stated = {"stated_on": stated_on, "stated_source": "The letter"}
        return api.patch(f"/v1/deadlines/{deadline['id']}", stated, expect=200).json

    return make


@pytest.mark.parametrize(("received_on", "stated_on"), [("2023-11-30", "2024-03-09"), ("2018-05-11", "2018-08-18")])
def test_a_statement_due_on_a_saturday_is_kept_and_said_to_be_odd(statement_due, received_on, stated_on):
    deadline = statement_due(received_on, stated_on)
    assert (deadline["due_on"], deadline["basis"]) == (stated_on, "letter")
    assert "stated_on_non_working_day" in [warning["code"] for warning in deadline["warnings"]]


@pytest.mark.parametrize("days", [83, 38, 49, 50])
def test_a_statement_due_after_another_number_of_working_days_is_kept_beside_the_computed_day(api, statement_due, days):
    counted = api.get("/v1/working-days", {"from": "2024-01-08", "days": days}, expect=200).json["to"]
    deadline = statement_due("2024-01-08", counted)
    assert (deadline["due_on"], deadline["stated_on"]) == (counted, counted)
    assert deadline["computed_on"] == api.get("/v1/working-days?from=2024-01-08&days=70", expect=200).json["to"]
    apart = datetime.date.fromisoformat(counted) - datetime.date.fromisoformat(deadline["computed_on"])
    assert deadline["difference_days"] == apart.days != 0


def test_two_graded_visits_of_one_authority_on_overlapping_dates_conflict(api, given, unwritten):
    first = given.inspection(kind="standard_inspection", start_on="2024-05-07", end_on="2024-05-17")
    body = given.body("inspections", authority_id=first["authority_id"], kind="short_inspection",
                      start_on="2024-05-17", end_on="2024-05-21")
    with unwritten():
        api.post("/v1/inspections", body, expect=409)


# --- identifiers and regions --------------------------------------------------------------


@pytest.mark.parametrize(("former", "number", "name", "present"), [
    ("E08000016", "370", "Barnsley", "E08000038"), ("E08000019", "373", "Sheffield", "E08000039"),
])
def test_a_superseded_gss_code_still_finds_its_authority(api, former, number, name, present):
    row, = api.get("/v1/authorities", {"gss_code": former}).data
    assert (row["id"], row["name"], row["gss_code"]) == (number, name, present)
    assert former in row["former_gss_codes"]
    assert api.get("/v1/authorities", {"gss_code": present}).ids == [number]


@pytest.mark.parametrize("urn", ["135513", "121939", "137316"])
def test_a_schools_urn_is_no_authoritys(api, given, unwritten, urn):
    assert api.get("/v1/authorities", {"urn": urn}).status == 400 or api.get("/v1/authorities", {"urn": urn}).data == []
    body = given.body("authorities", urn=urn)
    with unwritten():
        assert api.post("/v1/authorities", body, expect=422).pointers == ["/urn"]


@pytest.mark.parametrize("urn", ["80523", "2637539"])
def test_ofsteds_urns_have_five_digits_or_seven(api, urn):
    assert len(api.get("/v1/authorities", {"urn": urn}, expect=200).data) == 1


@pytest.mark.parametrize("number", ["835", "837", "970", "980", "985", "990", "1000"])
def test_a_number_of_a_region_or_of_england_or_from_before_is_no_authority(api, given, unwritten, number):
    api.get(f"/v1/authorities/{number}", expect=404)
    body = given.body("inspections", authority_id=number)
    with unwritten():
        assert api.post("/v1/inspections", body, expect=422).pointers == ["/authority_id"]


@pytest.mark.parametrize("name", ["301", " 301 ", "3.0", "", " "])
def test_a_number_is_no_name(api, given, unwritten, name):
    body = given.body("authorities", name=name)
    with unwritten():
        assert api.post("/v1/authorities", body, expect=422).pointers == ["/name"]


@pytest.mark.parametrize("region", ["Yorkshire and the Humber", "Yorkshire and The Humber"])
def test_two_spellings_of_a_region_are_one_region_by_its_code(api, given, region):
    row = given.one("authorities", region=region, region_code="E12000003")
    assert row["id"] in api.get("/v1/authorities", {"region_code": "E12000003", "limit": 200}).ids


@pytest.mark.parametrize(("name", "region", "code"), [
    ("Buckinghamshire", "South East", "E12000004"), ("Gloucestershire", "South West", "E12000003"),
])
def test_a_region_with_the_code_of_another_is_refused(api, given, unwritten, name, region, code):
    body = given.body("authorities", name=name, region=region, region_code=code)
    row = given.one("authorities", region=region)
    with unwritten():
        assert set(api.post("/v1/authorities", body, expect=422).pointers) <= {"/region", "/region_code"}
        api.patch(f"/v1/authorities/{row['id']}", {"region_code": code}, expect=422)


# --- names and texts ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bournemouth, christchurch & poole", 'The "Test" Council', "=cmd|' /C calc'!A0"])
def test_a_name_is_stored_as_it_was_sent_and_survives_csv(api, given, name):
    row = given.one("authorities", name=name)
    assert row["name"] == name
    text = api.get("/v1/authorities", {"id": row["id"]}, headers={"Accept": "text/csv"}, expect=200).text
    exported, = csv.DictReader(io.StringIO(text, newline=""))
    assert exported["name"].removeprefix("'") == name


@pytest.mark.parametrize(("alias", "number"), [
    ("Bristol, City of", "801"), ("Kingston Upon Hull, City of", "810"), ("Herefordshire, County of", "884"),
])
def test_the_names_of_the_statistics_office_find_their_authorities(api, alias, number):
    assert api.get("/v1/authorities", {"name": alias.replace(",", r"\,")}, expect=200).ids == [number]


TEXTS = ["“curly” and ‘single’ – en, — em", "\u25fc square and \uf06e private use", "\u2500\u2500 rule",
         "Máire Atherton",
         "e\u0301 is not \u00e9", "\U0001f600 and \U0010fffd", "zero\u200bwidth, right\u200fto\u200eleft, \u2028line",
         "tab\tand\nnewline\r\n", " leading and trailing "]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_text_comes_back_character_for_character(api, given: Given, text):
    row = given.finding(text=text, gloss=text)
    assert (row["text"], row["gloss"]) == (text, text)
    read = api.get(f"/v1/findings/{row['id']}").json
    assert (read["text"], read["gloss"]) == (text, text)


@pytest.mark.parametrize("name", ["Máire Atherton", "Jenny -ellen Scotland", "Paula Thomson -Jones",
                                  "s: Rebecca Quested",
                                  "on site: Pietro Battista", "Karen Wareing (HMI)"])
def test_an_inspectors_name_is_cleaned_on_import_only(given, name):
    assert given.inspection(inspectors=[{"name": name}])["inspectors"] == [{"name": name, "role": None, "body": None}]


# --- documents -----------------------------------------------------------------------------


def test_an_error_page_that_was_kept_four_times_is_found_by_its_checksum(api, given):
    """The same 7,116 bytes of HTML under four names: who looks for the checksum sees them together."""
    authority, page = given.authority(), "7b1c" * 16
    kept = [given.one("documents", authority_id=authority, sha256=page, url=f"https://example.org/{n}.pdf")["id"]
            for n in range(4)]
    letter = given.one("documents", authority_id=authority, sha256="0a" * 32)["id"]
    assert sorted(api.get("/v1/documents", {"sha256": page}, expect=200).ids) == sorted(kept)
    assert api.get("/v1/documents", {"sha256": "0a" * 32, "authority_id": authority}, expect=200).ids == [letter]


@pytest.mark.parametrize("sha256", ["7B1C" * 16, "7b1c" * 15, "7b1c" * 16 + "0", "7116", "", "g" * 64, 7116])
def test_a_checksum_that_is_none_is_refused(api, given, unwritten, sha256):
    body = given.body("documents", sha256=sha256)
    with unwritten():
        assert api.post("/v1/documents", body, expect=422).pointers == ["/sha256"]


def test_a_document_that_nobody_could_find_is_refused(api, given, unwritten):
    body = given.body("documents", url=None)
    with unwritten():
        assert api.post("/v1/documents", body, expect=422).pointers == ["/url"]
    given.one("documents", url=None, sha256="0a" * 32)


@pytest.mark.parametrize("url", ["file:///C:/letter.pdf", "letter.pdf", "javascript:alert(1)", "https://", "ftp://a/b"])
def test_a_link_that_leads_nowhere_is_refused(api, given, unwritten, url):
    body = given.body("documents", url=url)
    with unwritten():
        assert api.post("/v1/documents", body, expect=422).pointers == ["/url"]
