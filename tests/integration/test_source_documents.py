"""The five source documents of the worked example (sql/sample/README.md), box by box.

One test for each box of the checklists: what the document says is held by members
of its own, and not only told in a text. Where a box has no member, the test says
what holds it instead.
"""

from __future__ import annotations

from typing import Any

import pytest

from harness.service import Api

PATHS = {"agenda_items": "agenda-items", "delivery_models": "delivery-models"}


@pytest.fixture(scope="module")
def api(sample_service) -> Api:
    return sample_service.admin()


class Sample:
    """Rows by their references. ref("plans", "middlesbrough-…") is sample:middlesbrough-…"""

    def __init__(self, api: Api):
        self.api = api

    def one(self, resource: str, ref: str, **params: Any) -> dict:
        key = ref if ":" in ref else f"sample:{ref}"
        found = self.api.get(f"/v1/{PATHS.get(resource, resource)}", {"external_ref": key} | params, expect=200).data
        assert len(found) == 1, f"{len(found)} {resource} are {key}"
        return found[0]

    def id(self, resource: str, ref: str) -> str:
        return self.one(resource, ref)["id"]

    def ids(self, resource: str, *refs: str) -> set[str]:
        return {self.id(resource, ref) for ref in refs}

    def all(self, resource: str, **params: Any) -> list[dict]:
        return self.api.all(f"/v1/{PATHS.get(resource, resource)}", {"limit": 200} | params)

    def under(self, resource: str, ref: str, sub: str, **params: Any) -> list[dict]:
        path = f"/v1/{PATHS.get(resource, resource)}/{self.id(resource, ref)}/{sub}"
        return self.api.all(path, {"limit": 200} | params)

    def observations(self, measure: str) -> list[dict]:
        return sorted(self.under("measures", measure, "observations"), key=lambda row: row["observed_on"])

    def findings(self, inspection: str, **params: Any) -> list[dict]:
        rows = self.under("inspections", inspection, "findings", **params)
        return sorted(rows, key=lambda row: row["number"])

    def earlier(self, finding: str) -> set[str]:
        """References of the findings that one leads back to, by links of links."""
        reached, ahead = {}, [self.one("findings", finding)]
        while ahead:
            for link in ahead.pop()["links"]:
                if link["earlier_id"] not in reached:
                    row = self.api.get(f"/v1/findings/{link['earlier_id']}", expect=200).json
                    reached[row["id"]] = next(iter(row["external_refs"].values()))
                    ahead.append(row)
        return set(reached.values())


@pytest.fixture(scope="module")
def sample(api) -> Sample:
    return Sample(api)


def has(row: dict, **members: Any) -> None:
    assert {name: row[name] for name in members} == members


def capacities(meeting: dict) -> dict[str, int]:
    counts: dict[str, int] = {}
    for person in meeting["attendees"]:
        key = f"{person['capacity']} {person['attendance']}"
        counts[key] = counts.get(key, 0) + 1
    return counts


# --- 000: Middlesbrough, the scrutiny panel on the monitoring visit of December 2021 -----------------

DECEMBER = "middlesbrough-monitoring-visit-2021-12"


def test_000_a_meeting_without_a_date_has_a_tentative_one_and_says_why(sample):
    meeting = sample.one("meetings", "middlesbrough-panel-2022-02-14")
    has(meeting, status="held", held_on="2022-02-14", precision="tentative", authority_id="806")
    assert "21 March" in meeting["date_note"]
    assert meeting["board_id"] == sample.id("boards", "middlesbrough-panel")


def test_000_monitoring_visit_of_two_inspectors_second_since_2019_after_two_weeks_of_preparation(sample):
    visit = sample.one("inspections", DECEMBER)
    has(visit, kind="monitoring_visit", start_on="2021-12-14", end_on="2021-12-15", inspectors_count=2,
        sequence_number=2, preparation_days=14, status="published", published_on="2022-01-31")
    assert visit["follows_id"] == sample.id("inspections", "ofsted:ofsted-50143726")
    (letter,) = sample.under("inspections", DECEMBER, "documents", role="letter")
    has(letter, dated_on="2022-01-31")


def test_000_the_letter_came_thirty_working_days_after_the_visit(sample):
    visit = sample.one("inspections", DECEMBER)
    days = sample.api.get("/v1/working-days", {"from": visit["end_on"], "to": visit["published_on"]}, expect=200)
    assert days.json["days"] == 30


def test_000_focus_list(sample):
    visit = sample.one("inspections", DECEMBER)
    has(visit, focus=["Children in Need", "Child protection", "Public Law Outline"])
    assert set(visit["theme_ids"]) == {"children-in-need", "child-protection-planning", "pre-proceedings"}


