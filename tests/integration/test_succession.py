"""A council that takes another's place answers that one's reports; no other council may name its rows."""

from __future__ import annotations

import psycopg
import pytest

from harness.described import ABSENT_ID, resources

# What names findings and inspections in lists, by resource.
LISTS = {
    "actions": ["finding_ids"],
    "plans": ["inspection_ids"],
    "measures": ["finding_ids"],
    "documents": ["finding_ids", "inspection_ids"],
    "agenda-items": ["finding_ids", "inspection_ids"],
    "decisions": ["finding_ids", "inspection_ids"],
}
EVERY_LIST = [(resource, member) for resource, members in LISTS.items() for member in members]


@pytest.fixture
def line(given) -> tuple[str, str, str]:
    """Three councils, each of which succeeded the one before."""
    last = given.authority()
    middle = given.authority(successor_ids=[last])
    return given.authority(successor_ids=[middle]), middle, last


@pytest.fixture
def found(given):
    """found("909"): the ids of a finding and of its inspection, by the member that names such."""

    def make(authority: str, start_on: str = "2021-05-26", **members) -> dict[str, str]:
        inspection = given.inspection(authority, start_on=start_on, status="in_progress")
        return {"inspection_ids": inspection["id"], "finding_ids": given.finding(inspection["id"], **members)["id"]}

    return make


# --- lists ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "member"), EVERY_LIST)
def test_a_successor_names_what_was_found_of_those_before_it(api, given, line, found, resource, member):
    named = sorted(found(authority)[member] for authority in line)
    row = given.of(resource, line[2], **{member: named})
    shown = api.get(f"/v1/{resource}/{row['id']}", expect=200).json
    assert (shown["authority_id"], sorted(shown[member])) == (line[2], named)


@pytest.mark.parametrize(("resource", "member"), EVERY_LIST)
def test_nobody_else_names_it(api, given, line, found, unwritten, resource, member):
    """Neither a stranger, nor the council that went before."""
    stranger, named = given.authority(), found(line[1])[member]
    for authority in (stranger, line[0]):
        row = given.of(resource, authority)
        with unwritten():
            answer = api.patch(f"/v1/{resource}/{row['id']}", {member: [named]}, expect=422)
        assert (answer.pointers, answer.codes) == ([f"/{member}/0"], ["no_such_row"])
        assert answer.json["errors"][0]["detail"].endswith("of this authority, or of one that it succeeded")


@pytest.mark.parametrize(("resource", "member"), EVERY_LIST)
def test_nor_does_the_database_let_it(db, given, line, found, unwritten, resource, member):
    """Whoever writes, and whether the link is new or led to another row."""
    table, target = resources()[resource].name, member.removesuffix("_ids")
    own, others = found(line[1]), found(given.authority())
    row = given.of(resource, line[1], **{member: [own[member]]})
    linking = (f"INSERT INTO inspectd.{table}_{target} ({table}_id, authority_id, sensitivity, {target}_id) "
               f"SELECT id, authority_id, sensitivity, %s FROM inspectd.{table} WHERE id = %s")
    leading = f"UPDATE inspectd.{table}_{target} SET {target}_id = %s WHERE {table}_id = %s"
    for statement in (linking, leading):
        with unwritten(), pytest.raises(psycopg.errors.ForeignKeyViolation, match="succession"):
            db.execute(statement, (others[member], row["id"]))
        with unwritten(), pytest.raises(psycopg.errors.ForeignKeyViolation, match=f"{table}_{target}_{target}_id_fkey"):
            db.execute(statement, (ABSENT_ID, row["id"]))
    db.execute(linking, (found(line[0])[member], row["id"]))


def test_two_successors_each_answer_the_same_report(api, given, found):
    north, south = given.authority(), given.authority()
    finding = found(given.authority(successor_ids=[north, south]))["finding_ids"]
    actions = sorted(given.action(authority, finding_ids=[finding])["id"] for authority in (north, south))
    assert sorted(api.get(f"/v1/findings/{finding}").json["action_ids"]) == actions
    assert sorted(api.get(f"/v1/findings/{finding}/actions").ids) == actions


def test_an_action_that_names_no_authority_is_of_the_one_whose_finding_it_answers(api, line, found):
    action = api.create("/v1/actions", {"title": "Open the hub", "finding_ids": [found(line[0])["finding_ids"]]})
    assert action["authority_id"] == line[0]


def test_a_public_action_answers_no_finding_of_a_predecessor_that_is_not_public(api, given, line, found, unwritten):
    finding = found(line[0])["finding_ids"]
    body = given.body("actions", authority_id=line[2], finding_ids=[finding], sensitivity="public")
    with unwritten():
        answer = api.post("/v1/actions", body, expect=422)
    assert answer.pointers == ["/sensitivity"]


