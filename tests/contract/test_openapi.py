"""api/openapi.yaml and the service's own tables say the same, both ways.

The tables are what `inspectd describe` prints; INSPECTD names the binary, by default
build/debug/inspectd. A failure names each route, member, facet or parameter that
differs.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
from typing import Any, Iterator

import pytest

import spec_shapes as shapes
import spec_validator
from spec_shapes import pascal

ROOT = spec_validator.ROOT
SPEC = spec_validator.load()
SCHEMAS = SPEC["components"]["schemas"]

# Said in the text of the description: no operation answers them by itself.
NOT_OF_AN_OPERATION = {"method-not-allowed", "expired-position", "uri-too-long", "headers-too-large", "internal"}
# Vocabularies that are data of the frameworks.
FROM_FRAMEWORKS = {"grade", "strand"}


@pytest.fixture(scope="module")
def tables() -> dict:
    binary = pathlib.Path(os.environ.get("INSPECTD") or ROOT / "build" / "debug" / "inspectd")
    if not binary.exists():
        pytest.fail(f"{binary} is absent: build it, or name another in INSPECTD")
    described = subprocess.run([str(binary.absolute()), "describe"], check=True, stdout=subprocess.PIPE)
    return json.loads(described.stdout)


def agree(found: list[str]) -> None:
    assert not found, "\n" + "\n".join(found)


def has_route(tables: dict, method: str, path: str) -> bool:
    return any((r["method"], r["path"]) == (method, path) for r in tables["routes"])


def can_be_added(r: dict, tables: dict) -> bool:
    return has_route(tables, "POST", f"/v1/{r['path']}")


def can_be_changed(r: dict, tables: dict) -> bool:
    return has_route(tables, "PATCH", f"/v1/{r['path']}/{{id}}")


def counted(tables: dict) -> list[dict]:
    return [r for r in tables["resources"] if has_route(tables, "GET", f"/v1/{r['path']}/counts")]


def properties(schema: str) -> dict[str, dict]:
    return spec_validator.merged(SCHEMAS[schema])["properties"]


# --- operations -----------------------------------------------------------------------


def test_every_route_is_an_operation_and_every_operation_a_route(tables: dict) -> None:
    def lines(entries: Iterator) -> set[str]:
        return {f"{method.upper()} {path} as {name}, scope {scope or 'none'}" for method, path, name, scope in entries}

    routes = lines((r["method"], r["path"], r["operation_id"], r["scope"]) for r in tables["routes"])
    there = lines((m, path, o["operationId"], o.get("x-scope")) for m, path, o in spec_validator.operations())
    agree(shapes.names_differ("operations", there, routes))


def test_a_key_is_asked_for_where_the_routes_ask_for_one(tables: dict) -> None:
    no_key = {r["path"] for r in tables["routes"] if r["scope"] is None}
    there = {path for _, path, o in spec_validator.operations() if o.get("security") == []}
    agree(shapes.names_differ("addresses without a key", there, no_key))


def test_every_answer_to_a_key_may_say_what_is_left_of_its_quota(tables: dict) -> None:
    for _, path, operation in spec_validator.operations():
        closed = operation.get("security") != []
        assert ("429" in operation["responses"]) == closed, path
        for status, response in operation["responses"].items():
            told = "RateLimit" in spec_validator.resolve(response).get("headers", {})
            assert told or not closed or status == "401", f"{path}: {status}"


def test_every_scope_stands_in_the_text_of_its_operation() -> None:
    for _, _, operation in spec_validator.operations():
        scope = operation.get("x-scope")
        assert not scope or f"`{scope}`" in operation["description"], operation["operationId"]


def test_the_version_is_the_binarys(tables: dict) -> None:
    assert SPEC["info"]["version"] == tables["version"]


# --- members ------------------------------------------------------------------------------


def test_every_member_is_described_as_its_table_has_it(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        row = properties(f"{pascal(r['name'])}Row")
        for f in r["fields"]:
            if f["write_only"] or f["name"] not in row or f["type"] == "json":
                continue
            where = f"{r['name']}.{f['name']}"
            there, wanted = shapes.stated(row[f["name"]]), shapes.asked(f, r, tables)
            if "suppressed" in row and f["type"] == "number":  # null to whom it is kept from
                wanted["nullable"] = True
            if f["read_only"]:
                there = loosened(there, wanted)
            found += shapes.differences(where, there, wanted)
    agree(found)


def loosened(there: dict, wanted: dict) -> dict:
    """What the service makes itself may be described more closely than its table does: ids, codes, bounds."""
    kept = {k: v for k, v in there.items() if k in wanted or k == "nullable"}
    if isinstance(kept.get("items"), dict):
        kept["items"] = loosened(kept["items"], wanted["items"])
    return kept


def test_every_row_has_the_members_of_its_table_and_its_expansions(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        name = pascal(r["name"])
        shown = {f["name"] for f in r["fields"] if not f["write_only"]}
        expanded = {e["name"] for e in r["expansions"]}
        cut = {"expand_has_more"} if any(e["many"] for e in r["expansions"]) else set()
        found += shapes.names_differ(f"{name}Row", set(properties(f"{name}Row")), shown | expanded | cut)
        found += shapes.names_differ(f"{name}: required", set(spec_validator.merged(SCHEMAS[name])["required"]), shown)
        assert SCHEMAS[f"{name}Row"]["x-full"] == {"$ref": f"#/components/schemas/{name}"}
    agree(found)


def test_every_expansion_leads_to_full_rows_of_its_resource(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        row = properties(f"{pascal(r['name'])}Row")
        many = sorted(e["name"] for e in r["expansions"] if e["many"])
        if many:
            assert sorted(row["expand_has_more"]["items"]["enum"]) == many, r["name"]
        for e in r["expansions"]:
            target = {"$ref": f"#/components/schemas/{pascal(shapes.expansion_target(e))}"}
            there = row.get(e["name"], {})
            right = there.get("items") == target if e["many"] else there.get("anyOf") == [target, {"type": "null"}]
            if not right or (e["many"] and there["maxItems"] != tables["limits"]["expand_rows"]):
                found.append(f"{r['name']}.{e['name']}: not an expansion to {target['$ref']}")
    agree(found)


def test_what_is_read_only_says_so(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        row = properties(f"{pascal(r['name'])}Row")
        made = {f["name"] for f in r["fields"] if f["read_only"]} | {e["name"] for e in r["expansions"]}
        there = {name for name, schema in row.items() if schema.get("readOnly")} - {"expand_has_more"}
        found += shapes.names_differ(f"{r['name']}: readOnly", there, made)
    agree(found)


def bodies(r: dict, tables: dict) -> dict[str, tuple[set[str], set[str]]]:
    """The schemas of what is sent: {name: (members, required members)}."""
    name = pascal(r["name"])
    new = {f["name"] for f in r["fields"] if not f["read_only"]}
    changed = {f["name"] for f in r["fields"] if not f["read_only"] and not f["create_only"]}
    required = {f["name"] for f in r["fields"] if f["required"] and not f["read_only"]}
    sent = {}
    if can_be_added(r, tables):
        sent[f"{name}Create"] = (new, required)
    if f"{name}Add" in SCHEMAS:
        sent[f"{name}Add"] = (new, required - {parent_member(name)})
    if can_be_changed(r, tables):
        sent[f"{name}Patch"] = (changed, set())
    return sent


def parent_member(name: str) -> str:
    """Beneath its parent, a new row need not name the parent: all that a Create asks beyond its Add."""
    return " ".join(SCHEMAS[f"{name}Create"]["required"])


def test_what_may_be_sent_is_what_may_be_written(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        for schema, (members, required) in bodies(r, tables).items():
            whole = spec_validator.merged(SCHEMAS[schema])
            assert whole["additionalProperties"] is False, f"{schema} is open"
            found += shapes.names_differ(schema, set(whole["properties"]), members)
            found += shapes.names_differ(f"{schema}: required", set(whole.get("required", [])), required)
            for f in r["fields"]:
                if f["name"] in whole["properties"]:
                    there = shapes.stated(whole["properties"][f["name"]])
                    wanted = shapes.asked(f, r, tables, patch=schema.endswith("Patch"))
                    found += shapes.differences(f"{schema}.{f['name']}", there, wanted)
                    if f["write_only"] != bool(whole["properties"][f["name"]].get("writeOnly")):
                        found.append(f"{schema}.{f['name']}: writeOnly differs")
    agree(found)


def test_no_body_is_described_that_nothing_takes(tables: dict) -> None:
    taken = {schema for r in tables["resources"] for schema in bodies(r, tables)}
    names = {pascal(r["name"]) for r in tables["resources"]}
    there = {s for s in SCHEMAS for kind in ("Create", "Add", "Patch") if s.removesuffix(kind) in names - {s}}
    agree(shapes.names_differ("bodies", there, taken))


def body_schema(operation: dict, *media_types: str) -> str:
    """The name of the schema that the body is held to, whichever of its media types it comes as."""
    content = spec_validator.resolve(operation["requestBody"])["content"]
    assert sorted(content) == sorted(media_types), operation["operationId"]
    (reference,) = {c["schema"]["$ref"] for c in content.values()}
    return reference.rpartition("/")[2]


def test_every_resource_takes_its_own_bodies(tables: dict) -> None:
    for r in tables["resources"]:
        name, path = pascal(r["name"]), f"/v1/{r['path']}"
        if can_be_changed(r, tables):
            patch = SPEC["paths"][f"{path}/{{id}}"]["patch"]
            assert body_schema(patch, "application/json", "application/merge-patch+json") == f"{name}Patch"
        if can_be_added(r, tables):
            assert body_schema(SPEC["paths"][path]["post"], "application/json") == f"{name}Create"


def test_what_is_posted_beneath_a_row_need_not_name_that_row(tables: dict) -> None:
    by_name = {r["name"]: r for r in tables["resources"]}
    for route in tables["routes"]:
        if route["method"] == "POST" and route["parent"]:
            r, name = by_name[route["resource"]], pascal(route["resource"])
            required = {f["name"] for f in r["fields"] if f["required"] and not f["read_only"]}
            wanted = f"{name}Add" if required & {f"{route['parent']}_id", "authority_id"} else f"{name}Create"
            assert body_schema(SPEC["paths"][route["path"]]["post"], "application/json") == wanted, route["path"]


def test_every_procedure_takes_what_its_table_says(tables: dict) -> None:
    above, found = {r["name"]: r["path"] for r in tables["resources"]}, []
    for p in tables["procedures"]:
        path = f"/v1/{above[p['of']]}/{{id}}/{p['path']}"
        there = shapes.stated(SCHEMAS[body_schema(SPEC["paths"][path]["post"], "application/json")])
        listed = {"type": "objects", "items": p["fields"], "read_only": True, "nullable": False}
        found += shapes.differences(path, there, shapes.asked(listed, None, tables)["items"])
    agree(found)


# --- statuses --------------------------------------------------------------------------------


def step(source: str, to: str, notes: list[str]) -> str:
    return f"{source} to {to} ({', '.join(notes)})" if notes else f"{source} to {to}"


def steps_of_the_tables(r: dict) -> set[str]:
    return {
        step(s["from"], s["to"], ["reason"] * s["needs_reason"] + [f"takes `{name}`" for name in s["takes"]])
        for s in r["transitions"]
    }


def steps_in_the_text(text: str) -> set[str]:
    """An item of the list may go on in the next line, set in as Markdown has it."""
    found = set()
    for source, targets in re.findall(r"^\* from `(\w+)` to (.*)$", text.replace("\n  ", " "), re.MULTILINE):
        for to, notes in re.findall(r"`(\w+)`(?: \(([^)]*)\))?", targets):
            found.add(step(source, to, notes.split(", ") if notes else []))
    return found


def test_every_step_of_status_stands_with_its_transition(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        if not r["transitions"]:
            continue
        text = SPEC["paths"][f"/v1/{r['path']}/{{id}}/transitions"]["post"]["description"]
        found += shapes.names_differ(f"{r['plural']}: transitions", steps_in_the_text(text), steps_of_the_tables(r))
    agree(found)


def test_every_transition_takes_what_its_steps_take(tables: dict) -> None:
    found = []
    for r in tables["resources"]:
        if not r["transitions"]:
            continue
        where, there = f"{r['plural']}: transitions", SCHEMAS[f"{pascal(r['name'])}Transition"]["properties"]
        taken = {name for s in r["transitions"] for name in s["takes"]}
        found += shapes.names_differ(where, set(there), {"to", "on", "reason"} | taken)
        for f in r["fields"]:
            if f["name"] == "status":
                wanted = shapes.asked({**f, "read_only": True}, r, tables)
                found += shapes.differences(f"{where}: to", shapes.stated(there["to"]), wanted)
            if f["name"] in taken & set(there):
                wanted = shapes.asked({**f, "read_only": False}, r, tables)
                found += shapes.differences(f"{where}: {f['name']}", shapes.stated(there[f["name"]]), wanted)
    agree(found)


# --- parameters ---------------------------------------------------------------------------------


def query_parameters(operation: dict) -> dict[str, dict]:
    resolved = [spec_validator.resolve(p) for p in operation.get("parameters", [])]
    return {p["name"]: p for p in resolved if p["in"] == "query"}


def wanted_parameters(route: dict, resource: dict, tables: dict) -> dict[str, Any]:
    if route["path"].endswith("/counts"):
        return shapes.count_parameters(resource, tables)
    if route["path"].endswith("/{id}"):
        return shapes.item_parameters(resource, tables)
    return shapes.list_parameters(resource, tables)


def test_every_read_takes_the_parameters_of_its_resource(tables: dict) -> None:
    by_name = {r["name"]: r for r in tables["resources"]}
    found = []
    for route in tables["routes"]:
        if route["method"] != "GET" or not route["resource"]:
            continue
        operation = spec_validator.find_operation("GET", route["path"].replace("{id}", "0"))
        where, there = f"GET {route['path']}", query_parameters(operation)
        wanted = wanted_parameters(route, by_name[route["resource"]], tables)
        found += shapes.names_differ(where, set(there), set(wanted))
        for name in sorted(set(there) & set(wanted)):
            found += shapes.differences(f"{where} {name}", shapes.stated(there[name]["schema"]), wanted[name])
    agree(found)


def test_every_list_says_how_it_is_sorted_when_nobody_asks(tables: dict) -> None:
    for r in tables["resources"]:
        parameter = SPEC["components"]["parameters"][f"{pascal(r['name'])}Sort"]
        assert parameter["schema"]["default"] == shapes.default_sort(r), r["name"]


def test_search_answers_rows_of_what_is_searchable(tables: dict) -> None:
    there = set(SCHEMAS["SearchResult"]["properties"]["resource"]["enum"])
    agree(shapes.names_differ("GET /v1/search", there, {r["path"] for r in tables["resources"] if r["searchable"]}))


def test_every_write_can_be_tried_without_writing(tables: dict) -> None:
    for method, path, operation in spec_validator.operations():
        if method != "get":
            assert list(query_parameters(operation)) == ["validate_only", "allow_identifiers"], f"{method} {path}"


def test_why_identifiers_are_let_through_is_as_long_as_the_service_takes(tables: dict) -> None:
    schema, limits = SPEC["components"]["parameters"]["AllowIdentifiers"]["schema"], tables["limits"]
    assert (schema["minLength"], schema["maxLength"]) == (limits["why_least"], limits["why_chars"])


def test_lists_in_parameters_are_written_with_commas() -> None:
    for name, parameter in SPEC["components"]["parameters"].items():
        is_list = shapes.stated(parameter["schema"]).get("type") == "array"
        assert (parameter.get("explode") is False) == is_list, name


def test_counts_answer_what_they_count_by(tables: dict) -> None:
    found = []
    for r in counted(tables):
        name = pascal(r["name"])
        entry = spec_validator.resolve(SCHEMAS[f"{name}Counts"]["properties"]["data"]["items"])["properties"]
        found += shapes.names_differ(f"{name}Count", set(entry), {*shapes.dimensions(r), "count"})
        for f in r["fields"]:
            if f["name"] in entry:
                there, wanted = shapes.stated(entry[f["name"]]), shapes.asked(f, r, tables)
                found += shapes.differences(f"{name}Count.{f['name']}", there, wanted)
    agree(found)


def test_the_limits_in_the_text_are_the_services(tables: dict) -> None:
    text, limits = SPEC["info"]["description"], tables["limits"]
    for words in (
        f"`limit` is 1 to {limits['page_rows']}, {limits['page_default']} when left out",
        f"path over {limits['path_bytes']:,} or an address over {limits['url_bytes']:,} bytes",
        f"more than {limits['headers_bytes'] // 1024} KiB of headers",
        f"up to {limits['request_id']} letters",
    ):
        assert words in " ".join(text.split()), words
    assert SCHEMAS["Problem"]["properties"]["errors"]["maxItems"] == limits["complaints"]


# --- problems --------------------------------------------------------------------------------------


def test_every_problem_is_described_where_it_can_come(tables: dict) -> None:
    slugs = {p["slug"] for p in tables["problems"]}
    documented = {s for r in SPEC["components"]["responses"].values() for s in r.get("x-problems", [])}
    types = {t.removeprefix("/problems/") for t in SCHEMAS["Problem"]["properties"]["type"]["enum"]}
    found = shapes.names_differ("problems", set(SCHEMAS["ProblemSlug"]["enum"]), slugs)
    found += shapes.names_differ("types of problems", types, slugs)
    found += shapes.names_differ("responses", documented, slugs - NOT_OF_AN_OPERATION)
    text = SPEC["info"]["description"]
    found += [f"{slug} is not in the text" for slug in sorted(NOT_OF_AN_OPERATION) if f"`{slug}`" not in text]
    agree(found)


def test_every_problem_comes_with_its_status(tables: dict) -> None:
    status_of = {p["slug"]: p["status"] for p in tables["problems"]}
    for _, path, operation in spec_validator.operations():
        for status, entry in operation["responses"].items():
            for slug in spec_validator.resolve(entry).get("x-problems", []):
                assert status_of.get(slug) == int(status), f"{path}: {slug} as {status}"


def test_every_problem_is_explained_in_problems_md(tables: dict) -> None:
    text = (ROOT / "api" / "problems.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert len(sections) == len(set(sections))
    agree(shapes.names_differ("sections of problems.md", set(sections), {p["slug"] for p in tables["problems"]}))
    for p in tables["problems"]:
        section = text.partition(f"## {p['slug']}\n")[2].partition("\n## ")[0]
        assert f"Status {p['status']}" in section, f"{p['slug']} does not say its status"


# --- vocabularies -----------------------------------------------------------------------------------


def test_every_vocabulary_is_an_enum_and_every_enum_of_one_a_vocabulary(tables: dict) -> None:
    there = {s["x-vocabulary"]: s["enum"] for s in SCHEMAS.values() if "x-vocabulary" in s}
    found = shapes.names_differ("vocabularies", set(there), set(tables["vocabularies"]))
    for name in set(there) & set(tables["vocabularies"]):
        codes = shapes.codes_of(tables["vocabularies"][name])
        found += shapes.names_differ(name, set(there[name]), set(codes))
        if sorted(codes) == sorted(there[name]) and codes != there[name]:
            found.append(f"{name}: another order than {codes}")
        described = set(re.findall(r"^\* `([^`]+)`: ", SCHEMAS[pascal(name)]["description"], re.MULTILINE))
        found += shapes.names_differ(f"text of {name}", described, set(codes))
    agree(found)


def test_the_list_of_vocabularies_answers_them_all(tables: dict) -> None:
    wanted = set(tables["vocabularies"]) | FROM_FRAMEWORKS
    there = SCHEMAS["VocabularySet"]
    agree(shapes.names_differ("GET /v1/vocabularies", set(there["properties"]), wanted))
    agree(shapes.names_differ("GET /v1/vocabularies: required", set(there["required"]), wanted))


# --- the description by itself -----------------------------------------------------------------------


def test_every_example_keeps_to_its_schema() -> None:
    found = []
    for pointer, media_type in media_types(SPEC):
        for name, example in media_type.get("examples", {}).items():
            value = spec_validator.resolve(example)["value"]
            errors = spec_validator.schema_errors(f"{pointer}/schema", value, full_rows=False)
            found += [f"{pointer} {name}: {error}" for error in errors]
    agree(found)


def media_types(node: Any, pointer: str = "#") -> Iterator[tuple[str, dict]]:
    """Every media type of the description, with where it stands."""
    if isinstance(node, dict):
        for name, value in node.items():
            here = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name == "content":
                yield from ((f"{here}/{t.replace('/', '~1')}", media) for t, media in value.items())
            yield from media_types(value, here)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from media_types(value, f"{pointer}/{i}")


def test_every_object_is_closed(tables: dict) -> None:
    parts = {f"{pascal(r['name'])}Members" for r in tables["resources"]}
    for name, schema in SCHEMAS.items():
        if schema.get("type") == "object" and name not in parts:
            whole = spec_validator.merged(schema)
            closed = whole.get("additionalProperties", True) is not True or whole.get("maxProperties") == 0
            assert closed, f"{name} is open"


def test_every_member_is_described() -> None:
    bare = []
    for name, schema in SCHEMAS.items():
        if schema.get("type") == "object" and not name.endswith(("Count", "Counts", "List")):
            members = schema.get("properties", {})
            bare += [f"{name}.{m}" for m, s in members.items() if not spec_validator.resolve(s).get("description")]
    assert not bare


def test_no_operation_has_a_default_answer() -> None:
    for _, path, operation in spec_validator.operations():
        assert all(re.fullmatch(r"[2345]\d\d", status) for status in operation["responses"]), path
