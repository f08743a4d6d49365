"""What the tables of `inspectd describe` ask of api/openapi.yaml, and what stands there.

Both sides are brought into the same small form, a dict of facets such as
{"type": "string", "maxLength": 200, "nullable": True}, so that the test can compare
them and name what differs.
"""

from __future__ import annotations

from typing import Any

from spec_validator import load, merged, resolve

Facets = dict[str, Any]

COMPARED = ("type", "format", "pattern", "minLength", "maxLength", "minimum", "maximum") + (
    "minItems",
    "maxItems",
    "uniqueItems",
)
SLUG = "^[a-z0-9][a-z0-9_-]{0,63}$"
EXTERNAL_REF_CHARS = 200
COMPARISONS = ("gt", "gte", "lt", "lte")


def pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))


def component(name: str) -> dict:
    return load()["components"]["schemas"][name]


def has_component(name: str) -> bool:
    return name in load()["components"]["schemas"]


# --- what stands there ---------------------------------------------------------------


def _split_null(schema: dict) -> tuple[dict, bool]:
    """The schema without "or null", and whether it said so."""
    if "anyOf" in schema:
        others = [s for s in schema["anyOf"] if s != {"type": "null"}]
        if len(others) == 1:
            rest = {k: v for k, v in schema.items() if k != "anyOf"}
            return {**others[0], **rest}, len(others) < len(schema["anyOf"])
    kind = schema.get("type")
    if isinstance(kind, list):
        others = [k for k in kind if k != "null"]
        return {**schema, "type": others[0] if len(others) == 1 else others}, "null" in kind
    return schema, False


def stated(schema: dict) -> Facets:
    """The facets of a property or parameter, its $ref followed."""
    schema, nullable = _split_null(schema)
    names = []
    while "$ref" in schema:
        names.append(schema["$ref"].rsplit("/", 1)[1])
        schema = {**resolve({"$ref": schema["$ref"]}), **{k: v for k, v in schema.items() if k != "$ref"}}
    facets: Facets = {k: schema[k] for k in COMPARED if k in schema}
    if names:
        facets["component"] = names[-1]
    if nullable:
        facets["nullable"] = True
    if "enum" in schema:
        facets["enum"] = sorted(schema["enum"])
    if "items" in schema:
        facets["items"] = stated(schema["items"])
    if schema.get("type") == "object":
        facets |= _stated_object(schema)
    return facets


def _stated_object(schema: dict) -> Facets:
    facets: Facets = {"closed": merged(schema).get("additionalProperties") is not True}
    if isinstance(schema.get("additionalProperties"), dict):
        facets["values"] = stated(schema["additionalProperties"])
        facets["names"] = stated(schema.get("propertyNames", {}))
    else:
        whole = merged(schema)
        facets["closed"] = whole.get("additionalProperties") is False
        facets["required"] = sorted(whole.get("required", []))
        facets["properties"] = {name: stated(s) for name, s in whole.get("properties", {}).items()}
    return facets


# --- what the tables ask ---------------------------------------------------------------


def id_facets(resource: str | None) -> Facets:
    """An identifier of a resource, as the component made for it has it."""
    name = f"{pascal(resource)}Id" if resource else ""
    if not has_component(name):
        return {"type": "string"}
    return {"component": name, **{k: component(name)[k] for k in COMPARED if k in component(name)}}


def _text(field: dict, limits: dict, read_only: bool) -> Facets:
    facets: Facets = {"type": "string"}
    if field.get("pattern"):
        facets["pattern"] = field["pattern"]
        if field["pattern"].startswith("^https?"):
            facets["format"] = "uri"
    if field.get("max"):
        facets["maxLength"] = field["max"]
    elif not field.get("pattern") and not read_only:
        facets["maxLength"] = limits["text_chars"]
    return facets


