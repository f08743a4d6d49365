# shellcheck shell=bash
# Building with CMake's presets. Needs lib/common.sh.

# build PRESET TARGET...: quick when nothing has changed.
build() {
    local preset=$1 folder=$REPOSITORY/build/$1 lock
    shift
    if [[ -x $folder/inspectd && ! -w $folder ]]; then
        return # built by another user; this one may only use it
    fi
    mkdir -p "$REPOSITORY/build" || fail "$REPOSITORY/build cannot be made: is this your copy?"
    # Two builds at once in one folder would trip over each other.
    exec {lock}>"$folder.lock"
    flock "$lock"
    build_configure "$preset" "$folder"
    build_compile "$preset" "$folder" "$@"
    exec {lock}>&-
}

build_configure() {
    local preset=$1 folder=$2
    # A tree that was copied or moved carries its old place in the cache.
    if [[ -f $folder/CMakeCache.txt ]] &&
        ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$REPOSITORY" "$folder/CMakeCache.txt"; then
        rm -rf "$folder"
    fi
    [[ ! -f $folder/build.ninja ]] || return 0
    need_space "$REPOSITORY/build" 150 "a build"
    # Debian's Python, which has the packages; the first in PATH may be another.
    step_quietly "$folder.log" cmake -S "$REPOSITORY" --preset "$preset" -DPython3_EXECUTABLE=/usr/bin/python3 ||
        fail "CMake could not configure the $preset build (see above)."
}

build_compile() {
    local preset=$1 folder=$2
    shift 2
    [[ -z $(build_news "$folder/inspectd") ]] || say "Building inspectd ($preset)."
    step_quietly "$folder.log" ninja -C "$folder" "$@" || fail "The $preset build failed (see above)."
}

# A source newer than the program. (ninja itself decides what to build; this is only to say so first.)
build_news() {
    if [[ -f $1 ]]; then
        cd "$REPOSITORY" && find CMakeLists.txt service include sql/{migrations,views,rules} api -newer "$1" -print -quit
    else
        printf 'no program yet\n'
    fi
}