def test_000_nine_strengths_and_seven_areas_each_with_the_officers_gloss_apart(sample):
    findings = [row for row in sample.findings(DECEMBER) if row["parent_id"] is None]
    assert [row["kind"] for row in findings] == ["strength"] * 9 + ["area_for_improvement"] * 7
    glossed = [row["number"] for row in findings if row["gloss"]]
    assert glossed == [1, 2, 3, 7, 10, 12, 13, 14, 15]
    assert all(row["gloss"] not in row["text"] for row in findings if row["gloss"])
    parts = sample.all("findings", inspection_id=sample.id("inspections", DECEMBER))
    assert sum(row["parent_id"] is not None for row in parts) == 5


def test_000_inadequate_practice_fell_from_a_fifth_to_about_a_tenth_in_some_areas(sample):
    then, now = sample.observations("middlesbrough-inadequate-practice")
    has(then, value=20, unit="%", comparator="=", approximate=False, scope=None)
    has(now, value=10, unit="%", approximate=True, scope="Some areas of practice", precision="tentative")
    assert now["caveat"]
    has(sample.one("measures", "middlesbrough-inadequate-practice"), baseline=20, direction="improving")


def test_000_all_early_help_work_requires_improvement_or_is_better(sample):
    (seen,) = sample.observations("middlesbrough-early-help-practice")
    has(seen, value=100, unit="%", scope="Early help", rag="green")


def test_000_more_than_ten_children_at_immediate_risk_in_2019_and_none_in_2021(sample):
    then, now = sample.observations("middlesbrough-immediate-risk")
    has(then, value=10, comparator=">", observed_on="2019-12-06", rag="red")
    has(now, value=0, comparator="=", observed_on="2021-12-15", rag="green")
    has(sample.one("measures", "middlesbrough-immediate-risk"), rag="green", direction="improving")


def test_000_contested_evidence_from_only_two_cases(sample):
    finding = sample.one("findings", "middlesbrough-2021-12-area-7-1")
    has(finding, contested=True, parent_id=sample.id("findings", "middlesbrough-2021-12-area-7"))
    assert "two cases" in finding["contested_response"]


def test_000_a_finding_that_was_worked_on_since(sample):
    finding = sample.one("findings", "middlesbrough-2021-12-area-7-2")
    has(finding, status="being_addressed", status_on="2022-02-14")
    (action,) = finding["action_ids"]
    assert action == sample.id("actions", "middlesbrough-action-20")


def test_000_the_improvement_plan_is_to_be_revised(sample):
    plan = sample.one("plans", "middlesbrough-improvement-plan-2022")
    has(plan, status="draft", edition="revision of 2022", kind="improvement_plan",
        supersedes_id=sample.id("plans", "middlesbrough-improvement-plan-2021"))
    assert sample.id("inspections", DECEMBER) in plan["inspection_ids"]
    has(sample.one("actions", "middlesbrough-action-16"), status="not_started", plan_ids=[plan["id"]])


def test_000_next_visit_of_march_2022_with_three_themes_which_then_had_another_focus(sample):
    visit = sample.one("inspections", "middlesbrough-monitoring-visit-2022-03")
    has(visit, planned_start_on="2022-03-29", planned_precision="day", start_on="2022-03-29", end_on="2022-03-30",
        published_on="2022-05-06", received_on=None, reschedule_count=1)
    (moved,) = sample.under("inspections", "middlesbrough-monitoring-visit-2022-03", "reschedules", member="focus")
    has(moved, was=["Court work", "In care for a year or longer", "Permanence"], became=visit["focus"])
    assert moved["reason"]


def test_000_annual_engagement_meeting_in_april_by_its_month(sample):
    has(sample.one("inspections", "middlesbrough-annual-engagement-2022-04"), kind="annual_engagement_meeting",
        status="planned", planned_start_on="2022-04-01", planned_precision="month", start_on=None)


def test_000_a_visit_planned_for_june_by_its_month_took_place_in_july(sample):
    visit = sample.one("inspections", "middlesbrough-monitoring-visit-2022-07")
    has(visit, status="published", start_on="2022-07-13", end_on="2022-07-14", planned_start_on="2022-07-13")
    assert visit["reschedule_count"] >= 1
    moves = sample.under("inspections", "middlesbrough-monitoring-visit-2022-07", "reschedules")
    dates = [(row["was"], row["became"]) for row in moves if row["member"] == "planned_start_on"]
    assert sorted(dates) == [("2022-06-01", "2022-07-01"), ("2022-07-01", "2022-07-13")]
    assert [(row["was"], row["became"]) for row in moves if row["member"] == "planned_precision"] == [("month", "day")]
    assert all(row["reason"] and row["moved_by"] == "loader" for row in moves)


def test_000_a_full_inspection_thought_possible_at_the_end_of_2022_came_in_march_2023(sample):
    has(sample.one("inspections", "ofsted:ofsted-50218077"), planned_start_on="2022-12-01",
        planned_precision="tentative", start_on="2023-03-13")


def test_000_getting_ready_for_a_joint_inspection(sample):
    has(sample.one("actions", "middlesbrough-action-22"), status="in_progress", due_on=None)


def test_000_a_grant_of_330000_for_practice_leaders(sample):
    (funding,) = sample.one("actions", "middlesbrough-action-17")["funding"]
    has(funding, source="Department for Education", amount=330000, purpose="Practice leaders")


