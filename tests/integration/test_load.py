"""`inspectd load`: what it writes, what it leaves alone, and what it refuses."""

from __future__ import annotations

import csv
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
from typing import Callable, Iterator

import pytest

from harness import cluster as clusters
from harness.service import SANITIZERS, Api, Service

REFERENCE = clusters.REPOSITORY / "sql" / "reference"
SAMPLE = clusters.REPOSITORY / "sql" / "sample"
FINDING_TEXTS = clusters.REPOSITORY.parent / "shared" / "data" / "findings.csv"

NUMBERS = itertools.count(1)


class Loader:
    """A database and the commands that fill it."""

    def __init__(self, cluster: clusters.Cluster, database: str):
        self.cluster, self.database = cluster, database
        url = cluster.url(database)
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTD_")}
        self.environment = theirs | SANITIZERS | {"INSPECTD_OWNER_URL": url, "INSPECTD_DATABASE_URL": url}

    def command(self, *arguments: object) -> list[str]:
        return [str(clusters.binary()), *map(str, arguments)]

    def run(self, *arguments: object, status: int = 0) -> subprocess.CompletedProcess:
        command = self.command(*arguments)
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == status, f"ended with {done.returncode}:\n{done.stderr}"
        return done

    def load(self, reference: pathlib.Path, *arguments: object, status: int = 0, sample: object = "none") -> str:
        """What it said."""
        return self.run("load", "--reference", reference, "--sample", sample, *arguments, status=status).stderr

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with self.cluster.connect(self.database) as connection:
            return connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: object) -> object:
        return self.rows(sql, *values)[0][0]

    def count(self, table: str) -> int:
        return self.value(f"SELECT count(*) FROM inspectd.{table}")

    def state(self) -> tuple:
        """Changes whenever anything is written."""
        journal = self.rows("SELECT count(*), max(seq) FROM inspectd.journal")
        return journal, self.rows("SELECT name, checksum, at FROM inspectd.loaded_file ORDER BY name")

    def strangers(self) -> list[tuple]:
        """Who else wrote, and where. The rules of deadlines and of retention and the first calendar come with the migrations."""
        return self.rows(
            "SELECT DISTINCT actor, table_name FROM inspectd.journal WHERE actor IS DISTINCT FROM 'loader' "
            "AND table_name NOT IN ('calendar_version', 'deadline_rule', 'retention_rule', 'client', 'api_key')"
        )

    def forget_files(self) -> None:
        self.rows("DELETE FROM inspectd.loaded_file RETURNING 1")


