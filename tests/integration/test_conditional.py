"""ETags and conditional reads: what is unchanged is not sent again, and what was read can be written back."""

from __future__ import annotations

import re

import pytest

from harness.bodies import CHANGE
from harness.described import resources, those
from harness.service import Answer, Api

VARYING = {"date", "x-request-id", "ratelimit"}  # how much is left of one's quota, too
READS = [
    "/v1/actions/{action}",
    "/v1/actions/{action}?fields=title",
    "/v1/actions/{action}?expand=authority",
    "/v1/authorities/806",
    "/v1/frameworks/sif",
    "/v1/themes/thresholds",
    "/v1/actions",
    "/v1/authorities?limit=3&include_total=true",
    "/v1/authorities/806/neighbours",
    "/v1/actions/counts?by=status",
    "/v1/me",
    "/v1",
    "/v1/vocabularies",
    "/v1/search?q=supervision",
    "/v1/openapi.json",
    "/v1/openapi.yaml",
    "/docs",
    "/problems",
    "/problems/not-found",
]


@pytest.fixture(scope="module")
def action(api: Api) -> dict:
    return api.create("/v1/actions", {"authority_id": "806", "title": "Audit thresholds", "due_on": "2026-01-30"})


def headers(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items() if name.lower() not in VARYING}


def get_if_none_match(api: Api, path: str, tags: str) -> Answer:
    return api.get(path, headers={"If-None-Match": tags})


# --- the tag ----------------------------------------------------------------------


@pytest.mark.parametrize("resource", those("is_changed"))
def test_the_tag_is_strong_and_begins_with_the_version(api, given, resource):
    row = given.one(resource)
    path = f"/v1/{resource}/{row['id']}"
    for version in (row["version"], row["version"] + 1):
        answer = api.get(path, expect=200)
        assert re.fullmatch(rf'"{version}\.[0-9a-f]+"', answer.etag) and answer.json["version"] == version
        api.patch(path, CHANGE[resource], expect=200)


@pytest.mark.parametrize("resource", those("is_created"))
def test_each_expansion_and_each_choice_of_members_has_a_tag_of_its_own(api, given, resource):
    path = f"/v1/{resource}/{given.full(resource)['id']}"
    asked = ["", "?fields=id", *[f"?expand={e['name']}" for e in resources()[resource].table["expansions"]]]
    tags = [api.get(path + query, expect=200).etag for query in asked]
    assert len(set(tags)) == len(tags)
    assert {tag.split(".")[0] for tag in tags} == {'"1'}
    for query, tag in zip(asked, tags):
        assert get_if_none_match(api, path + query, tag).expect(304).etag == tag


def test_what_was_just_written_has_the_tag_of_the_next_read(api):
    created = api.post("/v1/actions", {"authority_id": "806", "title": "Tags"}, expect=201)
    assert api.get(created.location, expect=200).etag == created.etag
    changed = api.patch(created.location, {"title": "Other tags"}, expect=200)
    assert api.get(created.location, expect=200).etag == changed.etag
    moved = api.move(created.location, "in_progress", expect=200)
    assert api.get(created.location, expect=200).etag == moved.etag


def test_the_same_bytes_have_the_same_tag_whoever_asks_and_whenever(api, make_key, action):
    other = api.with_key(make_key(["actions:read"], name="another"))
    for path in (f"/v1/actions/{action['id']}", "/v1/actions?limit=3", "/v1/actions/counts?by=status"):
        answers = [api.get(path, expect=200), other.get(path, expect=200), api.get(path, expect=200)]
        assert len({answer.body for answer in answers}) == 1
        assert len({answer.etag for answer in answers}) == 1


def test_other_bytes_have_another_tag_of_the_same_version(api, action):
    path = f"/v1/actions/{action['id']}"
    tags = [
        api.get(path + query, expect=200).etag for query in ("", "?fields=title", "?fields=id", "?expand=authority")
    ]
    assert len(set(tags)) == len(tags)
    assert {tag.split(".")[0] for tag in tags} == {'"1'}


def test_each_format_has_its_own_tag(api):
    tags = {
        api.get("/v1/frameworks", headers={"Accept": kind}, expect=200).etag
        for kind in ("application/json", "text/csv", "application/x-ndjson")
    }
    assert len(tags) == 3


def test_the_tag_of_a_list_changes_with_any_of_its_rows(api, action):
    path = "/v1/actions?limit=200"
    before = api.get(path, expect=200).etag
    api.patch(f"/v1/actions/{action['id']}", {"detail": "A list sees this."}, expect=200)
    after = api.get(path, expect=200).etag
    assert after != before
    get_if_none_match(api, path, before).expect(200)
    get_if_none_match(api, path, after).expect(304)