def test_000_a_welcome_payment_of_5000_with_its_conditions_and_a_retention_allowance(sample):
    (welcome,) = sample.one("actions", "middlesbrough-action-18")["funding"]
    assert welcome["amount"] == 5000 and "repaid" in welcome["conditions"]
    (retention,) = sample.one("actions", "middlesbrough-action-19")["funding"]
    assert retention["amount"] is None and retention["conditions"] == "Over three years."
    has(sample.one("actions", "middlesbrough-action-18"), impact="not_yet_evident")
    has(sample.one("actions", "middlesbrough-action-19"), impact="emerging")


def test_000_questions_and_answers_by_theme_the_agreement_to_note_and_the_chairs_thanks(sample):
    item = sample.one("agenda_items", "middlesbrough-2022-02-14-item")
    themes = [(point["theme"], point["raised_by"]) for point in item["points"]]
    assert themes == [("Welcome payment", "A member"), ("Pay in the Tees Valley", "A member"),
                      ("Inadequate practice", "A member"), ("Thanks", "Chair")]
    assert all(point["answer"] for point in item["points"][:3])
    (decision,) = sample.under("meetings", "middlesbrough-panel-2022-02-14", "decisions")
    has(decision, kind="noted", status="taken", taken_on="2022-02-14", agenda_item_id=item["id"])


# --- 001: Middlesbrough, the Executive on the focused visit of August 2018 ----------------------------

AUGUST = "middlesbrough-focused-visit-2018-08"
EXECUTIVE = "middlesbrough-executive-2018-11-20"
FOCUSED, PRACTICE = "middlesbrough-focused-visit-plan-2018", "middlesbrough-practice-plan-2018"
TEN = [f"middlesbrough-action-{n:02}" for n in range(1, 11)]


def test_001_focused_visit_at_the_front_door_ungraded_with_a_letter_after_sixteen_working_days(sample):
    visit = sample.one("inspections", AUGUST)
    has(visit, kind="focused_visit", start_on="2018-08-07", end_on="2018-08-08", published_on="2018-08-31",
        judgements=[], focus=["Front door", "Referrals", "Child protection concerns"])
    days = sample.api.get("/v1/working-days", {"from": visit["end_on"], "to": visit["published_on"]}, expect=200)
    assert days.json["days"] == 16


def test_001_no_priority_action_and_so_no_plan_that_law_or_framework_asks_for(sample):
    assert sample.findings(AUGUST, kind="area_for_priority_action") == []
    kinds = {row["kind"] for row in sample.under("inspections", AUGUST, "deadlines")}
    assert not kinds & {"draft_action_plan", "final_action_plan"}


def test_001_seven_improvements_and_exactly_four_recommendations(sample):
    kinds = [row["kind"] for row in sample.findings(AUGUST)]
    assert kinds == ["strength"] * 7 + ["recommendation"] * 4


def test_001_one_recommendation_has_many_actions(sample):
    finding = sample.one("findings", "middlesbrough-2018-08-recommendation-2")
    assert set(finding["action_ids"]) == sample.ids("actions", *(TEN[n] for n in (0, 1, 3, 4)))


def test_001_two_separate_plans_as_appendices_beside_the_letter(sample):
    documents = sample.under("meetings", EXECUTIVE, "documents")
    assert sorted((row["appendix"], row["role"]) for row in documents if row["appendix"]) == [
        ("1", "letter"), ("2", "plan"), ("3", "plan")]
    plans = {row["appendix"]: row["plan_ids"] for row in documents}
    assert plans["2"] == [sample.id("plans", FOCUSED)] and plans["3"] == [sample.id("plans", PRACTICE)]
    has(sample.one("plans", FOCUSED), kind="focused_visit_plan", status="agreed")
    has(sample.one("plans", PRACTICE), kind="practice_improvement_plan")


def test_001_an_action_serves_more_than_one_plan(sample):
    for ref in ("middlesbrough-action-06", "middlesbrough-action-09"):
        assert set(sample.one("actions", ref)["plan_ids"]) == sample.ids("plans", FOCUSED, PRACTICE)


def test_001_ten_actions_in_mixed_state(sample):
    actions = sample.under("plans", FOCUSED, "actions")
    assert len(actions) == 10
    assert sorted(row["number"] for row in actions if row["status"] == "complete") == ["1", "10", "3"]
    assert {row["status"] for row in actions} == {"complete", "in_progress"}
    has(sample.one("actions", "middlesbrough-action-02"), due_on="2019-04-01", due_precision="month")


def test_001_two_meetings_of_the_partnership_board_have_been_held(sample):
    meetings = sample.under("boards", "middlesbrough-strategic-partnership", "meetings", status="held")
    assert [row["precision"] for row in meetings] == ["tentative", "tentative"]
    board = sample.id("boards", "middlesbrough-strategic-partnership")
    assert board in sample.one("actions", "middlesbrough-action-01")["board_ids"]


