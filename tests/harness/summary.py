#!/usr/bin/python3
"""The closing summary of a test run: what failed, then one line with the counts.

usage: tests/harness/summary.py CTEST.xml RESULTS

CTEST.xml is what ctest --output-junit wrote; RESULTS holds one pytest report for
each entry that is a pytest file. Cases are counted one by one: those of pytest by
its reports, those of cmocka by what it printed; any other entry counts as one.
The exit status is 0 only if something passed and nothing failed.
"""

from __future__ import annotations

import pathlib
import re
import sys
import xml.etree.ElementTree as xml
from typing import NamedTuple


class Counts(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]
        return Counts(*(a + b for a, b in zip(self, other)))


def pytest_cases(report: pathlib.Path) -> tuple[Counts, list[str]]:
    counts, failures = Counts(), []
    for case in xml.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            counts += Counts(failed=1)
            failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None:
            counts += Counts(skipped=1)
        else:
            counts += Counts(passed=1)
    return counts, failures


def cmocka_cases(output: str) -> tuple[Counts, list[str]]:
    passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", output, re.MULTILINE)))
    skipped = sum(map(int, re.findall(r"^\[  SKIPPED \] (\d+) test", output, re.MULTILINE)))
    failed = sum(map(int, re.findall(r"^\[  FAILED  \] \D*(\d+) test", output, re.MULTILINE)))
    failures = sorted(set(re.findall(r"^\[  FAILED  \] ([A-Za-z_]\w+)$", output, re.MULTILINE)))
    return Counts(passed, failed, skipped), failures


def entry(case: xml.Element, results: pathlib.Path) -> tuple[Counts, list[str]]:
    name, status = case.get("name", ""), case.get("status")
    report = results / f"{name}.xml"
    if status == "disabled" or case.find("skipped") is not None and status != "fail":
        return Counts(skipped=1), []
    if report.exists():
        counts, failures = pytest_cases(report)
    else:
        counts, failures = cmocka_cases(case.findtext("system-out") or "")
    if status == "run":
        return (counts if sum(counts) else Counts(passed=1)), failures
    # It ended badly without naming a case: a crash, a timeout, a leak at the end.
    return (counts if counts.failed else counts + Counts(failed=1)), failures or ["as a whole"]


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    total = Counts()
    for case in xml.parse(sys.argv[1]).iter("testcase"):
        counts, failures = entry(case, pathlib.Path(sys.argv[2]))
        total += counts
        for failure in failures:
            print(f"FAILED {case.get('name')}: {failure}")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main())
