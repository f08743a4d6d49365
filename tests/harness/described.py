"""What the service says of itself: its routes and resources, read once from `inspectd describe`.

Suites that hold for every resource go through these tables, so that a new resource
is tested by being there. A resource is known here by the segment of its address:
"actions", "agenda-items".
"""

from __future__ import annotations

import functools
import json
from typing import Any, Iterator

from harness import cluster as clusters

ABSENT_ID = "01900000-0000-7000-8000-000000000000"
LIST_TYPES = ("texts", "refs", "objects")

DESCRIBED = json.loads(clusters.inspectd("describe"))
ROUTES: list[dict] = DESCRIBED["routes"]
LIMITS: dict[str, int] = DESCRIBED["limits"]


class Resource:
    """One resource: its members, and which of the usual requests its rows take."""

    def __init__(self, table: dict):
        self.table = table
        self.name: str = table["name"]
        self.plural: str = table["plural"]
        self.routes = [route for route in ROUTES if route["resource"] == self.name]
        self.key: str = table["path"]
        self.path = f"/v1/{self.key}"
        self.fields: dict[str, dict] = {field["name"]: field for field in table["fields"]}

    def __repr__(self) -> str:
        return self.key

    # --- what may be asked ------------------------------------------------------

    def takes(self, method: str, suffix: str = "") -> bool:
        """takes("POST", "/{id}/restore")"""
        return any((route["method"], route["path"]) == (method, self.path + suffix) for route in self.routes)

    @property
    def is_listed(self) -> bool:
        return self.takes("GET")

    @property
    def is_created(self) -> bool:
        return self.takes("POST")

    @property
    def is_changed(self) -> bool:
        return self.takes("PATCH", "/{id}")

    @property
    def is_deleted(self) -> bool:
        return self.takes("DELETE", "/{id}")

    @property
    def is_moved(self) -> bool:
        return self.takes("POST", "/{id}/transitions")

    @property
    def is_counted(self) -> bool:
        return self.takes("GET", "/counts")

    @property
    def absent_id(self) -> str:
        """Of the right form, and nobody's."""
        if self.table["numbered"]:
            return "999999999999"
        slugs = dict.fromkeys(("framework", "theme", "retention_rule"), "no-such")
        return {"authority": "999", **slugs}.get(self.name, ABSENT_ID)

    # --- members ------------------------------------------------------------------

    def with_mark(self, mark: str) -> Iterator[dict]:
        """with_mark("nullable"): the fields that are."""
        return (field for field in self.fields.values() if field[mark])

    @property
    def written(self) -> dict[str, dict]:
        """The members that a POST may hold, the reason for a change aside."""
        return {n: f for n, f in self.fields.items() if not f["read_only"] and not f["write_only"]}

    @property
    def changeable(self) -> dict[str, dict]:
        """Those that a PATCH may change."""
        return {n: f for n, f in self.written.items() if not f["create_only"]}

    @property
    def has_reason(self) -> bool:
        return "reason" in self.fields and self.fields["reason"]["write_only"]


@functools.lru_cache(maxsize=None)
def resources() -> dict[str, Resource]:
    """Every resource by the segment of its address."""
    found = [Resource(table) for table in DESCRIBED["resources"]]
    return {resource.key: resource for resource in found}


@functools.lru_cache(maxsize=None)
def named(name: str) -> Resource:
    """By its singular name: "agenda_item"."""
    return next(resource for resource in resources().values() if resource.name == name)


def those(*marks: str) -> list[str]:
    """those("is_changed"): the keys of the resources of which all this is true."""
    return [key for key, resource in resources().items() if all(getattr(resource, mark) for mark in marks)]


def scopes() -> list[str]:
    """Every scope that a route asks for."""
    return sorted({route["scope"] for route in ROUTES if route["scope"]})


def singular(member: str) -> str:
    """The filter or dimension of a list of ids: theme_ids is asked about as theme_id."""
    return member.removesuffix("s") if member.endswith("_ids") else member


def as_sent(value: Any) -> str:
    """A value as a filter takes it: a comma of its own is escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\\", "\\\\").replace(",", "\\,")