def test_001_shared_with_the_lead_inspector_agreed_by_the_executive_monitored_by_two_boards(sample):
    plan = sample.one("plans", FOCUSED)
    has(plan, agreed_by_board_id=sample.id("boards", "middlesbrough-executive"), agreed_on="2018-11-20",
        agreed_at_meeting_id=sample.id("meetings", EXECUTIVE))
    assert "Lead inspector" in plan["shared_with"]
    watching = {row["board_id"]: row["cadence"] for row in plan["boards"]}
    assert watching[sample.id("boards", "middlesbrough-improvement-board")] == "monthly"
    assert sample.id("boards", "middlesbrough-mscb-board") in watching


def test_001_updates_go_to_the_executive_and_to_overview_and_scrutiny(sample):
    watching = {row["board_id"]: row["cadence"] for row in sample.one("plans", FOCUSED)["boards"]}
    for board in ("middlesbrough-executive", "middlesbrough-overview-and-scrutiny"):
        assert watching[sample.id("boards", board)] == "as_needed"


def test_001_the_improvement_board_is_chaired_by_the_chief_executive_and_is_not_the_statutory_board(sample):
    has(sample.one("boards", "middlesbrough-improvement-board"), kind="improvement_board", cadence="monthly",
        chair_role="Chief Executive", independent_chair=False, statutory=False)
    has(sample.one("boards", "middlesbrough-mscb-board"), kind="safeguarding_partnership", statutory=True)


def test_001_metadata_of_the_report(sample):
    item = sample.one("agenda_items", "middlesbrough-executive-2018-11-20-item")
    for member in ("owner_member", "owner_officer", "contact", "legal_implications", "financial_implications",
                   "equality_implications", "risk_implications"):
        assert item[member], member
    assert "Social Regeneration" in item["strategic_priority"]
    has(item, wards=[], for_information=False)
    has(sample.one("decisions", "middlesbrough-executive-2018-11-20-decision"), key_decision=True, confidential=False,
        urgent=False)


def test_001_background_paper(sample):
    has(sample.one("documents", "middlesbrough-background-2018"), role="background_paper", dated_on="2017-09-14",
        agenda_item_ids=[sample.id("agenda_items", "middlesbrough-executive-2018-11-20-item")])


def test_001_the_decision_notes_and_agrees_as_proposed_and_as_taken(sample):
    decision = sample.one("decisions", "middlesbrough-executive-2018-11-20-decision")
    has(decision, status="taken", taken_on="2018-11-20", kind="agreed",
        board_id=sample.id("boards", "middlesbrough-executive"))
    assert [(part["number"], part["kind"]) for part in decision["parts"]] == [("1", "noted"), ("2", "agreed")]
    assert decision["wording_proposed"] and decision["wording_taken"]
    assert decision["wording_proposed"] != decision["wording_taken"]
    assert decision["plan_ids"] == [sample.id("plans", FOCUSED)]


def test_001_partners_own_actions(sample):
    has(sample.one("actions", "middlesbrough-action-05"),
        lead_organisation_id=sample.id("organisations", "middlesbrough-mscb"))
    hub = sample.one("actions", "middlesbrough-action-02")
    agreed = {row["organisation_id"]: row["agreed"] for row in hub["partners"]}
    assert agreed == {id: True for id in sample.ids("organisations", "middlesbrough-police", "middlesbrough-health")}
    kinds = {sample.one("organisations", ref)["kind"] for ref in ("middlesbrough-police", "middlesbrough-health",
                                                                  "middlesbrough-mscb")}
    assert kinds == {"police", "health", "partnership"}


# --- 002: Reading, a committee on a monitoring visit and a commissioner's deep dive --------------------

VISIT, DIVE = "reading-monitoring-visit-2018-07", "reading-commissioner-deep-dive-2018-09"


def test_002_monitoring_visit_compared_with_the_inspection_of_two_years_before(sample):
    visit = sample.one("inspections", VISIT)
    has(visit, kind="monitoring_visit", body="ofsted", start_on="2018-07-31", end_on="2018-08-01", sequence_number=7,
        follows_id=sample.id("inspections", "ofsted:ofsted-2762218"))
    assert set(visit["theme_ids"]) == {"children-in-care", "care-leavers"}
    (link,) = sample.one("findings", "reading-2018-07-better-services")["links"]
    has(link, relation="improved", earlier_id=sample.id("findings", "ofsted:ofsted-2762218-16"))


def test_002_deep_dive_by_another_inspecting_body(sample):
    has(sample.one("inspections", DIVE), kind="commissioner_review", body="dfe", start_on="2018-09-05",
        end_on="2018-09-06")


def test_002_verbal_feedback_first_and_the_written_report_in_line_with_it(sample):
    has(sample.one("inspections", DIVE), verbal_feedback_on="2018-09-07", received_on="2018-10-03")
    finding = sample.one("findings", "reading-2018-09-work-1")
    has(finding, stage="final", version=2)


