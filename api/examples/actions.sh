#!/usr/bin/env bash
# Reads a council's actions into a file, asks whether they have changed since, adds one and changes it.
#
# usage: INSPECTD_URL=http://127.0.0.1:8080 INSPECTD_KEY=... actions.sh AUTHORITY FILE.csv
set -euo pipefail

authority=$1 file=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The key is read from a file: what stands in a command line is seen by everybody on the machine.
(umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$INSPECTD_KEY" >"$scratch/key")

# Prints the status; the answer is kept, and of a refusal it says what is wrong and what helps.
ask() {
    curl --silent --show-error --fail-with-body --config "$scratch/key" --dump-header "$scratch/head" \
        --output "$scratch/answer" --write-out '%{http_code}\n' "$@" || { cat "$scratch/answer" >&2; exit 1; }
}
# What a header of the last answer says.
header() { sed -n "s/^$1: \(.*\)\r$/\1/Ip" "$scratch/head"; }

# The whole list as CSV, which spreadsheets open; its tag says later whether there is anything new.
list="$INSPECTD_URL/v1/actions?authority_id=$authority&sort=due_on"
ask --header 'Accept: text/csv' "$list"
mv "$scratch/answer" "$file"
ask --header 'Accept: text/csv' --header "If-None-Match: $(header ETag)" "$list" # 304: nothing is

# Sent twice with one Idempotency-Key it is made once: so it may be sent again whenever no answer came.
key=$(cat /proc/sys/kernel/random/uuid)
for _ in 1 2; do
    ask --header 'Content-Type: application/json' --header "Idempotency-Key: $key" "$INSPECTD_URL/v1/actions" \
        --data "{\"authority_id\":\"$authority\",\"title\":\"Supervise monthly\",\"due_on\":\"2027-03-31\"}"
done

# Only if nobody has changed it meanwhile: otherwise 412.
ask --request PATCH --header 'Content-Type: application/merge-patch+json' --header "If-Match: $(header ETag)" \
    "$INSPECTD_URL$(header Location)" --data '{"lead_role":"Head of service"}'
cat "$scratch/answer"
