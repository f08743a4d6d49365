#!/usr/bin/env python3
"""Check the files of sql/reference and sql/sample.

Usage: check_reference.py [--repo DIR] [--data DIR] [--documents DIR]

--repo       the repository (default: two folders above this file)
--data       the source data the files were prepared from
             (default: ../shared/data beside the repository)
--documents  the source documents of the worked example
             (default: ../seeds beside the data; left out when absent)

Exit status: 0 all holds, 1 something does not, 77 the source data is absent.
Standard library only.
"""

import argparse
import csv
import datetime
import hashlib
import json
import os
import re
import statistics
import sys

FAILURES = []
CHECKS = 0


def check(ok, message):
    """Count a check and remember it when it fails."""
    global CHECKS
    CHECKS += 1
    if not ok:
        FAILURES.append(message)


def read(path):
    """Rows of a CSV file, after looking at its bytes."""
    with open(path, "rb") as handle:
        raw = handle.read()
    check(not raw.startswith(b"\xef\xbb\xbf"), path + ": byte order mark")
    check(b"\r" not in raw, path + ": carriage return")
    check(raw.endswith(b"\n"), path + ": no newline at the end")
    raw.decode("utf-8")
    with open(path, encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, strict=True)
        rows = list(reader)
    for number, row in enumerate(rows, 2):
        check(None not in row and None not in row.values(),
              f"{path}: row {number} has the wrong number of cells")
        for name, cell in row.items():
            check(cell == cell.strip() and "  " not in cell,
                  f"{path}: row {number}, {name}: stray spaces")
    return rows


def columns(rows, name, expected):
    check(list(rows[0]) == expected.split(","), name + ": wrong header")


def split(cell):
    return [part for part in cell.split(";") if part]


