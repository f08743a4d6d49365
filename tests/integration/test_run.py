"""service/run, as a user meets it: one command, one line, one key, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import Iterator

import psycopg
import pytest

from harness import cluster as clusters

REPOSITORY = clusters.REPOSITORY
NOBODY = 65534
ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can arrange this")


class Run:
    """One `service/run`. Every process that it starts carries a mark, so that what it leaves can be found."""

    def __init__(self, state: pathlib.Path, *arguments: str, port: int | None = None, build: bool = False,
                 command: tuple[str, ...] = (str(REPOSITORY / "service" / "run"),), **environment: str):
        self.state, self.port = pathlib.Path(state), free_port() if port is None else port
        self.mark = f"INSPECTD_TEST_MARK={uuid.uuid4()}"
        names = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTD")}
        # Of a process that may not leave a core dump only root learns what it was started with.
        names |= dict([self.mark.split("=")]) | {"INSPECTD_CORE_DUMPS": "1"}
        if not build:
            names["INSPECTD"] = str(clusters.binary())
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            # If the tests are killed, so is what they have started.
            ["setpriv", "--pdeathsig=TERM", "--", *command]
            + ["--state", str(state), "--port", str(self.port), *arguments],
            env=names | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.stdout, self._stderr = "", []
        self._reader = threading.Thread(target=lambda: self._stderr.extend(self.process.stderr), daemon=True)
        self._reader.start()

    def ready(self, seconds: float = 600) -> "Run":
        """Waits for the ready line, and holds it against what was promised."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        self.stdout = self.process.stdout.readline()
        timer.cancel()
        self.seconds = time.monotonic() - self.began
        assert self.stdout, f"it was not ready:\n{self.stderr()}"
        if self.port == 0:
            self.port = int(self.stdout.rsplit(":", 1)[1])
        assert self.stdout == f"ready http://127.0.0.1:{self.port}\n"
        return self

    def said(self, words: str, seconds: float = 60) -> None:
        """Waits until standard error holds these words."""
        deadline = time.monotonic() + seconds
        while words not in "".join(self._stderr):
            assert time.monotonic() < deadline and self.process.poll() is None, f"no {words!r} in:\n{self.stderr()}"
            time.sleep(0.01)

    def send(self, how: signal.Signals) -> None:
        self.process.send_signal(how)

    def end(self, seconds: float = 60) -> int:
        """Waits for the end; the exit status. Nothing may still run, and stdout holds no second line."""
        status = self.process.wait(seconds)
        self.stdout += self.process.stdout.read()
        self._reader.join(10)
        assert self.left() == []
        return status

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.send(how)
        status = self.end()
        assert status == 0, self.stderr()
        assert self.stdout.count("\n") == 1

    def refused(self) -> str:
        """Waits for an end that is a refusal: a status, a sentence and no line; the sentence."""
        status = self.end()
        assert status not in (0, -signal.SIGKILL) and self.stdout == ""
        sentence = self.stderr().strip().splitlines()[-1]
        assert sentence.endswith("."), self.stderr()
        return sentence

    def stderr(self) -> str:
        if self.process.poll() is not None:
            self._reader.join(10)
        return "".join(self._stderr)

    def left(self) -> list[str]:
        """Processes that this run started and that are still there, without the run itself."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (process / "environ").read_bytes() and int(process.name) != self.process.pid:
                    found.append(f"{process.name} {(process / 'cmdline').read_bytes()!r}")
        return found

    def pid_of(self, name: str) -> int:
        """The oldest process of this run with that name."""
        return min(int(line.split()[0]) for line in self.left()
                   if pathlib.Path(f"/proc/{line.split()[0]}/comm").read_text().strip() == name)

    @property
    def key(self) -> str:
        return (self.state / "dev.key").read_text().strip()

    def get(self, path: str, key: str | None = None) -> tuple[int, dict]:
        return self.request("GET", path, key=key)

    def request(self, method: str, path: str, body: dict | None = None, key: str | None = None) -> tuple[int, dict]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def total(run: Run, resource: str) -> int:
    status, answer = run.get(f"/v1/{resource}?limit=1&include_total=true")
    assert status == 200
    return answer["page"]["total"]


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    """A short-lived folder that only its owner may enter: below it, as root, the database's user cannot go by path."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=clusters.quick_folder()))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def finished() -> Iterator[pathlib.Path]:
    """A state folder that an earlier run has left in good order."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=clusters.quick_folder()))
    Run(path / "state").ready().stop()
    yield path / "state"
    shutil.rmtree(path)


@pytest.fixture
def kept(folder: pathlib.Path, finished: pathlib.Path) -> pathlib.Path:
    """A copy of `finished` where `run` will look, for tests that are not about a first start."""
    subprocess.run(["cp", "-a", str(finished), str(folder / "state")], check=True)
    return folder / "state"


@pytest.fixture
def run(folder: pathlib.Path) -> Iterator[type]:
    """Starts a run in `folder`/state unless told otherwise; whatever still runs at the end is ended."""
    runs: list[Run] = []

    def start(*arguments: str, state: pathlib.Path | None = None, **options) -> Run:
        runs.append(Run(state or folder / "state", *arguments, **options))
        return runs[-1]

    yield start
    for one in runs:
        if one.process.poll() is None:
            one.send(signal.SIGTERM)
            one.process.wait(60)
        one.process.stdout.close()


# --- the promise ------------------------------------------------------------------


def test_a_first_start_ends_in_one_line_a_key_and_data(run, folder):
    service = run(build=True).ready()

    for name in ("dev.key", "secret"):
        assert stat.S_IMODE((folder / "state" / name).stat().st_mode) == 0o600
    assert total(service, "authorities") >= 153
    assert service.get("/v1/authorities", key="ik_wrong")[0] == 401
    service.stop()


def test_the_key_has_every_scope(run, kept):
    service = run().ready()

    status, me = service.get("/v1/me")
    assert status == 200
    routes = json.loads(clusters.inspectd("describe"))["routes"]
    assert {route["scope"] for route in routes if route["scope"]} <= set(me["scopes"])
    service.stop()


def test_a_second_start_is_quick_and_finds_the_data(run, kept):
    service = run(build=True).ready()
    key = service.key
    status, action = service.request("POST", "/v1/actions", {"authority_id": "806", "title": "Kept over a restart"})
    assert status == 201, action
    service.stop()

    again = run(build=True).ready()
    assert again.seconds < 3, f"it took {again.seconds:.1f} s"
    assert again.key == key
    assert again.get(f"/v1/actions/{action['id']}") == (200, action)
    again.stop()


def test_with_the_secret_gone_there_is_another_and_another_key(run, kept):
    """Nobody can make keys work again that were hashed under it."""
    secret, key = (kept / "secret").read_text(), (kept / "dev.key").read_text().strip()
    (kept / "secret").unlink()
    service = run().ready()
    assert (kept / "secret").read_text() != secret and service.key != key
    assert service.get("/v1/me")[0] == 200 and service.get("/v1/me", key=key)[0] == 401
    service.stop()


def test_ctrl_c_stops_everything(run, kept):
    service = run().ready()
    # A terminal signals the whole foreground group at once.
    os.killpg(service.process.pid, signal.SIGINT)
    assert service.end() == 0


def test_two_run_side_by_side(run, folder, kept):
    first, second = run(state=kept), run(state=folder / "new")

    assert first.ready().port != second.ready().port
    assert first.get("/v1/authorities", key=second.key)[0] == 401
    first.stop()
    assert total(second, "authorities") >= 153
    second.stop()


def test_port_0_lets_the_system_choose(run, kept):
    service = run(port=0).ready()
    assert service.port > 0 and total(service, "authorities") >= 153
    service.stop()


def test_sample_none_loads_reference_data_only(run):
    service = run("--sample", "none").ready()
    assert total(service, "authorities") >= 153
    assert total(service, "actions") == 0
    service.stop()


def test_the_sample_is_loaded_unless_told_otherwise(run, kept):
    service = run().ready()
    assert total(service, "actions") > 0
    service.stop()


def test_an_existing_database_can_be_used(run, folder, cluster):
    cluster.execute("CREATE DATABASE elsewhere OWNER inspectd_owner")
    service = run("--database", cluster.url("elsewhere"), "--sample", "none").ready()

    assert total(service, "authorities") >= 153
    assert not (folder / "state" / "cluster").exists()
    service.stop()
    with cluster.connect("elsewhere") as connection:
        assert connection.execute("SELECT count(*) FROM inspectd.authority").fetchone()[0] >= 153


def test_a_key_of_another_database_is_replaced(run, kept, cluster):
    cluster.execute("CREATE DATABASE another OWNER inspectd_owner")
    key = (kept / "dev.key").read_text().strip()

    other = run("--sample", "none", "--database", cluster.url("another")).ready()
    assert other.key != key
    assert total(other, "authorities") >= 153
    other.stop()


# --- refusals: a sentence, a status, and nothing left half made -----------------------


def test_a_port_in_use_is_refused(run, folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sentence = run(port=port).refused()
    assert sentence == f"Port {port} is in use: stop what uses it, or choose another with --port."
    assert list(folder.iterdir()) == []


def test_a_port_in_use_on_every_address_is_refused(run, folder):
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as other:
        sentence = run(port=other.getsockname()[1]).refused()
    assert "is in use" in sentence
    assert list(folder.iterdir()) == []


def test_a_port_that_the_service_cannot_have_leaves_no_process(run, kept):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # not listening, so it is found out only by trying
        assert "did not start" in run(port=bound.getsockname()[1]).refused()


def test_a_second_run_on_the_same_state_is_refused(run, kept):
    service = run().ready()
    assert run().refused().startswith(f"Another run is using {kept}:")
    assert total(service, "authorities") >= 153
    service.stop()


def test_a_state_that_cannot_be_made_is_refused(run, folder):
    (folder / "file").write_text("")
    assert "is not a folder" in run(state=folder / "file" / "state").refused()
    assert run(state=folder / "file").refused().count(f"{folder / 'file'}") == 1


def test_a_database_that_does_not_answer_is_refused(run, folder):
    assert "could not be migrated" in run("--database", f"host={folder} dbname=none").refused()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments", ["--prot 1", "--port", "--port 65536", "--port x", "--sample no"])
def test_a_wrong_option_is_refused(run, folder, arguments):
    wrong = run(*arguments.split())
    assert wrong.end() == 2
    assert "usage: service/run" in wrong.stderr() and wrong.stdout == ""
    assert list(folder.iterdir()) == []


@as_root
def test_a_full_disk_is_refused(run, folder):
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, stderr=subprocess.DEVNULL)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount")
    try:
        assert re.search(r"has \d+ MB free, and a new database needs \d+ MB", run().refused())
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_packages_that_cannot_be_installed_are_named(run, folder):
    """With a dpkg-query that knows nothing, and, for root, an apt-get that fails."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("dpkg-query", "apt-get", "sudo"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    without = run(build=True, PATH=f"{tools}:{os.environ['PATH']}")
    without.refused()
    assert "libulfius-dev" in without.stderr()
    assert not (folder / "state").exists()


