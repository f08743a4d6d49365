#!/usr/bin/python3
"""What a page as it was costs beside the same page as it is, over HTTP, at ten versions of each row.

usage: tests/load/recorded.py [--short] [--rows N] [--rounds N]    INSPECTD names the binary, a release
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import cluster as clusters  # noqa: E402
from harness.many import CLIENTS, PAGES, Line, fill, in_turns, key_of  # noqa: E402
from harness.service import Service  # noqa: E402

CEILING = 3.0


def measure(service: Service, moments: dict[str, str], rounds: int, warm: int, only: str) -> float:
    worst = 0.0  # of the pages; a count looks up each row that it counts, for who does not see all
    print(f"{'':32}{'now':>8}{''.join(f'{name:>9}' for name in moments)}    ms now; then, as a multiple of now")
    for client in CLIENTS:
        line = Line(service.port, key_of(service, client))
        ids = {name: json.loads(line.get(f"/v1/{name}s?authority_id=806&limit=1"))["data"][0]["id"] for name in ("action", "finding")}
        print(client)
        for name, path in PAGES.items():
            if only not in name:
                continue
            path = path.format(**ids)
            ways = {"now": path} | {moment: f"{path}{'&' if '?' in path else '?'}as_recorded_at={at}"
                                    for moment, at in moments.items()}
            took = in_turns({way: lambda p=p: line.get(p) for way, p in ways.items()}, rounds, warm)
            ratios = [took[moment] / took["now"] for moment in moments]
            worst = worst if name.startswith("counts") else max(worst, *ratios)
            print(f"  {name:30}{took['now'] * 1000:8.2f}" + "".join(f"{ratio:9.2f}" for ratio in ratios)
                  + ("  <-- over" if max(ratios) > CEILING else ""), flush=True)
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a few rows and rounds: shows that it runs")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--versions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="", help="pages with this in their name")
    parser.add_argument("--keep", help="waits at the end, having written how to connect to this file")
    asked = parser.parse_args()
    if asked.short:
        asked.rows, asked.versions, asked.rounds = 200, 3, 1
    cluster = clusters.Cluster(clusters.template()).start()
    try:
        service = Service(cluster, cluster.clone(clusters.REFERENCE))
        with cluster.connect(service.database) as db:
            moments = fill(db, asked.rows, asked.versions)
        service.start()
        try:
            worst = measure(service, moments, asked.rounds, 1 if asked.short else 8, asked.only)
        finally:
            service.close()
        print(f"worst {worst:.2f}, ceiling {CEILING}")
        if asked.keep:
            pathlib.Path(asked.keep).write_text(f"{cluster.url(service.database)}\n{moments}\n")
            input()
    finally:
        cluster.close()
    return 0 if asked.short or worst <= CEILING else 1


if __name__ == "__main__":
    sys.exit(main())