def rows_of(path: pathlib.Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def items(cell: str) -> list[str]:
    return [item for item in cell.split(";") if item]


class Data:
    """A copy of the reference data that can be changed cell by cell."""

    def __init__(self, folder: pathlib.Path, source: pathlib.Path = REFERENCE):
        self.folder = folder
        shutil.copytree(source, folder)

    def rows(self, file: str) -> list[dict[str, str]]:
        return rows_of(self.folder / file)

    def write(self, file: str, rows: list[dict[str, str]]) -> None:
        path = self.folder / file
        with path.open(encoding="utf-8", newline="") as stream:
            columns = next(csv.reader(stream))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def keep(self, file: str, wanted: Callable[[dict], bool]) -> None:
        self.write(file, [row for row in self.rows(file) if wanted(row)])

    def change(self, file: str, where: dict[str, str], /, **cells: str) -> int:
        """Sets cells of the first row that has those of `where`; its line (these files have no quoted newlines)."""
        rows = self.rows(file)
        number, row = next((n, row) for n, row in enumerate(rows) if where.items() <= row.items())
        row |= cells
        self.write(file, rows)
        return number + 2

    def add(self, file: str, /, **cells: str) -> int:
        rows = self.rows(file) + [cells]
        self.write(file, rows)
        return len(rows) + 1


LITTLE = ("201", "806", "807", "909", "942", "943")  # Cumbria (909) was abolished for 942 and 943


def cut_down(data: Data) -> Data:
    data.keep("authorities.csv", lambda row: row["id"] in LITTLE)
    data.keep("statistical_neighbours.csv", lambda row: {row["authority_id"], row["neighbour_id"]} <= set(LITTLE))
    data.keep("inspections.csv", lambda row: row["authority_id"] in LITTLE)
    refs = {row["ref"] for row in data.rows("inspections.csv")}
    data.keep("judgements.csv", lambda row: row["inspection"] in refs)
    data.keep("findings.csv", lambda row: row["inspection"] in refs)
    return data


@pytest.fixture
def data(tmp_path: pathlib.Path) -> Data:
    """The reference data of six authorities: quick to load, and to be changed."""
    return cut_down(Data(tmp_path / "reference"))


@pytest.fixture
def empty(cluster: clusters.Cluster) -> Iterator[Loader]:
    database = cluster.clone(clusters.EMPTY)
    yield Loader(cluster, database)
    cluster.drop(database)


@pytest.fixture(scope="module")
def little(cluster: clusters.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database that `loaded` is cloned from."""
    database = cluster.clone(clusters.EMPTY)
    Loader(cluster, database).load(cut_down(Data(tmp_path_factory.mktemp("little") / "reference")).folder)
    yield database
    cluster.drop(database)


@pytest.fixture
def loaded(cluster: clusters.Cluster, little: str) -> Iterator[Loader]:
    """A database of one's own that holds `data`."""
    database = cluster.clone(little, f"{little}_{next(NUMBERS)}")
    yield Loader(cluster, database)
    cluster.drop(database)


@pytest.fixture
def council(cluster: clusters.Cluster, loaded: Loader) -> Iterator[Api]:
    """A client of the service on that database."""
    service = Service(cluster, loaded.database)
    try:
        yield service.start().admin()
    finally:
        service.close()


@pytest.fixture(scope="module")
def full(cluster: clusters.Cluster) -> Iterator[Loader]:
    """All reference data, loaded; for tests that change nothing."""
    database = cluster.clone(clusters.REFERENCE)
    yield Loader(cluster, database)
    cluster.drop(database)


@pytest.fixture(scope="module")
def sample(cluster: clusters.Cluster) -> Iterator[Loader]:
    """The worked example on top of it; for tests that change nothing."""
    database = cluster.clone(clusters.SAMPLE)
    yield Loader(cluster, database)
    cluster.drop(database)


def found(api: Api, path: str, ref: str) -> dict:
    return api.get(path, {"external_ref": ref}, expect=200).data[0]


def came_of(said: str, name: str) -> tuple[int, int, int]:
    """Created, changed and left, as the line of one file says."""
    match = re.search(rf"^loading {name}: [\d,]+ rows … (\d+) created, (\d+) changed, (\d+) left", said, re.MULTILINE)
    assert match, said
    return tuple(int(number) for number in match.groups())


# --- what is there afterwards -------------------------------------------------------


def test_all_reference_data_is_there(full):
    counts = {
        "authority": 156,
        "inspection": 561,
        "judgement": 2598,
        "finding": 2393,
        "statistical_neighbour": 1530,
        "bank_holiday": 131,
    }
    assert {table: full.count(table) for table in counts} == counts
    assert full.strangers() == []


def test_no_row_of_the_files_is_lost(full):
    tables = {
        "frameworks": "framework",
        "framework_strands": "framework_strand",
        "framework_grades": "framework_grade",
        "themes": "theme",
        "bank_holidays": "bank_holiday",
        "authorities": "authority",
        "statistical_neighbours": "statistical_neighbour",
        "inspections": "inspection",
        "judgements": "judgement",
        "findings": "finding",
    }
    assert {name: full.count(table) for name, table in tables.items()} == {
        name: len(rows_of(REFERENCE / f"{name}.csv")) for name in tables
    }


def test_no_cell_of_an_inspection_is_lost(full):
    got = full.rows(
        "SELECT e.key || ':' || e.value, i.authority_id, i.framework_id, i.kind, i.body, i.status, i.sensitivity, "
        "i.start_on::text, i.end_on::text, i.published_on::text, i.inspectors -> 0 ->> 'name', (SELECT string_agg("
        "theme_id, ';' ORDER BY theme_id) FROM inspectd.inspection_theme t WHERE t.inspection_id = i.id), i.report_url "
        "FROM inspectd.inspection i, jsonb_each_text(i.external_refs) e"
    )
    wanted = rows_of(REFERENCE / "inspections.csv")
    for row in wanted:
        row["theme_ids"] = ";".join(sorted(items(row["theme_ids"])))
    assert sorted(tuple(cell or "" for cell in row) for row in got) == sorted(tuple(row.values()) for row in wanted)


def test_abolished_authorities_have_their_end_and_successors(full):
    assert full.rows(
        "SELECT id, ended_on::text, status_on::text FROM inspectd.authority WHERE status = 'abolished' ORDER BY id"
    ) == [
        ("836", "2019-03-31", "2019-03-31"),
        ("909", "2023-03-31", "2023-03-31"),
        ("928", "2021-03-31", "2021-03-31"),
    ]
    assert full.rows(
        "SELECT successor_id FROM inspectd.authority_succession WHERE predecessor_id = '909' ORDER BY 1"
    ) == [("942",), ("943",)]


def lines_of(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sample_lines(resource: str) -> list[dict]:
    """The lines of the worked example, of all its files, that make a row."""
    lines = [line for path in SAMPLE.glob("*.jsonl") for line in lines_of(path) if line["resource"] == resource]
    return [line for line in {line["ref"]: line for line in lines}.values() if line["ref"].startswith("sample:")]


TABLES = {
    "organisations": "organisation", "documents": "document", "plans": "plan", "actions": "action", "updates": "update",
    "measures": "measure", "observations": "observation", "boards": "board", "meetings": "meeting",
    "agenda_items": "agenda_item", "decisions": "decision", "interventions": "intervention",
    "delivery_models": "delivery_model",
}


def test_the_worked_example_loads_on_top(sample):
    counts = {table: len(sample_lines(resource)) for resource, table in TABLES.items()}
    assert {table: sample.count(table) for table in counts} == counts
    assert 0 not in counts.values()
    assert sample.count("inspection") == 561 + len(sample_lines("inspections"))
    assert sample.count("finding") == 2393 + len(sample_lines("findings"))
    assert sample.strangers() == []


def test_every_row_of_the_worked_example_reaches_its_last_status_on_its_day(sample):
    moved = 0
    for resource in ("findings", "actions", "plans", "decisions", "meetings"):
        table = TABLES.get(resource, "finding")
        rows = sample.rows(f"SELECT 'sample:' || (external_refs ->> 'sample'), status, status_on::text "
                           f"FROM inspectd.{table} WHERE external_refs ? 'sample'")
        stands = {ref: (status, on) for ref, status, on in rows}
        for line in sample_lines(resource):
            moves = [step for step in line.get("then", []) if "to" in step]
            if moves:
                assert stands[line["ref"]] == (moves[-1]["to"], moves[-1]["on"]), line["ref"]
                moved += 1
    assert moved > 50


def test_links_of_the_worked_example_are_there(sample):
    links = [line["body"].get("links", []) for path in SAMPLE.glob("*.jsonl") for line in lines_of(path)]
    assert sample.count("finding_link") == sum(map(len, links)) > 0


# --- again -----------------------------------------------------------------------------


def test_a_second_load_writes_nothing_and_is_quick(full):
    before, began = full.state(), time.monotonic()
    said = full.load(REFERENCE)
    took = time.monotonic() - began
    assert full.state() == before
    assert said == "9 files have not changed since they were loaded\n"
    assert took < 1.5  # with sanitizers on a busy machine; the release takes a few hundredths


def test_comparing_every_row_again_writes_nothing(loaded, data):
    journal = loaded.state()[0]
    loaded.forget_files()
    said = loaded.load(data.folder)
    assert loaded.state()[0] == journal
    for name in ("frameworks", "authorities", "statistical neighbours", "inspections", "findings"):
        assert came_of(said, name) == (0, 0, 0)


def test_comparing_the_worked_example_again_writes_nothing(cluster):
    loader = Loader(cluster, cluster.clone(clusters.SAMPLE))
    loader.rows("DELETE FROM inspectd.loaded_file WHERE starts_with(name, 'sample/') RETURNING 1")
    journal = loader.state()[0]
    said = loader.load(REFERENCE, sample=SAMPLE)
    assert came_of(said, "sample: Middlesbrough 2022") == (0, 0, 0)
    assert loader.state()[0] == journal
    cluster.drop(loader.database)


def test_a_changed_file_changes_the_rows_that_the_loader_wrote(loaded, data):
    ref = data.rows("findings.csv")[0]["ref"]
    data.change("findings.csv", {"ref": ref}, theme_ids="front-door;permanence", number="77")
    said = loaded.load(data.folder)
    assert came_of(said, "findings") == (0, 1, 0)
    assert "8 files have not changed" in said
    assert loaded.rows(
        "SELECT f.number, f.version, array_agg(t.theme_id ORDER BY 1) FROM inspectd.finding f JOIN "
        "inspectd.finding_theme t ON t.finding_id = f.id WHERE 'ofsted:' || (external_refs ->> 'ofsted') = %s "
        "GROUP BY f.id",
        ref,
    ) == [(77, 2, ["front-door", "permanence"])]


def test_an_emptied_cell_clears_the_member(loaded, data):
    ref, _ = an_inspection(data, lead_inspector="", report_url="")
    loaded.load(data.folder)
    assert loaded.rows(
        "SELECT inspectors, report_url FROM inspectd.inspection WHERE 'ofsted:' || (external_refs ->> 'ofsted') = %s",
        ref,
    ) == [([], None)]


def test_a_corrected_grade_and_a_judgement_taken_out_follow(loaded, data):
    ref, _ = an_inspection(data)
    data.change("judgements.csv", {"inspection": ref, "strand": "care_leavers"}, grade="outstanding", wording="Out")
    data.keep("judgements.csv", lambda row: row["inspection"] != ref or row["strand"] != "impact_of_leaders")
    assert came_of(loaded.load(data.folder), "inspections") == (0, 1, 0)
    grades = dict(
        loaded.rows(
            "SELECT j.strand, j.grade || ' ' || j.wording FROM inspectd.judgement j JOIN inspectd.inspection i "
            "ON i.id = j.inspection_id WHERE 'ofsted:' || (i.external_refs ->> 'ofsted') = %s",
            ref,
        )
    )
    assert grades["care_leavers"] == "outstanding Out" and "impact_of_leaders" not in grades


def test_what_is_absent_from_the_file_stays(loaded, data):
    findings = loaded.count("finding")
    gone = data.rows("findings.csv")[0]["ref"]
    data.keep("findings.csv", lambda row: row["ref"] != gone)
    loaded.load(data.folder)
    assert loaded.count("finding") == findings


def test_the_calendar_and_the_neighbours_are_replaced(loaded, data):
    data.change("bank_holidays.csv", {"date": "2013-01-01"}, title="The first of January")
    data.keep("bank_holidays.csv", lambda row: row["date"] != "2013-03-29")
    for ranking in (["807", "201"], ["201", "807"]):
        data.write(
            "statistical_neighbours.csv",
            [{"authority_id": "806", "rank": str(n), "neighbour_id": id} for n, id in enumerate(ranking, 1)],
        )
        loaded.load(data.folder)
    assert loaded.count("bank_holiday") == 130
    assert loaded.value("SELECT title FROM inspectd.bank_holiday WHERE date = '2013-01-01'") == "The first of January"
    neighbours = loaded.rows("SELECT authority_id, rank, neighbour_id FROM inspectd.statistical_neighbour ORDER BY 2")
    assert neighbours == [("806", 1, "201"), ("806", 2, "807")]


def test_a_file_is_loaded_again_when_one_it_depends_on_changes(loaded, data):
    data.change("themes.csv", {"id": "front-door"}, description="Where it all begins.")
    said = loaded.load(data.folder)
    assert came_of(said, "themes") == (0, 1, 0)
    assert came_of(said, "inspections") == came_of(said, "findings") == (0, 0, 0)
    assert "loading authorities" not in said


def test_a_row_may_refer_to_a_later_one_of_its_file(empty, data):
    data.write("authorities.csv", sorted(data.rows("authorities.csv"), key=lambda row: row["id"] != "909"))
    empty.load(data.folder)
    assert empty.value("SELECT count(*) FROM inspectd.authority_succession WHERE predecessor_id = '909'") == 2


def test_two_loads_at_once_take_turns(empty, data):
    command = empty.command("load", "--reference", data.folder, "--sample", "none")
    both = [subprocess.Popen(command, env=empty.environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("9 files have not changed" in text for text in said) == [False, True]
    assert empty.count("finding") == len(data.rows("findings.csv"))


# --- what a council wrote ------------------------------------------------------------------


def test_a_councils_edit_survives_a_reload(loaded, data, council):
    first, second = [row["ref"] for row in data.rows("findings.csv")[:2]]
    path = f"/v1/findings/{found(council, '/v1/findings', first)['id']}"
    mine = council.patch(path, {"text": "Our words.", "number": 55}, expect=200).json

    loaded.forget_files()
    assert came_of(loaded.load(data.folder), "findings") == (0, 0, 1)
    assert council.get(path).json == mine

    for ref in (first, second):
        data.change("findings.csv", {"ref": ref}, number="66")
    assert came_of(loaded.load(data.folder), "findings") == (0, 1, 1)
    assert council.get(path).json == mine
    assert found(council, "/v1/findings", second)["number"] == 66


def test_an_edit_made_in_the_database_itself_survives_too(loaded, data):
    loaded.rows("UPDATE inspectd.authority SET name = 'Middlesbrough Council' WHERE id = '806' RETURNING id")
    loaded.forget_files()
    assert came_of(loaded.load(data.folder), "authorities") == (0, 0, 1)
    assert loaded.value("SELECT name FROM inspectd.authority WHERE id = '806'") == "Middlesbrough Council"


def test_a_grade_that_a_council_corrected_stays(loaded, data, council):
    ref, _ = an_inspection(data)
    inspection = found(council, "/v1/inspections", ref)
    judgements = [
        {name: judgement[name] for name in ("strand", "grade", "wording", "title")}
        for judgement in inspection["judgements"]
    ]
    judgements[0]["wording"] = "As the letter has it"
    mine = council.patch(f"/v1/inspections/{inspection['id']}", {"judgements": judgements}, expect=200).json
    loaded.forget_files()
    assert came_of(loaded.load(data.folder), "inspections") == (0, 0, 1)
    assert found(council, "/v1/inspections", ref) == mine


@pytest.mark.parametrize("sensitivity", ["public", "council"])
def test_what_a_council_wrote_before_the_first_load_is_left(empty, data, cluster, sensitivity):
    files = {name: data.rows(name) for name in ("inspections.csv", "judgements.csv", "findings.csv")}
    row = next(row for row in files["inspections.csv"] if row["framework_id"] == "ilacs-2023")
    system, ref = row["ref"].split(":")
    for name in files:
        data.write(name, [])
    empty.load(data.folder)
    service = Service(cluster, empty.database).start()
    body = {name: row[name] for name in ("authority_id", "kind", "start_on", "end_on")}
    body |= {"external_refs": {system: ref}, "sensitivity": sensitivity}
    own = service.admin().create("/v1/inspections", body)
    service.close()

    for name, rows in files.items():
        data.write(name, rows)
    said = empty.load(data.folder)
    theirs = [finding for finding in files["findings.csv"] if finding["inspection"] == row["ref"]]
    assert came_of(said, "inspections") == (len(files["inspections.csv"]) - 1, 0, 1)
    assert empty.rows(
        "SELECT id::text, status FROM inspectd.inspection WHERE external_refs ->> 'ofsted' = %s", ref
    ) == [(own["id"], "planned")]
    # Its findings, which are public, hang from the council's own row if that is public too; if not, they are left out.
    there = empty.value("SELECT count(*) FROM inspectd.finding WHERE inspection_id = %s", own["id"])
    assert there == (len(theirs) if sensitivity == "public" else 0)
    assert said.count("sensitivity: left out beside what the council wrote: ") == len(theirs) - there


def test_a_councils_own_visit_on_the_same_days_keeps_out_that_of_the_file_and_nothing_else(loaded, data, council):
    row = next(row for row in data.rows("inspections.csv") if row["authority_id"] == "806")
    days = {"start_on": "2025-03-03", "end_on": "2025-03-14", "published_on": "2025-05-06"}
    new = {"kind": "standard_inspection", "framework_id": "ilacs-2023", "theme_ids": ""}
    own = {"authority_id": "806", "kind": "standard_inspection", "start_on": "2025-03-04", "end_on": "2025-03-13"}
    mine = council.create("/v1/inspections", own)
    line = data.add("inspections.csv", **(row | days | new | {"ref": "ofsted:new"}))
    data.add("inspections.csv", **(row | days | new | {"ref": "ofsted:other", "authority_id": "807"}))
    data.add("findings.csv", ref="ofsted:new-1", inspection="ofsted:new", number="1", kind="recommendation")

    said = loaded.load(data.folder)
    assert f"inspections.csv:{line}: start_on: left out beside what the council wrote: " in said
    assert came_of(said, "inspections") == (1, 0, 1)
    assert came_of(said, "findings") == (0, 0, 1)

    # It is tried again, and follows when the council's own is out of the way; so does its finding.
    journal = loaded.state()[0]
    assert came_of(loaded.load(data.folder), "inspections") == (0, 0, 1)
    assert loaded.state()[0] == journal
    council.delete(f"/v1/inspections/{mine['id']}", expect=204)
    said = loaded.load(data.folder)
    assert came_of(said, "inspections") == came_of(said, "findings") == (1, 0, 0)
    assert "9 files have not changed" in loaded.load(data.folder)


def test_a_deleted_finding_stays_deleted(loaded, data, council):
    ref = data.rows("findings.csv")[0]["ref"]
    path = f"/v1/findings/{found(council, '/v1/findings', ref)['id']}"
    council.delete(path, expect=204)
    data.change("findings.csv", {"ref": ref}, number="88")
    assert came_of(loaded.load(data.folder), "findings") == (0, 0, 1)
    council.get(path, expect=404)
    assert council.get("/v1/findings", {"external_ref": ref}).data == []


def test_a_new_finding_of_a_deleted_inspection_is_left_out(loaded, data, council):
    having = {row["inspection"] for row in data.rows("findings.csv")}
    ref = next(row["ref"] for row in data.rows("inspections.csv") if row["ref"] not in having)
    council.delete(f"/v1/inspections/{found(council, '/v1/inspections', ref)['id']}", expect=204)
    findings = loaded.count("finding")
    data.add("findings.csv", ref="ofsted:new-1", inspection=ref, number="1", kind="recommendation")
    assert came_of(loaded.load(data.folder), "findings") == (0, 0, 1)
    assert loaded.count("finding") == findings


def test_a_row_whose_reference_the_council_removed_is_not_made_twice(loaded, data, council):
    ref = data.rows("findings.csv")[0]["ref"]
    path = f"/v1/findings/{found(council, '/v1/findings', ref)['id']}"
    council.patch(path, {"external_refs": {"ofsted": None}}, expect=200)
    loaded.forget_files()
    assert came_of(loaded.load(data.folder), "findings") == (0, 0, 1)


def test_another_councils_row_of_the_same_reference_is_no_obstacle(loaded, data, council):
    row = next(row for row in data.rows("inspections.csv") if row["authority_id"] == "806")
    review = {"authority_id": "807", "kind": "peer_review", "planned_start_on": "2030-01-01"}
    council.create("/v1/inspections", review | {"external_refs": {"ofsted": "new"}})
    days = {"start_on": "2012-01-02", "end_on": "2012-01-03", "published_on": "2012-03-01"}
    data.add("inspections.csv", **(row | days | {"ref": "ofsted:new", "kind": "unknown", "framework_id": "pre-sif"}))
    assert came_of(loaded.load(data.folder), "inspections") == (1, 0, 0)


# --- what is refused -------------------------------------------------------------------------

Bad = tuple[str, int, str]  # file, line, column


def an_inspection(data: Data, **cells: str) -> tuple[str, int]:
    """Changes an inspection of 2023 on; its ref and line."""
    ref = next(row["ref"] for row in data.rows("inspections.csv") if row["framework_id"] == "ilacs-2023")
    return ref, data.change("inspections.csv", {"ref": ref}, **cells)


def a_grade(grade: str) -> Callable[[Data], Bad]:
    def spoil(data: Data) -> Bad:
        ref, _ = an_inspection(data)
        where = {"inspection": ref, "strand": "care_leavers"}
        return "judgements.csv", data.change("judgements.csv", where, grade=grade), "grade"

    return spoil


def a_visit(column: str, value: str) -> Callable[[Data], Bad]:
    return lambda data: ("inspections.csv", an_inspection(data, **{column: value})[1], column)


def first(file: str, column: str, value: str) -> Callable[[Data], Bad]:
    return lambda data: (file, data.change(file, {}, **{column: value}), column)


def an_authority(id: str, column: str, value: str) -> Callable[[Data], Bad]:
    return lambda data: ("authorities.csv", data.change("authorities.csv", {"id": id}, **{column: value}), column)


def a_row(file: str, column: str, **cells: str) -> Callable[[Data], Bad]:
    return lambda data: (file, data.add(file, **cells), column)


# The rows of bad_inputs.csv that such a file could hold, and what a file may get wrong besides.
BAD: dict[str, Callable[[Data], Bad]] = {
    "grade that could not be read": a_grade("data_unreadable"),
    "grade of a judgement not made": a_grade("inspection_pre_dates_judgement"),
    "grade in a broken cell": a_grade("to requires improvement"),
    "grade of an older framework": a_grade("adequate"),
    "grade that is a number": a_grade("2.0"),
    "grade left out": a_grade(""),
    "date day first, two-digit year": a_visit("published_on", "09/05/25"),
    "date that is a sentinel": a_visit("start_on", "1900-01-01"),
    "date that is a sentinel, as found": a_visit("start_on", "01/01/1900"),
    "date that is a text": a_visit("published_on", "Next inspection time frame not found"),
    "date that is no day": a_visit("end_on", "2023-02-30"),
    "published before the end": a_visit("published_on", "2018-02-01"),
    "framework not in force": a_visit("framework_id", "sif"),
    "framework that is not known": a_visit("framework_id", "ilacs-2027"),
    "kind that is not known": a_visit("kind", "ilacs_short"),
    "kind left out": a_visit("kind", ""),
    "status that is not known": a_visit("status", "done"),
    "status that no way leads to": a_visit("status", "planned"),
    "authority that is a region": a_visit("authority_id", "970"),
    "theme that is not known": a_visit("theme_ids", "front-door;no-such-theme"),
    "ref without a system": first("findings.csv", "ref", "ofsted-50004339-01"),
    "LA number that is England's": a_row("authorities.csv", "id", id="1000", name="England", type="county"),
    "LA number too short": a_row("authorities.csv", "id", id="83", name="Dorset", type="county"),
    "name that is a number": an_authority("806", "name", "301"),
    "region of another code": an_authority("806", "region", "East Midlands"),
    "GSS code of another": an_authority("806", "gss_code", "E09000001"),
    "GSS code of no form": an_authority("806", "gss_code", "06000002"),
    "successor that is not known": an_authority("909", "successor_ids", "942;999"),
    "type that is not known": an_authority("806", "type", "borough"),
    "day of an abolition changed": an_authority("909", "ended_on", "2023-04-01"),
    "framework without a name": first("frameworks.csv", "name", ""),
    "framework of no kind": first("frameworks.csv", "kinds", "sif"),
    "framework without an id": first("frameworks.csv", "id", ""),
    "yes for true": first("framework_strands.csv", "limits_overall", "yes"),
    "strand of no framework": first("framework_strands.csv", "framework_id", "lac"),
    "theme with a space in its id": a_row("themes.csv", "id", id="Front door", name="Front door"),
    "holiday in words": a_row("bank_holidays.csv", "date", date="25 Dec 2027", title="Christmas Day"),
    "neighbour that is not known": first("statistical_neighbours.csv", "neighbour_id", "999"),
    "finding of no inspection": first("findings.csv", "inspection", "ofsted:x"),
    "finding of another inspection": first("findings.csv", "inspection", "ofsted:ofsted-50149902"),
    "finding of an unknown kind": first("findings.csv", "kind", "weakness"),
    "number with a point": first("findings.csv", "number", "1.1"),
    "strand that the framework lacks": first("findings.csv", "strand", "adoption_x"),
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_row_is_refused_by_file_line_and_column_and_nothing_is_changed(how, loaded, data):
    file, line, column = BAD[how](data)
    before = loaded.state()
    said = loaded.load(data.folder, status=1)
    assert re.search(rf"^{re.escape(str(data.folder / file))}:{line}: {column}: .", said, re.MULTILINE), said
    step = re.escape(file.replace("judgements", "inspections"))
    assert re.search(rf"^inspectd load: .*/{step}: not loaded; .* nothing of it was changed$", said, re.MULTILINE), said
    assert loaded.state() == before


def test_every_bad_row_is_told_not_only_the_first(loaded, data):
    rows = data.rows("findings.csv")
    rows[1]["kind"] = "weakness"
    rows[3] |= {"number": "x", "inspection": "ofsted:x"}
    data.write("findings.csv", rows)
    said = loaded.load(data.folder, status=1)
    assert "findings.csv:3: kind:" in said
    assert "findings.csv:5: number:" in said and "findings.csv:5: inspection:" in said
    assert "3 things are wrong" in said


def test_the_rows_before_a_bad_one_are_not_written_either(loaded, data):
    rows = data.rows("findings.csv")
    rows[0]["number"] = "99"
    rows[-1]["strand"] = "no_such_strand"  # only the database knows the strands
    data.write("findings.csv", rows)
    before = loaded.state()
    loaded.load(data.folder, status=1)
    assert loaded.state() == before
    assert loaded.value("SELECT count(*) FROM inspectd.finding WHERE number = 99") == 0


def test_files_before_the_bad_one_stay_loaded(loaded, data):
    data.change("themes.csv", {"id": "front-door"}, name="The front door")
    data.change("findings.csv", {}, kind="weakness")
    loaded.load(data.folder, status=1)
    assert loaded.value("SELECT name FROM inspectd.theme WHERE id = 'front-door'") == "The front door"


def test_a_ref_that_stands_twice_is_refused(loaded, data):
    row = data.rows("findings.csv")[0]
    line = data.add("findings.csv", **row)
    assert f'findings.csv:{line}: "{row["ref"]}" stands in line 2 already' in loaded.load(data.folder, status=1)


def test_a_judgement_of_no_inspection_is_refused(loaded, data):
    line = data.add("judgements.csv", inspection="ofsted:x", strand="care_leavers", grade="good")
    assert f"judgements.csv:{line}: inspection: " in loaded.load(data.folder, status=1)


def test_a_judgement_that_stands_twice_is_refused(loaded, data):
    line = data.add("judgements.csv", **data.rows("judgements.csv")[0])
    assert re.search(rf"judgements\.csv:{line}: \w*", loaded.load(data.folder, status=1))


def test_two_visits_at_once_are_refused(loaded, data):
    ref, _ = an_inspection(data)
    row = next(row for row in data.rows("inspections.csv") if row["ref"] == ref)
    line = data.add("inspections.csv", **(row | {"ref": "ofsted:twice"}))
    assert f"inspections.csv:{line}: start_on: " in loaded.load(data.folder, status=1)


def test_rows_that_refer_to_each_other_are_refused(empty, data):
    line = data.change("authorities.csv", {"id": "942"}, successor_ids="943")
    other = data.change("authorities.csv", {"id": "943"}, successor_ids="942")
    said = empty.load(data.folder, status=1)
    assert f"authorities.csv:{line}: refers to itself by way of other rows" in said
    assert f"authorities.csv:{other}: refers to itself" in said
    assert empty.count("authority") == 0


FORMS = {
    "misspelt column": (b"ref,inspection,nummer", "findings.csv:1: nummer: unknown column"),
    "missing column": (b"ref,inspection", "findings.csv:1: number: the column is missing"),
    "column twice": (b"ref,ref", "findings.csv:1: ref: the column appears twice"),
    "nothing at all": (b"", "findings.csv: the file is empty"),
    "not UTF-8": (b"ref,\xe9", "findings.csv:1: not UTF-8"),
    "an HTML page": (b"<!DOCTYPE html>\n<html>\n", "findings.csv:1: <!DOCTYPE html>: unknown column"),
}


@pytest.mark.parametrize("how", FORMS)
def test_a_file_of_the_wrong_form_is_refused(how, loaded, data):
    content, expected = FORMS[how]
    (data.folder / "findings.csv").write_bytes(content)
    before = loaded.state()
    assert expected in loaded.load(data.folder, status=1)
    assert loaded.state() == before


def test_a_byte_order_mark_and_crlf_make_no_difference(loaded, data):
    path = data.folder / "findings.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    journal = loaded.state()[0]
    assert came_of(loaded.load(data.folder), "findings") == (0, 0, 0)
    assert loaded.state()[0] == journal


def test_names_with_commas_quotes_and_accents_survive(loaded, data):
    name, inspector = 'Bournemouth, "Christchurch" & Poole', "Máire O’Neill–Atherton"
    data.change("authorities.csv", {"id": "806"}, official_name=name)
    an_inspection(data, lead_inspector=inspector)
    loaded.load(data.folder)
    assert loaded.value("SELECT official_name FROM inspectd.authority WHERE id = '806'") == name
    inspectors = loaded.rows("SELECT inspectors -> 0 ->> 'name' FROM inspectd.inspection")
    assert inspectors.count((inspector,)) == 1


def test_a_missing_file_is_named(loaded, data):
    (data.folder / "themes.csv").unlink()
    assert f"{data.folder}/themes.csv: No such file or directory" in loaded.load(data.folder, status=1)


def test_the_worked_example_is_found_beside_the_reference_data(loaded, data, tmp_path):
    command = ("load", "--reference", f"{data.folder}/")
    assert "sample" not in loaded.run(*command).stderr
    (tmp_path / "sample").mkdir()
    assert f"{tmp_path}/sample/everybody.jsonl: No such file" in loaded.run(*command, status=1).stderr


def test_a_wrong_call_shows_how(full):
    for arguments in (["--refrence", "x"], ["--reference"], ["extra"], ["--sample", ""]):
        assert "usage: inspectd load" in full.run("load", *arguments, status=2).stderr
    assert "usage: inspectd load" in full.run("load", "--help").stdout


def test_a_database_that_is_away_is_told(full):
    assert "database" in Loader(full.cluster, "no_such_database").load(REFERENCE, status=1)


# --- JSON Lines ---------------------------------------------------------------------------------


class Lines:
    """A sample folder of one's own, empty at first."""

    def __init__(self, folder: pathlib.Path, loader: Loader, reference: pathlib.Path):
        self.folder, self.loader, self.reference = folder, loader, reference
        folder.mkdir()
        for path in SAMPLE.glob("*.jsonl"):
            (folder / path.name).touch()

    def write(self, *lines: dict | str, file: str = "everybody") -> pathlib.Path:
        path = self.folder / f"{file}.jsonl"
        text = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
        return path

    def load(self, status: int = 0) -> str:
        return self.loader.load(self.reference, sample=self.folder, status=status)

    def came_of(self) -> tuple[int, int, int]:
        return came_of(self.load(), "sample: everybody's")


@pytest.fixture
def lines(tmp_path: pathlib.Path, loaded: Loader, data: Data) -> Lines:
    loaded.load(data.folder)
    return Lines(tmp_path / "lines", loaded, data.folder)


def line(resource: str, ref: str, then: list[dict] | None = None, **body: object) -> dict:
    return {"resource": resource, "ref": f"sample:{ref}", "body": body} | ({"then": then} if then else {})


BOARD = line("boards", "board", authority_id="806", name="Improvement Board", kind="improvement_board")
PLAN = line("plans", "plan", authority_id="806", title="Plan", kind="improvement_plan",
            boards=[{"board_id": "ref:sample:board", "cadence": "monthly"}])
ACTION = line("actions", "action", authority_id="806", title="Do it", due_on="2024-05-01",
              plan_ids=["ref:sample:plan"],
              then=[{"due_on": "2024-06-03", "reason": "It was harder."}, {"to": "complete", "on": "2024-06-04"}])
UPDATE = line("updates", "update", action_id="ref:sample:action", reported_on="2024-05-20", narrative="Nearly.")
FOUR = [BOARD, PLAN, ACTION, UPDATE]


def test_nested_members_references_and_what_happened_since_arrive(lines, council):
    lines.write(*FOUR)
    assert lines.came_of() == (4, 0, 0)
    plan, action = found(council, "/v1/plans", "sample:plan"), found(council, "/v1/actions", "sample:action")
    board = found(council, "/v1/boards", "sample:board")
    assert plan["boards"] == [{"board_id": board["id"], "cadence": "monthly", "by_exception": False}]
    assert action["plan_ids"] == [plan["id"]]
    assert (action["due_on"], action["times_moved"], action["status"]) == ("2024-06-03", 1, "complete")
    assert (action["status_on"], action["completed_on"]) == ("2024-06-04", "2024-06-04")
    (move,) = council.get(f"/v1/actions/{action['id']}/reschedules", expect=200).data
    assert (move["was"], move["became"], move["reason"]) == ("2024-05-01", "2024-06-03", "It was harder.")


def test_the_same_lines_again_write_nothing(lines):
    lines.write(*FOUR)
    lines.load()
    journal = lines.loader.state()[0]
    lines.loader.forget_files()
    assert lines.came_of() == (0, 0, 0)
    assert lines.loader.state()[0] == journal


def test_a_changed_line_changes_its_row_from_where_it_stands(lines, council):
    lines.write(*FOUR)
    lines.load()
    then = ACTION["then"] + [{"to": "in_progress", "on": "2024-07-01", "reason": "Not quite."}]
    lines.write(BOARD, PLAN, ACTION | {"then": then, "body": ACTION["body"] | {"title": "Do it again"}}, UPDATE)
    assert lines.came_of() == (0, 1, 0)
    action = found(council, "/v1/actions", "sample:action")
    assert (action["title"], action["status"], action["status_on"]) == ("Do it again", "in_progress", "2024-07-01")
    assert (action["due_on"], action["times_moved"]) == ("2024-06-03", 1)


def test_a_changed_line_says_why_or_the_file_is_the_reason(lines, council):
    action = line("actions", "action", authority_id="806", title="Do it", due_on="2024-05-01")
    lines.write(action)
    lines.load()
    for due_on, said in (("2024-06-03", {"reason": "The partner was late."}), ("2024-07-01", {})):
        lines.write(action | {"body": action["body"] | {"due_on": due_on} | said})
        assert lines.came_of() == (0, 1, 0)
    row = found(council, "/v1/actions", "sample:action")
    moves = council.get(f"/v1/actions/{row['id']}/reschedules", expect=200).data
    assert [move["reason"] for move in moves] == ["The partner was late.", "the loaded file has changed"]


def test_what_is_told_once_is_never_changed(lines, council):
    lines.write(*FOUR)
    lines.load()
    lines.write(*FOUR[:3], UPDATE | {"body": UPDATE["body"] | {"narrative": "Not at all."}})
    assert lines.came_of() == (0, 0, 0)
    assert found(council, "/v1/updates", "sample:update")["narrative"] == "Nearly."


def test_a_line_may_add_to_a_row_of_another_file(lines, data, council):
    first, second = [row["ref"] for row in data.rows("findings.csv") if row["inspection"] ==
                     data.rows("findings.csv")[0]["inspection"]][:2]
    lines.write({"resource": "findings", "ref": second, "body": {"parent_id": f"ref:{first}"}})
    assert lines.came_of() == (0, 1, 0)
    parent = found(council, "/v1/findings", first)["id"]
    assert found(council, "/v1/findings", second)["parent_id"] == parent
    journal = lines.loader.state()[0]
    lines.loader.forget_files()
    lines.load()
    assert lines.loader.state()[0] == journal


def test_two_files_may_change_one_row_in_one_load(lines, data, council):
    ref = data.rows("findings.csv")[0]["ref"]
    lines.write({"resource": "findings", "ref": ref, "body": {"gloss": "Ours."}})
    lines.load()
    data.change("findings.csv", {"ref": ref}, number="77")
    lines.write({"resource": "findings", "ref": ref, "body": {"gloss": "Ours, again."}})
    assert lines.came_of() == (0, 1, 0)
    finding = found(council, "/v1/findings", ref)
    assert (finding["number"], finding["gloss"]) == (77, "Ours, again.")


def test_a_councils_row_of_the_same_reference_is_not_everybodys(lines, council):
    body = {"name": "Police", "kind": "police"}
    council.create("/v1/organisations", body | {"authority_id": "807", "external_refs": {"sample": "police"}})
    lines.write(line("organisations", "police", **body), line("organisations", "health", authority_id="806", **body))
    assert lines.came_of() == (2, 0, 0)
    assert [row["authority_id"] for row in council.get("/v1/organisations", {"external_ref": "sample:police"}).data] \
        in (["807", None], [None, "807"])


def test_a_row_of_an_earlier_file_may_be_referred_to(lines, council):
    lines.write(BOARD)
    lines.write(PLAN, file="middlesbrough-2018")
    lines.load()
    assert found(council, "/v1/plans", "sample:plan")["boards"][0]["cadence"] == "monthly"


BAD_LINES: dict[str, tuple[list[dict | str], str]] = {
    "a later line": ([PLAN, BOARD], '1: boards/0/board_id: "sample:board": there is no such board before this line'),
    "no line at all": ([BOARD, PLAN, UPDATE], '3: action_id: "sample:action": there is no such action'),
    "not JSON": ([BOARD, "{"], "2: not a JSON object on one line: "),
    "a member twice": (['{"ref":"a:b","ref":"a:c"}'], "1: not a JSON object on one line: "),
    "a resource that is not loaded": ([line("themes", "x")], '1: resource: "themes": must be one of: inspections,'),
    "an unknown member": ([line("boards", "x", nam="x")], "1: nam: "),
    "a code that is not known": ([BOARD | {"body": BOARD["body"] | {"kind": "club"}}], '1: kind: "club": '),
    "a nested code": ([BOARD, line("plans", "p", authority_id="806", title="P", kind="year_plan", boards=[
        {"board_id": "ref:sample:board", "cadence": "daily"}])], '2: boards/0/cadence: "daily": '),
    "two lines of one row": ([BOARD, BOARD], '2: "sample:board" stands in line 1 already'),
    "a rule broken by what came after": (
        [BOARD, PLAN, ACTION | {"then": [{"due_on": "2024-06-03"}]}], "3: then/0/reason: "),
    "a step that is not allowed": (
        [BOARD, PLAN, ACTION | {"then": [{"to": "complete"}, {"to": "proposed"}]}], "3: then/1"),
    "another authority's row": ([BOARD, PLAN | {"body": PLAN["body"] | {"authority_id": "807"}}],
                                '2: boards/0/board_id: "ref:sample:board": '),
}


@pytest.mark.parametrize("how", BAD_LINES)
def test_a_bad_line_is_refused_by_file_line_and_member_and_nothing_is_written(how, lines):
    content, expected = BAD_LINES[how]
    path = lines.write(*content)
    before = lines.loader.state()
    said = lines.load(status=1)
    assert f"{path}:{expected}" in said
    assert lines.loader.state() == before


def test_every_bad_line_is_told_not_only_the_first(lines):
    lines.write(line("boards", "a", name="x"), BOARD, line("boards", "b", authority_id="806", name="y", kind="club"))
    said = lines.load(status=1)
    assert "jsonl:1: authority_id: is required" in said and "jsonl:1: kind: is required" in said
    assert 'jsonl:3: kind: "club": ' in said


def test_what_a_council_wrote_in_a_row_of_a_line_stays(lines, council):
    lines.write(*FOUR)
    lines.load()
    path = f"/v1/plans/{found(council, '/v1/plans', 'sample:plan')['id']}"
    mine = council.patch(path, {"title": "Our plan"}, expect=200).json
    lines.write(BOARD, PLAN | {"body": PLAN["body"] | {"title": "Their plan"}}, ACTION, UPDATE)
    assert lines.came_of() == (0, 0, 1)
    assert council.get(path).json == mine


def test_what_a_council_deleted_stays_away_and_so_does_what_refers_to_it(lines, council):
    lines.write(BOARD)
    lines.load()
    path = f"/v1/boards/{found(council, '/v1/boards', 'sample:board')['id']}"
    council.delete(path, expect=204)
    lines.write(*FOUR)
    assert lines.came_of() == (0, 0, 4)
    council.get(path, expect=404)
    assert [lines.loader.count(table) for table in ("plan", "action", "update")] == [0, 0, 0]


def test_a_line_that_is_refused_beside_what_a_council_wrote_is_left_out(lines, council):
    inspection = council.create("/v1/inspections", {"authority_id": "806", "kind": "focused_visit"})
    council.patch(f"/v1/inspections/{inspection['id']}", {"external_refs": {"sample": "visit"}}, expect=200)
    finding = line("findings", "finding", inspection_id="ref:sample:visit", kind="strength", text="x",
                   sensitivity="public")
    lines.write(finding)
    said = lines.load()
    assert "everybody.jsonl:1: sensitivity: " in said and "left out beside what the council wrote: " in said
    assert came_of(said, "sample: everybody's") == (0, 0, 1)


# --- the words of findings ----------------------------------------------------------------------


def test_finding_texts_fill_what_is_empty_and_nothing_else(loaded, data, council, tmp_path):
    refs = [row["ref"] for row in data.rows("findings.csv")[:3]]
    ids = [ref.removeprefix("ofsted:") for ref in refs]
    text = 'The "words",\nin two lines — ◼ '
    mine, touched = (f"/v1/findings/{found(council, '/v1/findings', ref)['id']}" for ref in refs[1:])
    council.patch(mine, {"text": "Our words."}, expect=200)
    council.move(touched, "being_addressed", expect=200)
    file = tmp_path / "texts.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["finding_id", "seq", "text"], *([id, 1, text] for id in [*ids, "unknown"])])

    said = loaded.load(data.folder, "--finding-texts", file)
    assert "loading finding texts: 4 rows … 1 filled in, 2 left as they are, 1 of findings not found" in said
    assert [found(council, "/v1/findings", ref)["text"] for ref in refs] == [text, "Our words.", ""]

    journal = loaded.state()[0]
    assert "0 filled in, 3 left as they are" in loaded.load(data.folder, "--finding-texts", file)
    assert loaded.state()[0] == journal
    # A reload does not take them away again.
    data.change("findings.csv", {"ref": refs[0]}, number="44")
    loaded.load(data.folder)
    assert found(council, "/v1/findings", refs[0])["text"] == text


def test_a_text_that_cannot_stand_fills_none(loaded, data, tmp_path):
    ids = [row["ref"].removeprefix("ofsted:") for row in data.rows("findings.csv")[:2]]
    file = tmp_path / "texts.csv"
    file.write_text(f"finding_id,text\n{ids[0]},fine\n{ids[1]},{'x' * 20001}\n")
    said = loaded.load(data.folder, "--finding-texts", file, status=1)
    assert f"{file}:3: text: " in said and "20000" in said
    assert loaded.value("SELECT count(*) FROM inspectd.finding WHERE text <> ''") == 0
    file.write_text("finding_id,words\n")
    assert f"{file}:1: text: the column is missing" in loaded.load(data.folder, "--finding-texts", file, status=1)
    assert "No such file" in loaded.load(data.folder, "--finding-texts", tmp_path / "none.csv", status=1)


@pytest.mark.skipif(not FINDING_TEXTS.exists(), reason="the collection of texts is not part of the repository")
def test_the_collection_of_texts_fills_every_finding(cluster):
    loader = Loader(cluster, cluster.clone(clusters.REFERENCE))
    said = loader.load(REFERENCE, "--finding-texts", FINDING_TEXTS)
    assert "2,393 filled in, 0 left as they are, 0 of findings not found" in said
    assert loader.value("SELECT count(*) FROM inspectd.finding WHERE text = ''") == 0
    cluster.drop(loader.database)