# --- what goes wrong while it runs ------------------------------------------------------


def test_the_end_of_the_service_is_the_end_of_the_run(run, kept):
    service = run().ready()
    os.kill(service.pid_of("inspectd"), signal.SIGKILL)
    assert service.end() == 1
    assert "The service ended by itself" in service.stderr()
    run().ready().stop()


def test_the_end_of_the_database_is_the_end_of_the_run(run, kept):
    service = run().ready()
    os.kill(service.pid_of("postgres"), signal.SIGKILL)
    assert service.end() == 1
    assert "PostgreSQL ended by itself" in service.stderr()
    run().ready().stop()


def test_a_killed_run_leaves_nothing_running_and_nothing_lost(run, kept):
    service = run().ready()
    action = service.request("POST", "/v1/actions", {"authority_id": "806", "title": "Kept over a kill"})[1]
    service.send(signal.SIGKILL)

    again = run(port=service.port).ready()  # at once, so the earlier service may still be draining
    assert again.get(f"/v1/actions/{action['id']}")[0] == 200
    assert service.end() == -signal.SIGKILL
    again.stop()


@pytest.mark.parametrize("moment", ["Making a database", "applied 0001", "loading authorities", "loading findings"])
def test_a_first_start_that_is_stopped_leaves_nothing(run, folder, moment):
    service = run()
    service.said(moment)
    service.send(signal.SIGTERM)
    assert service.end() == 143
    assert list(folder.iterdir()) == []


