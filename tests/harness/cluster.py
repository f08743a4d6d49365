"""A throw-away PostgreSQL 15 cluster, private to one pytest process.

Nothing outlives the process: the server dies with it, even if it is killed. As
root the server runs as the system user `postgres`, because PostgreSQL refuses to
run as root. Durability is off, for speed; ask for durable=True where it matters.

Making a cluster and loading it takes seconds, so a finished one is kept under
build/test-cluster, by the digest of all that it was made from, and copied. It
holds three databases that others are cloned from:

    inspectd_empty      migrated
    inspectd_reference  the same with sql/reference loaded
    inspectd_sample     the same with sql/sample loaded as well
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import pathlib
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import psycopg

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
CACHE = REPOSITORY / "build" / "test-cluster"
KEPT_TEMPLATES = 3
ROOM = 6 << 30  # what a few suites at once may fill with their databases

EMPTY, REFERENCE, SAMPLE = "inspectd_empty", "inspectd_reference", "inspectd_sample"
SUPERUSER, OWNER, SERVICE = "postgres", "inspectd_owner", "inspectd_service"

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "min_wal_size": "8MB",
    "max_wal_size": "512MB",
    # A vacuum worker in a template database would make CREATE DATABASE wait for it.
    "autovacuum": "off",
}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def binary() -> pathlib.Path:
    """The inspectd under test: $INSPECTD, else the build with the sanitizers."""
    path = pathlib.Path(os.environ.get("INSPECTD") or REPOSITORY / "build" / "asan" / "inspectd").absolute()
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is absent: build it first, or name another in INSPECTD")
    return path


def unchecked() -> pathlib.Path:
    """The same, but that it refuses nobody anything by itself: ninja -C <its folder> inspectd_unchecked makes it."""
    path = binary().with_name("inspectd_unchecked")
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is absent: ctest makes it for the suites that want it; or make it by ninja")
    return path


def quick_folder() -> str | None:
    """In memory, where there is room for it: a database is cloned there in a tenth of the time. None: where temporary files are."""
    try:
        has_room = shutil.disk_usage("/dev/shm").free > ROOM and os.access("/dev/shm", os.W_OK)
    except FileNotFoundError:
        has_room = False
    return "/dev/shm" if has_room else None


class Cluster:
    """One cluster: start it, clone databases in it, stop it."""

    def __init__(self, template: pathlib.Path | None = None, durable: bool = False):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="inspectd-", dir=None if durable else quick_folder()))
        self.data, self.socket = self.home / "data", self.home / "socket"
        self.log = self.home / "postgres.log"
        self.secret = self.home / "secret"  # that of every service on this cluster
        self.durable = durable
        self._numbers = itertools.count(1)
        self._server: subprocess.Popen | None = None
        if template:
            subprocess.run(["cp", "-a", "--reflink=auto", str(template), str(self.data)], check=True)
        else:
            self.data.mkdir(mode=0o700)
        self.socket.mkdir(mode=0o700)
        self.secret.touch(mode=0o600)
        self.secret.write_text(secrets.token_hex(32) + "\n")
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (self.home, self.data, self.socket):
                os.chown(path, user.pw_uid, user.pw_gid)
        # The server is shown its folder as an open file, so that it needs no right
        # to the folders above, which may be root's alone.
        self._folder = os.open(self.home, os.O_RDONLY | os.O_DIRECTORY)
        if not template:
            self._initdb()

    # --- life ---------------------------------------------------------------

    def start(self) -> "Cluster":
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        settings["unix_socket_directories"] = f"{self._seen}/socket"
        command = [str(POSTGRES / "postgres"), "-D", f"{self._seen}/data"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                self._as_its_user(command, "--pdeathsig=INT"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=[self._folder],
                start_new_session=True,
            )
        self._wait_until_it_answers()
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is PostgreSQL's fast shutdown; SIGQUIT and SIGKILL are crashes."""
        if self._server:
            self._server.send_signal(how)
            self._server.wait(60)
            self._server = None

    def close(self) -> None:
        self.stop(signal.SIGQUIT)  # nothing to keep, so no checkpoint
        os.close(self._folder)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- databases ----------------------------------------------------------

    def url(self, database: str, user: str = OWNER) -> str:
        return f"host={self.socket} user={user} dbname={database}"

    def connect(self, database: str, user: str = OWNER) -> psycopg.Connection:
        return psycopg.connect(self.url(database, user), autocommit=True)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        with self.connect(database, SUPERUSER) as connection:
            for statement in statements:
                connection.execute(statement)

    def clone(self, template: str, name: str | None = None) -> str:
        """A new database, a copy of `template`. Its name is unique in this cluster."""
        name = name or f"{template}_{next(self._numbers)}"
        # The copy goes file by file: through the WAL it takes three times as long.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER} STRATEGY file_copy")
        return name

    def lift_policies(self, name: str) -> None:
        """From here on row level security holds nobody in this database to anything."""
        with self.connect(name, SUPERUSER) as connection:
            tables = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity").fetchall()
            for table, in tables:
                connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    # --- inside -------------------------------------------------------------

    @property
    def _seen(self) -> str:
        return f"/proc/self/fd/{self._folder}"

    @staticmethod
    def _as_its_user(command: list[str], *options: str) -> list[str]:
        if os.geteuid() == 0:
            options += ("--reuid=postgres", "--regid=postgres", "--init-groups")
        return ["setpriv", *options, "--", *command]

    def _initdb(self) -> None:
        command = [str(POSTGRES / "initdb"), "-D", f"{self._seen}/data", "--username", SUPERUSER]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
        command += ["--no-sync", "--wal-segsize=1"]
        subprocess.run(
            self._as_its_user(command), cwd="/", pass_fds=[self._folder], check=True, stdout=subprocess.DEVNULL
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres", SUPERUSER)).close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()}") from None
                time.sleep(0.02)


