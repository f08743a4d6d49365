"""A finding in the light of later visits: links, what confirms that it was resolved, what its actions suggest.

Issue "the improvement work", items 8 and 9.
"""

from __future__ import annotations

import pytest

from harness.examples import ABSENT_ID, day


def transition(api, path: str, to: str, expect: int | list[int] = 200, **members):
    """A transition with members of its own beside to, on and reason."""
    return api.post(f"{path}/transitions", {"to": to} | members, if_match=api.get(path).etag, expect=expect)


@pytest.fixture
def visit(given):
    """visit(authority, "2021-05-26"): a visit that began on that day."""

    def make(authority: str, start_on: str, **members) -> str:
        return given.inspection(authority, **({"status": "in_progress", "start_on": start_on} | members))["id"]

    return make


@pytest.fixture
def addressed(api, given, visit):
    """A finding of 2020 that the council says it has dealt with: its path and its authority."""

    def make() -> tuple[str, str]:
        authority = given.authority()
        path = f"/v1/findings/{given.finding(visit(authority, '2020-01-13'))['id']}"
        api.move(path, "addressed", on="2021-01-04", expect=200)
        return path, authority

    return make


@pytest.fixture
def decision(given):
    """decision(authority, "taken"): what the council decided without a meeting."""

    def make(authority: str, status: str) -> str:
        taken = {"wording_taken": "That it is resolved", "taken_on": "2022-03-01"} if status != "proposed" else {}
        return given.one("decisions", authority_id=authority, status=status, **taken)["id"]

    return make


def confirmation(row: dict) -> list:
    return [row[name] for name in ("status", "confirmed_by_inspection_id", "confirmed_by_decision_id")]


# --- confirmed resolved, in three ways -----------------------------------------------------


def test_the_councils_own_word_confirms_nothing(api, addressed, unwritten):
    path, _ = addressed()
    with unwritten():
        answer = api.move(path, "confirmed_resolved", expect=422)
    assert (answer.pointers, answer.codes) == (["/to"], ["confirmation_required"])
    for way in ("confirmed_by_inspection_id", "confirmed_by_decision_id", "links to this one as resolved"):
        assert way in answer.problem["errors"][0]["detail"]


def test_a_later_visit_confirms(api, addressed, visit):
    path, authority = addressed()
    later = visit(authority, "2022-03-29")
    row = transition(api, path, "confirmed_resolved", confirmed_by_inspection_id=later, on="2022-05-06").json
    assert (confirmation(row), row["status_on"]) == (["confirmed_resolved", later, None], "2022-05-06")


def test_a_decision_that_was_taken_confirms(api, addressed, decision):
    path, authority = addressed()
    taken = decision(authority, "taken")
    row = transition(api, path, "confirmed_resolved", confirmed_by_decision_id=taken).json
    assert confirmation(row) == ["confirmed_resolved", None, taken]


def test_a_finding_of_a_later_visit_confirms(api, given, addressed, visit):
    path, authority = addressed()
    earlier = path.rsplit("/", 1)[1]
    for start_on, relation in (("2021-05-26", "improved"), ("2022-03-29", "resolved")):
        later = visit(authority, start_on)
        given.finding(later, kind="observation", links=[{"earlier_id": earlier, "relation": relation}])
        if relation == "improved":
            api.move(path, "confirmed_resolved", expect=422)
    assert confirmation(api.move(path, "confirmed_resolved", expect=200).json) == ["confirmed_resolved", later, None]


def test_what_no_longer_says_so_confirms_nothing(api, given, addressed, visit):
    path, authority = addressed()
    link = {"earlier_id": path.rsplit("/", 1)[1], "relation": "resolved"}
    said = given.finding(visit(authority, "2022-03-29"), links=[link])
    api.delete(f"/v1/findings/{said['id']}", expect=204)
    api.move(path, "confirmed_resolved", expect=422)
    api.post(f"/v1/findings/{said['id']}/restore", expect=200)
    api.move(path, "confirmed_resolved", expect=200)


def test_nothing_is_confirmed_before_the_visit_or_the_decision_that_confirms_it(api, addressed, visit, decision,
                                                                              unwritten):
    path, authority = addressed()
    later, taken = visit(authority, "2022-03-29"), decision(authority, "taken")
    for brought in ({"confirmed_by_inspection_id": later}, {"confirmed_by_decision_id": taken}):
        with unwritten():
            answer = transition(api, path, "confirmed_resolved", 422, on="2022-02-28", **brought)
        assert (answer.pointers, answer.codes) == (["/on"], ["before_confirmation"])
    both = {"confirmed_by_inspection_id": later, "confirmed_by_decision_id": taken}
    assert transition(api, path, "confirmed_resolved", 422, on="2022-02-28", **both).codes == [
        "before_confirmation"] * 2
    transition(api, path, "confirmed_resolved", on="2022-03-29", **both)


