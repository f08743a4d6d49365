#!/usr/bin/python3
"""Runs a command beside a throw-away cluster; its exit status is the command's.

usage: tests/harness/with_database.py [--template NAME] COMMAND [ARGUMENT...]

INSPECTD_TEST_URL names a database of the command's own, migrated (or a copy of
another template, see cluster.py), as its owner, who is a superuser.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import cluster as clusters  # noqa: E402 (the line above says where it is)


def main() -> int:
    arguments, template = sys.argv[1:], clusters.EMPTY
    if arguments[:1] == ["--template"]:
        template, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    try:
        finished = clusters.template()
    except (RuntimeError, OSError) as error:
        # Suites that need no database are still worth running.
        print(f"There is no database to test with: {error}", file=sys.stderr)
        return subprocess.run(arguments).returncode
    cluster = clusters.Cluster(finished)
    try:
        database = cluster.start().clone(template)
        cluster.execute(f"ALTER DATABASE {database} OWNER TO {clusters.SUPERUSER}")
        url = cluster.url(database, clusters.SUPERUSER)
        return subprocess.run(arguments, env=os.environ | {"INSPECTD_TEST_URL": url}).returncode
    finally:
        cluster.close()


if __name__ == "__main__":
    sys.exit(main())
