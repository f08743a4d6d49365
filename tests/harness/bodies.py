"""What to POST of each resource: the least that is taken, and every member at once.

LEAST    the members that a POST needs, but for those of PARENTS
PARENTS  which row each belongs to: the member that names it, and its resource
FULL     every member that may be written and that goes with the others, each with something in it
ARISES   what no POST makes: how a row of it comes about
CHANGE   a member that may be changed without consequences, and what to
MOVES    where its status may go from where LEAST leaves it
SEARCHED where words are looked for, at least; the first of these is what a search shows of a row
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from harness.examples import Given

PARENTS: dict[str, tuple[str, str]] = {
    **{
        key: ("authority_id", "authorities")
        for key in (
            "inspections", "actions", "organisations", "documents", "plans", "measures", "boards", "decisions",
            "interventions", "delivery-models",
        )
    },
    "findings": ("inspection_id", "inspections"),
    "updates": ("action_id", "actions"),
    "extensions": ("action_id", "actions"),
    "observations": ("measure_id", "measures"),
    "meetings": ("board_id", "boards"),
    "agenda-items": ("meeting_id", "meetings"),
    "erasures": ("row_id", "findings"),
}

LEAST: dict[str, Callable[[int], dict]] = {
    "authorities": lambda n: {"name": f"Testshire {n}", "type": "unitary"},
    "inspections": lambda n: {"kind": "focused_visit"},
    "findings": lambda n: {"kind": "area_for_improvement", "text": f"Text {n}"},
    "actions": lambda n: {"title": f"Action {n}"},
    "organisations": lambda n: {"name": f"Service {n}", "kind": "council_service"},
    "documents": lambda n: {"title": f"Letter {n}", "role": "letter", "url": f"https://example.org/letter-{n}"},
    "plans": lambda n: {"title": f"Plan {n}", "kind": "improvement_plan"},
    "updates": lambda n: {"narrative": f"Progress {n}"},
    "extensions": lambda n: {"to_due_on": "2024-07-01", "reason": f"The partner is late {n}"},
    "measures": lambda n: {"title": f"Measure {n}", "unit": "children", "polarity": "lower_is_better"},
    "observations": lambda n: {"observed_on": "2024-05-31", "value": 12, "unit": "children"},
    "boards": lambda n: {"name": f"Board {n}", "kind": "improvement_board"},
    "meetings": lambda n: {},
    "agenda-items": lambda n: {"title": f"Item {n}"},
    "decisions": lambda n: {"kind": "agreed"},
    "interventions": lambda n: {"kind": "commissioner", "started_on": "2020-02-03"},
    "delivery-models": lambda n: {"kind": "in_house"},
    "clients": lambda n: {"name": f"Team {n}", "scopes": ["findings:read"]},
    "erasures": lambda n: {"resource": "findings", "reason": f"It named a child {n}"},
}

# Members that a parent made for a row needs, so that the row may be.
OF_PARENT: dict[str, dict[str, Any]] = {"extensions": {"due_on": "2024-06-03", "start_on": "2024-01-08"}}

REFS = {"plan": "1", "pentana": "2"}
URL = "https://example.org/page"


# --- every member -----------------------------------------------------------------


def full_authority(given: Given) -> dict:
    serial = given.serial()
    return {
        "official_name": "The Council of Testshire", "aliases": ["Old Testshire", "Tests"],
        "gss_code": f"E0699{serial:04}", "former_gss_codes": ["E10999999"], "urn": f"99{serial:05}",
        "region": "North East", "region_code": "E12000001", "started_on": "1997-04-01",
        "successor_ids": [given.authority()],
    }


def full_inspection(given: Given) -> dict:
    authority = given.authority()
    return {
        "authority_id": authority, "kind": "standard_inspection", "framework_id": "ilacs-2023", "body": "ofsted",
        "external_refs": {"ofsted": "a", "modern_gov": "b"}, "status": "published", "sensitivity": "public",
        "start_on": "2024-04-08", "end_on": "2024-04-19", "planned_start_on": "2024-04-01",
        "planned_precision": "month", "verbal_feedback_on": "2024-04-19", "received_on": "2024-05-20",
        "published_on": "2024-05-28", "delivery": "on_site", "theme_ids": ["management-oversight"],
        "focus": ["Children in need", "Public Law Outline"], "preparation_days": 14, "inspectors_count": 2,
        "sequence_number": 3,
        "inspectors": [{"name": "Jan Edwards", "role": "Lead inspector", "body": "Ofsted"},
                       {"name": "Máire Atherton", "role": None, "body": None}],
        "follows_id": given.inspection(authority, start_on="2023-03-01", end_on="2023-03-02")["id"],
        "judgements": [{"strand": "overall_effectiveness", "grade": "good", "wording": "Good", "title": None},
                       {"strand": "help_and_protection", "grade": "good", "wording": None, "title": "Help"}],
        "discrepancies": [{"member": "delivery", "value": "remote", "source": "The slides"},
                          {"member": "inspectors_count", "value": "5", "source": None}],
        "report_url": "https://example.org/report",
    }


def full_finding(given: Given) -> dict:
    inspection = given.inspection(start_on="2024-04-08", end_on="2024-04-19", kind="standard_inspection")
    authority = inspection["authority_id"]
    earlier = given.inspection(authority, start_on="2022-04-05", end_on="2022-04-06")
    return {
        "inspection_id": inspection["id"], "external_refs": REFS, "number": 7,
        "parent_id": given.finding(inspection["id"])["id"], "printed_label": "Recommendation 7",
        "kind": "recommendation", "polarity": "mixed", "extent": "a minority", "stage": "provisional",
        "sensitivity": "restricted", "strand": "help_and_protection", "theme_ids": ["management-oversight"],
        "gloss": "What we make of it", "source_paragraph": "12-14", "source_url": "https://example.org/letter",
        "document_id": given.of("documents", authority)["id"],
        "national_framework_ref": "outcome_3", "contested": True, "contested_response": "It was otherwise.",
        "links": [{"earlier_id": given.finding(earlier["id"])["id"], "relation": "repeats"}],
    }


def full_action(given: Given) -> dict:
    finding = given.finding()
    authority = finding["authority_id"]
    partner = given.of("organisations", authority, kind="police")["id"]
    return {
        "authority_id": authority, "external_refs": REFS, "number": "1.1", "detail": "In full",
        "status": "complete", "sensitivity": "restricted", "lead_role": "Head of Access",
        "lead_organisation_id": given.of("organisations", authority)["id"],
        "partners": [{"organisation_id": partner, "role": "Shares the cost", "agreed": True,
                      "agreed_on": "2024-02-05"}],
        "start_on": "2024-01-08", "start_precision": "day", "due_on": "2024-06-03", "due_precision": "month",
        "forecast_on": "2024-06-10", "forecast_precision": "tentative", "completed_on": "2024-06-04",
        "success_criteria": "Fewer re-referrals",
        "funding": [{"source": "Department for Education", "amount": 330000, "purpose": "Practice leaders",
                     "conditions": "Repaid if leaving within a year"}],
        "finding_ids": [finding["id"]], **given.links(authority, "plans", "boards"),
    }


def full_organisation(given: Given) -> dict:
    return {
        "external_refs": REFS, "sensitivity": "public", "short_name": "Police", "kind": "police",
        "contact_role": "Partnership lead", "url": URL, "started_on": "1974-04-01", "ended_on": "2024-03-31",
    }


def full_document(given: Given) -> dict:
    authority = given.authority()
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "restricted", "role": "evidence",
        "sha256": "0123456789abcdef" * 4, "dated_on": "2024-05-20", "received_on": "2024-05-21",
        "review_on": "2025-05-20", "author": "Jan Edwards", "addressed_to": "Director of Children's Services",
        "copied_to": ["Department for Education", "Lead member"], "appendix": "2", "pages": 12,
        "summary": "What the letter says",
        **given.links(authority, "inspections", "findings", "plans", "actions", "measures", "boards", "meetings",
                      "agenda-items", "decisions", "organisations", "interventions", "delivery-models"),
    }


def full_plan(given: Given) -> dict:
    authority = given.authority()
    board = given.of("boards", authority)["id"]
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "restricted",
        "kind": "focused_visit_plan", "edition": "v3",
        "supersedes_id": given.of("plans", authority, kind="focused_visit_plan")["id"], "status": "submitted",
        "summary": "What we set out to do", "starts_on": "2024-06-03", "ends_on": "2025-05-30",
        "draft_shared_on": "2024-06-10", "shared_with": "The lead inspector", "agreed_on": "2024-07-16",
        "agreed_by": "Executive member for children", "agreed_by_board_id": board,
        "agreed_at_meeting_id": given.one("meetings", board_id=board, held_on="2024-07-16", status="held")["id"],
        "submitted_on": "2024-07-30", "published_on": "2024-08-06", "response": "accepted_with_comments",
        "response_on": "2024-08-20", "response_detail": "More on supervision",
        "rag_labels": [{"rag": "blue", "label": "Embedded", "meaning": "Done, and shown to work"},
                       {"rag": "red", "label": "Off track", "meaning": None}],
        "boards": [{"board_id": given.of("boards", authority)["id"], "cadence": "monthly", "by_exception": True}],
        **given.links(authority, "inspections"),
    }


def full_update(given: Given) -> dict:
    action = given.action()
    return {
        "action_id": action["id"], "external_refs": REFS, "reported_on": "2024-06-10", "rag": "amber",
        "distance_to_target": "Four of ten teams", "impact": "emerging", "next_step": "Audit in July",
        "evidence_ids": [given.of("documents", action["authority_id"], role="evidence")["id"]],
        "corrects_id": given.one("updates", action_id=action["id"])["id"],
    }


def full_extension(given: Given) -> dict:
    return {"external_refs": REFS, "status": "requested", "requested_on": "2024-05-20"}


def full_measure(given: Given) -> dict:
    authority = given.authority()
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "restricted", "unit": "%",
        "definition": "Share of audits graded inadequate", "baseline": 41.5, "baseline_on": "2024-01-31",
        "baseline_caveat": "In some areas", "target": 20, "target_on": "2025-03-31", "tolerance": 2.5,
        "tolerance_kind": "points",
        "benchmarks": [{"label": "England", "value": 21.75, "on": "2024-03-31", "source": "DfE"},
                       {"label": "Statistical neighbours", "value": -3, "on": None, "source": None}],
        "cadence": "quarterly", "organisation_id": given.of("organisations", authority)["id"],
        **given.links(authority, "plans", "actions", "findings"),
    }


def full_observation(given: Given) -> dict:
    measure = given.one("measures", unit="%")
    return {
        "measure_id": measure["id"], "external_refs": REFS, "precision": "month", "value": 12.25, "unit": "%",
        "comparator": ">", "approximate": True, "scope": "In some areas", "caveat": "A small sample",
        "document_id": given.of("documents", measure["authority_id"])["id"], "source": "Audit",
    }


def full_board(given: Given) -> dict:
    authority = given.authority()
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "restricted",
        "kind": "safeguarding_partnership", "statutory": True, "cadence": "six_weekly",
        "chair_role": "Independent scrutineer", "independent_chair": True,
        "organisation_id": given.of("organisations", authority)["id"], "url": URL, "started_on": "2019-09-29",
        "ended_on": "2024-03-31",
    }


def full_meeting(given: Given) -> dict:
    board = given.one("boards")
    return {
        "board_id": board["id"], "external_refs": REFS, "sensitivity": "restricted", "title": "Special meeting",
        "status": "held", "held_on": "2024-05-14", "precision": "day", "date_note": "The minutes have no date",
        "starts_at": "10:00", "ends_at": "12:30", "mode": "hybrid", "venue": "Town Hall", "livestream_url": URL,
        "url": URL,
        "attendees": [{"name": "A. Chair", "role": "Leader of the Council", "capacity": "chair",
                       "attendance": "present", "organisation": "The council"},
                      {"name": None, "role": "Police", "capacity": "partner", "attendance": "apologies",
                       "organisation": None}],
        "previous_id": given.one("meetings", board_id=board["id"], held_on="2024-04-16", status="held")["id"],
        "previous_minutes": "Agreed as right",
    }


def full_agenda_item(given: Given) -> dict:
    meeting = given.one("meetings")
    return {
        "meeting_id": meeting["id"], "external_refs": REFS, "number": "4a", "pages": "23 - 40",
        "by_exception": True, "for_information": True, "summary": "The letter and the plan",
        "points": [{"number": 1, "theme": "Workforce", "raised_by": "Cllr A", "point": "Why so slow?",
                    "answer": "Recruitment"},
                   {"number": None, "theme": None, "raised_by": None, "point": "Thanks", "answer": None}],
        "owner_member": "Executive member", "owner_officer": "Director", "contact": "Head of improvement",
        "strategic_priority": "Children first", "wards": ["Ayresome", "Central"],
        "legal_implications": "None", "financial_implications": "Within budget", "equality_implications": "None",
        "risk_implications": "Of a poor re-inspection", "url": URL,
        **given.links(meeting["authority_id"], "inspections", "plans", "findings", "actions", "measures"),
    }


def full_decision(given: Given) -> dict:
    board = given.one("boards")
    authority = board["authority_id"]
    meeting = given.one("meetings", board_id=board["id"], held_on="2024-05-14", status="held")
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "restricted", "meeting_id": meeting["id"],
        "board_id": board["id"], "agenda_item_id": given.one("agenda-items", meeting_id=meeting["id"])["id"],
        "number": "2", "kind": "recommended", "status": "done", "wording_proposed": "That it be noted",
        "wording_taken": "That it be noted and the plan agreed",
        "parts": [{"number": "1", "wording": "Note the report", "kind": "noted", "addressed_to": None,
                   "due_on": None, "done_on": None},
                  {"number": "2", "wording": "Circulate the plan", "kind": "requested", "addressed_to": "Officers",
                   "due_on": "2024-06-14", "done_on": "2024-06-07"}],
        "taken_on": "2024-05-14", "effective_on": "2024-05-22", "key_decision": True, "confidential": True,
        "urgent": True, "called_in_on": "2024-05-17", "addressed_to": "The Executive",
        "addressed_to_board_id": given.of("boards", authority)["id"],
        "addressed_to_organisation_id": given.of("organisations", authority)["id"], "due_on": "2024-07-01",
        "answer": "partly", "answer_reason": "No money for the rest", "answered_on": "2024-06-20",
        "done_on": "2024-06-28", "url": URL,
        **given.links(authority, "inspections", "plans", "findings", "actions", "measures"),
    }


def full_intervention(given: Given) -> dict:
    authority = given.authority()
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "public", "kind": "statutory_direction",
        "instrument": "Direction under section 497A", "started_on": "2020-02-01", "started_precision": "month",
        "ended_on": "2022-03-31", "ended_precision": "day", "person_name": "P. Commissioner",
        "person_role": "Commissioner", "organisation_id": given.of("organisations", authority)["id"],
        "inspection_id": given.inspection(authority)["id"], "summary": "Reports to the minister",
        "source_url": URL,
    }


def full_delivery_model(given: Given) -> dict:
    authority = given.authority()
    return {
        "authority_id": authority, "external_refs": REFS, "sensitivity": "public", "kind": "childrens_trust",
        "name": "Testshire Children First",
        "organisation_id": given.of("organisations", authority, kind="childrens_trust")["id"],
        "started_on": "2019-10-01", "started_precision": "day", "ended_on": "2024-09-30",
        "summary": "Returned to the council", "source_url": URL,
    }


def full_client(given: Given) -> dict:
    return {
        "scopes": ["findings:read", "actions:write", "act_as"], "authority_ids": [given.authority(), given.authority()],
        "clearance": "restricted", "expires_on": "2098-11-30",
    }


def retention_rule(given: Given) -> dict:
    """That of the findings, which nobody makes and nobody takes away: as it was not before."""
    body = {"months": 24, "basis": f"The schedule of the council, {given.serial()}"}
    return given.api.patch("/v1/retention-rules/findings", body, expect=200).json


FULL: dict[str, Callable[[Given], dict]] = {
    "authorities": full_authority, "inspections": full_inspection, "findings": full_finding, "actions": full_action,
    "organisations": full_organisation, "documents": full_document, "plans": full_plan, "updates": full_update,
    "extensions": full_extension, "measures": full_measure, "observations": full_observation, "boards": full_board,
    "meetings": full_meeting, "agenda-items": full_agenda_item, "decisions": full_decision,
    "interventions": full_intervention, "delivery-models": full_delivery_model, "clients": full_client,
    "erasures": lambda given: {"members": ["text", "gloss"]},
    # By PATCH, because no POST makes one.
    "deadlines": lambda given: {"stated_source": "The letter", "met_on": "2024-08-23"},
}


# --- what no POST makes -------------------------------------------------------------


def deadline(given: Given) -> dict:
    """That of the written statement after a full inspection, whose letter states a date of its own."""
    visit = given.inspection(kind="standard_inspection", status="reported", start_on="2024-04-08",
                             end_on="2024-04-19", received_on="2024-05-20")
    rows = given.api.get(f"/v1/inspections/{visit['id']}/deadlines", expect=200).data
    row = next(row for row in rows if row["kind"] == "written_statement")
    return given.api.patch(f"/v1/deadlines/{row['id']}", {"stated_on": "2024-08-30"}, expect=200).json


def reschedule(given: Given) -> dict:
    """That of an action whose due date was moved."""
    path = f"/v1/actions/{given.action(due_on='2024-06-03')['id']}"
    given.api.patch(path, {"due_on": "2024-06-10", "reason": "The partner is late."}, expect=200)
    row, = given.api.get(f"{path}/reschedules", expect=200).data
    return row


def api_key(given: Given) -> dict:
    """One that nobody uses, of a client of its own, and without the key itself."""
    client = given.one("clients")
    made = given.api.post(f"/v1/clients/{client['id']}/keys", {"expires_on": "2099-12-31"}, expect=201)
    return given.api.get(made.location, expect=200).json


ARISES: dict[str, Callable[[Given], dict]] = {"deadlines": deadline, "reschedules": reschedule, "keys": api_key,
                                                "retention-rules": retention_rule}

# --- what happens to rows -----------------------------------------------------------

CHANGE: dict[str, dict[str, Any]] = {
    "authorities": {"official_name": "Another name"},
    "inspections": {"report_url": "https://example.org/other"},
    "findings": {"gloss": "Another gloss"},
    "actions": {"detail": "Another detail"},
    "organisations": {"contact_role": "Another role"},
    "documents": {"author": "Another author"},
    "plans": {"summary": "Another summary"},
    "deadlines": {"stated_source": "Another letter"},
    "measures": {"definition": "Another definition"},
    "observations": {"caveat": "Another caveat"},
    "boards": {"chair_role": "Another chair"},
    "meetings": {"venue": "Another room"},
    "agenda-items": {"summary": "Another summary"},
    "decisions": {"addressed_to": "Another body"},
    "interventions": {"instrument": "Another instrument"},
    "delivery-models": {"summary": "Another summary"},
    "clients": {"name": "Another name"},
    "retention-rules": {"basis": "Another basis"},
}

MOVES: dict[str, dict[str, str]] = {
    "authorities": {"to": "abolished", "reason": "Merged"},
    "inspections": {"to": "cancelled", "reason": "Flood"},
    "findings": {"to": "being_addressed"},
    "actions": {"to": "in_progress"},
    "plans": {"to": "agreed"},
    "extensions": {"to": "refused", "reason": "It was put off before"},
    "meetings": {"to": "cancelled", "reason": "No quorum"},
    "decisions": {"to": "withdrawn", "reason": "Overtaken"},
    "clients": {"to": "revoked"},
    "keys": {"to": "revoked"},
}

SEARCHED: dict[str, list[str]] = {
    "authorities": ["name", "official_name"],
    "findings": ["text", "gloss"],
    "actions": ["title", "detail"],
    "organisations": ["name", "short_name"],
    "documents": ["title", "summary", "author", "addressed_to"],
    "plans": ["title", "summary", "response_detail"],
    "updates": ["narrative", "next_step", "distance_to_target"],
    "extensions": ["reason"],
    "measures": ["title", "definition"],
    "observations": ["scope", "caveat", "source"],
    "boards": ["name", "chair_role"],
    "meetings": ["title", "venue", "date_note", "previous_minutes"],
    "agenda-items": ["title", "summary"],
    "decisions": ["wording_proposed", "wording_taken", "answer_reason"],
    "interventions": ["instrument", "summary", "person_role", "person_name"],
    "delivery-models": ["name", "summary"],
}
