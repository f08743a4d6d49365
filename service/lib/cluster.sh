# shellcheck shell=bash
# A private PostgreSQL 15 cluster in one folder, with no TCP port. Needs lib/common.sh.
#
#   FOLDER/data          the cluster
#   FOLDER/socket        the folder of its Unix socket, or a link to one in /tmp
#   FOLDER/postgres.log  what the server says; .old is from the start before
#
# The server dies with the script that started it, so nothing is left running. As
# root it runs as the system user `postgres`. It is shown FOLDER as an open file
# (/proc/self/fd/7), so that FOLDER may lie below one that only root may enter,
# such as /root or a temporary folder.

POSTGRES=/usr/lib/postgresql/15/bin
CLUSTER_SEEN=/proc/self/fd/7
CLUSTER_PID=
CLUSTER_SOCKET=
CLUSTER_IDS=
CLUSTER_AS=() # the command prefix that runs a program as the cluster's user
CLUSTER_STOP_SECONDS=60

# Modest, durable, and the same whatever this machine's locale and time zone.
CLUSTER_SETTINGS="
# --- inspectd ---
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
cluster_name = 'inspectd'
"

# The server's user is the owner of its data, else `postgres` for root, else oneself.
cluster_choose_user() {
    local ids
    CLUSTER_AS=(setpriv --pdeathsig INT --)
    ((EUID == 0)) || return 0
    if [[ -d $1/data ]]; then
        ids=$(stat -c %u:%g "$1/data")
    else
        ids=$(id -u postgres):$(id -g postgres)
    fi
    CLUSTER_AS=(setpriv --pdeathsig INT --reuid="${ids%:*}" --regid="${ids#*:}" --clear-groups --)
    CLUSTER_IDS=$ids
}

cluster_give() { ((EUID != 0)) || chown "$CLUSTER_IDS" "$1"; }

# cluster_create FOLDER: an empty cluster, stopped.
cluster_create() {
    local folder=$1
    cluster_choose_user "$folder"
    mkdir -m 0700 "$folder"
    cluster_give "$folder"
    exec 7<"$folder"
    step_quietly "$folder/initdb.log" "${CLUSTER_AS[@]}" \
        "$POSTGRES/initdb" -D "$CLUSTER_SEEN/data" --username=postgres \
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=reject ||
        fail "The database cluster could not be made in $folder (see above)."
    exec 7<&-
    rm "$folder/initdb.log"
    printf '%s' "$CLUSTER_SETTINGS" >>"$folder/data/postgresql.conf"
}

# cluster_start FOLDER: returns when the server answers; CLUSTER_SOCKET says where.
cluster_start() {
    local folder=$1
    cluster_choose_user "$folder"
    cluster_end_earlier "$folder"
    cluster_make_socket "$folder"
    [[ ! -f $folder/postgres.log ]] || mv "$folder/postgres.log" "$folder/postgres.log.old"
    exec 7<"$folder"
    cluster_become_server >"$folder/postgres.log" 2>&1 </dev/null &
    CLUSTER_PID=$!
    exec 7<&-
    cluster_wait "$folder"
}

# In a session of its own: a terminal's Ctrl-C must not stop it before the service has drained.
cluster_become_server() {
    local socket=$CLUSTER_SEEN/socket
    [[ $CLUSTER_SOCKET == */socket ]] || socket=$CLUSTER_SOCKET
    exec 3>&- 9>&- # standard output and the lock are not the server's to hold
    exec setsid "${CLUSTER_AS[@]}" "$POSTGRES/postgres" -D "$CLUSTER_SEEN/data" \
        -c "unix_socket_directories=$socket"
}

# A socket's path has room for 107 bytes, and libpq reads a comma in it as a list.
cluster_make_socket() {
    local folder=$1 socket=$1/socket
    cluster_remove_socket "$folder"
    if ((${#socket} <= 80)) && [[ $socket =~ ^[A-Za-z0-9/._@+=-]+$ ]]; then
        mkdir -m 0700 "$socket"
    else
        socket=$(mktemp -d /tmp/inspectd-XXXXXX)
        ln -s "$socket" "$folder/socket"
    fi
    cluster_give "$socket"
    CLUSTER_SOCKET=$socket
}

cluster_remove_socket() {
    local link=$1/socket target
    if [[ -L $link ]]; then
        target=$(readlink "$link")
        [[ $target != /tmp/inspectd-* ]] || rm -rf "$target"
    fi
    rm -rf "$link"
}

# A crash leaves postmaster.pid behind, and its number may since be another process.
# A server that does run here is one that an earlier run has just left: it is stopped.
cluster_end_earlier() {
    local file=$1/data/postmaster.pid pid
    [[ -f $file ]] || return 0
    pid=$(head -n 1 "$file")
    if cluster_is_server "$pid" "$1/data"; then
        say "Stopping the database that an earlier run left."
        kill -INT "$pid"
        cluster_wait_gone "$pid" "$1/data" ||
            fail "The database server of an earlier run (process $pid) does not stop."
    fi
    rm -f "$file"
}

cluster_is_server() {
    [[ $1 =~ ^[0-9]+$ && "/proc/$1/cwd" -ef $2 ]] && [[ $(<"/proc/$1/comm") == postgres ]]
}

cluster_wait_gone() {
    local tries=$((CLUSTER_STOP_SECONDS * 20))
    while ((tries-- > 0)); do
        cluster_is_server "$1" "$2" 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

# After a crash the server first replays its log; that may take long and is no failure.
cluster_wait() {
    local tries=0
    until "$POSTGRES/pg_isready" -q -h "$CLUSTER_SOCKET" -p 5432 -d postgres -U postgres; do
        if ! kill -0 "$CLUSTER_PID" 2>/dev/null; then
            CLUSTER_PID=
            tail -n 20 "$1/postgres.log" >&2
            fail "PostgreSQL did not start (see above)."
        fi
        ((++tries % 100 != 0)) || say "Waiting for PostgreSQL to recover."
        sleep 0.05
    done
}

# cluster_stop FOLDER: the fast shutdown, which writes everything out and ends sessions.
cluster_stop() {
    [[ -n $CLUSTER_PID ]] || return 0
    local status=0
    kill -INT "$CLUSTER_PID" 2>/dev/null || true
    wait "$CLUSTER_PID" 2>/dev/null || status=$?
    CLUSTER_PID=
    cluster_remove_socket "$1"
    return "$status"
}

# cluster_sql DATABASE STATEMENT...: as the superuser.
cluster_sql() {
    local database=$1 arguments=() statement
    shift
    for statement in "$@"; do arguments+=(-c "$statement"); done
    "$POSTGRES/psql" -XqAt -v ON_ERROR_STOP=1 -h "$CLUSTER_SOCKET" -p 5432 -U postgres -d "$database" "${arguments[@]}"
}

# cluster_url USER DATABASE
cluster_url() { printf 'host=%s port=5432 user=%s dbname=%s' "$CLUSTER_SOCKET" "$1" "$2"; }
