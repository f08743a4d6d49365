"""Boards, their meetings, who came, what was discussed, what was decided, and what came of it."""

from __future__ import annotations

import pytest

from harness.examples import day

HELD = {"status": "held", "held_on": "2024-05-14"}


@pytest.fixture
def refused(api, unwritten):
    """refused("meetings", {...}): the answer to a POST that must be refused and write nothing."""

    def post(resource: str, body: dict, status: int = 422):
        with unwritten():
            return api.post(f"/v1/{resource}", body, expect=status)

    return post


def codes(row: dict) -> list[str]:
    return [warning["code"] for warning in row["warnings"]]


# --- boards --------------------------------------------------------------------------------


def test_boards_of_every_kind_say_how_often_they_meet_and_who_chairs(api, given):
    authority = given.authority()
    kinds = api.get("/v1/vocabularies", expect=200).json["data"]["board_kind"]
    rows = [given.one("boards", authority_id=authority, kind=kind["code"]) for kind in kinds]
    assert len(rows) >= 6
    board = given.one("boards", authority_id=authority, kind="improvement_board", cadence="four_weekly",
                      chair_role="Chief Executive", independent_chair=False, statutory=False)
    found = api.get("/v1/boards", {"cadence": "four_weekly", "authority_id": authority}, expect=200).data
    assert found == [board]


def test_a_board_ends_after_it_began(given, refused):
    body = given.body("boards", started_on="2024-01-02", ended_on="2024-01-01")
    assert refused("boards", body).pointers == ["/ended_on"]


# --- meetings --------------------------------------------------------------------------------


def test_a_meeting_is_of_its_boards_authority(api, given):
    board = given.one("boards", sensitivity="restricted")
    meeting = api.post(f"/v1/boards/{board['id']}/meetings", {"held_on": day(30)}, expect=201).json
    assert (meeting["authority_id"], meeting["board_id"]) == (board["authority_id"], board["id"])
    assert (meeting["sensitivity"], meeting["status"]) == ("restricted", "planned")


def test_a_meeting_is_no_more_open_than_its_board(given, refused):
    board = given.one("boards", sensitivity="council")
    body = given.body("meetings", board_id=board["id"], sensitivity="public")
    answer = refused("meetings", body)
    assert (answer.pointers, answer.codes) == (["/sensitivity"], ["parent_not_so_open"])
    given.one("meetings", board_id=board["id"], sensitivity="restricted")


def test_time_and_place_or_virtual_with_the_committee_systems_addresses(given):
    members = {"held_on": "2021-07-27", "starts_at": "16:00", "ends_at": "18:05", "mode": "virtual",
               "livestream_url": "https://example.org/live", "url": "https://example.org/ieListDocuments?MId=3078",
               "external_refs": {"modern_gov": "3078"}}
    assert given.one("meetings", status="held", **members).items() >= members.items()


@pytest.mark.parametrize(("members", "pointer"), [
    ({"starts_at": "16:00", "ends_at": "15:59"}, "/ends_at"), ({"starts_at": "16:00", "ends_at": "16:00"}, "/ends_at"),
    ({"status": "held"}, "/held_on"), ({"status": "held", "held_on": day(1)}, "/held_on"),
])
def test_a_meeting_that_cannot_have_been_is_refused(given, refused, members, pointer):
    assert refused("meetings", given.body("meetings", **members)).pointers == [pointer]


def test_a_meeting_whose_day_only_its_month_tells_says_why(given):
    members = {"held_on": "2022-02-14", "precision": "tentative", "date_note": "Undated; between two others"}
    assert given.one("meetings", status="held", **members).items() >= members.items()


def test_a_meeting_takes_its_day_from_when_it_was_held(api, given):
    path = f"/v1/meetings/{given.one('meetings')['id']}"
    held = api.move(path, "held", on="2024-05-14", expect=200).json
    assert (held["held_on"], held["status_on"], held["allowed_transitions"]) == ("2024-05-14", "2024-05-14", [])


