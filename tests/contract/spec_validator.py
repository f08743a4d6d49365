"""Holds the service's answers to api/openapi.yaml.

    import spec_validator
    spec_validator.check("GET", "/v1/findings?limit=2", 200, response.headers, response.content)

`check` finds the operation and asserts that the status, the headers, the content
type and the content are as described. Without `fields=` in the address a row must
have every member: the schema that its row schema names as `x-full`.

Each (operation, status) that was seen is appended to the file that the environment
variable INSPECTD_COVERAGE names; spec_coverage.py reads such files.
"""

import copy
import csv
import datetime
import functools
import importlib.util
import io
import json
import os
import pathlib
import re
import urllib.parse
import uuid

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = ROOT / "api" / "openapi.yaml"
METHODS = ("get", "post", "patch", "delete")

# Answered before a request has an operation: an unknown address or a method that it does not
# take, what is too long, and what libmicrohttpd refuses by itself, in words of its own.
NO_SUCH_ROUTE = {404, 405}
TOO_MUCH = {413, 414}
BY_THE_LIBRARY = {400, 413, 431, 501, 505}


# --- the description ---------------------------------------------------------


def _yaml_loader():
    """The loader of api/yaml_to_json.py, upon libyaml where that is there, which is quicker."""
    path = ROOT / "api" / "yaml_to_json.py"
    module_spec = importlib.util.spec_from_file_location("yaml_to_json", path)
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    strict = module.Loader
    if not hasattr(yaml, "CSafeLoader"):
        return strict

    class Quick(yaml.CSafeLoader):
        yaml_implicit_resolvers = strict.yaml_implicit_resolvers
        yaml_constructors = strict.yaml_constructors

    return Quick


@functools.lru_cache(maxsize=None)
def load():
    """The description, as it is written."""
    with open(SPEC, encoding="utf-8") as file:
        return yaml.load(file, Loader=_yaml_loader())


def resolve(node, document=None):
    """The node that a $ref leads to; any other node itself."""
    document = document or load()
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def merged(schema, document=None):
    """An object schema with its allOf folded in: the same meaning, in one level, and quick to check."""
    schema = dict(resolve(schema, document))
    parts = [merged(part, document) for part in schema.pop("allOf", [])]
    closed = schema.pop("unevaluatedProperties", None) is False
    if not parts and not closed:
        return schema
    properties, required = {}, []
    for part in [*parts, schema]:
        properties.update(part.get("properties", {}))
        required += [name for name in part.get("required", []) if name not in required]
        closed = closed or part.get("additionalProperties") is False
    schema |= {"properties": properties, "required": required}
    if closed:
        schema["additionalProperties"] = False
    return schema


@functools.lru_cache(maxsize=None)
def _document(full_rows):
    """The description with every schema merged, which is quick to check; with full_rows each row has all its members."""
    document = copy.deepcopy(load())
    schemas = document["components"]["schemas"]
    full = {f"#/components/schemas/{name}": s["x-full"] for name, s in schemas.items() if "x-full" in s}
    plain = {f"#/components/schemas/{name}": s for name, s in schemas.items() if s.get("type") not in ("object", "array")}
    document["components"]["schemas"] = {name: merged(s) for name, s in schemas.items()}

    def replace(node):
        if isinstance(node, dict):
            if full_rows and node.get("$ref") in full:
                return full[node["$ref"]]
            if node.get("$ref") in plain:  # ids, codes and the like are put in their places
                return plain[node["$ref"]] | {name: value for name, value in node.items() if name != "$ref"}
            return {name: replace(value) for name, value in node.items() if name != "x-full"}
        if isinstance(node, list):
            return [replace(value) for value in node]
        return node

    return replace(document)


@functools.lru_cache(maxsize=None)
def operations():
    """[(method, template, operation)], the most literal templates first."""
    found = []
    for template, item in load()["paths"].items():
        found += [(method, template, item[method]) for method in METHODS if method in item]
    return sorted(found, key=lambda entry: [part.startswith("{") for part in entry[1].split("/")])