def test_of_several_findings_that_confirm_the_visit_that_had_begun_by_then_counts(api, given, addressed, visit):
    path, authority = addressed()
    link = {"earlier_id": path.rsplit("/", 1)[1], "relation": "resolved"}
    first, second = (visit(authority, start_on) for start_on in ("2022-03-29", "2023-03-13"))
    for later in (first, second):
        given.finding(later, links=[link])
    assert api.move(path, "confirmed_resolved", on="2022-03-28", expect=422).codes == ["before_confirmation"]
    row = api.move(path, "confirmed_resolved", on="2022-05-06", expect=200).json
    assert confirmation(row) == ["confirmed_resolved", first, None]


@pytest.mark.parametrize(("members", "code"), [
    ({"start_on": "2020-01-13"}, "not_later"), ({"start_on": "2018-08-07"}, "not_later"),
    ({"start_on": None, "status": "reported"}, "not_later"),
    ({"start_on": None, "status": "planned", "planned_start_on": day(30)}, "not_begun"),
])
def test_a_visit_that_did_not_begin_later_confirms_nothing(api, addressed, visit, unwritten, members, code):
    path, authority = addressed()
    other = visit(authority, **members)
    with unwritten():
        answer = transition(api, path, "confirmed_resolved", 422, confirmed_by_inspection_id=other)
    assert (answer.pointers, answer.codes) == (["/confirmed_by_inspection_id"], [code])


def test_a_cancelled_visit_confirms_nothing(api, addressed, visit):
    path, authority = addressed()
    later = visit(authority, "2022-03-29")
    api.move(f"/v1/inspections/{later}", "cancelled", reason="Flood", expect=200)
    answer = transition(api, path, "confirmed_resolved", 422, confirmed_by_inspection_id=later)
    assert answer.codes == ["not_begun"]


def test_a_decision_that_was_not_taken_confirms_nothing(api, addressed, decision, unwritten):
    path, authority = addressed()
    proposed = decision(authority, "proposed")
    with unwritten():
        answer = transition(api, path, "confirmed_resolved", 422, confirmed_by_decision_id=proposed)
    assert (answer.pointers, answer.codes) == (["/confirmed_by_decision_id"], ["not_taken"])


def test_what_is_not_there_and_another_councils_answer_alike(api, given, addressed, visit, decision):
    path, _ = addressed()
    other = given.authority()
    for member, ids in (("confirmed_by_inspection_id", [visit(other, "2022-03-29"), ABSENT_ID]),
                        ("confirmed_by_decision_id", [decision(other, "taken"), ABSENT_ID])):
        for named in ids:
            answer = transition(api, path, "confirmed_resolved", 422, **{member: named})
            assert (answer.pointers, answer.codes) == ([f"/{member}"], ["no_such_row"])


def test_what_confirmed_it_is_written_by_no_patch_and_by_no_other_step(api, given, addressed, visit, unwritten):
    path, authority = addressed()
    later = visit(authority, "2022-03-29")
    body = given.body("findings", inspection_id=later, confirmed_by_inspection_id=later)
    with unwritten():
        api.patch(path, {"confirmed_by_inspection_id": later}, expect=422)
        api.post("/v1/findings", body, expect=422)
        transition(api, path, "being_addressed", 422, reason="Again", confirmed_by_inspection_id=later)


def test_what_is_taken_up_again_was_confirmed_by_nothing(api, addressed, visit):
    path, authority = addressed()
    transition(api, path, "confirmed_resolved", confirmed_by_inspection_id=visit(authority, "2022-03-29"))
    assert api.patch(path, {"gloss": "So they say"}, expect=200).json["confirmed_by_inspection_id"]
    back = api.move(path, "being_addressed", reason="It came back.", expect=200).json
    assert confirmation(back) == ["being_addressed", None, None]
    api.move(path, "addressed", expect=200)
    api.move(path, "confirmed_resolved", expect=422)


def test_what_confirms_is_not_deleted(api, addressed, visit):
    path, authority = addressed()
    later = visit(authority, "2022-03-29")
    transition(api, path, "confirmed_resolved", confirmed_by_inspection_id=later)
    assert "finding" in api.delete(f"/v1/inspections/{later}", expect=409).problem["detail"]


# --- links -----------------------------------------------------------------------------------


