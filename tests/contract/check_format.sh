#!/usr/bin/env bash
# Every C file is as clang-format 14 (.clang-format) writes it. `check_format.sh --fix` makes it so.
set -u
cd "$(dirname "$0")/../.." || exit 1

format=$(command -v clang-format-14 || command -v clang-format) || {
    echo "check_format: clang-format is not installed (apt-get install clang-format)"
    exit 1
}
mapfile -t files < <(find service include tests/unit -name '*.[ch]' | sort)
if [ "${1:-}" = "--fix" ]; then
    "$format" -i "${files[@]}"
    exit
fi
wrong=0
for file in "${files[@]}"; do
    if ! "$format" --dry-run -Werror "$file" 2>/dev/null; then
        echo "$file: at line $("$format" "$file" | diff "$file" - | sed -nE '1s/^([0-9]+).*/\1/p')"
        wrong=$((wrong + 1))
    fi
done
echo "check_format: ${#files[@]} files, $wrong to format (tests/contract/check_format.sh --fix)"
[ "$wrong" -eq 0 ]
