#!/usr/bin/env bash
# A global symbol says where it is defined: it begins with the name of its file (buf_add in buf.c), with the first
# word of that name (text_is_date in text_forms.c), or with the folder's (operation_create in operation/write.c).
# A file named in the plural may speak of one (pattern_named in patterns.c), and `n_` in front of an
# array's name, for its length, does not count.
#
# usage: tests/contract/check_names.sh build/debug/libinspectd_*.a
set -u

# What may be named otherwise: folder/file, pattern of the symbol. The reason stands above each.
exceptions='
# The vocabularies are named for what they list.
resource/vocabulary  [a-z_]+
# A draft is made by a merge and by a move.
resource/draft   (merge_patch|move_read)
resource/merge   merge_patch
# The cursor is part of a query.
resource/query   cursor_[a-z_]+
# What rules use, beside the resources themselves.
resource/resource  (status|member|warning)_[a-z_]+
# The registry is the array of resources.
resource/registry  resources
# What the database lends.
repository/database  (connection|result)_[a-z_]+
# The types of the values that a statement takes.
repository/builder   (array_literal|field_is_column|key_type|sql_type)
# What a write leaves behind.
operation/write  written_[a-z_]+
# The table of problems, as the router'"'"'s table of routes.
http/problem     problems
http/router      routes
'

may_be_named() { # may_be_named FOLDER/FILE SYMBOL
    local where pattern
    while read -r where pattern; do
        [ "$where" = "$1" ] && [[ $2 =~ ^$pattern$ ]] && return 0
    done < <(grep -vE '^(#|$)' <<<"$exceptions")
    return 1
}

[ $# -gt 0 ] || { sed -n 's/^# usage: /usage: /p' "$0"; exit 1; }
symbols=0
wrong=0
for archive in "$@"; do
    [ -f "$archive" ] || { echo "$archive: not built"; wrong=$((wrong + 1)); continue; }
    layer=$(basename "$archive" .a)
    layer=${layer#libinspectd_}
    while read -r file symbol; do
        stem=$(basename "$file" .c.o)
        plain=${symbol#n_}
        symbols=$((symbols + 1))
        case $plain in
        "$stem" | "${stem}s" | "${stem}"_* | "${stem%s}"_* | "${stem%%_*}" | "${stem%%_*}"_* | "$layer"_*) continue ;;
        esac
        may_be_named "$layer/$stem" "$plain" && continue
        echo "service/$layer/$stem.c: $symbol does not begin with ${stem}_"
        wrong=$((wrong + 1))
    done < <(
        # Sanitizers define helpers of their own; their names begin with two underscores or hold a dot.
        nm --extern-only --defined-only --print-file-name "$archive" |
            sed -nE 's/^[^:]*[:\[]([^]:]+\.c\.o)\]?:[0-9a-f ]* [A-Za-z] ([A-Za-z_][A-Za-z0-9_]*)$/\1 \2/p' | grep -v ' __'
    )
done
echo "check_names: $symbols global symbols, $wrong wrongly named"
[ "$wrong" -eq 0 ]
