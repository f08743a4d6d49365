# shellcheck shell=bash disable=SC2034 # used by the scripts that source this
# What service/run and tests/run share: speaking, failing, and waiting for a step
# so that a signal can end it. Sourced, never run.

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
STEP_PID=

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# A trap waits for the command in front to end. A command behind, waited for, can be
# left at once; step_end then ends it. A step that outlives a killed script must not
# hold what the script held: its standard output (3) and its lock (9).
step() {
    "$@" 3>&- 9>&- &
    STEP_PID=$!
    local status=0
    wait "$STEP_PID" || status=$?
    STEP_PID=
    return "$status"
}

step_end() {
    [[ -z $STEP_PID ]] || kill -TERM "$STEP_PID" 2>/dev/null || true
    [[ -z $STEP_PID ]] || wait "$STEP_PID" 2>/dev/null || true
    STEP_PID=
}

# step_quietly LOG COMMAND...: what the command prints is shown only if it fails.
step_quietly() {
    local log=$1
    shift
    step "$@" >"$log" 2>&1 </dev/null && return
    tail -n 40 "$log" >&2
    return 1
}

free_megabytes() { df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }'; }

# need_space FOLDER MEGABYTES WHAT-FOR
need_space() {
    local free
    free=$(free_megabytes "$1")
    ((free >= $2)) || fail "The disk of $1 has $free MB free, and $3 needs $2 MB."
}
