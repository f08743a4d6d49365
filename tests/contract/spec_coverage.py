#!/usr/bin/env python3
"""Fails when a documented operation or status was never exercised.

usage: tests/contract/spec_coverage.py FILE...

Each FILE is what spec_validator.py wrote to INSPECTD_COVERAGE: lines of
"<operation id> <status>".
"""

import sys

import spec_validator


def documented():
    """{operation id: its statuses}, in the order of the description."""
    return {o["operationId"]: sorted(o["responses"]) for _, _, o in spec_validator.operations()}


def seen(paths):
    found = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found.update(tuple(line.split()) for line in file if line.strip())
    return found


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    exercised = seen(sys.argv[1:])
    total, missing = 0, []
    for operation_id, statuses in documented().items():
        never = [status for status in statuses if (operation_id, status) not in exercised]
        total += len(statuses)
        if len(never) == len(statuses):
            missing.append(f"{operation_id}: never called")
        elif never:
            missing.append(f"{operation_id}: never answered {', '.join(never)}")
    for line in missing:
        print(line)
    if missing:
        sys.exit(f"{len(missing)} operations of api/openapi.yaml are not exercised in full")
    print(f"all {total} documented answers of {len(documented())} operations were exercised")


if __name__ == "__main__":
    main()
