#!/usr/bin/env bash
# Every header compiles by itself, with gcc and with clang, under the project's own flags, so that it can be
# included anywhere and in any order; it and every .c begin with a comment; "core/banned.h" is included last.
#
# usage: tests/contract/check_headers.sh build/debug/compile_commands.json
set -u
commands=$(realpath -e "${1:?usage: tests/contract/check_headers.sh build/debug/compile_commands.json}") || exit 1
cd "$(dirname "$0")/../.." || exit 1
wrong=0

breach() {
    echo "$1"
    wrong=$((wrong + 1))
}

# What a file of http is compiled with, which has the headers of every library; less what the
# build instruments itself with, which clang may spell otherwise, and what names its own files.
mapfile -t flags < <(
    jq -er '[.[] | select(.file | endswith("/service/http/server.c"))][0].command' "$commands" | xargs -n 1 |
        sed -n '/^-isystem$/{N;p}; /^-\(D\|I\|W\|f\|pthread\|std\)/p' | grep -vE '^-(fsanitize|fno-sanitize|fstack-clash|ffile-prefix|W[lp],)'
)
[ "${#flags[@]}" -gt 10 ] || { echo "check_headers: $commands does not say how http/server.c is compiled"; exit 1; }

compile() { # compile COMPILER HEADER: as a translation unit of its own
    "$1" "${flags[@]}" -fsyntax-only -x c - <<<"#include \"${2#include/}\"" 2>&1
}

one() { # one HEADER: prints what is wrong with it
    local compiler said
    for compiler in gcc clang; do
        said=$(compile "$compiler" "$1") || printf '%s:1: does not compile alone with %s\n%s\n' "$1" "$compiler" "$said"
    done
}

mapfile -t headers < <(find include service -name '*.h' | sort)
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || breach "check_headers: $compiler is not installed"
done
while IFS= read -r line; do
    breach "$line"
done < <(for header in "${headers[@]}"; do one "$header"; done)

mapfile -t sources < <(find service -name '*.c' | sort)
for file in "${headers[@]}" "${sources[@]}"; do
    [ "$(head -c 2 "$file")" = "/*" ] || breach "$file:1: does not start with a comment that says what it is for"
done
for file in "${sources[@]}"; do
    last=$(grep -E '^[[:space:]]*#[[:space:]]*include' "$file" | tail -n 1)
    [ "$last" = '#include "core/banned.h"' ] || breach "$file:1: the last include is not \"core/banned.h\""
done
# A header that poisoned names would poison them for the system headers after it.
while IFS= read -r header; do
    breach "$header:1: a header may not include \"core/banned.h\""
done < <(grep -lE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"core/banned\.h"' "${headers[@]}")

echo "check_headers: ${#headers[@]} headers, ${#sources[@]} sources, $wrong breaches"
[ "$wrong" -eq 0 ]
