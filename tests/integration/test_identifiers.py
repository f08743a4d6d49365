"""The guard against identifiers of children: what it finds, what it lets be, and what a write makes of it.

Thousands of texts go through tests/harness/find_identifiers.c, which is the finder of the
service without the service; what a write makes of a find is shown over HTTP.
"""

from __future__ import annotations

import collections
import csv
import json
import subprocess
import urllib.parse
from typing import Any, Iterator

import pytest

from harness import cluster as clusters
from harness.bodies import MOVES
from harness.cases import Cases
from harness.described import Resource, resources, those
from harness.identifiers import Variants

SHARED = clusters.REPOSITORY.parent / "shared"
SAMPLE = clusters.REPOSITORY / "sql" / "sample"
FREE = (None, r"\S")  # the patterns that leave the words to the writer; and a name's, which is longer

NHS, UPN, NI, EMAIL = "943 476 5919", "B801200005001", "AB 12 34 56 C", "jane.smith@gmail.com"
OFFICE = "office@acklam.sch.uk"
WHY = "it is a number that was made up"
ALLOWED = "?" + urllib.parse.urlencode({"allow_identifiers": WHY})

KINDS = {
    "nhs": "an NHS number",
    "upn": "a unique pupil number",
    "ni": "a National Insurance number",
    "birth": "a date of birth beside a name",
    "private_email": "a private e-mail address",
    "email": "an e-mail address",
    "home": "a postcode with a house number",
}
LOOKALIKES = ("wrong_nhs", "wrong_upn", "wrong_ni", "phone", "meeting", "reference")
VARIANTS = 500


def find(texts: list[str]) -> list[list[dict]]:
    """What the finder says of each text."""
    tool = clusters.binary().parent / "tests" / "find_identifiers"
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    run = subprocess.run([tool], input=lines, text=True, capture_output=True, check=True, timeout=60)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(found) == len(texts)
    return found


def refused(found: list[dict]) -> list[dict]:
    return [one for one in found if one["refused"]]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from strings(item)


def no_false_alarm(name: str, texts: list[str]) -> collections.Counter:
    """Nothing is refused; prints and answers how often something is told of."""
    found = find(texts)
    alarms = [(text, one) for text, some in zip(texts, found) for one in refused(some)]
    assert not alarms, f"{len(alarms)} false alarms: {alarms[:5]}"
    told = collections.Counter(one["kind"] for some in found for one in some)
    print(f"{name}: {len(texts)} texts, {sum(map(len, texts))} characters, none refused, told of: {dict(told)}")
    return told


