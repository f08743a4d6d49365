"""The acceptance test of the architecture: a field is a line in its resource's table, a migration, and words.

service/README.md shows the change, as a diff. Here it is made to a copy of the tree, the copy is built, a database
that holds data already is migrated, and the field is used through the API in every way that any field can be. The
copy's own tests, which read the tables, then try the field by themselves.
"""

from __future__ import annotations

import csv
import io
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from typing import Any, Iterator

import pytest

import spec_validator
from harness import cluster as clusters
from harness.examples import Given
from harness.service import Service

README = clusters.REPOSITORY / "service" / "README.md"
MARKS = "<!-- new field -->", "<!-- /new field -->"


def run(*command: Any, folder: pathlib.Path, **options: Any) -> str:
    """What a command prints. When it fails, so does the test, with all that was said."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-8000:]}"
    return done.stdout


# --- the copy ---------------------------------------------------------------------------


def section() -> str:
    """What stands between the marks in service/README.md."""
    text = README.read_text(encoding="utf-8")
    assert all(text.count(mark) == 1 for mark in MARKS), f"{README} needs each of {MARKS} once"
    return text.partition(MARKS[0])[2].partition(MARKS[1])[0]


def diff() -> str:
    blocks = re.findall(r"^```diff\n(.*?)^```$", section(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, f"one ```diff block is wanted between the marks, not {len(blocks)}"
    return blocks[0]


def copy_tree(folder: pathlib.Path) -> None:
    """The files of this tree, those that are not committed yet too, and nothing that was built."""
    listing = "git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"
    for name in filter(None, run(*listing, folder=clusters.REPOSITORY).split("\0")):
        source, target = clusters.REPOSITORY / name, folder / name
        if source.is_file():  # else deleted, and that not committed yet
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


@pytest.fixture(scope="module")
def copy() -> Iterator[pathlib.Path]:
    """A copy of the tree with the diff applied."""
    with tempfile.TemporaryDirectory(prefix="inspectd-tree-") as name:
        folder = pathlib.Path(name)
        copy_tree(folder)
        run("git", "apply", "--whitespace=error", "-", folder=folder, input=diff(), env=apart(folder))
        yield folder


def apart(folder: pathlib.Path, **more: str) -> dict[str, str]:
    """An environment in which git sees no repository above the copy, and no suite writes down what this one met."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "INSPECTD"))}
    return theirs | {"GIT_CEILING_DIRECTORIES": str(folder.parent)} | more


@pytest.fixture(scope="module")
def built(copy: pathlib.Path) -> pathlib.Path:
    """The build folder of the copy, with inspectd and the test of statements in it."""
    run("cmake", "--preset", "debug", "-DPython3_EXECUTABLE=/usr/bin/python3", folder=copy, env=apart(copy))
    run("ninja", "-C", "build/debug", "inspectd", "unit_repository_statement", folder=copy, env=apart(copy))
    return copy / "build" / "debug"


# --- its service --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(cluster: clusters.Cluster, built: pathlib.Path) -> Iterator[pathlib.Path]:
    """From here on the binary under test and the description that answers are held to are the copy's."""

    def forget() -> None:
        for name in ("load", "_document", "operations", "_validator"):
            getattr(spec_validator, name).cache_clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECTD", str(built / "inspectd"))
        patch.delenv("INSPECTD_COVERAGE", raising=False)
        patch.setattr(spec_validator, "SPEC", built.parents[1] / "api" / "openapi.yaml")
        forget()
        yield built.parents[1]
    forget()


@pytest.fixture(scope="module")
def service(cluster: clusters.Cluster, changed: pathlib.Path) -> Iterator[Service]:
    """The copy's inspectd, on a database that the unchanged one made and filled."""
    service = Service(cluster, cluster.clone(clusters.REFERENCE))
    service.run("migrate")
    data = changed / "sql"
    service.run("load", "--reference", str(data / "reference"), "--sample", str(data / "sample"))
    try:
        yield service.start()
    finally:
        service.close()