def test_a_cancelled_meeting_says_why_and_may_be_planned_anew(api, given, journal):
    meeting = given.one("meetings", held_on=day(14))
    path = f"/v1/meetings/{meeting['id']}"
    api.move(path, "cancelled", reason="Election", expect=200)
    assert journal.last(meeting["id"])["reason"] == "Election"
    assert api.move(path, "planned", reason="After all", expect=200).json["status"] == "planned"


@pytest.mark.parametrize("status", ["planned", "held"])
def test_another_day_for_a_meeting_needs_a_reason(api, given, journal, unwritten, status):
    path = f"/v1/meetings/{given.one('meetings', status=status, held_on='2024-05-14')['id']}"
    with unwritten():
        assert api.patch(path, {"held_on": "2024-05-21"}, expect=422).pointers == ["/reason"]
    moved = api.patch(path, {"held_on": "2024-05-21", "reason": "Election"}, expect=200).json
    assert moved["held_on"] == "2024-05-21"
    assert journal.last(moved["id"])["reason"] == "Election"
    undated = given.one("meetings")
    api.patch(f"/v1/meetings/{undated['id']}", {"held_on": day(14)}, expect=200)


def test_a_held_meeting_that_moves_away_from_its_decisions_is_odd(api, given):
    meeting = given.one("meetings", **HELD)
    path = f"/v1/meetings/{meeting['id']}"
    decision = given.one("decisions", meeting_id=meeting["id"], status="taken", wording_taken="That it be noted")
    given.one("decisions", meeting_id=meeting["id"])
    assert codes(api.patch(path, {"venue": "Town Hall"}, expect=200).json) == []
    moved = api.patch(path, {"held_on": "2024-05-15", "reason": "The minutes say so"}, expect=200).json
    assert [(w["code"], w["pointer"]) for w in moved["warnings"]] == [("decisions_on_another_day", "/held_on")]
    api.patch(f"/v1/decisions/{decision['id']}", {"taken_on": "2024-05-15"}, expect=200)
    assert codes(api.patch(path, {"venue": "Civic Centre"}, expect=200).json) == []


def test_attendance_is_by_role_with_or_without_a_name(api, given):
    attendees = [
        {"name": "A. Chair", "role": "Chair of the panel", "capacity": "chair", "attendance": "present",
         "organisation": None},
        {"name": None, "role": "Director of Children's Services", "capacity": "officer", "attendance": "present",
         "organisation": "The council"},
        {"name": "C. Member", "role": None, "capacity": "member", "attendance": "apologies", "organisation": None},
    ]
    meeting = given.one("meetings", attendees=attendees, **HELD)
    assert meeting["attendees"] == attendees
    assert api.get(f"/v1/meetings/{meeting['id']}").json["attendees"] == attendees


def test_the_minutes_of_the_meeting_before_are_of_the_same_board(given, refused):
    before = given.one("meetings", **HELD)
    meeting = given.one("meetings", board_id=before["board_id"], previous_id=before["id"],
                        previous_minutes="Taken as read")
    assert meeting["previous_id"] == before["id"]
    other = given.of("boards", before["authority_id"])
    answer = refused("meetings", given.body("meetings", board_id=other["id"], previous_id=before["id"]))
    assert (answer.pointers, answer.codes) == (["/previous_id"], ["other_board"])


# --- agenda items ------------------------------------------------------------------------------


def test_items_belong_to_a_meeting_and_are_shown_with_it(api, given):
    meeting = given.one("meetings", **HELD)
    items = [api.post(f"/v1/meetings/{meeting['id']}/agenda-items", {"number": str(n), "title": f"Item {n}"},
                      expect=201).json for n in (1, 2, 3)]
    shown = api.get(f"/v1/meetings/{meeting['id']}", {"expand": "agenda_items"}, expect=200).json
    assert shown["agenda_item_ids"] == [item["id"] for item in items]
    assert [row["title"] for row in shown["agenda_items"]] == ["Item 1", "Item 2", "Item 3"]
    assert shown["version"] == 1
    assert {item["authority_id"] for item in items} == {meeting["authority_id"]}


