"""Plans: what a council sets out to do about its inspections, in whose words, who agreed it, and who watches it."""

from __future__ import annotations

import concurrent.futures

import pytest

from harness.examples import day


def codes(row: dict) -> list[str]:
    return [warning["code"] for warning in row["warnings"]]


@pytest.fixture
def refused(api, unwritten):
    """refused({...}): the answer to a POST of a plan that must be 422 and write nothing."""

    def post(body: dict, status: int = 422):
        with unwritten():
            return api.post("/v1/plans", body, expect=status)

    return post


def put_in_force(api, plan: dict, **options):
    path = f"/v1/plans/{plan['id']}"
    api.move(path, "agreed", on="2024-05-01", expect=200)
    return api.move(path, "in_force", on="2024-05-02", **options)


# --- what it is --------------------------------------------------------------------------


def test_a_plan_begins_as_a_draft_of_its_authority(given):
    plan = given.one("plans")
    assert (plan["status"], plan["allowed_transitions"]) == ("draft", ["agreed", "closed"])
    assert (plan["inspection_ids"], plan["action_ids"], plan["rag_labels"], plan["boards"]) == ([], [], [], [])


def test_a_plan_answers_one_or_more_inspections_of_its_authority(api, given, refused):
    visit, other = given.inspection(), given.inspection()
    authority = visit["authority_id"]
    second = given.inspection(authority)
    plan = given.one("plans", authority_id=authority, inspection_ids=[visit["id"], second["id"]])
    for inspection in (visit, second):
        assert api.get(f"/v1/inspections/{inspection['id']}/plans", expect=200).ids == [plan["id"]]
    body = given.body("plans", authority_id=authority, inspection_ids=[visit["id"], other["id"]])
    assert refused(body).pointers == ["/inspection_ids/1"]


@pytest.mark.parametrize("kind", ["statutory_statement", "focused_visit_plan", "joint_statement"])
def test_a_plan_that_must_answer_an_inspection_and_names_none_is_odd(api, given, kind):
    plan = given.one("plans", kind=kind)
    assert codes(plan) == ["no_inspection"]
    visit = given.inspection(plan["authority_id"])["id"]
    changed = api.patch(f"/v1/plans/{plan['id']}", {"inspection_ids": [visit]}, expect=200).json
    assert codes(changed) == []


def test_a_plan_of_the_councils_own_needs_no_inspection(given):
    for kind in ("practice_improvement_plan", "improvement_plan", "year_plan", "business_plan", "other"):
        assert codes(given.one("plans", kind=kind)) == []


# --- its words for red, amber, green -------------------------------------------------------


def test_each_plan_has_its_own_labels_and_what_each_means(api, given):
    labels = [{"rag": "blue", "label": "Embedded", "meaning": "Done, and audits show it"},
              {"rag": "amber", "label": "amber E", "meaning": "Embedding"},
              {"rag": "red", "label": "Overdue", "meaning": None}]
    plan = given.one("plans", rag_labels=labels)
    assert plan["rag_labels"] == labels
    other = given.one("plans", authority_id=plan["authority_id"],
                      rag_labels=[{"rag": "amber", "label": "Time slippage"}])
    assert other["rag_labels"] == [{"rag": "amber", "label": "Time slippage", "meaning": None}]
    assert api.get(f"/v1/plans/{plan['id']}").json["rag_labels"] == labels


def test_a_colour_has_one_label_in_a_plan(given, refused):
    body = given.body("plans", rag_labels=[{"rag": "red", "label": "Late"}, {"rag": "red", "label": "Off track"}])
    pointer, = refused(body).pointers
    assert pointer.startswith("/rag_labels/1")


# --- versions ------------------------------------------------------------------------------


def test_a_revised_plan_names_its_version_and_what_it_supersedes(api, given):
    first = given.one("plans", edition="v16")
    second = given.one("plans", authority_id=first["authority_id"], edition="v17", supersedes_id=first["id"])
    shown = api.get(f"/v1/plans/{second['id']}", {"expand": "supersedes"}, expect=200).json
    assert (shown["supersedes"]["id"], shown["supersedes"]["edition"]) == (first["id"], "v16")
    assert api.get("/v1/plans", {"supersedes_id": first["id"]}, expect=200).ids == [second["id"]]


