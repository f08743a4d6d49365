#!/usr/bin/python3
"""What tools say of the sources. Any complaint fails.

usage: tests/harness/lint.py clang | clang_tidy BUILD | cppcheck BUILD | shellcheck

BUILD is a build folder; its compile_commands.json says how each file is compiled.
Which checks are asked for, and why others are not, stands in .clang-tidy and below.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def run(*command: str) -> int:
    return subprocess.run(command, cwd=REPOSITORY, stdin=subprocess.DEVNULL).returncode


def clang() -> int:
    """A second compiler's warnings, as errors."""
    return run("cmake", "--preset", "clang", "-DPython3_EXECUTABLE=/usr/bin/python3") or run(
        "cmake", "--build", "--preset", "clang"
    )


def clang_tidy(build: str) -> int:
    """Each file that has changed, or any header, since it was last found good."""
    good = cache(build, "clang-tidy")
    common = digest([REPOSITORY / ".clang-tidy", *sorted((REPOSITORY / "include").rglob("*.h"))])

    def check(path: pathlib.Path) -> bool:
        mark = good / digest([path], common)
        if mark.exists():
            return True
        done = subprocess.run(
            ["clang-tidy-14", "--quiet", "-p", build, str(path)], cwd=REPOSITORY, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        print(done.stdout, end="", flush=True)
        if done.returncode == 0:
            mark.touch()
        return done.returncode == 0

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(check, sorted((REPOSITORY / "service").rglob("*.c"))))
    print(f"clang_tidy: {len(results)} files, {results.count(False)} with complaints")
    return 1 if False in results else 0


def cppcheck(build: str) -> int:
    return run(
        "cppcheck",
        f"--project={build}/compile_commands.json",
        f"--cppcheck-build-dir={cache(build, 'cppcheck')}",
        f"-j{os.cpu_count()}",
        "--quiet",
        "--inline-suppr",
        "--enable=warning,portability",
        "--error-exitcode=1",
        "--suppress=*:*/generated/*",
        "--suppress=*:*/tests/unit/*",
        # It does not look into jansson.h for these.
        "-Djson_array_foreach(a,i,v)=for(i=0;(v=json_array_get(a,i));i++)",
        "-Djson_object_foreach(o,k,v)=for(k=json_object_iter_key(o);k&&(v=json_object_get(o,k));)",
        # It takes a pointer into a static table for one into the stack.
        "--suppress=returnDanglingLifetime",
        # It takes GNU's cleanup attribute for an ordinary one and so sees leaks that are none.
        "--suppress=memleak",
        "--suppress=resourceLeak",
    )


def shellcheck() -> int:
    """Every shell script in the tree, by its name or its first line."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    scripts = [name for name in listed.stdout.decode().splitlines() if is_shell(REPOSITORY / name)]
    return run("shellcheck", "--external-sources", *scripts)


def is_shell(path: pathlib.Path) -> bool:
    if path.suffix == ".sh":
        return True
    if path.suffix or not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline()
    return first.startswith(b"#!") and b"sh" in first


def digest(paths: list[pathlib.Path], start: str = "") -> str:
    value = hashlib.sha256(start.encode())
    for path in paths:
        value.update(f"{path}\0".encode() + path.read_bytes())
    return value.hexdigest()


def cache(build: str, name: str) -> pathlib.Path:
    folder = pathlib.Path(build) / name
    folder.mkdir(exist_ok=True)
    return folder


def main() -> int:
    tools = {"clang": clang, "clang_tidy": clang_tidy, "cppcheck": cppcheck, "shellcheck": shellcheck}
    if len(sys.argv) < 2 or sys.argv[1] not in tools:
        sys.exit(__doc__)
    return tools[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