def test_points_of_discussion_have_who_raised_them_and_what_was_answered(given):
    points = [{"number": 1, "theme": "Workforce", "raised_by": "Cllr A", "point": "How many agency staff?",
               "answer": "Twelve"},
              {"number": 2, "theme": None, "raised_by": None, "point": "Thanks to the officers", "answer": None}]
    assert given.one("agenda-items", points=points)["points"] == points


def test_an_item_follows_its_meeting_in_who_may_see_it(api, given):
    meeting = given.one("meetings", **HELD)
    item = given.one("agenda-items", meeting_id=meeting["id"])
    api.patch(f"/v1/meetings/{meeting['id']}", {"sensitivity": "restricted"}, expect=200)
    assert api.get(f"/v1/agenda-items/{item['id']}").json["sensitivity"] == "restricted"


# --- decisions -----------------------------------------------------------------------------------


def test_a_decision_takes_board_and_authority_from_its_meeting(api, given):
    meeting = given.one("meetings", **HELD)
    body = {"kind": "recommended", "wording_proposed": "That the report be noted"}
    decision = api.post(f"/v1/meetings/{meeting['id']}/decisions", body, expect=201).json
    assert (decision["board_id"], decision["authority_id"], decision["status"]) == (
        meeting["board_id"], meeting["authority_id"], "proposed")
    shown = api.get(f"/v1/meetings/{meeting['id']}", {"expand": "decisions"}, expect=200).json
    assert shown["decision_ids"] == [decision["id"]] == [row["id"] for row in shown["decisions"]]


def test_a_decision_has_a_meeting_or_was_delegated(api, given, refused):
    meeting = given.one("meetings", **HELD)
    authority = meeting["authority_id"]
    delegated = api.create("/v1/decisions", {"authority_id": authority, "kind": "agreed",
                                             "delegated_to": "Director of Children's Services"})
    assert (delegated["meeting_id"], delegated["board_id"]) == (None, None)
    assert "/meeting_id" in refused("decisions", {"authority_id": authority, "kind": "agreed"}).pointers
    both = {"meeting_id": meeting["id"], "kind": "agreed", "delegated_to": "Director"}
    assert "/meeting_id" in refused("decisions", both).pointers


def test_its_item_is_of_its_meeting(given, refused):
    meeting = given.one("meetings", **HELD)
    other = given.one("meetings", board_id=meeting["board_id"], **HELD)
    item = given.one("agenda-items", meeting_id=other["id"])["id"]
    answer = refused("decisions", given.body("decisions", meeting_id=meeting["id"], agenda_item_id=item))
    assert (answer.pointers, answer.codes) == (["/agenda_item_id"], ["other_meeting"])


def test_both_wordings_are_kept_apart(api, given):
    meeting = given.one("meetings", **HELD)
    decision = given.one("decisions", meeting_id=meeting["id"], wording_proposed="That the report be noted")
    path = f"/v1/decisions/{decision['id']}"
    assert "/wording_taken" in api.move(path, "taken", on="2024-05-14", expect=422).pointers
    api.patch(path, {"wording_taken": "That the report be noted and the plan agreed"}, expect=200)
    taken = api.move(path, "taken", on="2024-05-14", expect=200).json
    assert (taken["wording_proposed"], taken["wording_taken"], taken["taken_on"]) == (
        "That the report be noted", "That the report be noted and the plan agreed", "2024-05-14")


def test_a_decision_entered_as_taken_was_taken_on_the_day_of_its_meeting(given):
    meeting = given.one("meetings", **HELD)
    decision = given.one("decisions", meeting_id=meeting["id"], status="taken", wording_taken="That it be noted")
    assert decision["taken_on"] == "2024-05-14"