def test_superseding_a_plan_of_another_kind_is_odd(given):
    first = given.one("plans", kind="improvement_plan")
    members = {"authority_id": first["authority_id"], "supersedes_id": first["id"]}
    assert codes(given.one("plans", kind="improvement_plan", **members)) == []
    assert codes(given.one("plans", kind="year_plan", **members)) == ["other_kind"]


def test_another_councils_plan_is_not_superseded(given, refused):
    theirs = given.one("plans")["id"]
    assert refused(given.body("plans", supersedes_id=theirs)).pointers == ["/supersedes_id"]


# --- agreed, submitted, answered ---------------------------------------------------------------


def test_the_steps_bring_their_dates(api, given):
    path = f"/v1/plans/{given.one('plans')['id']}"
    agreed = api.move(path, "agreed", on="2024-07-16", expect=200).json
    assert (agreed["agreed_on"], agreed["status_on"], agreed["submitted_on"]) == ("2024-07-16", "2024-07-16", None)
    submitted = api.move(path, "submitted", on="2024-07-30", expect=200).json
    assert (submitted["agreed_on"], submitted["submitted_on"]) == ("2024-07-16", "2024-07-30")
    assert api.move(path, "in_force", expect=200).json["status_on"] == day(0)


def test_a_date_that_was_given_is_kept(api, given):
    path = f"/v1/plans/{given.one('plans', agreed_on='2024-07-02')['id']}"
    assert api.move(path, "agreed", on="2024-07-16", expect=200).json["agreed_on"] == "2024-07-02"


def test_a_plan_may_be_entered_as_it_stands(given, refused):
    plan = given.one("plans", status="submitted", agreed_on="2024-07-16", submitted_on="2024-07-30")
    assert (plan["status"], plan["allowed_transitions"]) == (
        "submitted", ["in_force", "draft", "superseded", "closed"])
    assert "/submitted_on" in refused(given.body("plans", status="submitted", agreed_on="2024-07-16")).pointers
    assert refused(given.body("plans", status="agreed")).pointers == ["/agreed_on"]


def test_who_agreed_it_where_is_a_board_and_its_meeting(api, given, refused):
    board = given.one("boards", kind="executive")
    meeting = given.one("meetings", board_id=board["id"], status="held", held_on="2018-11-20")
    authority = board["authority_id"]
    plan = given.one("plans", authority_id=authority, agreed_by="The Executive", agreed_at_meeting_id=meeting["id"],
                     agreed_on="2018-11-20")
    assert plan["agreed_by_board_id"] == board["id"], "the meeting says whose it was"
    other = given.one("boards", authority_id=authority)["id"]
    body = given.body("plans", authority_id=authority, agreed_by_board_id=other, agreed_at_meeting_id=meeting["id"])
    answer = refused(body)
    assert (answer.pointers, answer.codes) == (["/agreed_at_meeting_id"], ["other_board"])


def test_agreed_on_another_day_than_its_meeting_is_odd(api, given):
    meeting = given.one("meetings", status="held", held_on="2018-11-20")
    plan = given.one("plans", authority_id=meeting["authority_id"], agreed_at_meeting_id=meeting["id"])
    path = f"/v1/plans/{plan['id']}"
    agreed = api.move(path, "agreed", on="2018-11-21", expect=200).json
    assert [(w["code"], w["pointer"]) for w in agreed["warnings"]] == [("agreed_on_another_day", "/agreed_on")]
    assert codes(api.patch(path, {"agreed_on": "2018-11-20"}, expect=200).json) == []


@pytest.mark.parametrize("member", ["draft_shared_on", "agreed_on", "submitted_on"])
def test_what_has_happened_did_not_happen_tomorrow(given, refused, member):
    answer = refused(given.body("plans", **{member: day(1)}))
    assert (answer.pointers, answer.codes) == ([f"/{member}"], ["in_future"])
    given.one("plans", **{member: day(0)})


