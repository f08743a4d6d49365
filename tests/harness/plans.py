"""The plans by which PostgreSQL answered the service, as auto_explain tells them in its log."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterator

from harness.cluster import Cluster

SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
}


class Plans:
    """Of a database, from the connections on that are made after this."""

    def __init__(self, cluster: Cluster, database: str):
        self.log = cluster.log
        for name, value in SETTINGS.items():
            cluster.execute(f"ALTER DATABASE {database} SET {name} = '{value}'")

    def __call__(self, request: Callable[[], Any]) -> list[dict]:
        """Those of the statements that a request takes."""
        begin = self.log.stat().st_size
        request()
        with self.log.open("rb") as log:
            log.seek(begin)
            return [
                json.loads(text)["Plan"]
                for text in re.findall(r"  plan:\n(\t?\{.*?\n\t?\})\n", log.read().decode(), re.DOTALL)
            ]


def walk_plan(plan: dict) -> Iterator[dict]:
    yield plan
    for child in plan.get("Plans", []):
        yield from walk_plan(child)


def cost_of(plans: list[dict]) -> int:
    """Blocks that the dearest statement touched."""
    return max(plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0) for plan in plans)