# --- 304 -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", READS)
def test_what_is_unchanged_is_304_without_a_body(api, action, path):
    path = path.format(action=action["id"])
    full = api.get(path, expect=200)
    answer = get_if_none_match(api, path, full.etag).expect(304)
    assert answer.body == b""
    assert answer.etag == full.etag
    assert answer.headers["Content-Length"] in (None, "0", full.headers["Content-Length"])
    for name in ("Cache-Control", "Vary"):
        assert answer.headers[name] == full.headers[name]


@pytest.mark.parametrize(
    "form", ["{tag}", "W/{tag}", '"x", {tag}', '{tag}, "x"', '"x",W/"y" , W/{tag}', "*", '"a,b", {tag}', " {tag} "]
)
def test_if_none_match_takes_lists_weak_tags_and_a_star(api, action, form):
    path = f"/v1/actions/{action['id']}"
    tag = api.get(path, expect=200).etag
    get_if_none_match(api, path, form.replace("{tag}", tag)).expect(304)


@pytest.mark.parametrize(
    "change",
    [
        lambda tag: tag[:-2] + '0"' if tag[-2] != "0" else tag[:-2] + '1"',
        lambda tag: tag.split(".")[0] + '"',
        lambda tag: '"9' + tag[2:],
        lambda tag: '""',
        lambda tag: tag[:-1] + 'a"',
    ],
)
def test_if_none_match_compares_the_whole_tag(api, action, change):
    path = f"/v1/actions/{action['id']}"
    tag = api.get(path, expect=200).etag
    get_if_none_match(api, path, change(tag)).expect(200)


def test_a_tag_of_an_export_works_like_any_other(api):
    accept = {"Accept": "text/csv"}
    tag = api.get("/v1/frameworks", headers=accept, expect=200).etag
    answer = api.get("/v1/frameworks", headers=accept | {"If-None-Match": tag}, expect=304)
    assert answer.body == b""
    api.get("/v1/frameworks", headers={"If-None-Match": tag}, expect=200)


def test_a_star_does_not_turn_an_absent_row_into_304(api):
    get_if_none_match(api, "/v1/actions/01900000-0000-7000-8000-000000000000", "*").expect(404)


def test_304_still_asks_who_calls(api, action):
    path = f"/v1/actions/{action['id']}"
    tag = api.get(path, expect=200).etag
    api.get(path, headers={"If-None-Match": tag}, key=None, expect=401)


# --- headers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [*READS, "/livez", "/readyz", "/v1/actions/01900000-0000-7000-8000-000000000000", "/v1/actions?limit=0"]
)
def test_head_answers_as_get_without_the_body(api, action, path):
    path = path.format(action=action["id"])
    head, get = api.head(path), api.get(path)
    assert head.status == get.status
    assert head.body == b""
    assert headers(head) == headers(get)


def test_head_is_conditional_too(api, action):
    path = f"/v1/actions/{action['id']}"
    tag = api.get(path, expect=200).etag
    assert api.head(path, headers={"If-None-Match": tag}).expect(304).etag == tag


@pytest.mark.parametrize(
    "path", ["/v1/actions/{action}", "/v1/actions", "/v1/actions/counts?by=status", "/v1/me", "/v1/search?q=x"]
)
def test_answers_are_kept_for_this_caller_only_and_asked_about_again(api, action, path):
    answer = api.get(path.format(action=action["id"]), expect=200)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert [part.strip() for part in answer.headers["Vary"].split(",")] == ["Authorization", "Accept"]


# --- written back --------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["?fields=title", "?fields=version", "?expand=findings", "?as_recorded_at="])
def test_the_tag_of_a_partial_read_can_be_written_back(api, query):
    row = api.create("/v1/actions", {"authority_id": "806", "title": "Partial"})
    path = f"/v1/actions/{row['id']}"
    if query.endswith("="):
        query += row["updated_at"]
    tag = api.get(path + query, expect=200).etag
    assert api.patch(path, {"detail": "Changed."}, if_match=tag, expect=200).json["version"] == 2


def test_a_tag_of_an_earlier_version_cannot_be_written_back(api):
    row = api.create("/v1/actions", {"authority_id": "806", "title": "Earlier"})
    path = f"/v1/actions/{row['id']}"
    first = api.get(path, expect=200).etag
    second = api.patch(path, {"detail": "Somebody else was faster."}, expect=200).etag
    stale = api.patch(path, {"title": "Too late"}, if_match=first, expect=412)
    assert (stale.problem["current_etag"], stale.problem["changed"]) == (second, ["detail"])


def test_a_weak_tag_is_told_apart_from_an_old_one(api):
    """Reading the row again, as the detail says otherwise, would bring the same tag."""
    row = api.create("/v1/actions", {"authority_id": "806", "title": "Weak"})
    path = f"/v1/actions/{row['id']}"
    etag = api.get(path, expect=200).etag
    problem = api.patch(path, {"title": "Weak"}, if_match=f"W/{etag}", expect=412).problem
    assert "weak tags never match" in problem["detail"] and problem["current_etag"] == etag