def test_a_finding_tells_which_later_ones_speak_of_it(api, given, visit):
    authority = given.authority()
    first = given.finding(visit(authority, "2018-08-07"))
    second = given.finding(visit(authority, "2020-01-13"), links=[{"earlier_id": first["id"], "relation": "repeats"}])
    third = given.finding(visit(authority, "2021-05-26"), links=[
        {"earlier_id": first["id"], "relation": "improved"}, {"earlier_id": second["id"], "relation": "worsened"}])
    path = f"/v1/findings/{first['id']}"
    assert api.get(path).json["later_links"] == [{"finding_id": second["id"], "relation": "repeats"},
                                                 {"finding_id": third["id"], "relation": "improved"}]
    row, = api.get("/v1/findings", {"id": first["id"], "expand": "later"}, expect=200).data
    assert [later["id"] for later in row["later"]] == [second["id"], third["id"]]
    row, = api.get("/v1/findings", {"id": third["id"], "expand": "earlier"}, expect=200).data
    assert [earlier["id"] for earlier in row["earlier"]] == [first["id"], second["id"]]
    api.delete(f"/v1/findings/{third['id']}", expect=204)
    assert api.get(path).json["later_links"] == [{"finding_id": second["id"], "relation": "repeats"}]
    assert api.get(path, {"as_recorded_at": third["updated_at"]}).json["later_links"][1]["finding_id"] == third["id"]


def test_two_findings_do_not_repeat_one_another(api, given, visit, unwritten):
    authority = given.authority()
    first = given.finding(visit(authority, "2021-05-26"))
    second = given.finding(visit(authority, "2021-05-26"), links=[{"earlier_id": first["id"], "relation": "repeats"}])
    link = {"links": [{"earlier_id": second["id"], "relation": "repeats"}]}
    with unwritten():
        answer = api.patch(f"/v1/findings/{first['id']}", link, expect=422)
    assert (answer.pointers, answer.codes) == (["/links/0/earlier_id"], ["circle"])


def test_nor_do_three_in_a_circle(api, given, visit, unwritten):
    authority = given.authority()
    rows = [given.finding(visit(authority, "2021-05-26")) for _ in range(3)]
    for row, earlier in ((rows[1], rows[0]), (rows[2], rows[1])):
        link = {"links": [{"earlier_id": earlier["id"], "relation": "repeats"}]}
        api.patch(f"/v1/findings/{row['id']}", link, expect=200)
    closing = [{"earlier_id": given.finding(visit(authority, "2021-05-26"))["id"], "relation": "repeats"},
               {"earlier_id": rows[2]["id"], "relation": "repeats"}]
    with unwritten():
        answer = api.patch(f"/v1/findings/{rows[0]['id']}", {"links": closing}, expect=422)
    assert (answer.pointers, answer.codes) == (["/links/1/earlier_id"], ["circle"])


def test_a_link_leads_to_another_visit(api, given, visit, unwritten, db):
    inspection = visit(given.authority(), "2021-05-26")
    first, second = given.finding(inspection), given.finding(inspection)
    links = {"links": [{"earlier_id": first["id"], "relation": "repeats"}]}
    with unwritten():
        for answer in (api.patch(f"/v1/findings/{second['id']}", links, expect=422),
                       api.post("/v1/findings", given.body("findings", inspection_id=inspection) | links, expect=422)):
            assert (answer.pointers, answer.codes) == (["/links/0/earlier_id"], ["same_inspection"])
    db.execute("INSERT INTO inspectd.finding_link (finding_id, authority_id, sensitivity, earlier_id, relation) "
               "SELECT id, authority_id, sensitivity, %s, 'repeats' FROM inspectd.finding WHERE id = %s",
               [first["id"], second["id"]])
    api.patch(f"/v1/findings/{second['id']}", {"gloss": "Written before this was a rule"}, expect=200)


def test_nor_does_a_finding_repeat_itself(api, given, unwritten):
    row = given.finding()
    with unwritten():
        answer = api.patch(f"/v1/findings/{row['id']}", {"links": [{"earlier_id": row["id"], "relation": "repeats"}]},
                           expect=422)
    assert (answer.pointers, answer.codes) == (["/links/0/earlier_id"], ["self"])


def test_no_authority_succeeds_its_own_successor(api, given, unwritten):
    first, second, third = (given.authority() for _ in range(3))
    api.patch(f"/v1/authorities/{first}", {"successor_ids": [second]}, expect=200)
    api.patch(f"/v1/authorities/{second}", {"successor_ids": [third]}, expect=200)
    with unwritten():
        for successor in (first, second):
            answer = api.patch(f"/v1/authorities/{third}", {"successor_ids": [successor]}, expect=422)
            assert (answer.pointers, answer.codes) == (["/successor_ids/0"], ["circle"])


def test_no_visit_follows_one_that_follows_it(api, given, unwritten):
    authority = given.authority()
    first = given.inspection(authority, start_on="2021-05-26")
    second = given.inspection(authority, start_on="2021-05-26", follows_id=first["id"])
    with unwritten():
        answer = api.patch(f"/v1/inspections/{first['id']}", {"follows_id": second["id"]}, expect=422)
    assert (answer.pointers, answer.codes) == (["/follows_id"], ["circle"])