# --- the template ---------------------------------------------------------------


def inspectd(*arguments: str, **environment: str) -> str:
    """Runs the binary's subcommand to its end; its standard output."""
    done = subprocess.run(
        [str(binary()), *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"inspectd {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def template() -> pathlib.Path:
    """The data folder of a stopped cluster to copy, made if there is none for this binary and data."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / _digest()
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _forget_old_templates()
            _make_template(path)
        os.utime(path)
    return path


def _digest() -> str:
    digest = hashlib.sha256()
    files = [binary(), pathlib.Path(__file__)]
    for folder in ("reference", "sample"):
        files += sorted(p for p in (REPOSITORY / "sql" / folder).rglob("*") if p.is_file())
    for file in files:
        digest.update(f"{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old_templates() -> None:
    old = sorted((p for p in CACHE.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in old[KEPT_TEMPLATES - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _make_template(path: pathlib.Path) -> None:
    cluster = Cluster().start()
    try:
        cluster.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE", f"CREATE DATABASE {EMPTY} OWNER {OWNER}")
        _run("migrate", cluster=cluster, database=EMPTY)
        cluster.execute(f"CREATE ROLE {SERVICE} LOGIN IN ROLE inspectd_api")
        cluster.clone(EMPTY, REFERENCE)
        _run("load", "--sample", "none", cluster=cluster, database=REFERENCE)
        databases = [EMPTY, REFERENCE, *_make_sample(cluster)]
        for database in databases:
            cluster.execute("VACUUM ANALYZE", database=database)
        cluster.stop()
        unfinished = path.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run(["cp", "-a", str(cluster.data), str(unfinished)], check=True)
        unfinished.rename(path)
    finally:
        cluster.close()


def _make_sample(cluster: Cluster) -> list[str]:
    """A mistake in the sample fails the suites that use it, by the database's absence, and no others."""
    cluster.clone(REFERENCE, SAMPLE)
    try:
        _run("load", "--sample", str(REPOSITORY / "sql" / "sample"), cluster=cluster, database=SAMPLE)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        cluster.drop(SAMPLE)
        return []
    return [SAMPLE]


def _run(command: str, *arguments: str, cluster: Cluster, database: str) -> None:
    if command == "load":
        arguments = ("--reference", str(REPOSITORY / "sql" / "reference"), *arguments)
    url = cluster.url(database)
    inspectd(command, *arguments, INSPECTD_OWNER_URL=url, INSPECTD_DATABASE_URL=url)