def find_template(path):
    """The path template that an address matches, or None."""
    parts = path.split("/")
    for _, template, _ in operations():
        shape = template.split("/")
        if len(shape) == len(parts) and all(s == p or (s.startswith("{") and p) for s, p in zip(shape, parts)):
            return template
    return None


def find_operation(method, path):
    template = find_template(path)
    wanted = "get" if method == "HEAD" else method.lower()
    for method_here, template_here, operation in operations():
        if (method_here, template_here) == (wanted, template):
            return operation
    return None


# --- the formats that answers have ---------------------------------------------

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date", raises=ValueError)
def _is_date(value):
    return not isinstance(value, str) or (
        re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None and bool(datetime.date.fromisoformat(value))
    )


@formats.checks("date-time", raises=ValueError)
def _is_time(value):
    """RFC 3339 in UTC: what clients may send in other forms is always answered like this."""
    if not isinstance(value, str):
        return True
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?Z", value)
    return match is not None and bool(datetime.datetime.fromisoformat(match.group(1)))


@formats.checks("uuid", raises=ValueError)
def _is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


@formats.checks("uri")
def _is_uri(value):
    return not isinstance(value, str) or re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", value) is not None


@formats.checks("uri-reference")
def _is_uri_reference(value):
    return not isinstance(value, str) or re.fullmatch(r"[^\s<>\"{}|\\^`]*", value) is not None


# --- checking ----------------------------------------------------------------------


@functools.lru_cache(maxsize=None)
def _validator(pointer, full_rows):
    document = _document(full_rows)
    resolver = jsonschema.RefResolver("", document)
    return jsonschema.Draft202012Validator({"$ref": pointer}, resolver=resolver, format_checker=formats)


def schema_errors(pointer, value, full_rows=True):
    """What is wrong with a value, by the schema at a JSON Pointer such as '#/components/schemas/Finding'."""
    found = []
    for error in _validator(pointer, full_rows).iter_errors(value):
        error = jsonschema.exceptions.best_match([error])
        where = "/" + "/".join(str(part) for part in error.absolute_path)
        found.append(f"{where}: {error.message[:300]}")
    return found


