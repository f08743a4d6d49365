#!/usr/bin/env bash
# The include law: which folder may use what, and a few other things that a grep can see.
# Prints each breach as file:line and exits 1 if there is one.
set -u
cd "$(dirname "$0")/../.." || exit 1
breaches=0

breach() {
    echo "$1"
    breaches=$((breaches + 1))
}

# breaches_of WHY: reads file:line:text, one breach a line.
breaches_of() {
    local hit
    while IFS= read -r hit; do
        breach "$(cut -d: -f1,2 <<<"$hit"): $1: $(cut -d: -f3- <<<"$hit" | sed 's/^[[:space:]]*//')"
    done
}

sources() { # sources DIR...: the C files below, if any
    local dir
    for dir in "$@"; do
        [ -d "$dir" ] && find "$dir" -name '*.[ch]' | sort
    done
}

# search PATTERN FILE...: like grep -nE, silent when there are no files
search() {
    local pattern=$1
    shift
    [ $# -gt 0 ] && grep -nHE "$pattern" "$@"
}

# --- our own headers: a folder includes only what stands below it ---------------
declare -A may_include=(
    [core]='core/'
    [identity]='(core|identity)/'
    [resource]='(core|resource)/'
    [repository]='(core|resource|repository)/'
    [job]='(core|job)/|repository/database\.h"'
    [operation]='(core|resource|repository|operation)/'
    # Opening the database is the one thing that http does with it; the rest goes through operations.
    [http]='((core|identity|resource|operation|http)/|repository/database\.h")'
    [load]='(core|resource|operation|load)/'
)
for layer in core identity resource repository job operation http load; do
    mapfile -t files < <(sources "service/$layer" "include/$layer")
    # A name without a folder is a private header beside the file.
    breaches_of "$layer may not include this" < <(
        search '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*/' "${files[@]}" |
            grep -vE "include[[:space:]]*\"${may_include[$layer]}"
    )
done

# --- third parties: each is wrapped once ----------------------------------------
only_in() { # only_in HEADER-PATTERN FILE-PATTERN
    mapfile -t files < <(sources service include | grep -vE "^($2)$")
    breaches_of "belongs in ${2//\\/} only" < <(search "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($1)>" "${files[@]}")
}
only_in 'ulfius\.h|microhttpd\.h' 'service/http/(server|exchange)\.c|service/http/[a-z_]+\.h'
only_in 'libpq-fe\.h|libpq/.*' '(service|include)/repository/[a-z_]+\.[ch]'
only_in 'csv\.h' 'service/load/[a-z_]+\.[ch]'
only_in 'libical/.*' 'service/http/icalendar\.c'
only_in 'xxhash\.h' 'service/core/hash\.c'
only_in 'rhonabwy\.h' 'service/identity/keys\.c'
only_in 'curl/.*' 'service/identity/fetch\.c'
only_in 'gnutls/.*' 'service/(core/hash|http/certificate)\.c'

# A header that brings libpq is the repository's own business.
mapfile -t bringers < <(grep -lE '^#[[:space:]]*include[[:space:]]*<libpq' include/repository/*.h 2>/dev/null)
mapfile -t files < <(sources service include | grep -v '/repository/')
for bringer in "${bringers[@]}"; do
    breaches_of "brings <libpq-fe.h> out of repository" < <(
        search "^[[:space:]]*#[[:space:]]*include[[:space:]]*\"${bringer#include/}\"" "${files[@]}"
    )
done

mapfile -t files < <(sources service/repository include/repository)
breaches_of "repository works with text; a header of resource brings Jansson where it must" < <(
    search '^[[:space:]]*#[[:space:]]*include[[:space:]]*<jansson\.h>' "${files[@]}"
)

# --- settings come from one table, functions have one way out ---------------------
mapfile -t files < <(sources service include)
breaches_of "only service/core/config.c reads the environment" < <(
    search '\b(secure_)?getenv[[:space:]]*\(' "${files[@]}" | grep -v '^service/core/config\.c:'
)
breaches_of "goto" < <(search '(^|[[:space:];{}])goto[[:space:]]+[A-Za-z_]+[[:space:]]*;' "${files[@]}")

echo "check_layers: ${#files[@]} files, $breaches breaches"
[ "$breaches" -eq 0 ]
