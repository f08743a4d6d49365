#!/usr/bin/env python3
"""Holds functions and files to their sizes: see LIMITS below.

A function's length is the number of lines between its braces. Prints what is
too long and exits 1, or a summary and exits 0.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMITS = {"longest function": 80, "90th percentile": 45, "median": 15, "longest file": 450}

# Comments, literals and whole preprocessor directives: blanked out, their newlines kept.
NOISE = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | ^[ \t]*\#(?:\\\n|[^\n])*""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
NAME = re.compile(r"([A-Za-z_]\w*)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*$")


def functions(text: str):
    """Yields (name, first line, lines of body) of each function defined at the top level."""
    text = NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    braces = parens = start = line_of_start = 0
    name = None
    line = 1
    for i, c in enumerate(text):
        if c == "\n":
            line += 1
        elif c in "()":
            parens += 1 if c == "(" else -1
        elif c == "{" and parens == 0:
            if braces == 0:
                match = NAME.search(text[start:i])
                name, line_of_start = (match.group(1) if match else None), line
            braces += 1
        elif c == "}" and parens == 0:
            braces -= 1
            if braces == 0:
                if name:
                    yield name, line_of_start, max(line - line_of_start - 1, 0)
                start = i + 1
        elif c == ";" and braces == 0:
            start = i + 1


def main() -> int:
    complaints, lengths = [], []
    files = sorted(path for top in ("service", "include") for path in (ROOT / top).rglob("*.[ch]"))
    for path in files:
        name, text = path.relative_to(ROOT), path.read_text(encoding="utf-8")
        n_lines = text.count("\n")
        if n_lines > LIMITS["longest file"]:
            complaints.append(f"{name}: {n_lines} lines; a file has at most {LIMITS['longest file']}")
        for function, line, length in functions(text):
            lengths.append(length)
            if length > LIMITS["longest function"]:
                complaints.append(
                    f"{name}:{line}: {function}() has {length} lines; at most {LIMITS['longest function']}"
                )
    lengths.sort()
    for label, share in (("median", 0.5), ("90th percentile", 0.9)):
        value = lengths[min(int(len(lengths) * share), len(lengths) - 1)] if lengths else 0
        print(f"{label}: {value} lines (at most {LIMITS[label]})")
        if value > LIMITS[label]:
            complaints.append(f"the {label} of function lengths is {value}; at most {LIMITS[label]}")
    print(*complaints, sep="\n", end="\n" if complaints else "")
    longest = lengths[-1] if lengths else 0
    print(f"check_functions: {len(files)} files, {len(lengths)} functions, longest {longest}, {len(complaints)} too long")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