def _pointer(*parts):
    return "#/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _parse_json(text):
    def no_duplicates(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"a member is there twice: {names}"
        return dict(pairs)

    def no_constant(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=no_constant)


def _check_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows, "CSV without a header line"
    assert len(set(rows[0])) == len(rows[0]), f"CSV with a column twice: {rows[0]}"
    for number, row in enumerate(rows, 1):
        assert len(row) == len(rows[0]), f"CSV record {number} has {len(row)} cells, the header {len(rows[0])}"


def _check_calendar(text):
    """The form of RFC 5545: lines of at most 75 octets, each ended by CRLF, and what begins ends."""
    lines = text.split("\r\n")
    assert lines.pop() == "" and not re.search(r"[\r\n]", "".join(lines)), "a calendar's lines end with CRLF"
    assert all(len(line.encode()) <= 75 for line in lines), "a calendar's lines have at most 75 octets"
    opened = []
    for line in lines:
        kind, _, name = line.partition(":")
        if kind == "BEGIN":
            opened.append(name)
        elif kind == "END":
            assert opened and opened.pop() == name, f"{line} ends what was not begun"
    assert lines[0] == "BEGIN:VCALENDAR" and not opened, "not one whole calendar"


def _check_json_lines(text, list_pointer, full_rows):
    row = resolve({"$ref": list_pointer})["properties"]["data"]["items"]["$ref"]
    assert not text or text.endswith("\n"), "JSON Lines that end within a line"
    for number, line in enumerate(text.split("\n")[:-1], 1):
        errors = schema_errors(row, _parse_json(line), full_rows)
        assert not errors, f"line {number}: " + "\n".join(errors)


def _check_headers(response, headers):
    for name, header in response.get("headers", {}).items():
        header, value = resolve(header), headers.get(name.lower())
        if value is None:
            assert not header.get("required"), f"the header {name} is missing"
            continue
        schema = header["schema"]
        if schema.get("type") == "integer":
            assert value.isdigit(), f"the header {name} is not a whole number: {value}"
            value = int(value)
        jsonschema.Draft202012Validator(schema, format_checker=formats).validate(value)


def _response_pointer(operation, status):
    """The response of an operation as a pointer into components."""
    entry = operation["responses"][str(status)]
    return entry["$ref"]


def _check_content(operation, status, headers, body, full_rows):
    pointer = _response_pointer(operation, status)
    content = resolve({"$ref": pointer}).get("content")
    if not content:
        assert not body, f"content where none is documented: {body[:200]!r}"
        return
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    assert media_type in content, f"{media_type or 'no content type'} is not documented; documented: {sorted(content)}"
    text = body.decode("utf-8")
    if media_type in ("application/json", "application/problem+json"):
        schema = _pointer(*pointer.removeprefix("#/").split("/"), "content", media_type, "schema")
        errors = schema_errors(schema, _parse_json(text), full_rows)
        assert not errors, "\n".join(errors)
    elif media_type == "text/csv":
        _check_csv(text)
    elif media_type == "text/calendar":
        _check_calendar(text)
    elif media_type == "application/x-ndjson":
        _check_json_lines(text, content["application/json"]["schema"]["$ref"], full_rows)


def _check_undocumented(method, path, status, headers, body):
    """What is answered where there is no operation, or before it is reached."""
    operation = find_operation(method, path)
    if method == "OPTIONS" and find_template(path):
        assert status in (204, 400), f"OPTIONS answered {status}"
        assert status != 204 or (headers.get("allow") and not body), "OPTIONS needs Allow, and no content"
        return
    allowed = TOO_MUCH | BY_THE_LIBRARY | (set() if operation else NO_SUCH_ROUTE)
    assert status in allowed, f"{status} is not documented, and cannot come before the operation is reached"
    if headers.get("content-type", "").startswith("application/problem+json"):
        errors = schema_errors("#/components/schemas/Problem", _parse_json(body.decode())) if body else []
        assert not errors, "\n".join(errors)
        assert status != 405 or headers.get("allow"), "405 without Allow"
    else:
        assert status in BY_THE_LIBRARY or method == "HEAD", f"{status} is not a problem: {body[:200]!r}"


def _record(operation_id, status):
    path = os.environ.get("INSPECTD_COVERAGE")
    if path:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, f"{operation_id} {status}\n".encode())  # one write: lines of others stay whole
        finally:
            os.close(file)


def check(method, url, status, headers, body_bytes):
    """Asserts that an answer is as described. Returns the operation's id, or None where there is no operation."""
    address = urllib.parse.urlsplit(url)
    headers = {name.lower(): value for name, value in dict(headers).items()}
    body = body_bytes or b""
    operation = find_operation(method, address.path)
    documented = operation is not None and str(status) in operation["responses"]
    try:
        if method == "HEAD":
            assert not body, "HEAD with content"
        if not documented:
            _check_undocumented(method, address.path, status, headers, body)
            return None
        _check_headers(resolve({"$ref": _response_pointer(operation, status)}), headers)
        if method != "HEAD":
            has_fields = "fields" in urllib.parse.parse_qs(address.query, keep_blank_values=True)
            _check_content(operation, status, headers, body, full_rows=not has_fields)
    except (AssertionError, ValueError, jsonschema.ValidationError) as problem:
        reason = problem.message if isinstance(problem, jsonschema.ValidationError) else problem
        name = operation["operationId"] if operation else "no operation"
        said = f"{method} {url[:500]} answered {status} ({name}), against api/openapi.yaml:\n{reason}"
        raise AssertionError(said) from None
    if method != "HEAD":
        _record(operation["operationId"], status)
    return operation["operationId"]