def test_002_findings_of_both_and_supervision_repeated(sample):
    assert len(sample.findings(VISIT, kind="area_for_improvement")) == 3
    assert len(sample.findings(DIVE, kind="strength")) == 7
    assert len(sample.findings(DIVE, kind="area_for_improvement")) == 6
    links = {link["earlier_id"]: link["relation"]
             for link in sample.one("findings", "reading-2018-09-work-6")["links"]}
    assert links[sample.id("findings", "reading-2018-07-development-3")] == "repeats"


def test_002_twelve_flats_nobody_in_bed_and_breakfast_and_a_caseload_of_eighteen(sample):
    (flats,) = sample.observations("reading-social-flats")
    has(flats, value=12, unit="flats a year")
    (housed_badly,) = sample.observations("reading-bed-and-breakfast")
    has(housed_badly, value=0, rag="green")
    (caseload,) = sample.observations("reading-caseload")
    has(caseload, value=18, unit="cases", rag="not_rated")


def test_002_practice_week_supervision_launch_and_court_expert(sample):
    has(sample.one("actions", "reading-action-02"), status="complete", start_on="2018-09-17",
        completed_on="2018-09-21")
    has(sample.one("actions", "reading-action-03"), status="in_progress", impact="not_yet_evident")
    has(sample.one("actions", "reading-action-01"), status="in_progress")


def test_002_the_improvement_partner(sample):
    partner = sample.id("organisations", "achieving-for-children")
    has(sample.one("interventions", "reading-improvement-partner"), kind="improvement_partner",
        organisation_id=partner)
    has(sample.one("actions", "reading-action-04"), lead_organisation_id=partner)


def test_002_self_evaluation_and_a_critical_friend_in_the_middle_of_october(sample):
    has(sample.one("actions", "reading-action-07"), status="in_progress")
    has(sample.one("inspections", "reading-critical-friend-2018-10"), kind="peer_review", body="sector",
        status="planned", planned_start_on="2018-10-15", planned_precision="tentative")


def test_002_a_refreshed_plan_goes_to_the_board_at_the_end_of_november(sample):
    has(sample.one("plans", "reading-improvement-plan-2"), status="draft",
        supersedes_id=sample.id("plans", "reading-improvement-plan-1"))
    has(sample.one("meetings", "reading-improvement-board-2018-11"), status="planned", held_on="2018-11-30",
        precision="month")
    has(sample.one("actions", "reading-action-08"), due_on="2018-11-30", due_precision="tentative")


def test_002_annual_conversation_one_more_visit_and_then_an_unannounced_inspection(sample):
    has(sample.one("inspections", "reading-annual-engagement-2019-02"), planned_start_on="2019-02-01",
        planned_precision="month")
    has(sample.one("inspections", "reading-further-visit"), status="planned", planned_start_on=None)
    # Unannounced, the inspection itself has no plan: it is the report of September 2019.
    has(sample.one("inspections", "ofsted:ofsted-50119620"), planned_start_on=None, start_on="2019-09-16")


def test_002_savings_targets_tied_to_the_transformation_plan(sample):
    measure = sample.one("measures", "reading-savings")
    has(measure, unit="GBP", target=None, latest=None, plan_ids=[sample.id("plans", "reading-transformation-plan")],
        action_ids=[sample.id("actions", "reading-action-06")])


def test_002_resolved_to_note(sample):
    decision = sample.one("decisions", "reading-ace-2018-10-decision")
    has(decision, kind="resolved", status="taken")
    assert [part["kind"] for part in decision["parts"]] == ["noted"]


def test_002_a_council_and_a_day_that_are_deduced_are_said_to_be(sample):
    meeting = sample.one("meetings", "reading-ace-2018-10")
    has(meeting, precision="tentative", held_on="2018-10-03")
    assert "deduced" in meeting["date_note"]


def test_002_reading_intervention_and_delivery_model(sample):
    has(sample.one("interventions", "reading-direction"), kind="statutory_direction", started_precision="month",
        ended_on="2021-02-08", in_force=False)
    kinds = [row["kind"] for row in sorted(sample.all("delivery_models", authority_id="870"),
                                           key=lambda row: row["started_on"] or "")]
    assert kinds == ["in_house", "council_company", "in_house"]
    (now,) = sample.all("delivery_models", authority_id="870", in_force="true")
    has(now, kind="in_house", started_on="2025-10-01")


# --- 003: Worcestershire, the scrutiny panel on the inspection of June 2019 ------------------------------

JUNE = "ofsted:ofsted-50096455"


def test_003_from_inadequate_in_2016_to_requires_improvement_in_all_four_areas(sample):
    before = sample.one("inspections", "ofsted:ofsted-2760020")
    after = sample.one("inspections", JUNE)
    assert after["follows_id"] == before["id"]
    grades = {row["strand"]: row["grade"] for row in before["judgements"]}
    assert grades["overall_effectiveness"] == "inadequate"
    assert len(after["judgements"]) == 4
    assert {row["grade"] for row in after["judgements"]} == {"requires_improvement"}
    assert len(sample.findings("ofsted:ofsted-2760020", kind="recommendation")) == 14