def test_a_first_start_that_is_killed_is_begun_anew(run, folder):
    service = run()
    service.said("Making a database")
    service.send(signal.SIGKILL)
    again = run().ready()
    assert total(again, "authorities") >= 153
    assert not (folder / "state" / "cluster.new").exists()
    again.stop()


def test_a_stale_process_number_does_not_stop_a_start(run, kept):
    # What a crash leaves, when the number has since gone to another living process.
    stale = kept / "cluster" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n/proc/self/fd/7/data\n1700000000\n5432\n/tmp\n\n\n")
    shutil.chown(stale, stale.parent.stat().st_uid, stale.parent.stat().st_gid)
    (kept / "service.pid").write_text(f"{os.getpid()} 1\n")
    run().ready().stop()


# --- odd places -----------------------------------------------------------------------


def test_a_long_path_and_odd_characters_are_no_matter(run, folder, kept):
    state = folder / "a folder, with 'quotes'" / ("long" * 30)
    state.parent.mkdir()
    kept.rename(state)
    service = run(state=state).ready()
    assert total(service, "authorities") >= 153
    short = os.readlink(state / "cluster" / "socket")
    assert pathlib.Path(short).is_dir()
    service.stop()
    assert not pathlib.Path(short).exists()


def test_a_relative_state_is_taken_from_where_one_is(run, kept):
    key = (kept / "dev.key").read_text().strip()
    script = str(REPOSITORY / "service" / "run")
    service = run(state=pathlib.Path("state"), command=("env", f"--chdir={kept.parent}", script)).ready()
    assert service.get("/v1/authorities", key=key)[0] == 200
    service.stop()


@as_root
def test_a_plain_user_can_run_it(run, folder):
    """From a copy that the user may read, because the repository itself may be root's alone."""
    copy = folder / "copy"
    shutil.copytree(REPOSITORY / "service", copy / "service")
    shutil.copytree(REPOSITORY / "sql", copy / "sql")
    binary = shutil.copy(clusters.binary(), copy)
    home = folder / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    folder.chmod(0o755)

    user = ("setpriv", "--pdeathsig=TERM", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
    service = run(state=home / "state", command=(*user, str(copy / "service" / "run")), INSPECTD=str(binary)).ready()
    assert total(service, "authorities") >= 153
    assert {path.stat().st_uid for path in home.rglob("*")} == {NOBODY}
    service.stop()