def _vocabulary(field: dict, vocabularies: dict) -> Facets:
    """An enum is a component of its own, named for its vocabulary."""
    names = [name for name, codes in vocabularies.items() if codes_of(codes) == field["enum"]]
    return {"type": "string", "component": pascal(names[0]) if names else None, "enum": sorted(field["enum"])}


def codes_of(vocabulary: list) -> list[str]:
    return [term["code"] if isinstance(term, dict) else term for term in vocabulary]


def _list(items: Facets, limits: dict, read_only: bool, unique: bool) -> Facets:
    facets: Facets = {"type": "array", "items": items}
    if not read_only:
        facets["maxItems"] = limits["list_items"]
    if unique:
        facets["uniqueItems"] = True
    return facets


def _object(fields: list[dict], tables: dict) -> Facets:
    return {
        "type": "object",
        "closed": True,
        "required": sorted(f["name"] for f in fields if f["required"]),
        "properties": {f["name"]: asked(f, None, tables) for f in fields},
    }


def asked(field: dict, resource: dict | None, tables: dict, patch: bool = False) -> Facets:
    """The facets that a property must have. Those of json are free: the view alone makes it."""
    kind, limits, read_only = field["type"], tables["limits"], field["read_only"]
    if kind in ("id", "ref"):
        facets = id_facets(resource["name"] if kind == "id" else field["ref"])
    elif kind == "text":
        facets = _text(field, limits, read_only)
    elif kind == "enum":
        facets = _vocabulary(field, tables["vocabularies"])
    elif kind in ("date", "time"):
        facets = {"type": "string", "format": "date" if kind == "date" else "date-time"}
    elif kind == "int":
        facets = {"type": "integer", **({} if read_only else {"minimum": field["min"], "maximum": field["max"]})}
    elif kind == "number":
        facets = {"type": "number"}
    elif kind == "bool":
        facets = {"type": "boolean"}
    elif kind == "texts":
        facets = _list(_text(field, limits, read_only), limits, read_only, not read_only)
    elif kind == "refs":
        facets = _list(id_facets(field["ref"]), limits, read_only, True)
    elif kind == "objects":
        facets = _list(_object(field["items"], tables), limits, read_only, False)
    elif kind == "external":
        facets = _external(limits, patch)
    elif kind == "transitions":
        status = next(f for f in resource["fields"] if f["name"] == "status")
        facets = {"type": "array", "uniqueItems": True, "items": _vocabulary(status, tables["vocabularies"])}
    else:
        facets = {}
    if field["nullable"]:
        facets["nullable"] = True
    return facets


def _external(limits: dict, patch: bool) -> Facets:
    values: Facets = {"type": "string", "pattern": "\\S", "maxLength": EXTERNAL_REF_CHARS}
    if patch:
        values["nullable"] = True
    return {"type": "object", "closed": True, "values": values, "names": {"pattern": SLUG}}


# --- the parameters that a list has ------------------------------------------------------


def _value(field: dict, resource: dict, tables: dict) -> Facets:
    """One value of a filter: as the member, but not held to lengths and bounds."""
    plain = {**field, "read_only": True, "nullable": False}
    if field["type"] == "text":
        return {"type": "string", **({"pattern": field["pattern"]} if field.get("pattern") else {})}
    return asked(plain, resource, tables)


def _values(value: Facets, tables: dict) -> Facets:
    return {"type": "array", "minItems": 1, "maxItems": tables["limits"]["filter_values"], "items": value}


def _choice(names: list[str], most: int | None = None) -> Facets:
    """Names from a closed list, each once."""
    items = {"type": "string", "enum": sorted(names)}
    facets: Facets = {"type": "array", "minItems": 1, "uniqueItems": True, "items": items}
    return facets | ({"maxItems": most} if most else {})