def test_003_lower_end_and_top_end_are_commentary_and_no_grade(sample):
    finding = sample.one("findings", "worcestershire-2019-06-pace")
    assert "neither is a grade" in finding["gloss"]
    assert {row["grade"] for row in sample.one("inspections", JUNE)["judgements"]} == {"requires_improvement"}


def test_003_a_recommendation_with_a_dissenting_response_and_a_way_to_meet_it(sample):
    finding = sample.one("findings", "worcestershire-2019-06-disruption-meetings")
    has(finding, contested=True, kind="recommendation", status="being_addressed",
        parent_id=sample.id("findings", "ofsted:ofsted-50096455-05"))
    assert "consolidation meeting" in finding["contested_response"]
    assert finding["action_ids"] == [sample.id("actions", "worcestershire-action-01")]


def test_003_an_area_not_assessed_and_why(sample):
    finding = sample.one("findings", "worcestershire-2019-06-edge-of-care")
    has(finding, kind="not_assessed", polarity=None)
    assert finding["not_assessed_reason"]


def test_003_partner_owned_actions(sample):
    kind = {ref: sample.one("organisations", ref)
            for ref in ("worcestershire-districts", "worcestershire-ccgs", "worcestershire-schools")}
    assert [row["kind"] for row in kind.values()] == ["district_council", "health", "school"]
    has(sample.one("actions", "worcestershire-action-02"), lead_organisation_id=kind["worcestershire-ccgs"]["id"])
    for action, organisation in (("06", "worcestershire-districts"), ("03", "worcestershire-schools")):
        partners = sample.one("actions", f"worcestershire-action-{action}")["partners"]
        (partner,) = [row for row in partners if row["organisation_id"] == kind[organisation]["id"]]
        assert partner["role"]


def test_003_linked_bodies(sample):
    has(sample.one("boards", "worcestershire-corporate-parenting"), kind="corporate_parenting_board")
    has(sample.one("boards", "worcestershire-housing-group"), kind="working_group")
    recommended = sample.one("decisions", "worcestershire-priority-for-mental-health")
    has(recommended, kind="recommended", answer="accepted",
        board_id=sample.id("boards", "worcestershire-task-and-finish"),
        addressed_to_organisation_id=sample.id("organisations", "worcestershire-ccgs"))
    boards = sample.ids("boards", "worcestershire-housing-group", "worcestershire-corporate-parenting")
    assert set(sample.one("actions", "worcestershire-action-06")["board_ids"]) == boards


def test_003_a_joint_inspection_to_come_with_its_theme(sample):
    has(sample.one("inspections", "worcestershire-jtai-2019"), kind="jtai", body="joint", status="planned",
        planned_precision="tentative", theme_ids=["mental-health"])


def test_003_the_plan_on_a_page_is_the_business_improvement_plan(sample):
    plan = sample.one("plans", "worcestershire-plan-on-a-page")
    has(plan, kind="business_plan", status="in_force", inspection_ids=[sample.id("inspections", JUNE)])


def test_003_the_panel_asked_for_it_to_be_circulated_from_whom_and_how_that_stands(sample):
    asked = sample.one("decisions", "worcestershire-circulate-plan")
    has(asked, kind="requested", status="taken", answer="accepted", done_on=None,
        plan_ids=[sample.id("plans", "worcestershire-plan-on-a-page")])
    assert asked["addressed_to"] and "done" in asked["allowed_transitions"]
    (action,) = asked["action_ids"]
    has(sample.api.get(f"/v1/actions/{action}", expect=200).json, status="not_started")


def test_003_worcestershire_children_first_was_being_developed(sample):
    models = sorted(sample.all("delivery_models", authority_id="885"), key=lambda row: row["started_on"] or "")
    assert [(row["kind"], row["started_on"], row["ended_on"]) for row in models] == [
        ("in_house", None, "2019-09-30"), ("council_company", "2019-10-01", "2024-09-30"),
        ("in_house", "2024-10-01", None)]
    has(sample.one("interventions", "worcestershire-trust-direction"), kind="trust_direction",
        started_on="2018-08-01", started_precision="month")


def test_003_an_undated_meeting_and_its_points_of_discussion(sample):
    meeting = sample.one("meetings", "worcestershire-panel-2019-09")
    has(meeting, held_on="2019-09-11", precision="tentative")
    assert "25 September" in meeting["date_note"]
    item = sample.one("agenda_items", "worcestershire-panel-2019-09-item")
    assert [point["number"] for point in item["points"]] == list(range(1, 12))


# --- 004: Middlesbrough, the agenda pack of the scrutiny panel for 27 July 2021 ---------------------------

MAY, JULY = "middlesbrough-focused-visit-2021-05", "middlesbrough-panel-2021-07-27"