@pytest.fixture(scope="module")
def given(api, service, cluster) -> Iterator[Given]:
    with cluster.connect(service.database) as connection:
        yield Given(api, connection)


@pytest.fixture(scope="module")
def pages(api, given) -> dict[str, Any]:
    """An inspection with findings on the pages 12, 3, none, 12 and 7."""
    inspection = given.inspection()["id"]
    rows = [given.finding(inspection, **({"page_number": n} if n else {})) for n in (12, 3, None, 12, 7)]
    return {"path": f"/v1/inspections/{inspection}/findings", "rows": rows}


def numbers(rows: list[dict]) -> list[int | None]:
    return [row["page_number"] for row in rows]


# --- what the diff is -----------------------------------------------------------------------


def test_the_text_says_how_many_lines_each_part_is(copy):
    counted: dict[str, int] = {}
    for line in run("git", "apply", "--numstat", "-", folder=copy, input=diff(), env=apart(copy)).splitlines():
        added, _, path = line.split("\t")
        part = "tests/" if path.startswith("tests/") else path
        counted[part] = counted.get(part, 0) + int(added)
    said = {path: int(n) for path, n in re.findall(r"^\| `([^`]+)` \| (\d+) \|", section(), re.MULTILINE)}
    assert said == counted


def test_nothing_else_of_the_service_is_touched():
    changed = re.findall(r"^\+\+\+ b/(.*)$", diff(), re.MULTILINE)
    assert [path for path in changed if path.startswith(("service/", "include/"))] == ["service/resource/finding.c"]
    assert [path for path in changed if path.startswith("sql/")] == ["sql/migrations/0018_finding_page_number.sql"]


# --- the field through the API ----------------------------------------------------------------


def test_a_new_finding_has_the_member_and_shows_it(api, pages):
    assert numbers(pages["rows"]) == [12, 3, None, 12, 7]
    row = api.get(f"/v1/findings/{pages['rows'][0]['id']}", expect=200).json
    assert row == pages["rows"][0]


def test_rows_that_were_there_before_have_it_empty(api):
    assert set(numbers(api.get("/v1/findings", {"authority_id": "806", "limit": 200}, expect=200).data)) == {None}


def test_a_patch_changes_and_removes_it(api, given):
    path = f"/v1/findings/{given.finding(page_number=4)['id']}"
    assert api.patch(path, {"page_number": 5}, expect=200).json["page_number"] == 5
    assert api.patch(path, {"gloss": "Of another member"}, expect=200).json["page_number"] == 5
    assert api.patch(path, {"page_number": None}, expect=200).json["page_number"] is None


@pytest.mark.parametrize("value", ["3", 3.5, True, 0, -1, 10000, [3]])
def test_what_is_no_page_is_refused_and_named(api, given, pages, value):
    for answer in (
        api.post("/v1/findings", given.body("findings", page_number=value), expect=422),
        api.patch(f"/v1/findings/{pages['rows'][0]['id']}", {"page_number": value}, expect=422),
    ):
        assert answer.pointers == ["/page_number"], str(answer)


@pytest.mark.parametrize(("asked", "found"), [
    ({"page_number": 12}, [12, 12]),
    ({"page_number": "3,7"}, [3, 7]),
    ({"page_number_ne": 12}, [3, None, 7]),
    ({"page_number_gte": 7}, [12, 12, 7]),
    ({"page_number_gt": 7}, [12, 12]),
    ({"page_number_lt": 12, "page_number_gt": 3}, [7]),
    ({"page_number_lte": 3}, [3]),
])
def test_it_filters_by_value_and_by_range(api, pages, asked, found):
    assert numbers(api.get(pages["path"], asked, expect=200).data) == found


@pytest.mark.parametrize("asked", [{"page_number": "x"}, {"page_number_gte": ""}, {"page_number_gte": "1,2"}])
def test_a_filter_that_is_no_number_is_refused(api, pages, asked):
    assert api.get(pages["path"], asked, expect=400).pointers == ["/" + next(iter(asked))]


