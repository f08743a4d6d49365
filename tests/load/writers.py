#!/usr/bin/python3
"""What the audit costs those who write: 1 to 16 clients over HTTP, each with actions of its own, or all with one.

usage: tests/load/writers.py [--short] [--seconds N] [--durable] [--before BINARY]    INSPECTD names the binary, a release

A client makes an action and changes it three times, and again. In turns, each with a database of its own: the service
as it is, its entries sealed every second; the same without the triggers that write journal and history; and, where one
is named, an earlier release.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import cluster as clusters  # noqa: E402
from harness.many import Line  # noqa: E402
from harness.service import Service  # noqa: E402

CASES = {"1 writer": (1, False), "4 writers": (4, False), "16 writers": (16, False), "16 of one row": (16, True)}


class Way:
    """One service, on a cluster of its own."""

    def __init__(self, name: str, binary: str, durable: bool, audited: bool = True):
        os.environ["INSPECTD"] = binary
        self.name = name
        self.cluster = clusters.Cluster(clusters.template(), durable=durable).start()
        database = self.cluster.clone(clusters.REFERENCE)
        with self.cluster.connect(database) as db:
            db.execute("VACUUM ANALYZE")
            self.seals = audited and bool(db.execute("SELECT to_regprocedure('inspectd.seal()') IS NOT NULL").fetchone()[0])
            for table, in [] if audited else db.execute("SELECT table_name FROM inspectd.journaled_table").fetchall():
                db.execute(f"ALTER TABLE inspectd.{table} DISABLE TRIGGER journal")
        self.service = Service(self.cluster, database, INSPECTD_WORKERS=16)
        self.service.start()
        self.key = self.service.make_key(name="load")

    def close(self) -> None:
        try:
            self.service.close()
        finally:
            self.cluster.close()

    def seal(self, until: threading.Event) -> None:
        with self.cluster.connect(self.service.database) as db:
            while not until.wait(1):
                db.execute("SELECT inspectd.seal()")

    def write(self, shared: str | None, ends: float, took: list[float]) -> None:
        line, n = Line(self.service.port, self.key), 0
        path = shared
        while (start := time.perf_counter()) < ends:
            if not shared and n % 4 == 0:
                made = line.post("/v1/actions", {"authority_id": "806", "title": "Recruit", "due_on": "2027-01-29"})
                path = f"/v1/actions/{json.loads(made)['id']}"
            else:
                line.patch(path, {"title": f"Recruit {n}", "detail": "As the board has agreed. " * (n % 8)})
            took.append(time.perf_counter() - start)
            n += 1

    def run(self, writers: int, one_row: bool, seconds: float) -> list[float]:
        """How long each request took."""
        line, took, done = Line(self.service.port, self.key), [], threading.Event()
        shared = None
        if one_row:
            shared = f"/v1/actions/{json.loads(line.post('/v1/actions', {'authority_id': '806', 'title': 'One'}))['id']}"
        ends = time.perf_counter() + seconds
        threads = [threading.Thread(target=self.write, args=(shared, ends, took)) for _ in range(writers)]
        sealing = threading.Thread(target=self.seal, args=(done,))
        for thread in [*threads, *([sealing] if self.seals else [])]:
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        if self.seals:
            sealing.join()
        return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="for a moment: shows that it runs")
    parser.add_argument("--seconds", type=float, default=5, help="for each number of writers, twice")
    parser.add_argument("--durable", action="store_true", help="on disc, each commit flushed")
    parser.add_argument("--before", help="an earlier release to compare with")
    asked = parser.parse_args()
    mine, seconds = str(clusters.binary()), 0.4 if asked.short else asked.seconds
    ways = [Way("as it is", mine, asked.durable), Way("no audit", mine, asked.durable, audited=False)]
    ways += [Way("before", str(pathlib.Path(asked.before).absolute()), asked.durable)] if asked.before else []
    try:
        for way in ways:
            way.run(4, False, min(seconds, 2))  # to begin with, what is read is read in
        print(f"{'':16}{'':10}{'req/s':>8}{'median ms':>11}{'p95 ms':>9}{'req/s, as it is : this':>25}")
        for case, (writers, one_row) in CASES.items():
            took: dict[str, list[float]] = {way.name: [] for way in ways}
            for way in [*ways, *reversed(ways)]:
                took[way.name] += way.run(writers, one_row, seconds)
            for name, times in took.items():
                print(f"{case:16}{name:10}{len(times) / seconds / 2:8.0f}{statistics.median(times) * 1000:11.1f}"
                      f"{statistics.quantiles(times, n=20)[18] * 1000:9.1f}{len(took['as it is']) / len(times):25.2f}", flush=True)
    finally:
        for way in ways:
            way.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