# --- what the actions suggest -------------------------------------------------------------------


def test_actions_suggest_a_status_and_move_none(api, given, visit):
    authority = given.authority()
    row = given.finding(visit(authority, "2021-05-26"))
    path = f"/v1/findings/{row['id']}"

    def suggested() -> tuple[str, str]:
        row = api.get(path).json
        return row["status"], row["suggested_status"]

    assert suggested() == ("open", "open")
    one, two = (f"/v1/actions/{given.action(authority, finding_ids=[row['id']])['id']}" for _ in range(2))
    assert suggested() == ("open", "open")
    api.move(one, "in_progress", expect=200)
    assert suggested() == ("open", "being_addressed")
    api.move(one, "complete", expect=200)
    assert suggested() == ("open", "being_addressed")
    api.move(two, "cancelled", reason="No money", expect=200)
    assert suggested() == ("open", "addressed")
    api.move(one, "in_progress", reason="It was not", expect=200)
    assert suggested() == ("open", "being_addressed")


def test_an_action_that_is_continued_counts_as_its_continuation_stands(api, given, visit, db):
    authority, successor = given.authority(), given.authority()
    row = given.finding(visit(authority, "2021-05-26"))
    old = given.action(authority, finding_ids=[row["id"]])["id"]
    path = f"/v1/findings/{row['id']}"
    api.move(f"/v1/actions/{old}", "superseded", reason="Taken over", expect=200)
    assert api.get(path).json["suggested_status"] == "open"
    new = f"/v1/actions/{given.action(successor)['id']}"
    db.execute("UPDATE inspectd.action SET continues_id = %s WHERE id = %s", [old, new.rsplit("/", 1)[1]])
    for to, suggested in (("in_progress", "being_addressed"), ("complete", "addressed"),
                          ("in_progress", "being_addressed"), ("cancelled", "open")):
        api.move(new, to, reason="So it goes", expect=200)
        assert api.get(path).json["suggested_status"] == suggested, to
    api.delete(new, expect=204)
    given.action(authority, finding_ids=[row["id"]], status="complete", completed_on="2024-05-01")
    assert api.get(path).json["suggested_status"] == "addressed"


# --- what was not assessed, and what was said before the letter --------------------------------------


def test_an_area_that_was_not_assessed_says_why(api, given, unwritten):
    unsaid = given.finding(kind="not_assessed", not_assessed_reason=None)
    assert [(warning["code"], warning["pointer"]) for warning in unsaid["warnings"]] == [
        ("reason_missing", "/not_assessed_reason")]
    row = given.finding(kind="not_assessed", not_assessed_reason="Edge of care was not open yet.")
    assert row["warnings"] == []
    path = f"/v1/findings/{row['id']}"
    assert api.get(path).json["not_assessed_reason"] == "Edge of care was not open yet."
    with unwritten():
        answer = api.patch(path, {"kind": "observation"}, expect=422)
    assert (answer.pointers, answer.codes) == (["/not_assessed_reason"], ["assessed"])
    api.patch(path, {"kind": "observation", "not_assessed_reason": None}, expect=200)


def test_a_finding_names_the_document_it_comes_from(api, given, unwritten):
    inspection = given.inspection()
    slides, other = given.one("documents", authority_id=inspection["authority_id"]), given.one("documents")
    row = given.finding(inspection["id"], document_id=slides["id"], printed_label="Recommendation 2")
    assert api.get("/v1/findings", {"document_id": slides["id"]}, expect=200).ids == [row["id"]]
    shown, = api.get("/v1/findings", {"id": row["id"], "expand": "document"}, expect=200).data
    assert shown["document"]["title"] == slides["title"]
    with unwritten():
        answer = api.patch(f"/v1/findings/{row['id']}", {"document_id": other["id"]}, expect=422)
    assert answer.codes == ["no_such_row"]
    api.delete(f"/v1/documents/{slides['id']}", expect=409)


def test_what_stays_provisional_after_the_report_is_warned_of(api, given):
    inspection = given.inspection(status="in_progress", start_on="2024-05-07")
    row = given.finding(inspection["id"], stage="provisional")
    assert row["warnings"] == []
    api.move(f"/v1/inspections/{inspection['id']}", "reported", on="2024-06-03", expect=200)
    path = f"/v1/findings/{row['id']}"
    warned = api.patch(path, {"gloss": "As they said"}, expect=200).json
    assert [(warning["code"], warning["pointer"]) for warning in warned["warnings"]] == [
        ("still_provisional", "/stage")]
    assert api.patch(path, {"stage": "final"}, expect=200).json["warnings"] == []