def is_date(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def unique(rows, keys, name):
    seen = set()
    for row in rows:
        key = tuple(row[k] for k in keys)
        check(key not in seen, f"{name}: {key} twice")
        seen.add(key)
    return seen


# The keyword rule, as sql/reference/README.md states it.

def normalise(text):
    for curly, straight in (("\u2018", "'"), ("\u2019", "'"),
                            ("\u201c", '"'), ("\u201d", '"')):
        text = text.replace(curly, straight)
    return text.lower()


def themes_of(text, vocabulary):
    text = normalise(text)
    found = []
    for theme, patterns in vocabulary:
        if any(pattern.search(text) for pattern in patterns):
            found.append(theme)
    return found


def compile_keywords(themes):
    return [(t["id"], [re.compile(r"(?<![a-z0-9])" + re.escape(k))
                       for k in split(t["keywords"])]) for t in themes]


def words(text):
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", normalise(text))


def runs(text, length=6):
    tokens = words(text)
    return {tuple(tokens[i:i + length])
            for i in range(len(tokens) - length + 1)}


def vocabulary_ok(row, allowed, name):
    for column, values in allowed.items():
        check(row[column] in values.split("|"),
              f"{name} {row.get('ref') or row.get('id')}: {column} is "
              f"{row[column]!r}")


class Reference:
    """The files of sql/reference, loaded and checked one by one."""

    COUNTS = {"authorities": 156, "statistical_neighbours": 1530,
              "bank_holidays": 131, "inspections": 561, "judgements": 2598,
              "findings": 2393}

    KINDS = set("standard_inspection short_inspection sif_inspection "
                "sif_reinspection looked_after_children_inspection "
                "lscb_review focused_visit monitoring_visit assurance_visit "
                "jtai commissioner_review annual_engagement_meeting "
                "peer_review unknown".split())

    UNGRADED = ("focused_visit", "monitoring_visit", "assurance_visit",
                "commissioner_review", "annual_engagement_meeting",
                "peer_review")

    def __init__(self, folder, data):
        self.folder = folder
        self.data = data
        for name in ("frameworks", "framework_strands", "framework_grades",
                     "themes", "authorities", "statistical_neighbours",
                     "bank_holidays", "inspections", "judgements",
                     "findings"):
            setattr(self, name, read(os.path.join(folder, name + ".csv")))
        for name, count in self.COUNTS.items():
            got = len(getattr(self, name))
            check(got == count, f"{name}: {got} rows, not {count}")
        self.theme_ids = {t["id"] for t in self.themes}
        self.authority_ids = {a["id"] for a in self.authorities}
        self.framework = {f["id"]: f for f in self.frameworks}
        self.inspection = {i["ref"]: i for i in self.inspections}
        self.finding = {f["ref"]: f for f in self.findings}
        self.strands = {(s["framework_id"], s["strand"]): s
                        for s in self.framework_strands}
        self.grades = {(g["framework_id"], g["grade"])
                       for g in self.framework_grades}

    def source(self, name):
        path = os.path.join(self.data, name + ".csv")
        with open(path, encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    def frameworks_ok(self):
        columns(self.frameworks, "frameworks", "id,name,body,kinds,graded,"
                "full_inspection,starts_on,ends_on,source")
        unique(self.frameworks, ["id"], "frameworks")
        expected = {"pre-sif", "lac-2013", "sif", "lscb", "ilacs-2018",
                    "ilacs-2023", "ilacs-2026", "jtai", *self.UNGRADED}
        check(set(self.framework) == expected, "frameworks: ids")
        seen = set()
        for row in self.frameworks:
            vocabulary_ok(row, {"body": "ofsted|joint|dfe|sector",
                                "graded": "true|false",
                                "full_inspection": "true|false"}, "framework")
            check(row["source"] != "", row["id"] + ": no source")
            check(set(split(row["kinds"])) <= self.KINDS,
                  row["id"] + ": unknown kind")
            seen |= set(split(row["kinds"]))
            for column in ("starts_on", "ends_on"):
                check(row[column] == "" or is_date(row[column]),
                      f"{row['id']}: {column}")
            if row["starts_on"] and row["ends_on"]:
                check(row["starts_on"] <= row["ends_on"],
                      row["id"] + ": reversed")
            full = row["id"] == "sif" or row["id"].startswith("ilacs-")
            check((row["full_inspection"] == "true") == full,
                  row["id"] + ": full_inspection")
        check(seen == self.KINDS, "frameworks: a kind has no framework")
        for a in self.frameworks:
            for b in self.frameworks:
                if a["id"] < b["id"] and \
                        set(split(a["kinds"])) & set(split(b["kinds"])):
                    apart = (a["ends_on"] or "9") < (b["starts_on"] or "0") \
                        or (b["ends_on"] or "9") < (a["starts_on"] or "0")
                    check(apart, f"{a['id']} and {b['id']} overlap")
        for slug in self.UNGRADED:
            check(self.framework[slug]["kinds"] == slug, slug + ": kinds")

    def strands_ok(self):
        columns(self.framework_strands, "framework_strands",
                "framework_id,strand,position,title,limits_overall")
        columns(self.framework_grades, "framework_grades",
                "framework_id,grade,position,title")
        unique(self.framework_strands, ["framework_id", "strand"], "strands")
        unique(self.framework_grades, ["framework_id", "grade"], "grades")
        for rows, name in ((self.framework_strands, "strands"),
                           (self.framework_grades, "grades")):
            places = {}
            for row in rows:
                places.setdefault(row["framework_id"], []).append(
                    int(row["position"]))
            for key, value in places.items():
                check(value == list(range(1, len(value) + 1)),
                      f"{name} of {key}: positions")
                check(self.framework[key]["graded"] == "true",
                      f"{name} of {key}: not graded")
            for key, row in self.framework.items():
                check((row["graded"] == "true") == (key in places),
                      f"{name} of {key}")
        limiting = {f"{f}/{s}" for (f, s), row in self.strands.items()
                    if row["limits_overall"] == "true"}
        check(limiting == {
            "sif/help_and_protection", "sif/looked_after_and_permanence",
            "sif/leadership_management_governance",
            "ilacs-2018/help_and_protection",
            "ilacs-2018/children_in_care_and_care_leavers",
            "ilacs-2023/help_and_protection", "ilacs-2023/children_in_care",
            "ilacs-2023/care_leavers"}, "limits_overall")
        for key in self.strands:
            if key[1] == "overall_effectiveness":
                check(self.strands[key]["position"] == "1",
                      f"{key}: position")
        check(("ilacs-2026", "overall_effectiveness") not in self.strands,
              "ilacs-2026 has an overall grade")

    def themes_ok(self):
        columns(self.themes, "themes",
                "id,name,description,synonyms,keywords")
        unique(self.themes, ["id"], "themes")
        for row in self.themes:
            check(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["id"]),
                  row["id"] + ": not kebab-case")
            check(row["name"] and row["description"] and row["synonyms"]
                  and row["keywords"], row["id"] + ": empty cell")
            phrases = split(row["keywords"])
            check(len(phrases) == len(set(phrases)),
                  row["id"] + ": keyword twice")
            for phrase in phrases:
                check(phrase == normalise(phrase).strip()
                      and phrase[0].isalnum(),
                      f"{row['id']}: keyword {phrase!r}")

    def authorities_ok(self):
        columns(self.authorities, "authorities", "id,name,official_name,"
                "aliases,gss_code,former_gss_codes,urn,type,region,"
                "region_code,status,started_on,ended_on,successor_ids")
        unique(self.authorities, ["id"], "authorities")
        unique(self.authorities, ["gss_code"], "authorities")
        source = {a["dfe_la_number"]: a for a in self.source("authorities")}
        number = {a["urn"]: key for key, a in source.items() if a["urn"]}
        check(set(source) == self.authority_ids, "authorities: ids")
        live = [a for a in self.authorities if a["status"] == "current"]
        check(len(live) == 153, "authorities: not 153 current")
        regions = {}
        first = {}
        for row in self.inspections:
            day = row["start_on"] or row["published_on"]
            key = row["authority_id"]
            first[key] = min(first.get(key, "9"), day)
        names = {}
        for row in self.authorities:
            was = source[row["id"]]
            same = {"name": "name", "gss_code": "gss_code", "urn": "urn",
                    "type": "authority_type", "region": "region",
                    "region_code": "region_code", "status": "status",
                    "ended_on": "end_date"}
            for here, there in same.items():
                check(row[here] == was[there], f"{row['id']}: {here}")
            check(row["official_name"] ==
                  " ".join(was["official_name"].split()),
                  row["id"] + ": official_name")
            check(split(row["former_gss_codes"]) ==
                  [c for c in was["former_gss_codes"].split("|") if c],
                  row["id"] + ": former_gss_codes")
            check(split(row["successor_ids"]) ==
                  [number[u] for u in was["successor_urns"].split("|") if u],
                  row["id"] + ": successor_ids")
            check(re.fullmatch(r"\d{3}", row["id"]), row["id"] + ": id")
            check(regions.setdefault(row["region_code"], row["region"])
                  == row["region"], row["id"] + ": region spelling")
            if row["started_on"]:
                check(row["started_on"] == was["start_date"]
                      and first.get(row["id"], "9") >= row["started_on"],
                      row["id"] + ": started_on")
            for name in [row["name"], *split(row["aliases"])]:
                check(name not in names or names[name] == row["id"],
                      name + ": two authorities")
                names[name] = row["id"]
        check(len(regions) == 9, "authorities: regions")

    def neighbours_and_holidays_ok(self):
        want = {(n["dfe_la_number"], n["rank"], n["neighbour_dfe_la_number"])
                for n in self.source("statistical_neighbours")}
        got = unique(self.statistical_neighbours,
                     ["authority_id", "rank", "neighbour_id"], "neighbours")
        check(got == want, "statistical_neighbours differ from the source")
        for row in self.statistical_neighbours:
            check(row["authority_id"] in self.authority_ids
                  and row["neighbour_id"] in self.authority_ids
                  and row["authority_id"] != row["neighbour_id"],
                  f"neighbour {row}")
        want = {(h["date"], h["title"]) for h in self.source("bank_holidays")}
        check(unique(self.bank_holidays, ["date", "title"], "holidays")
              == want, "bank_holidays differ from the source")

    def inspections_ok(self):
        columns(self.inspections, "inspections", "ref,authority_id,"
                "framework_id,kind,body,status,sensitivity,start_on,end_on,"
                "published_on,lead_inspector,theme_ids,report_url")
        unique(self.inspections, ["ref"], "inspections")
        source = {"ofsted:" + i["inspection_id"]: i
                  for i in self.source("inspections")}
        check(set(source) == set(self.inspection), "inspections: refs")
        undated = 0
        for row in self.inspections:
            ref, was = row["ref"], source[row["ref"]]
            check((row["authority_id"], row["start_on"], row["end_on"],
                   row["published_on"], row["report_url"]) ==
                  (was["dfe_la_number"], was["start_date"], was["end_date"],
                   was["publication_date"], was["source_url"]),
                  ref + ": differs from the source")
            check(row["authority_id"] in self.authority_ids,
                  ref + ": authority")
            check(row["body"] == ("joint" if row["kind"] == "jtai"
                                  else "ofsted"), ref + ": body")
            check((row["status"], row["sensitivity"])
                  == ("published", "public"), ref + ": status")
            check(set(split(row["theme_ids"])) <= self.theme_ids,
                  ref + ": theme")
            check(not re.search(r"\(HMI\)|:| -|- |Senior",
                                row["lead_inspector"]),
                  ref + ": lead inspector")
            self.fits_framework(row)
            if not row["start_on"]:
                undated += 1
                check(row["framework_id"] == "pre-sif", ref + ": no dates")
            else:
                check(row["start_on"] <= row["end_on"]
                      <= row["published_on"], ref + ": order of dates")
        check(undated == 4, "inspections without dates")

    def fits_framework(self, row):
        framework = self.framework.get(row["framework_id"])
        check(framework is not None, row["ref"] + ": framework")
        if framework is None:
            return
        check(row["kind"] in split(framework["kinds"]),
              row["ref"] + ": kind does not belong to the framework")
        start = row["start_on"]
        if start:
            check((framework["starts_on"] or "0") <= start
                  <= (framework["ends_on"] or "9"),
                  row["ref"] + ": outside the validity of its framework")
            fits = [f["id"] for f in self.frameworks
                    if row["kind"] in split(f["kinds"])
                    and (f["starts_on"] or "0") <= start
                    <= (f["ends_on"] or "9")]
            check(fits == [row["framework_id"]],
                  f"{row['ref']}: kind and start give {fits}")

    def judgements_ok(self):
        columns(self.judgements, "judgements",
                "inspection,strand,grade,wording,title")
        got = unique(self.judgements, ["inspection", "strand"], "judgements")
        source = {("ofsted:" + j["inspection_id"], j["judgement_code"]): j
                  for j in self.source("judgements")}
        check(got == set(source), "judgements differ from the source")
        used = set()
        for row in self.judgements:
            key = (row["inspection"], row["strand"])
            was = source[key]
            check((row["grade"], row["wording"], row["title"]) ==
                  (was["grade"], was["grade_verbatim"],
                   was["judgement_title"]), f"judgement {key}")
            framework = self.inspection[row["inspection"]]["framework_id"]
            used.add((framework, row["strand"]))
            check((framework, row["strand"]) in self.strands,
                  f"judgement {key}: strand not in {framework}")
            check((framework, row["grade"]) in self.grades,
                  f"judgement {key}: grade not in {framework}")
        check(used == set(self.strands), "a strand that no judgement has")

    def findings_ok(self):
        columns(self.findings, "findings", "ref,inspection,number,kind,"
                "strand,national_framework_ref,theme_ids,source_url,sensitivity")
        unique(self.findings, ["ref"], "findings")
        unique(self.findings, ["inspection", "number"], "findings")
        source = {"ofsted:" + f["finding_id"]: f
                  for f in self.source("findings")}
        check(set(source) == set(self.finding), "findings: refs")
        rule = compile_keywords(self.themes)
        sizes = []
        for row in self.findings:
            was = source[row["ref"]]
            check((row["inspection"], row["number"], row["kind"],
                   row["national_framework_ref"], row["strand"]) ==
                  ("ofsted:" + was["inspection_id"], was["seq"],
                   was["finding_type"], was["national_framework_ref"], ""),
                  row["ref"] + ": differs from the source")
            check(row["inspection"] in self.inspection,
                  row["ref"] + ": inspection")
            check(row["sensitivity"] == "public",
                  row["ref"] + ": a published finding is public")
            check(row["source_url"] ==
                  self.inspection[row["inspection"]]["report_url"],
                  row["ref"] + ": source_url")
            themes = themes_of(was["text"], rule)
            sizes.append(len(themes))
            check(themes == split(row["theme_ids"]),
                  f"{row['ref']}: the rule gives {themes}")
        covered = sum(1 for size in sizes if size) / len(sizes)
        many = sum(1 for size in sizes if size > 4) / len(sizes)
        check(covered >= 0.97, f"only {covered:.1%} of findings have a theme")
        check(1 <= statistics.median(sizes) <= 2, "median number of themes")
        check(many <= 0.06, f"{many:.1%} of findings have more than 4 themes")
        repeat = {}
        for row in self.findings:
            if "management-oversight" in split(row["theme_ids"]):
                visit = self.inspection[row["inspection"]]
                repeat.setdefault(visit["authority_id"], set()).add(
                    visit["ref"])
        twice = sum(1 for visits in repeat.values() if len(visits) > 1)
        print(f"themes: {len(self.themes)}; findings with a theme: "
              f"{covered:.1%}; median {statistics.median(sizes):g}; more "
              f"than 4: {many:.1%}")
        print(f"management oversight: {len(repeat)} authorities, "
              f"{twice} of them in two or more inspections")
        check({"ofsted:ofsted-50143726", "ofsted:ofsted-50218077",
               "ofsted:ofsted-50308109"} <= repeat.get("806", set()),
              "the repeat theme of Middlesbrough is not found")

    def all_ok(self):
        self.frameworks_ok()
        self.strands_ok()
        self.themes_ok()
        self.authorities_ok()
        self.neighbours_and_holidays_ok()
        self.inspections_ok()
        self.judgements_ok()
        self.findings_ok()


class Sample:
    """The files of sql/sample, checked against the reference.

    Whether each body is one that the API would take is for the loader to
    say; here is what it cannot know: that nothing is missing or copied.
    """

    def __init__(self, folder, reference, documents):
        self.folder = folder
        self.reference = reference
        self.documents = documents
        self.lines = []
        self.row = {}
        known = {("inspections", ref) for ref in reference.inspection}
        known |= {("findings", ref) for ref in reference.finding}
        # In the order in which they are loaded, which is that of their refs.
        for name in ("everybody", "middlesbrough-2018", "reading-2018",
                     "worcestershire-2019", "middlesbrough-2021",
                     "middlesbrough-2022"):
            self.read(os.path.join(folder, name + ".jsonl"), known)
        found = sorted(n for n in os.listdir(folder) if n != "README.md")
        check(len(found) == 6 and all(n.endswith(".jsonl") for n in found),
              f"sql/sample has other files: {found}")

    def read(self, path, known):
        with open(path, encoding="utf-8") as handle:
            raw = handle.read()
        check("\r" not in raw and raw.endswith("\n"), path + ": line ends")
        seen = set()
        for number, text in enumerate(raw.splitlines(), 1):
            line = json.loads(text)
            key = (line["resource"], line["ref"])
            where = f"{os.path.basename(path)}:{number}"
            check(set(line) <= {"resource", "ref", "body", "then"}, where)
            check(key not in seen, f"{where}: {key} twice")
            check(key in known or line["ref"].startswith("sample:"), where)
            refs = {ref[1] for ref in known}
            for value in strings([line["body"], line.get("then", [])]):
                check(value == value.strip() and "  " not in value,
                      f"{where}: stray spaces: {value!r}")
                check(not value.startswith("ref:") or value[4:] in refs,
                      f"{where}: {value} leads nowhere")
            seen.add(key)
            known.add(key)
            self.lines.append((where, line))
            self.row.setdefault(key, line["body"])

    def of(self, resource):
        return [(line["ref"], line["body"]) for _, line in self.lines
                if line["resource"] == resource]

    def findings_ok(self):
        taken = {(f["inspection"], f["number"])
                 for f in self.reference.findings}
        for ref, body in self.of("findings"):
            for theme in body.get("theme_ids", []):
                check(theme in self.reference.theme_ids, f"{ref}: {theme}")
            if not ref.startswith("sample:"):
                continue
            check(body["text"] and body["source_paragraph"] and
                  body["theme_ids"], ref + ": empty")
            visit = body["inspection_id"].removeprefix("ref:")
            key = (visit, body.get("parent_id") or str(body["number"]))
            if body.get("parent_id"):
                key += (body["number"],)
            check(key not in taken, ref + ": number taken")
            taken.add(key)

    def documents_ok(self):
        """A digest is that of a document that was at hand."""
        if not os.path.isdir(self.documents):
            return
        digests = set()
        for name in os.listdir(self.documents):
            with open(os.path.join(self.documents, name), "rb") as handle:
                digests.add(hashlib.sha256(handle.read()).hexdigest())
        used = {body["sha256"] for _, body in self.of("documents")
                if "sha256" in body}
        check(used == digests, "documents: digests of other files")

    def checklist_ok(self):
        """What the worked example must hold."""
        expected = [
            ("sample:middlesbrough-focused-visit-2018-08", "strength", 7),
            ("sample:middlesbrough-focused-visit-2018-08",
             "recommendation", 4),
            ("sample:middlesbrough-focused-visit-2021-05",
             "area_for_improvement", 2),
            ("sample:middlesbrough-monitoring-visit-2021-12", "strength", 9),
            ("sample:middlesbrough-monitoring-visit-2021-12",
             "area_for_improvement", 7),
            ("sample:reading-monitoring-visit-2018-07",
             "area_for_improvement", 3),
            ("sample:reading-commissioner-deep-dive-2018-09", "strength", 7),
            ("sample:reading-commissioner-deep-dive-2018-09",
             "area_for_improvement", 6),
            ("ofsted:ofsted-50096455", "not_assessed", 1)]
        findings = [body for ref, body in self.of("findings")
                    if ref.startswith("sample:")]
        for visit, kind, number in expected:
            got = sum(1 for f in findings if f["kind"] == kind
                      and f["inspection_id"] == "ref:" + visit
                      and "parent_id" not in f)
            check(got == number, f"{visit}: {got} {kind}, not {number}")
        check(sum(1 for f in findings if f.get("contested")) == 2,
              "contested findings")
        # The repeat theme: from each later visit links lead to the first.
        start = "ref:sample:middlesbrough-2018-08-recommendation-1"
        chain = "ofsted:ofsted-50308109-04"
        reached, ahead = set(), [chain]
        while ahead:
            ref = ahead.pop()
            reached.add("ref:" + ref)
            for link in self.row.get(("findings", ref), {}).get("links", []):
                if link["earlier_id"] not in reached:
                    ahead.append(link["earlier_id"].removeprefix("ref:"))
        for ref in (start, "ref:ofsted:ofsted-50143726-14",
                    "ref:sample:middlesbrough-2021-05-area-1",
                    "ref:sample:middlesbrough-2021-12-area-5",
                    "ref:ofsted:ofsted-50218077-02"):
            check(ref in reached, f"{chain} does not lead back to {ref}")

    def all_ok(self):
        self.findings_ok()
        self.documents_ok()
        self.checklist_ok()


def strings(value, skip=()):
    """Every text in a JSON value, except under the names in skip."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, skip)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in skip:
                yield from strings(item, skip)


def forbidden_runs(reference, documents):
    """Runs of six words of reports and documents, titles excepted."""
    forbidden = set()
    for row in reference.source("findings"):
        forbidden |= runs(row["text"])
    for row in reference.source("visit_mentions"):
        forbidden |= runs(row["context"])
    texts = 0
    if os.path.isdir(documents):
        for name in sorted(os.listdir(documents)):
            path = os.path.join(documents, name)
            if name.endswith(".txt"):
                with open(path, encoding="utf-8") as handle:
                    forbidden |= runs(handle.read())
                texts += 1
    if not texts:
        print("source documents absent: compared with report texts only")
    for row in reference.framework_strands + reference.frameworks:
        forbidden -= runs(row.get("title") or row["name"])
    for row in reference.judgements:
        forbidden -= runs(row["title"])
    return forbidden


PROSE = ("name", "description", "synonyms", "source", "title", "text")
# Official names of bodies and posts are not prose, nor is an address.
NAMES = ("name", "role", "lead_role", "contact_role", "person_role",
         "author", "addressed_to", "agreed_by", "owner_member",
         "owner_officer", "contact", "url", "source_url")


def nothing_copied(folder, sample, forbidden):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".csv") or name == "authorities.csv":
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8", newline="") as handle:
            for number, row in enumerate(csv.DictReader(handle), 2):
                for column in PROSE:
                    cell = row.get(column) or ""
                    parts = split(cell) if column == "synonyms" else [cell]
                    for part in parts:
                        not_copied(part, forbidden,
                                   f"{name} row {number}, {column}")
    for where, line in sample.lines:
        for text in strings([line["body"], line.get("then", [])], NAMES):
            not_copied(text, forbidden, where)


def not_copied(text, forbidden, where):
    copied = runs(text) & forbidden
    check(not copied, f"{where}: copied: {sorted(copied)[:2]}")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="Check the data files.")
    parser.add_argument("--repo", default=os.path.dirname(
        os.path.dirname(here)))
    parser.add_argument("--data")
    parser.add_argument("--documents")
    options = parser.parse_args()
    data = options.data or os.path.join(options.repo, "..", "shared", "data")
    documents = options.documents or os.path.join(data, "..", "seeds")
    if not os.path.isfile(os.path.join(data, "findings.csv")):
        print("skipped: the source data is not at", os.path.normpath(data))
        return 77
    sql = os.path.join(options.repo, "sql")
    reference = Reference(os.path.join(sql, "reference"), data)
    reference.all_ok()
    sample = Sample(os.path.join(sql, "sample"), reference, documents)
    sample.all_ok()
    nothing_copied(os.path.join(sql, "reference"), sample,
                   forbidden_runs(reference, documents))
    for message in FAILURES[:50]:
        print("not ok:", message)
    print(f"{CHECKS} checks, {len(FAILURES)} failed")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