# --- real texts -------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real texts are not beside the repository")
def test_no_published_finding_is_refused():
    with open(SHARED / "data" / "findings.csv", encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert len(texts) == 2393
    assert no_false_alarm("findings.csv", texts) == {}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real texts are not beside the repository")
def test_no_council_document_is_refused_and_only_addresses_of_officers_are_told_of():
    documents = sorted((SHARED / "seeds").glob("*.txt"))
    assert len(documents) == 5
    whole = [document.read_text("utf-8") for document in documents]
    texts = [text[at : at + 20000] for text in whole for at in range(0, len(text), 19000)]
    assert set(no_false_alarm("seeds", texts)) <= {KINDS["email"]}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real texts are not beside the repository")
def test_no_cell_of_the_source_data_is_refused():
    cells = []
    for path in sorted((SHARED / "data").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]
    assert no_false_alarm("all cells of shared/data", cells) == {}


def test_no_text_of_the_worked_example_or_the_reference_data_is_refused():
    texts = [line for path in SAMPLE.glob("*.jsonl") for line in path.read_text("utf-8").splitlines() if line]
    no_false_alarm("sql/sample", [text for line in texts for text in strings(json.loads(line))])
    for path in sorted((clusters.REPOSITORY / "sql" / "reference").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            no_false_alarm(f"sql/reference/{path.name}", [cell for row in csv.reader(file) for cell in row])


# --- texts that are made ------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_of_the_ways_to_write_an_identifier_nearly_all_are_caught(kind):
    variants = Variants()
    made = [getattr(variants, kind)() for _ in range(VARIANTS)]
    found = find([text for text, _ in made])
    missed = [text for (text, _), some in zip(made, found) if KINDS[kind] not in [one["kind"] for one in some]]
    print(f"{kind}: {len(made) - len(missed)} of {len(made)} caught; missed, for instance: {missed[:3]}")
    assert len(missed) <= 0.05 * len(made), missed[:10]


@pytest.mark.parametrize("kind", ["nhs", "upn", "ni"])
def test_where_a_number_stands_is_told_exactly(kind):
    """So that it can be taken out: from its first character to its last, whatever stands before it."""
    variants = Variants(7)
    made = [getattr(variants, kind)() for _ in range(VARIANTS)]
    with Cases() as case:
        for (text, written), some in zip(made, find([text for text, _ in made])):
            for one in some[:1]:
                with case(text):
                    assert text[one["from"] - 1 : one["to"]] == written


@pytest.mark.parametrize("lookalike", LOOKALIKES)
def test_what_only_looks_like_an_identifier_is_not_refused(lookalike):
    variants = Variants()
    texts = [getattr(variants, lookalike)() for _ in range(VARIANTS)]
    no_false_alarm(lookalike, texts)


# --- a write that holds one -----------------------------------------------------------


def complaints(answer) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.problem["errors"]]


def test_a_text_with_an_identifier_is_refused_and_nothing_is_written(api, given, service, unwritten):
    body = given.body("findings", text=f"The file of {NHS} was late.")
    with unwritten():
        answer = api.post("/v1/findings", body, expect=422)
    assert complaints(answer) == [("/text", "identifier")]
    assert "an NHS number, at characters 13 to 24;" in answer.problem["errors"][0]["detail"]
    assert "allow_identifiers=" in answer.problem["errors"][0]["detail"]
    assert NHS not in answer.text and "4765919" not in answer.text
    assert "476" not in json.dumps([line for line in service.log_lines() if line.get("status") == 422])


def test_every_identifier_of_a_body_is_complained_of_at_once(api, given, unwritten):
    action = given.body("actions", title=f"Find {UPN}", detail=f"NI {NI}, or {EMAIL}",
                        success_criteria="Jane Smith (DOB 12/03/2009) is safe", lead_role=f"of {NHS}",
                        funding=[{"source": "Grant"}, {"source": f"{NHS} fund", "purpose": UPN}],
                        external_refs={"mosaic": UPN}, reason=f"{NHS} asked")
    with unwritten():
        answer = api.post("/v1/actions", action, expect=422)
    assert sorted(complaints(answer)) == sorted(
        (pointer, "identifier")
        for pointer in ("/title", "/detail", "/detail", "/success_criteria", "/lead_role", "/funding/1/source",
                        "/funding/1/purpose", "/external_refs/mosaic", "/reason")
    )


def test_other_complaints_are_made_beside_it(api, given):
    answer = api.post("/v1/actions", given.body("actions", title=NHS, nonsense=1, due_on="soon"), expect=422)
    assert sorted(complaints(answer)) == [("/due_on", "not_a_date"), ("/nonsense", "unknown_member"),
                                          ("/title", "identifier")]


def is_free(field: dict) -> bool:
    return field.get("pattern") in FREE or field.get("pattern", "").startswith("^(?=")


def with_identifiers(resource: Resource, body: dict) -> tuple[dict, set[str]]:
    """The body with an identifier in each free text that it holds, and the pointers to these."""
    body, pointers, text = dict(body), set(), f"No {NHS}"  # a name begins with a letter
    for name, field in resource.written.items():
        value = body.get(name)
        if field["type"] == "text" and is_free(field) and value:
            body[name] = text
            pointers.add(f"/{name}")
        elif field["type"] == "texts" and is_free(field) and value:
            body[name] = [text, *value[1:]]
            pointers.add(f"/{name}/0")
        elif field["type"] == "objects":
            body[name] = [dict(item) for item in value or []]
            for i, item in enumerate(body[name]):
                for inner in field["items"]:
                    if inner["type"] == "text" and is_free(inner) and item.get(inner["name"]):
                        item[inner["name"]] = f"{text} {i}"
                        pointers.add(f"/{name}/{i}/{inner['name']}")
    return body, pointers


@pytest.mark.parametrize("resource", those("is_created"))
def test_every_free_text_of_every_resource_is_guarded(api, given, unwritten, resource):
    body, pointers = with_identifiers(resources()[resource], given.full_body(resource))
    assert pointers
    with unwritten():
        answer = api.post(f"/v1/{resource}", body, expect=422)
    assert {error["pointer"] for error in answer.problem["errors"] if error["code"] == "identifier"} == pointers


def test_a_dry_run_is_refused_alike(api, given, unwritten):
    body = given.body("actions", title=NHS)
    with unwritten():
        assert complaints(api.post("/v1/actions?validate_only=true", body, expect=422)) == [("/title", "identifier")]
        told = api.post(f"/v1/actions{ALLOWED}&validate_only=true", body, expect=200).json
    assert [warning["code"] for warning in told["warnings"]] == ["identifier_allowed"]


def test_addresses_that_may_be_an_organisations_are_stored_and_told_of(api, given):
    detail = f"Write to {OFFICE}, 12 High Street, Middlesbrough TS1 9FT"
    action = given.action(title="Write to the school", detail=detail)
    assert action["detail"].startswith("Write to office@")
    assert [(w["code"], w["pointer"]) for w in action["warnings"]] == [("address", "/detail")] * 2
    assert OFFICE not in json.dumps(action["warnings"]) and "TS1" not in json.dumps(action["warnings"])


def test_another_systems_key_is_no_nhs_number_unless_it_is_written_as_one(api, given):
    row = given.action(external_refs={"mosaic": "9434765919"})
    assert row["external_refs"] == {"mosaic": "9434765919"} and row["warnings"] == []
    for refs in ({"mosaic": NHS}, {"nhs_number": "9434765919"}, {"upn": UPN}):
        answer = api.post("/v1/actions", given.body("actions", external_refs=refs), expect=422)
        assert complaints(answer) == [(f"/external_refs/{next(iter(refs))}", "identifier")]


def test_a_key_that_is_taken_is_not_repeated_either(api, given):
    body = given.body("actions", external_refs={"upn": UPN})
    api.post(f"/v1/actions{ALLOWED}", body, expect=201)
    answer = api.post("/v1/actions", body, expect=422)
    assert sorted(complaints(answer)) == [("/external_refs/upn", "duplicate"), ("/external_refs/upn", "identifier")]
    assert UPN not in answer.text


# --- the override --------------------------------------------------------------------


def warned(row: dict) -> list[tuple[str, str]]:
    return [(warning["code"], warning["pointer"]) for warning in row["warnings"]]


@pytest.fixture
def allowed(api, given) -> dict:
    """An action whose title holds an identifier that was let through."""
    body = given.body("actions", title=f"Test {NHS}", reason="A drill")
    return api.post(f"/v1/actions{ALLOWED}", body, expect=201).json


def test_an_override_is_stored_told_of_and_kept_in_the_journal_with_its_reason(journal, allowed):
    assert allowed["title"] == f"Test {NHS}"
    assert warned(allowed) == [("identifier_allowed", "/title")]
    assert NHS not in json.dumps(allowed["warnings"])
    assert journal.last(allowed["id"])["reason"] == f"A drill; identifiers allowed: {WHY}"


def test_an_override_without_a_reason_is_the_reason(api, given, journal):
    row = api.post(f"/v1/findings{ALLOWED}", given.body("findings", text=UPN), expect=201).json
    assert journal.last(row["id"])["reason"] == f"identifiers allowed: {WHY}"


def test_an_override_that_is_not_needed_leaves_no_trace(api, given, journal):
    row = api.post(f"/v1/actions{ALLOWED}", given.body("actions", reason="New"), expect=201).json
    assert journal.last(row["id"])["reason"] == "New" and row["warnings"] == []
    api.patch(f"/v1/actions/{row['id']}{ALLOWED}", {"detail": f"Write to {OFFICE}"}, expect=200)
    assert journal.last(row["id"])["reason"] is None


def test_what_was_let_through_is_told_of_at_each_write_and_not_complained_of(api, journal, allowed):
    path = f"/v1/actions/{allowed['id']}"
    for change in ({"detail": "Another"}, {"title": allowed["title"], "lead_role": "Head"}):
        row = api.patch(path, change, expect=200).json
        assert warned(row) == [("identifier_allowed", "/title")]
        assert journal.last(allowed["id"])["reason"] is None
    row = api.move(path, "in_progress", expect=200).json
    assert warned(row) == [("identifier_allowed", "/title")]


def test_it_is_told_of_no_longer_when_it_is_taken_out(api, allowed):
    row = api.patch(f"/v1/actions/{allowed['id']}", {"title": "Test"}, expect=200).json
    assert row["warnings"] == []
    answer = api.patch(f"/v1/actions/{allowed['id']}", {"title": f"Test {NHS}"}, expect=422)
    assert complaints(answer) == [("/title", "identifier")]


def test_a_text_that_changes_or_goes_elsewhere_is_complained_of_again(api, unwritten, allowed):
    path = f"/v1/actions/{allowed['id']}"
    with unwritten():
        assert complaints(api.patch(path, {"title": f"Tests {NHS}"}, expect=422)) == [("/title", "identifier")]
        assert complaints(api.patch(path, {"detail": f"Test {NHS}"}, expect=422)) == [("/detail", "identifier")]
    row = api.patch(path + ALLOWED, {"title": f"Tests {NHS}"}, expect=200).json
    assert warned(row) == [("identifier_allowed", "/title")]


def test_lists_are_guarded_item_by_item(api, given, unwritten):
    body = given.body("decisions", parts=[{"number": "1", "wording": "Noted"}, {"number": "2", "wording": f"See {NI}"}])
    with unwritten():
        assert complaints(api.post("/v1/decisions", body, expect=422)) == [("/parts/1/wording", "identifier")]
    row = api.post(f"/v1/decisions{ALLOWED}", body, expect=201).json
    assert warned(row) == [("identifier_allowed", "/parts/1/wording")]
    path = f"/v1/decisions/{row['id']}"
    turned = api.patch(path, {"parts": [row["parts"][1], row["parts"][0]]}, expect=200).json
    assert warned(turned) == [("identifier_allowed", "/parts/0/wording")]  # it has only moved
    longer = {"parts": [*turned["parts"], {"number": "3", "wording": f"And {NI}"}]}
    assert complaints(api.patch(path, longer, expect=422)) == [("/parts/2/wording", "identifier")]


def test_a_row_that_was_deleted_comes_back_with_what_it_held(api, allowed):
    path = f"/v1/actions/{allowed['id']}"
    api.delete(path + ALLOWED, expect=204)
    row = api.post(f"{path}/restore", expect=200).json
    assert warned(row) == [("identifier_allowed", "/title")]


# --- why something is done --------------------------------------------------------------


def test_the_reason_of_a_change_is_guarded(api, given, journal, unwritten):
    action = given.action(due_on="2024-05-01")
    path, change = f"/v1/actions/{action['id']}", {"due_on": "2024-06-03", "reason": f"{NHS} moved house"}
    with unwritten():
        assert complaints(api.patch(path, change, expect=422)) == [("/reason", "identifier")]
    row = api.patch(path + ALLOWED, change, expect=200).json
    assert journal.last(action["id"])["reason"] == f"{NHS} moved house; identifiers allowed: {WHY}"
    assert warned(row) == [("identifier_allowed", "/reason")]
    assert warned(api.patch(path, {"detail": "Another"}, expect=200).json) == []  # nothing of it is in the row


@pytest.mark.parametrize("resource", [key for key in those("is_moved") if key not in ("clients", "keys")])
def test_the_reason_of_every_transition_is_guarded(api, given, journal, unwritten, resource):
    path = f"/v1/{resource}/{given.one(resource)['id']}"
    reason, to = f"See {EMAIL}", MOVES[resource]["to"]
    with unwritten():
        assert complaints(api.move(path, to, reason=reason, expect=422)) == [("/reason", "identifier")]
        api.move(f"{path}{ALLOWED}&validate_only=true", to, reason=reason, expect=200)
    row = api.move(f"{path}{ALLOWED}", to, reason=reason, expect=200).json
    assert journal.last(row["id"])["reason"] == f"{reason}; identifiers allowed: {WHY}"


def test_what_a_transition_brings_is_guarded(api, given, unwritten):
    decision = given.one("decisions", kind="recommended")
    path = f"/v1/decisions/{decision['id']}/transitions"
    body = {"to": "withdrawn", "reason": f"Overtaken by {UPN}"}
    with unwritten():
        assert complaints(api.post(path, body, if_match="*", expect=422)) == [("/reason", "identifier")]


def test_the_reason_of_a_procedure_is_guarded(api, given, journal, unwritten):
    first = given.one("plans", title="Year one", status="in_force")
    action = given.action(first["authority_id"], plan_ids=[first["id"]])
    second = given.one("plans", authority_id=first["authority_id"], title="Year two", supersedes_id=first["id"])
    path, body = f"/v1/plans/{second['id']}/carry-forwards", {"reason": f"As {NHS} asked"}
    with unwritten():
        assert complaints(api.post(path, body, expect=422)) == [("/reason", "identifier")]
        api.post(f"{path}{ALLOWED}&validate_only=true", body, expect=200)
    assert api.post(path + ALLOWED, body, expect=200).json["carried_action_ids"] == [action["id"]]
    assert journal.last(action["id"])["reason"] == f"As {NHS} asked; identifiers allowed: {WHY}"


# --- the parameter --------------------------------------------------------------------


def test_why_must_be_said_in_words_and_without_an_identifier(api, given, service, unwritten):
    body = given.body("actions", title=NHS)
    cases = {"": "too_short", "short": "too_short", "x" * 501: "too_long", " " * 20: "bad_form",
             "two\nlines of it": "control_character", f"because {NHS} asked": "identifier",
             f"ask {EMAIL} please": "identifier"}
    with unwritten(), Cases() as case:
        for why, code in cases.items():
            with case(why):
                answer = api.post("/v1/actions?" + urllib.parse.urlencode({"allow_identifiers": why}), body, expect=400)
                assert complaints(answer) == [("/allow_identifiers", code)]
                assert NHS not in answer.text and EMAIL not in answer.text
        api.post(f"/v1/actions{ALLOWED}&allow_identifiers=again+and+again", body, expect=400)
    assert "made up" not in service.log_text and EMAIL not in service.log_text


@pytest.mark.parametrize("n", [10, 500])
def test_why_may_be_as_long_as_is_said(api, given, journal, n):
    why = "é" * n
    target = "/v1/actions?" + urllib.parse.urlencode({"allow_identifiers": why})
    row = api.post(target, given.body("actions", title=NHS), expect=201).json
    assert journal.last(row["id"])["reason"] == f"identifiers allowed: {why}"


def test_reads_do_not_know_it(api, given):
    path = f"/v1/actions/{given.action()['id']}"
    for target in (path, "/v1/actions", "/v1/actions/counts", "/v1/search"):
        assert "/allow_identifiers" in api.get(target + ALLOWED, expect=400).pointers


def test_a_repeated_request_is_answered_as_the_first_with_the_same_override_only(api, given):
    body = given.body("actions", title=NHS)
    first = api.post(f"/v1/actions{ALLOWED}", body, idempotency_key="allowed", expect=201)
    again = api.post(f"/v1/actions{ALLOWED}", body, idempotency_key="allowed", expect=201)
    assert again.body == first.body and again.headers["Idempotency-Replayed"] == "true"
    api.post("/v1/actions", body, idempotency_key="allowed", expect=422)


def test_the_longest_texts_are_looked_at_to_their_end(api, given):
    text = ("a " * 10000)[: 20000 - len(NHS)] + NHS
    answer = api.post("/v1/findings", given.body("findings", text=text), expect=422)
    assert "at characters 19989 to 20000;" in answer.problem["errors"][0]["detail"]
