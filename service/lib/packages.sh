# shellcheck shell=bash disable=SC2034 # used by the scripts that source this
# Debian packages: which are missing, and installing them. Needs lib/common.sh.

# To build inspectd. The unit tests are configured with the rest, hence libcmocka-dev.
BUILD_PACKAGES=(
    gcc libc6-dev cmake ninja-build pkg-config python3 python3-yaml
    libulfius-dev liborcania-dev libyder-dev libmicrohttpd-dev libjansson-dev
    libpq-dev libgnutls28-dev libxxhash-dev libcsv-dev libical-dev libcmocka-dev
    librhonabwy-dev libcurl4-gnutls-dev
)
# To run a private cluster.
DATABASE_PACKAGES=(postgresql-15)

# need_packages PACKAGE...: installs those that are not there. Asking dpkg takes a few
# milliseconds; apt is not touched when nothing is missing.
need_packages() {
    command -v dpkg-query apt-get >/dev/null ||
        fail "This is not Debian, so nothing can be installed here. Needed are Debian 12's packages $*."
    local missing
    mapfile -t missing < <(packages_missing "$@")
    ((${#missing[@]} == 0)) || packages_install "${missing[@]}"
}

packages_missing() {
    local -A state=()
    local name status
    while read -r name status; do state[$name]=$status; done < <(
        # shellcheck disable=SC2016 # dpkg-query's own variables
        dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
    for name in "$@"; do
        [[ ${state[$name]:-} == installed ]] || printf '%s\n' "$name"
    done
}

packages_install() {
    packages_may_install "$@"
    say "Installing $# Debian packages with what they need: $*."
    apt update ||
        fail "The package lists could not be fetched (see above): check the network, and the mirrors in /etc/apt."
    local others=() package
    for package in "$@"; do
        [[ $package == postgresql-15 ]] || others+=("$package")
    done
    ((${#others[@]} == 0)) || apt_install "${others[@]}"
    ((${#others[@]} == $#)) || packages_install_postgresql
}

packages_may_install() {
    ((EUID == 0)) && return
    local remedy="As root, run \"apt-get install $*\", and start again."
    command -v sudo >/dev/null || fail "Packages are missing, and there is no sudo to install them with. $remedy"
    # With no terminal there is nobody to type a password.
    sudo -n true 2>/dev/null || [[ -t 2 ]] || fail "Packages are missing, and sudo asks for a password. $remedy"
}

# Installing postgresql-15 makes and starts a system cluster unless createcluster.conf
# says no. It says no for just that moment: the file comes from postgresql-common,
# which makes no cluster itself, and gets its old text back afterwards, so that this
# machine's PostgreSQL is set up as if we had never been here. (A policy-rc.d would
# hold back every other service too, and still leave a cluster that starts at boot.)
packages_install_postgresql() {
    local settings=/etc/postgresql-common/createcluster.conf status=0
    apt_install postgresql-common
    as_root cp -p "$settings" "$settings.before-inspectd"
    as_root pg_conftool "$settings" set create_main_cluster off || status=1
    ((status)) || apt_install_quietly postgresql-15 || status=1
    as_root mv "$settings.before-inspectd" "$settings"
    ((status == 0)) || fail "PostgreSQL 15 could not be installed (see above)."
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# In front, never interrupted by us: half a package is worse than a late stop.
apt() {
    local log status=0
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null || status=$?
    ((status == 0)) || tail -n 30 "$log" >&2
    rm -f "$log"
    return "$status"
}

apt_install_quietly() { apt install "$@"; }

apt_install() { apt_install_quietly "$@" || fail "These packages could not be installed (see above): $*."; }