def filters(resource: dict, tables: dict) -> dict[str, Facets]:
    found: dict[str, Facets] = {}
    for f in resource["fields"]:
        value, name = _value(f, resource, tables), f["name"]
        if f["type"] == "id" or f["filter"]:
            found[name] = value if f["type"] == "bool" else _values(value, tables)
        if f["filter"]:
            found[f"{name}_ne"] = found[name]
        if f["range"]:
            found |= {f"{name}_{suffix}": value for suffix in COMPARISONS}
    for f in resource["filters"]:
        value = _value({**f, "pattern": None, "min": 0, "max": 0}, resource, tables)
        found[f["name"]] = value if f["type"] == "bool" else _values(value, tables)
    if any(f["type"] == "external" for f in resource["fields"]):
        found["external_ref"] = _values({"type": "string", "pattern": SLUG[:-1] + ":"}, tables)
    if any(f["name"] == "updated_at" and f["range"] for f in resource["fields"]):
        found["updated_since"] = {"type": "string", "format": "date-time"}
    if resource["searchable"]:
        found["q"] = {"type": "string", "minLength": 1, "maxLength": 500}
    found["as_recorded_at"] = {"type": "string", "format": "date-time"}
    return found


def _fields(resource: dict) -> Facets:
    return _choice([f["name"] for f in resource["fields"] if not f["write_only"]])


def expansion_target(expansion: dict) -> str:
    return expansion.get("target") or expansion["resource"]


def _expand(resource: dict, tables: dict) -> dict[str, Facets]:
    by_name = {r["name"]: r for r in tables["resources"]}
    names = []
    for e in resource["expansions"]:
        names += [e["name"], *(f"{e['name']}.{n['name']}" for n in by_name[expansion_target(e)]["expansions"])]
    return {"expand": _choice(names, tables["limits"]["expansions"])} if names else {}


def item_parameters(resource: dict, tables: dict) -> dict[str, Facets]:
    return {
        "fields": _fields(resource),
        "as_recorded_at": {"type": "string", "format": "date-time"},
        **_expand(resource, tables),
    }


def default_sort(resource: dict) -> list[str]:
    return resource["default_sort"].split(",")


def list_parameters(resource: dict, tables: dict) -> dict[str, Facets]:
    sortable = [f["name"] for f in resource["fields"] if f["sort"]]
    return {
        **filters(resource, tables),
        **item_parameters(resource, tables),
        "sort": _choice(sortable + ["-" + name for name in sortable], tables["limits"]["sort_keys"]),
        "include_total": {"type": "boolean"},
        "limit": {"type": "integer", "minimum": 1},
        "cursor": {"type": "string", "minLength": 1},
    }


def dimensions(resource: dict) -> list[str]:
    """What /counts counts by: a member's values, or each of a list's, theme_ids by theme_id."""
    return [f["name"].removesuffix("s") if f["type"] == "refs" else f["name"] for f in resource["fields"] if f["count"]]


def count_parameters(resource: dict, tables: dict) -> dict[str, Facets]:
    return {
        **filters(resource, tables),
        "by": _choice(dimensions(resource), tables["limits"]["count_dimensions"]),
    }


# --- differences ---------------------------------------------------------------------------


def differences(where: str, there: Facets, wanted: Facets) -> list[str]:
    """One sentence for each facet that differs. Facets that only the description states are named too."""
    found = []
    for facet in sorted({*there, *wanted}):
        a, b = there.get(facet), wanted.get(facet)
        if facet == "component" and b is None:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            found += differences(f"{where}/{facet}", a, b)
        elif facet in ("enum", "required") and a and b:
            found += names_differ(f"{where}: {facet}", set(a), set(b))
        elif a != b:
            found.append(f"{where}: {facet} is {a!r} in openapi.yaml, {b!r} by the tables")
    return found


def names_differ(where: str, there: set[str], wanted: set[str]) -> list[str]:
    return [f"{where}: {n} is not in openapi.yaml" for n in sorted(wanted - there)] + [
        f"{where}: {n} is in openapi.yaml only" for n in sorted(there - wanted)
    ]