@pytest.mark.parametrize(("dates", "pointer"), [
    ({"starts_on": "2024-06-03", "ends_on": "2024-06-02"}, "/ends_on"),
    ({"draft_shared_on": "2024-06-03", "submitted_on": "2024-06-02"}, "/submitted_on"),
])
def test_its_dates_follow_one_another(api, given, refused, unwritten, dates, pointer):
    assert pointer in refused(given.body("plans", **dates)).pointers
    path = f"/v1/plans/{given.one('plans')['id']}"
    with unwritten():
        assert pointer in api.patch(path, dates, expect=422).pointers


def test_agreed_after_it_was_submitted_is_only_odd(given):
    plan = given.one("plans", agreed_on="2024-07-30", submitted_on="2024-07-16")
    assert [warning["pointer"] for warning in plan["warnings"]] == ["/agreed_on"]


def test_the_regulators_response_is_to_what_was_submitted(api, given, refused):
    response = {"response": "rejected", "response_on": "2024-08-20",
                "response_detail": "It does not reflect the inspection findings."}
    assert "/response" in refused(given.body("plans", **response)).pointers
    plan = given.one("plans", submitted_on="2024-07-30", **response)
    assert plan.items() >= response.items()
    assert api.get("/v1/plans", {"response": "rejected", "authority_id": plan["authority_id"]}).ids == [plan["id"]]


# --- in force ------------------------------------------------------------------------------------


@pytest.fixture
def two(given) -> tuple[dict, dict]:
    """Two plans of one kind for one inspection."""
    visit = given.inspection()
    members = {"authority_id": visit["authority_id"], "inspection_ids": [visit["id"]], "kind": "improvement_plan"}
    return given.one("plans", **members), given.one("plans", **members)


def test_of_two_plans_put_in_force_at_once_one_is(api, two):
    for plan in two:
        api.move(f"/v1/plans/{plan['id']}", "agreed", on="2024-05-01", expect=200)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda plan: api.move(f"/v1/plans/{plan['id']}", "in_force"), two))
    assert sorted(answer.status for answer in answers) == [200, 409]


def test_a_plan_for_no_inspection_is_in_nobodys_way(api, given):
    authority = given.authority()
    for _ in range(2):
        put_in_force(api, given.one("plans", authority_id=authority), expect=200)


def test_a_plan_that_is_entered_in_force_finds_another_there(api, given, two, unwritten):
    put_in_force(api, two[0], expect=200)
    body = {name: two[1][name] for name in ("authority_id", "kind", "title", "inspection_ids")}
    with unwritten():
        answer = api.post("/v1/plans", body | {"status": "in_force", "agreed_on": "2024-05-01"}, expect=409)
    assert two[0]["id"] in answer.text and answer.codes == ["another_in_force"]


def test_the_plan_that_is_deleted_or_closed_makes_room(api, two):
    put_in_force(api, two[0], expect=200)
    put_in_force(api, two[1], expect=409)
    api.delete(f"/v1/plans/{two[0]['id']}", expect=204)
    api.move(f"/v1/plans/{two[1]['id']}", "in_force", expect=200)
    restored = api.post(f"/v1/plans/{two[0]['id']}/restore")
    assert restored.status == 409, "brought back, there would be two"


# --- its boards and actions -------------------------------------------------------------------------


