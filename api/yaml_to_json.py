#!/usr/bin/env python3
"""Writes the JSON form of a YAML file to standard output.

usage: api/yaml_to_json.py FILE.yaml

Reads the JSON schema of YAML 1.2, as OpenAPI asks: only true, false, null and
numbers written as in JSON are not strings. PyYAML alone would turn the member
`on` into a boolean and 2024-01-19 into a date. Keys become strings; a key given
twice is an error.
"""

import json
import re
import sys

import yaml


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """SafeLoader without YAML 1.1's guesses."""

    yaml_implicit_resolvers: dict = {}


def resolver(kind: str, pattern: str, first: str) -> None:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(pattern), list(first))


resolver("bool", r"^(?:true|false)$", "tf")
resolver("null", r"^(?:null|~)$", "n~")
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])
resolver("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789")
resolver("float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-0123456789")


def mapping(loader: Loader, node: yaml.MappingNode) -> dict:
    result: dict = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a scalar", key_node.start_mark)
        key = key_node.value
        if key in result:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def number(_loader: Loader, node: yaml.ScalarNode) -> float:
    return float(node.value)


Loader.add_constructor("tag:yaml.org,2002:map", mapping)
Loader.add_constructor("tag:yaml.org,2002:float", number)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        try:
            document = yaml.load(file, Loader=Loader)
        except yaml.YAMLError as problem:
            sys.exit(f"{sys.argv[1]}: {problem}")
    json.dump(document, sys.stdout, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