def test_what_a_successor_names_is_not_deleted(api, given, line, found):
    finding = found(line[0])["finding_ids"]
    given.action(line[2], finding_ids=[finding])
    api.delete(f"/v1/findings/{finding}", expect=409)


# --- findings that follow on others ----------------------------------------------------------------


def test_a_finding_links_to_one_of_a_predecessor(api, line, found):
    earlier = found(line[0])["finding_ids"]
    later = found(line[2], "2023-05-26", links=[{"earlier_id": earlier, "relation": "repeats"}])["finding_ids"]
    assert api.get(f"/v1/findings/{earlier}").json["later_links"] == [{"finding_id": later, "relation": "repeats"}]


def test_a_finding_links_to_no_strangers(api, db, given, found, unwritten):
    theirs, ours = found(given.authority())["finding_ids"], found(given.authority(), "2023-05-26")["finding_ids"]
    with unwritten():
        answer = api.patch(f"/v1/findings/{ours}", {"links": [{"earlier_id": theirs, "relation": "repeats"}]},
                           expect=422)
    assert (answer.pointers, answer.codes) == (["/links/0/earlier_id"], ["no_such_row"])
    with unwritten(), pytest.raises(psycopg.errors.ForeignKeyViolation, match="succession"):
        db.execute("INSERT INTO inspectd.finding_link (finding_id, authority_id, sensitivity, earlier_id, relation) "
                   "SELECT id, authority_id, sensitivity, %s, 'repeats' FROM inspectd.finding WHERE id = %s",
                   (theirs, ours))


@pytest.mark.parametrize("named", ["a visit", "a decision", "nothing but a link"])
def test_a_successor_confirms_what_its_predecessor_put_right(api, given, line, found, named):
    old, _, new = line
    finding = found(old)["finding_ids"]
    path = f"/v1/findings/{finding}"
    api.move(path, "addressed", expect=200)
    later = found(new, "2023-05-26", links=[{"earlier_id": finding, "relation": "resolved"}])
    taken = given.of("decisions", new, status="taken", taken_on="2024-05-14",
                     wording_taken="Resolved.")
    by = {"a visit": {"confirmed_by_inspection_id": later["inspection_ids"]},
          "a decision": {"confirmed_by_decision_id": taken["id"]}, "nothing but a link": {}}[named]
    row = api.post(f"{path}/transitions", {"to": "confirmed_resolved"} | by, if_match="*", expect=200).json
    expected = by or {"confirmed_by_inspection_id": later["inspection_ids"]}
    assert {member: row[member] for member in expected} == expected


def test_nobody_elses_visit_confirms_it(api, db, given, line, found, unwritten):
    """Neither a stranger's, nor that of a council that went before."""
    finding = found(line[1])["finding_ids"]
    api.move(f"/v1/findings/{finding}", "addressed", expect=200)
    for authority in (given.authority(), line[0]):
        visit = found(authority, "2023-05-26")["inspection_ids"]
        with unwritten():
            answer = api.post(f"/v1/findings/{finding}/transitions", if_match="*", expect=422,
                              json={"to": "confirmed_resolved", "confirmed_by_inspection_id": visit})
        assert (answer.pointers, answer.codes) == (["/confirmed_by_inspection_id"], ["no_such_row"])
        with unwritten(), pytest.raises(psycopg.errors.ForeignKeyViolation, match="succession"):
            db.execute("UPDATE inspectd.finding SET confirmed_by_inspection_id = %s WHERE id = %s", (visit, finding))


# --- deadlines -------------------------------------------------------------------------------------


@pytest.fixture
def statement_due(api, given):
    """statement_due("909"): the inspection, and the deadline for the statement that answers it."""

    def make(authority: str) -> tuple[dict, str]:
        inspection = given.inspection(authority, kind="standard_inspection", status="reported", start_on="2022-07-04",
                                      end_on="2022-07-15", received_on="2022-08-18")
        due, = (row for row in api.get(f"/v1/inspections/{inspection['id']}/deadlines").data
                if row["kind"] == "written_statement")
        return inspection, f"/v1/deadlines/{due['id']}"

    return make


def test_a_successors_statement_meets_what_its_predecessor_owed(api, given, line, statement_due):
    inspection, due = statement_due(line[0])
    plan = given.one("plans", authority_id=line[2], kind="statutory_statement", submitted_on="2022-11-01",
                     inspection_ids=[inspection["id"]])
    row = api.get(due).json
    assert (row["met_on"], row["status"], row["plan_ids"]) == ("2022-11-01", "met", [plan["id"]])
    assert api.get(f"/v1/plans/{plan['id']}").json["final_due_on"] == row["due_on"]
