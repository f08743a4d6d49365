#!/usr/bin/env python3
"""Writes the C file behind include/core/embedded.h: SQL and API texts as constants.

usage: service/embed.py OUTPUT.c      (from anywhere; paths are relative to the repository)

A file that is not there yet is embedded as an empty text.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = {"migrations": "sql/migrations", "views": "sql/views", "rules": "sql/rules"}
ESCAPES = {0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n", 0x09: "\\t", 0x3F: "\\?"}


def literal(text: bytes) -> str:
    """C string literals for the bytes, one for each line. Octal escapes are three digits, so none runs on."""
    lines = []
    for line in text.splitlines(keepends=True) or [b""]:
        chars = (ESCAPES.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\{b:03o}") for b in line)
        lines.append('\t"' + "".join(chars) + '"')
    return "\n".join(lines)


def entry(name: str, text: bytes) -> str:
    if b"\0" in text:
        sys.exit(f"{name}: holds a NUL byte")
    return f'{{ "{name}",\n{literal(text)},\n\t{len(text)} }}'


def folder(variable: str, path: pathlib.Path) -> str:
    files = sorted(path.glob("*.sql"), key=lambda file: file.name)
    entries = [entry(file.name, file.read_bytes()) for file in files] or [entry("", b"")]
    return (
        f"const struct embedded embedded_{variable}[] = {{\n" + ",\n".join(entries) + "\n};\n"
        f"const size_t n_embedded_{variable} = {len(files)};\n"
    )


def single(variable: str, name: str, text: bytes) -> str:
    return f"const struct embedded embedded_{variable} = {entry(name, text)};\n"


def read(path: pathlib.Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def openapi_json(yaml: pathlib.Path) -> bytes:
    if not yaml.exists():
        return b""
    command = [sys.executable, str(ROOT / "api" / "yaml_to_json.py"), str(yaml)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    output = pathlib.Path(sys.argv[1])
    yaml = ROOT / "api" / "openapi.yaml"
    parts = ['/* Made by service/embed.py; do not edit. */\n#include "core/embedded.h"\n']
    parts += [folder(variable, ROOT / path) for variable, path in FOLDERS.items()]
    parts.append(single("openapi_yaml", "openapi.yaml", read(yaml)))
    parts.append(single("openapi_json", "openapi.json", openapi_json(yaml)))
    parts.append(single("problems", "problems.md", read(ROOT / "api" / "problems.md")))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("\n".join(parts), encoding="ascii")


if __name__ == "__main__":
    main()
