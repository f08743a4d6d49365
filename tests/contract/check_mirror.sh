#!/usr/bin/env bash
# Every service/<layer>/x.c has tests/unit/<layer>/test_x.c, or a row in tests/README.md that says what covers it
# instead. Every unit test has its source, every row is still needed, and what a row names exists.
set -u
cd "$(dirname "$0")/../.." || exit 1

HEADING='## What has no unit test, and why'
wrong=0

breach() {
    echo "$1"
    wrong=$((wrong + 1))
}

# The table beneath the heading, one row a line: "name of the source | what covers it".
rows() {
    sed -n "/^$HEADING\$/,/^## /p" tests/README.md |
        sed -nE "s/^\| \`([a-z_/]+\.c)\` \| *(.*[^ ]) *\|\$/\1 | \2/p"
}

declare -A reason=()
while IFS= read -r row; do
    reason[${row%% | *}]=${row#* | }
done < <(rows)

mirror() { # mirror NAME: http/auth.c is tested by tests/unit/http/test_auth.c
    local folder=${1%/*}
    [ "$folder" = "$1" ] && folder=
    echo "tests/unit/${folder:+$folder/}test_${1##*/}"
}

mapfile -t sources < <(find service -name '*.c' -printf '%P\n' | sort)
for source in "${sources[@]}"; do
    if [ -f "$(mirror "$source")" ]; then
        [ -z "${reason[$source]:-}" ] || breach "tests/README.md: $source has $(mirror "$source"), so it needs no row"
    elif [ -z "${reason[$source]:-}" ]; then
        breach "service/$source: has no $(mirror "$source"), and no row under \"${HEADING#\#\# }\" in tests/README.md"
    fi
done

for source in "${!reason[@]}"; do
    [ -f "service/$source" ] || breach "tests/README.md: there is no service/$source"
    while IFS= read -r named; do
        [ -e "tests/$named" ] || breach "tests/README.md: $source: there is no tests/$named"
    done < <(grep -oE "\`[a-z_/]+\.(py|c)\`" <<<"${reason[$source]}" | tr -d '`')
done

while IFS= read -r test; do
    source=${test/test_/}
    # What embed.py writes is a source too.
    [ -f "service/$source" ] || [ "$source" = core/embedded.c ] || breach "tests/unit/$test: tests no service/$source"
done < <(find tests/unit -name 'test_*.c' -printf '%P\n' | sort)

echo "check_mirror: ${#sources[@]} sources, ${#reason[@]} without a unit test, $wrong breaches"
[ "$wrong" -eq 0 ]
