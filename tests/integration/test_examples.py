"""The examples of api/examples, as other systems would use them, against the live service."""

from __future__ import annotations

import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest

from harness.cluster import REPOSITORY

EXAMPLES = REPOSITORY / "api" / "examples"
MODULES = REPOSITORY / "tests" / "node_modules"


@pytest.fixture(scope="module")
def settings(service, given) -> dict[str, str]:
    """What an example is told by its environment; and of its council some actions, more than one of them late."""
    for n, due_on in enumerate(("2026-01-30", "2026-02-27", "2035-03-30")):
        given.action("806", title=f"Action, no. {n}", due_on=due_on, status="in_progress")
    return {"INSPECTD_URL": service.base_url, "INSPECTD_KEY": service.make_key(name="example")}


@pytest.fixture
def run(settings, tmp_path):
    def run(*command: str | pathlib.Path, status: int = 0, **more: str) -> str:
        done = subprocess.run([str(part) for part in command], env=os.environ | settings | more, cwd=tmp_path,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def ids(api) -> list[str]:
    return [row["id"] for row in api.all("/v1/actions?authority_id=806&limit=200")]


# --- curl and spreadsheets ----------------------------------------------------------------------


def test_curl_reads_the_list_asks_again_and_writes_once(api, run, tmp_path):
    before = api.all("/v1/actions?authority_id=806&limit=200&sort=due_on")
    out = run(EXAMPLES / "actions.sh", "806", "actions.csv")
    with (tmp_path / "actions.csv").open(newline="") as file:
        assert [row["title"] for row in csv.DictReader(file)] == [row["title"] for row in before]
    *statuses, answer = out.splitlines()
    assert statuses == ["200", "304", "201", "201", "200"]
    changed = json.loads(answer)
    assert (changed["lead_role"], changed["version"]) == ("Head of service", 2)
    assert set(ids(api)) - {row["id"] for row in before} == {changed["id"]}


def test_curl_tells_what_is_wrong(run):
    assert "/problems/unauthenticated" in run(EXAMPLES / "actions.sh", "806", "actions.csv", status=1, INSPECTD_KEY="no")


# --- Python -------------------------------------------------------------------------------------


def test_python_keeps_a_copy_by_what_has_changed(api, given, run, tmp_path):
    def copy() -> dict:
        out = run(sys.executable, EXAMPLES / "actions.py", "806", "copy.json")
        kept = json.loads((tmp_path / "copy.json").read_text())["actions"]
        assert kept == {row["id"]: row for row in api.all("/v1/actions?authority_id=806&limit=200")}
        return kept, out

    kept, _ = copy()
    gone, *_ = given.action("806", title="Soon gone"), given.action("806", title="To stay")
    api.patch(f"/v1/actions/{next(iter(kept))}", {"title": "Changed"}, expect=200)
    copy()
    api.delete(f"/v1/actions/{gone['id']}", expect=204)
    _, out = copy()
    assert out.strip().endswith("1 gone")


def test_python_asks_again_after_the_time_that_it_is_told(run, service, start_service):
    slow = start_service(service.database, INSPECTD_RATE=4)
    out = run(sys.executable, EXAMPLES / "actions.py", "806", "copy.json", INSPECTD_URL=slow.base_url)
    assert " actions: " in out


# --- TypeScript ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def typescript(tmp_path_factory) -> pathlib.Path:
    """A folder with the types that a generator makes of the description."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": {
        "strict": True, "noUncheckedIndexedAccess": True, "target": "es2022", "module": "nodenext", "skipLibCheck": True,
        "types": ["node"], "typeRoots": ["node_modules/@types"]}}))
    subprocess.run([MODULES / ".bin" / "openapi-typescript", REPOSITORY / "api" / "openapi.yaml", "-o", "tracker.d.ts"],
                   cwd=folder, check=True, capture_output=True)
    return folder


def compiled(folder: pathlib.Path, text: str) -> subprocess.CompletedProcess:
    (folder / "actions.ts").write_text(text)
    return subprocess.run([MODULES / ".bin" / "tsc", "--project", folder], cwd=folder, capture_output=True, text=True)


def test_typescript_is_checked_against_the_description_and_runs(api, run, typescript):
    done = compiled(typescript, (EXAMPLES / "actions.ts").read_text())
    assert done.returncode == 0, done.stdout
    late = api.get("/v1/actions", {"authority_id": "806", "overdue": True, "status": "not_started,in_progress",
                                   "sort": "due_on"}, expect=200).data
    before = ids(api)
    *listed, made = run("node", typescript / "actions.js", "806").splitlines()
    assert listed == [f"{row['due_on']} {row['title']}" for row in late] and listed
    assert set(ids(api)) - set(before) == {made}


@pytest.mark.parametrize("right, wrong", [
    ('sort: ["due_on"]', 'sort: ["due"]'), ("overdue: true", 'overdue: "soon"'), ('"/v1/actions", {', '"/v1/action", {'),
    ("${action.due_on}", "${action.due}"), ("authority_id: authority, title,", "authority_id: authority, title: 5,")])
def test_typescript_refuses_what_the_description_does_not_have(typescript, right, wrong):
    text = (EXAMPLES / "actions.ts").read_text()
    assert right in text
    assert compiled(typescript, text.replace(right, wrong, 1)).returncode != 0


# --- Power Query --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def query() -> dict:
    told = subprocess.run(["node", REPOSITORY / "tests" / "harness" / "powerquery.js", EXAMPLES / "actions.pq"],
                          capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def filled(value, names: dict[str, str]) -> str:
    return value if isinstance(value, str) else "".join(part if isinstance(part, str) else names[part["name"]] for part in value)


def test_the_requests_of_power_query_are_answered_with_what_it_reads(api, settings, query):
    [request] = query["requests"]
    names = {"Authority": "806", "Key": settings["INSPECTD_KEY"]}
    asked = {name: filled(value, names) for name, value in request["Query"].items() if name != "cursor"}
    headers = {name: filled(value, names) for name, value in request["Headers"].items()}
    path, rows = f"/{request['RelativePath']}", []
    first = api.get(path, asked | {"limit": 2}, key=None, headers=headers, expect=200)
    page = first
    while True:
        rows += page.json["data"]
        if not page.json["page"]["has_more"]:
            break
        cursor = {"cursor": filled(request["Query"]["cursor"], {"cursor": page.json["page"]["next_cursor"]})}
        page = api.get(path, asked | {"limit": 2} | cursor, key=None, headers=headers, expect=200)
    assert sorted(row["id"] for row in rows) == sorted(ids(api))
    assert {"data", "page"} <= set(query["members"]) <= set(first.json) | set(first.json["page"])
    assert query["listed"] and set(query["listed"]) <= set(rows[0])
    api.get(path, asked, key=None, headers=headers, expect=200)