def test_numbered_parts_each_have_their_words_and_numbers_are_given_once(given, refused):
    parts = [{"number": "1", "wording": "Note the report", "kind": "noted"},
             {"number": "2", "wording": "Circulate the plan", "kind": "requested", "addressed_to": "Officers",
              "due_on": "2024-06-14"}]
    shown = given.one("decisions", parts=parts)["parts"]
    assert [(part["number"], part["wording"], part["kind"], part["due_on"]) for part in shown] == [
        ("1", "Note the report", "noted", None), ("2", "Circulate the plan", "requested", "2024-06-14")]
    twice = given.body("decisions", parts=[parts[0], parts[0]])
    assert refused("decisions", twice).pointers[0].startswith("/parts/1")


def test_a_recommendation_is_to_somebody_who_answers(api, given, refused):
    board = given.one("boards", kind="scrutiny_panel")
    executive = given.one("boards", authority_id=board["authority_id"], kind="executive")["id"]
    meeting = given.one("meetings", board_id=board["id"], **HELD)
    body = given.body("decisions", meeting_id=meeting["id"], kind="recommended", status="taken",
                      wording_taken="That there be scorecards", addressed_to_board_id=executive,
                      due_on="2024-09-02")
    for answer in ("partly", "rejected"):
        assert "/answer_reason" in refused("decisions", body | {"answer": answer}).pointers
    decision = api.create("/v1/decisions", body | {"answer": "partly", "answer_reason": "Twice a year only",
                                                   "answered_on": "2024-07-09"})
    asked = {"addressed_to_board_id": executive, "answer": "partly"}
    assert api.get("/v1/decisions", asked, expect=200).ids == [decision["id"]]
    given.one("decisions", meeting_id=meeting["id"], answer="accepted", answered_on="2024-07-09")


def test_what_is_due_and_not_done_is_overdue(api, given):
    decision = given.one("decisions", status="taken", wording_taken="Circulate it", taken_on="2024-05-14",
                         due_on="2024-06-14")
    path = f"/v1/decisions/{decision['id']}"
    assert decision["overdue"] is True
    assert api.get("/v1/decisions", {"overdue": "true", "authority_id": decision["authority_id"]}).ids == [
        decision["id"]]
    done = api.move(path, "done", on="2024-07-01", expect=200).json
    assert (done["overdue"], done["done_on"]) == (False, "2024-07-01")
    back = api.move(path, "taken", reason="Only half of it was", expect=200).json
    assert (back["overdue"], back["done_on"]) == (True, None)
    assert given.one("decisions", due_on=day(0))["overdue"] is False


@pytest.mark.parametrize(("members", "pointer"), [
    ({"status": "taken", "taken_on": "2024-05-14"}, "/wording_taken"),
    ({"status": "taken", "wording_taken": "A", "taken_on": day(1)}, "/taken_on"),
    ({"status": "taken", "wording_taken": "A", "taken_on": "2024-05-14", "due_on": "2024-05-13"}, "/due_on"),
    ({"status": "taken", "wording_taken": "A", "taken_on": "2024-05-14", "answered_on": "2024-05-13"}, "/answered_on"),
    ({"status": "proposed", "taken_on": "2024-05-14"}, "/taken_on"),
])
def test_a_decision_that_cannot_have_been_taken_so_is_refused(given, refused, members, pointer):
    assert pointer in refused("decisions", given.body("decisions", **members)).pointers


def test_key_confidential_and_urgent_are_said_and_found(api, given):
    authority = given.authority()
    rows = {name: given.one("decisions", authority_id=authority, **{name: True})
            for name in ("key_decision", "confidential", "urgent")}
    plain = given.one("decisions", authority_id=authority)
    for name, row in rows.items():
        assert (row[name], plain[name]) == (True, False)
        assert api.get("/v1/decisions", {name: "true", "authority_id": authority}, expect=200).ids == [row["id"]]


def test_a_decision_is_linked_to_what_it_is_about(api, given):
    authority = given.authority()
    links = given.links(authority, "inspections", "plans", "actions", "findings", "measures")
    decision = given.one("decisions", authority_id=authority, **links)
    for member, ids in links.items():
        assert decision[member] == ids
        asked = {member.removesuffix("s"): ids[0]}
        assert api.get("/v1/decisions", asked, expect=200).ids == [decision["id"]]