@pytest.mark.parametrize(("sort", "found"), [
    ("page_number", [3, 7, 12, 12, None]),
    ("-page_number", [12, 12, 7, 3, None]),
])
def test_it_sorts_both_ways_a_page_at_a_time(api, pages, sort, found):
    rows = api.all(pages["path"], {"sort": sort, "limit": 1})
    assert numbers(rows) == found
    assert len({row["id"] for row in rows}) == len(found)


def test_it_counts_under_its_filters_and_is_nothing_to_count_by(api, pages):
    inspection = pages["rows"][0]["inspection_id"]
    counts = api.get("/v1/findings/counts", {"by": "kind", "inspection_id": inspection}, expect=200).data
    assert counts == [{"kind": "area_for_improvement", "count": 5}]
    asked = {"by": "kind", "inspection_id": inspection, "page_number_gte": 7}
    assert api.get("/v1/findings/counts", asked, expect=200).data == [{"kind": "area_for_improvement", "count": 3}]
    assert api.get("/v1/findings/counts", {"by": "page_number"}, expect=400).pointers == ["/by"]


def test_csv_has_its_column(api, pages):
    text = api.get(pages["path"], headers={"Accept": "text/csv"}, expect=200).text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["page_number"] for row in rows] == ["12", "3", "", "12", "7"]


def test_it_can_be_asked_for_alone(api, pages):
    assert api.get(pages["path"], {"fields": "page_number", "limit": 1}, expect=200).data == [{"page_number": 12}]


def test_the_past_knows_it(api, given):
    row = given.finding(page_number=4)
    path = f"/v1/findings/{row['id']}"
    api.patch(path, {"page_number": 5}, expect=200)
    assert api.get(path, {"as_recorded_at": row["updated_at"]}, expect=200).json["page_number"] == 4
    then = {"as_recorded_at": row["updated_at"], "inspection_id": row["inspection_id"], "page_number_lte": 4}
    assert api.get("/v1/findings", then, expect=200).ids == [row["id"]]
    assert api.get(path, expect=200).json["page_number"] == 5


def test_the_past_before_it_was_there_can_still_be_asked_about(api):
    old = api.get("/v1/authorities/806/findings", {"limit": 1}, expect=200).data[0]
    then = api.get(f"/v1/findings/{old['id']}", {"as_recorded_at": old["updated_at"]}, expect=200).json
    assert then["page_number"] is None


def test_a_stale_write_names_it_among_what_changed(api, given):
    row = given.finding()
    path = f"/v1/findings/{row['id']}"
    etag = api.get(path).etag
    api.patch(path, {"page_number": 2}, expect=200)
    assert api.patch(path, {"gloss": "Late"}, if_match=etag, expect=412).problem["changed"] == ["page_number"]


# --- the copy's own tests -----------------------------------------------------------------------


def of_the_copy(copy: pathlib.Path, binary: pathlib.Path, *arguments: str) -> None:
    environment = apart(copy, INSPECTD=str(binary), PYTHONDONTWRITEBYTECODE="1")
    run("/usr/bin/python3", "-m", "pytest", "-q", *arguments, folder=copy / "tests", env=environment)


def test_the_tables_and_the_description_still_agree(copy, built):
    of_the_copy(copy, built / "inspectd", "contract/test_openapi.py")


def test_the_tests_that_read_the_tables_try_it(copy, built):
    binary = built / "inspectd"
    of_the_copy(copy, binary, "integration/test_lists.py", "-k", "page_number")
    of_the_copy(copy, binary, "integration/test_writing.py", "-k", "every_member_that_was_sent_is_stored and findings")


def test_only_the_statements_that_list_every_column_change(copy, built):
    golden = pathlib.Path("tests") / "unit" / "repository" / "golden"
    run(built / "unit_repository_statement", folder=copy, env=apart(copy, GOLDEN_WRITE="1"))
    for path in sorted((clusters.REPOSITORY / golden).glob("*.sql")):
        before, after = path.read_text(), (copy / golden / path.name).read_text()
        assert re.sub(r" \w+\.page_number,", "", after) == before, path.name