def test_004_the_meeting_with_time_venue_livestream_and_nine_members(sample):
    meeting = sample.one("meetings", JULY)
    has(meeting, held_on="2021-07-27", starts_at="16:00", mode="virtual", venue="Virtual")
    assert meeting["livestream_url"]
    assert capacities(meeting) == {"chair expected": 1, "vice_chair expected": 1, "member expected": 7,
                                   "officer expected": 1}


def test_004_who_came_to_the_meeting_before_and_who_sent_apologies(sample):
    meeting = sample.one("meetings", "middlesbrough-panel-2021-04-19")
    assert capacities(meeting) == {
        "chair present": 1, "vice_chair present": 1, "member present": 6, "officer present": 5, "guest present": 1,
        "observer present": 1, "member apologies": 1, "guest apologies": 1}
    after = sample.one("meetings", JULY)
    has(after, previous_id=meeting["id"])
    assert "pages 3 to 8" in after["previous_minutes"]


def test_004_eight_numbered_items_with_their_pages(sample):
    items = sorted(sample.under("meetings", JULY, "agenda-items"), key=lambda row: row["number"])
    assert [(row["number"], row["pages"]) for row in items] == [
        ("1", None), ("2", None), ("3", "3 - 8"), ("4", None), ("5", "9 - 14"), ("6", "15 - 30"), ("7", None),
        ("8", "31 - 32")]


def test_004_a_schedule_of_nine_meetings(sample):
    year = sample.under("boards", "middlesbrough-panel", "meetings", held_on_gte="2021-07-01",
                        held_on_lte="2022-05-31")
    assert sorted(row["held_on"] for row in year) == [
        "2021-07-27", "2021-09-13", "2021-10-11", "2021-11-22", "2021-12-13", "2022-01-18", "2022-02-14",
        "2022-03-21", "2022-04-18"]
    assert {row["starts_at"] for row in year} == {"16:00"}


def test_004_a_remote_visit_that_slides_call_on_site(sample):
    visit = sample.one("inspections", MAY)
    has(visit, delivery="remote", start_on="2021-05-26", end_on="2021-05-27", published_on="2021-07-15")
    (other,) = visit["discrepancies"]
    has(other, member="delivery", value="on_site")
    assert "slides" in other["source"]


def test_004_five_named_inspectors_the_whole_service_and_education(sample):
    visit = sample.one("inspections", MAY)
    has(visit, inspectors_count=5)
    assert [person["name"] for person in visit["inspectors"] if person["role"] == "lead inspector"] == ["Jan Edwards"]
    assert len(visit["inspectors"]) == 5
    assert visit["focus"] == ["All of children's services", "Education", "Practice during COVID-19"]


def test_004_the_letter_after_34_working_days_addressed_to_the_director_and_copied_to_the_department(sample):
    (letter,) = sample.under("inspections", MAY, "documents", role="letter")
    has(letter, dated_on="2021-07-15", copied_to=["Department for Education"])
    assert "Director" in letter["addressed_to"] and "Jan Edwards" in letter["author"]
    days = sample.api.get("/v1/working-days", {"from": "2021-05-27", "to": "2021-07-15"}, expect=200).json
    assert days["days"] == 34


def test_004_two_new_areas_for_improvement_beside_those_of_2019_which_slides_call_recommendations(sample):
    areas = sample.findings(MAY, kind="area_for_improvement")
    assert [row["printed_label"] for row in areas] == ["area for improvement"] * 2
    assert all("recommendation" in row["gloss"] for row in areas)
    slides = sample.one("documents", "middlesbrough-slides-2021-07-27")
    assert set(slides["finding_ids"]) == {row["id"] for row in areas}
    letter = sample.id("documents", "middlesbrough-letter-2021-07-15")
    assert {row["document_id"] for row in areas} == {letter}
    # "In addition to" is the earlier inspection's findings, which stay open beside them.
    has(sample.one("inspections", MAY), follows_id=sample.id("inspections", "ofsted:ofsted-50143726"))
    assert len(sample.findings("ofsted:ofsted-50143726", status="open")) == 15


def test_004_some_25_narrative_findings_positive_and_mixed_and_six_labels_of_the_slides_only(sample):
    findings = [row for row in sample.findings(MAY) if row["kind"] != "area_for_improvement"]
    assert len(findings) == 26
    assert {row["polarity"] for row in findings} == {"positive", "mixed", "negative"}
    labelled = [row for row in findings if row["printed_label"]]
    assert {row["kind"] for row in labelled} == {"observation"}
    assert {row["printed_label"] for row in labelled} == {"area for improvement (council slides only)"}


def test_004_the_hub_is_better_than_at_the_visit_of_august_2020(sample):
    hub = sample.one("findings", "middlesbrough-2021-05-hub")
    links = {link["earlier_id"]: link["relation"] for link in hub["links"]}
    assert links[sample.id("findings", "middlesbrough-2020-08-hub")] == "improved"