def test_a_plan_has_several_boards_each_with_its_cadence(api, given, refused):
    improvement = given.one("boards")
    authority = improvement["authority_id"]
    partnership = given.one("boards", authority_id=authority, kind="safeguarding_partnership")
    plan = given.one("plans", authority_id=authority, boards=[
        {"board_id": improvement["id"], "cadence": "monthly"},
        {"board_id": partnership["id"], "by_exception": True}])
    assert sorted(plan["boards"], key=lambda board: board["by_exception"]) == [
        {"board_id": improvement["id"], "cadence": "monthly", "by_exception": False},
        {"board_id": partnership["id"], "cadence": None, "by_exception": True}]
    for board in (improvement, partnership):
        assert api.get(f"/v1/boards/{board['id']}/plans", expect=200).ids == [plan["id"]]
        assert api.get("/v1/plans", {"board_id": board["id"]}, expect=200).ids == [plan["id"]]
    twice = given.body("plans", authority_id=authority, boards=[{"board_id": improvement["id"]}] * 2)
    assert refused(twice).pointers[0].startswith("/boards/1")
    theirs = given.body("plans", boards=[{"board_id": improvement["id"]}])
    assert refused(theirs).pointers == ["/boards/0/board_id"]


def test_an_action_serves_several_plans_and_each_plan_shows_its_actions(api, given):
    authority = given.authority()
    plans = [given.one("plans", authority_id=authority)["id"] for _ in range(2)]
    shared = given.action(authority, plan_ids=plans)
    own = api.post(f"/v1/plans/{plans[0]}/actions", {"title": "Of one plan only"}, expect=201).json
    assert (own["authority_id"], own["plan_ids"]) == (authority, [plans[0]])
    first, second = (api.get(f"/v1/plans/{id}", {"expand": "actions"}, expect=200).json for id in plans)
    assert sorted(first["action_ids"]) == sorted([shared["id"], own["id"]])
    assert [row["id"] for row in second["actions"]] == second["action_ids"] == [shared["id"]]
    assert api.get("/v1/plans", {"action_id": shared["id"], "sort": "id"}, expect=200).ids == sorted(plans)
    assert api.get(f"/v1/plans/{plans[1]}/actions", expect=200).ids == [shared["id"]]


def test_a_new_action_is_no_new_version_of_its_plan(api, given):
    plan = given.one("plans")
    given.action(plan["authority_id"], plan_ids=[plan["id"]])
    assert api.get(f"/v1/plans/{plan['id']}").json["version"] == 1


def test_the_plan_tells_when_its_draft_and_its_final_form_are_due(api, given):
    visit = given.inspection(kind="focused_visit", status="reported", start_on="2018-07-18", end_on="2018-07-19",
                             received_on="2018-08-10")
    given.finding(visit["id"], kind="area_for_priority_action")
    plan = given.one("plans", authority_id=visit["authority_id"], kind="focused_visit_plan",
                     inspection_ids=[visit["id"]])
    assert (plan["draft_due_on"], plan["final_due_on"]) == ("2018-09-10", "2018-11-19")
    late = {"agreed_on": "2018-11-01", "submitted_on": "2018-11-20"}
    changed = api.patch(f"/v1/plans/{plan['id']}", late, expect=200).json
    assert codes(changed) == ["submitted_late"]
    assert [row["kind"] for row in api.get(f"/v1/plans/{plan['id']}/deadlines", {"sort": "due_on"}).data] == [
        "draft_action_plan", "final_action_plan"]


def test_a_board_watches_the_actions_of_the_plans_that_it_watches(api, given):
    authority = given.authority()
    board = given.one("boards", authority_id=authority)["id"]
    plan = given.one("plans", authority_id=authority, boards=[{"board_id": board}])["id"]
    by_itself = given.action(authority, board_ids=[board])["id"]
    with_plan = given.action(authority, plan_ids=[plan])["id"]
    both = given.action(authority, plan_ids=[plan], board_ids=[board])["id"]
    given.action(authority)
    assert sorted(api.get(f"/v1/boards/{board}/actions", expect=200).ids) == sorted([by_itself, with_plan, both])
    assert sorted(api.get("/v1/actions", {"board_id": board}, expect=200).ids) == sorted([by_itself, both])


def test_a_plan_that_is_closed_says_how_many_actions_are_left(api, given):
    plan = given.one("plans")
    given.action(plan["authority_id"], plan_ids=[plan["id"]])
    closed = api.move(f"/v1/plans/{plan['id']}", "closed", reason="Replaced by the year plan.", expect=200).json
    assert [warning["code"] for warning in closed["warnings"]] == ["open_actions"]