def test_004_police_make_just_under_half_of_referrals_and_half_of_those_reach_the_threshold(sample):
    (share,) = sample.observations("middlesbrough-police-share")
    has(share, value=50, unit="%", comparator="<", approximate=True)
    (reached,) = sample.observations("middlesbrough-police-threshold")
    has(reached, value=50, approximate=True, scope="Referrals by the police")


def test_004_the_standard_of_twenty_days_for_a_school_place(sample):
    has(sample.one("measures", "middlesbrough-school-place"), target=20, unit="days", rag="red")
    (seen,) = sample.observations("middlesbrough-school-place")
    has(seen, value=20, comparator=">")


def test_004_what_rose_or_is_too_high_without_a_figure_is_a_measure_without_observations(sample):
    for ref in ("middlesbrough-neet", "middlesbrough-home-education"):
        measure = sample.one("measures", ref)
        has(measure, latest=None, direction="unknown")
        assert measure["finding_ids"]


def test_004_done_but_too_new_to_show_impact(sample):
    has(sample.one("actions", "middlesbrough-action-12"), status="complete", impact="not_yet_evident", rag="green")
    has(sample.one("actions", "middlesbrough-action-13"), status="complete", impact="emerging")


def test_004_the_plan_of_the_second_year_holds_what_was_delayed_in_the_first(sample):
    first, second = (sample.one("plans", f"middlesbrough-improvement-plan-{year}") for year in (2020, 2021))
    has(first, status="superseded", starts_on="2020-04-01", ends_on="2021-03-31")
    has(second, status="in_force", starts_on="2021-04-01", ends_on="2022-03-31", supersedes_id=first["id"])
    carried = sample.one("actions", "middlesbrough-action-14")
    assert set(carried["plan_ids"]) == {first["id"], second["id"]}
    again = sample.api.post(f"/v1/plans/{second['id']}/carry-forwards?validate_only=true", {})
    assert again.json["already_there_action_ids"] == [carried["id"]]


def test_004_next_steps_the_commissioners_report_and_a_monitoring_visit(sample):
    has(sample.one("inspections", "middlesbrough-commissioner-review-2021-07"), kind="commissioner_review",
        body="dfe", start_on="2021-07-12", end_on="2021-07-16", received_on=None)
    has(sample.one("inspections", DECEMBER), kind="monitoring_visit", start_on="2021-12-14")


def test_004_an_item_is_reported_by_exception_from_now_on(sample):
    decision = sample.one("decisions", "middlesbrough-2021-04-19-decision-covid")
    assert [(part["number"], part["kind"]) for part in decision["parts"]] == [("1", "noted"), ("2", "agreed")]
    has(sample.one("agenda_items", "middlesbrough-2021-07-27-item-7"), by_exception=True)


def test_004_the_work_programme_keeps_updates_on_ofsted_and_the_commissioner(sample):
    asked = sample.one("decisions", "middlesbrough-2021-07-27-work-programme")
    has(asked, status="proposed", kind="requested",
        addressed_to_board_id=sample.id("boards", "middlesbrough-overview-and-scrutiny"),
        agenda_item_id=sample.id("agenda_items", "middlesbrough-2021-07-27-item-5"))


def test_004_agreed_outcomes_in_numbered_parts(sample):
    decision = sample.one("decisions", "middlesbrough-2021-04-19-decision-permanency")
    has(decision, status="taken", taken_on="2021-04-19", kind="agreed")
    assert [part["number"] for part in decision["parts"]] == ["1", "2"]
    assert len(sample.under("meetings", "middlesbrough-panel-2021-04-19", "decisions")) == 3


# --- what all five tell together --------------------------------------------------------------------------


def test_the_repeated_theme_leads_from_june_2026_back_to_august_2018(sample):
    latest = "ofsted:ofsted-50308109-04"
    assert sample.earlier(latest) >= {
        "ofsted-50218077-02", "middlesbrough-2021-12-area-5", "middlesbrough-2021-05-area-1", "ofsted-50143726-14",
        "middlesbrough-2018-08-recommendation-1"}
    visits = {row["inspection_id"] for row in sample.all("findings", authority_id="806",
                                                         theme_id="management-oversight")}
    assert visits >= sample.ids("inspections", AUGUST, "ofsted:ofsted-50143726", MAY, DECEMBER,
                                "ofsted:ofsted-50308109")


def test_the_commissioner_in_middlesbrough(sample):
    has(sample.one("interventions", "middlesbrough-commissioner"), kind="commissioner", started_on="2020-02-01",
        started_precision="month", ended_precision="tentative", in_force=False)
    reviews = sample.all("inspections", authority_id="806", kind="commissioner_review")
    assert len(reviews) == 3


def test_one_trust_serves_two_authorities(sample):
    trust = sample.one("organisations", "northamptonshire-childrens-trust")
    has(trust, authority_id=None, kind="childrens_trust", started_on="2020-11-01")
    for authority in ("940", "941"):
        (model,) = sample.all("delivery_models", authority_id=authority, in_force="true")
        has(model, organisation_id=trust["id"])
        assert sorted(model["served_authority_ids"]) == ["940", "941"]
