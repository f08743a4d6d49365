"""The Dockerfile and docker-compose.yml say what is true, as far as can be shown without a container engine."""

from __future__ import annotations

import fnmatch
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest
import yaml

from harness import cluster as clusters
from harness.service import Service

ROOT = clusters.REPOSITORY
DESCRIBED = json.loads(clusters.inspectd("describe"))
SETTINGS = {setting["name"]: setting for setting in DESCRIBED["settings"]}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "inspectd"}


def output(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, check=check, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout


def instructions() -> list[tuple[str, str]]:
    """(INSTRUCTION, the rest), with continued lines joined and comments gone."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


BUILD, FINAL = stages()


def of(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for instruction, rest in stage if instruction == name]


def only(stage: list[tuple[str, str]], name: str) -> str:
    values = of(stage, name)
    assert len(values) == 1, f"{name}: {values}"
    return values[0]


def packages(stage: list[tuple[str, str]]) -> list[str]:
    """What the stage's apt-get installs."""
    for command in of(stage, "RUN"):
        if found := re.search(r"apt-get install -y --no-install-recommends (.*?)&&", command):
            return found[1].split()
    raise AssertionError("no apt-get install")


def environment(stage: list[tuple[str, str]]) -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in of(stage, "ENV") for pair in shlex.split(rest))


def ignored(path: str) -> bool:
    """What .dockerignore says of a path: the last line that matches it, or a folder above it, decides."""
    result = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.lstrip("!")
            parts = pathlib.PurePosixPath(path)
            if any(fnmatch.fnmatch(str(p), pattern) for p in (parts, *parts.parents) if str(p) != "."):
                result = not line.startswith("!")
    return result


# --- Dockerfile ---------------------------------------------------------------------


def test_both_stages_stand_on_the_same_slim_debian():
    assert [only(stage, "FROM") for stage in (BUILD, FINAL)] == ["debian:12-slim AS build", "debian:12-slim"]


def test_the_build_installs_what_service_run_installs():
    script = f'source "{ROOT}/service/lib/packages.sh"; printf "%s\\n" "${{BUILD_PACKAGES[@]}}"'
    assert sorted(packages(BUILD)) == sorted(output("bash", "-c", script).split())


@pytest.mark.parametrize("stage", [BUILD, FINAL], ids=["build", "final"])
def test_each_package_exists_in_debian(stage):
    shown = output("apt-cache", "show", "--no-all-versions", *packages(stage), check=False)
    known = set(re.findall(r"^Package: (.+)$", shown, re.MULTILINE))
    if not known:
        pytest.skip("this machine has no package lists")
    assert set(packages(stage)) <= known


def test_the_final_stage_has_each_library_that_the_binary_asks_for():
    dynamic = output("objdump", "-p", str(clusters.binary()))
    # The sanitizers' own are in the test build alone.
    needed = [n for n in re.findall(r"NEEDED\s+(\S+)", dynamic) if not re.match(r"lib(asan|ubsan|tsan|gcov)\.", n)]
    owners = set()
    for library in needed:
        found = output("dpkg-query", "-S", f"*/{library}")
        owners.add(re.split("[:,]", found.splitlines()[0])[0])
    assert owners - {"libc6", "libgcc-s1"} <= set(packages(FINAL))
    assert set(packages(FINAL)) - owners == {"curl", "ca-certificates"}, "a package that nothing asks for"


def test_what_is_copied_exists_and_reaches_the_builder():
    copied = [source for stage in (BUILD, FINAL) for rest in of(stage, "COPY") if not rest.startswith("--from")
              for source in rest.split()[:-1]]
    for source in copied:
        assert (ROOT / source).exists(), source
        assert not ignored(source), f"{source} is in .dockerignore"
    for secret in (".env", ".git", ".state", "build", "tests"):
        assert ignored(secret), secret


def test_the_build_commands_build_it(tmp_path):
    for rest in of(BUILD, "COPY"):
        *sources, target = rest.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target)
            else:
                shutil.copy(ROOT / source, tmp_path)
    command = of(BUILD, "RUN")[-1]
    # A stage has Debian's programs and nothing else, and no settings of ours.
    clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path)}
    log = tmp_path / "log"
    with log.open("wb") as file:
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=clean, stdout=file, stderr=subprocess.STDOUT)
    assert done.returncode == 0, log.read_text()[-4000:]

    source, target = next(rest for rest in of(FINAL, "COPY") if rest.startswith("--from=build")).split()[1:]
    built = tmp_path / pathlib.PurePosixPath(source).relative_to(only(BUILD, "WORKDIR"))
    assert subprocess.run([built, "--version"], env=clean).returncode == 0
    assert json.loads(only(FINAL, "ENTRYPOINT")) == [target]


def test_the_image_starts_the_service_on_the_port_it_exposes():
    assert json.loads(only(FINAL, "CMD")) == ["serve"]
    settings = environment(FINAL)
    assert set(settings) <= set(SETTINGS)
    assert settings["INSPECTD_PORT"] == only(FINAL, "EXPOSE") == SETTINGS["INSPECTD_PORT"]["default"]
    assert settings["INSPECTD_BIND"] == "0.0.0.0"


def test_the_image_runs_as_nobody_in_particular():
    user, group = only(FINAL, "USER").split(":")
    assert int(user) > 0 and int(group) > 0
    names = [name for name, _ in FINAL]
    assert not {"RUN", "COPY"} & set(names[names.index("USER") :]), "what comes after would not be root's"


def test_the_image_holds_the_data_where_load_looks():
    targets = {rest.split()[1]: rest.split()[0] for rest in of(FINAL, "COPY") if not rest.startswith("--from")}
    reference = environment(FINAL)["INSPECTD_REFERENCE_DIR"]
    assert targets[reference] == "sql/reference"
    assert targets[str(pathlib.PurePosixPath(reference).with_name("sample"))] == "sql/sample"


def test_the_health_check_knows_a_ready_service_from_an_absent_one(service):
    command = json.loads(re.search(r"CMD (\[.*\])", only(FINAL, "HEALTHCHECK"))[1])
    port = environment(FINAL)["INSPECTD_PORT"]
    assert re.search(rf"http://127\.0\.0\.1:{port}/readyz", command[-1])

    here = [*command[:-1], command[-1].replace(port, str(service.port))]
    assert subprocess.run(here).returncode == 0
    absent = [*command[:-1], command[-1].replace(port, "1")]
    assert subprocess.run(absent, stderr=subprocess.DEVNULL).returncode != 0


# --- docker-compose.yml -------------------------------------------------------------


def test_compose_names_real_images_volumes_and_settings():
    assert SERVICES["database"]["image"] == "postgres:15"
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])
    for name, service in OURS.items():
        ours = {setting for setting in service["environment"] if setting.startswith("INSPECTD")}
        assert ours and ours <= set(SETTINGS), name
        assert service["build"] == "."


def test_compose_publishes_the_port_that_the_image_exposes():
    address, outer, inner = SERVICES["service"]["ports"][0].split(":")
    assert (address, inner) == ("127.0.0.1", only(FINAL, "EXPOSE"))
    assert outer == inner
    assert not SERVICES["database"].get("ports"), "the database is for the service alone"


def test_compose_waits_for_what_must_come_first():
    conditions = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    assert conditions == {
        "database": {},
        "secret": {},
        "migrate": {"database": "service_healthy", "secret": "service_completed_successfully"},
        "load": {"migrate": "service_completed_successfully"},
        "service": {"load": "service_completed_successfully"},
    }
    assert SERVICES["database"]["healthcheck"]["test"][0] == "CMD"


def test_compose_holds_no_secret():
    text = (ROOT / "docker-compose.yml").read_text()
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            if "PASSWORD" in variable:
                assert re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?.+\}", value), f"{name}: {variable}"
    variables = set(re.findall(r"\$\{(\w+)", text))
    assert variables == {"POSTGRES_PASSWORD"}


def test_compose_stops_the_service_later_than_it_drains():
    grace = int(SERVICES["service"]["stop_grace_period"].rstrip("s"))
    assert grace * 1000 > int(SETTINGS["INSPECTD_DRAIN_MS"]["default"])


def test_the_database_of_compose_is_the_one_its_services_ask_for():
    made = SERVICES["database"]["environment"]
    for service in OURS.values():
        for name, url in service["environment"].items():
            if name.endswith("_URL"):
                given = dict(part.split("=") for part in url.split())
                assert given == {
                    "host": "database", "port": "5432",
                    "user": made["POSTGRES_USER"], "dbname": made["POSTGRES_DB"],
                }


def test_compose_makes_the_secret_where_the_image_looks_for_it():
    path = environment(FINAL)["INSPECTD_SECRET_FILE"]
    folder = str(pathlib.PurePosixPath(path).parent)
    user = only(FINAL, "USER").split(":")[0]
    assert any(f"-m 0700 -o {user} " in rest and rest.endswith(f" {folder}") for rest in of(FINAL, "RUN"))
    assert SERVICES["secret"]["environment"]["INSPECTD_SECRET_FILE"] == path
    assert SERVICES["secret"]["volumes"] == [f"secret:{folder}"]
    for name in ("migrate", "service"):  # clients are made by `migrate`
        assert SERVICES[name]["volumes"] == [f"secret:{folder}:ro"], name


def make_secret(path: pathlib.Path) -> str:
    """What the service `secret` of compose does, to a file of ours; what is in it then."""
    (script,) = SERVICES["secret"]["command"]
    command = [*SERVICES["secret"]["entrypoint"], script.replace("$$", "$")]
    subprocess.run(command, check=True, env={"PATH": "/usr/bin:/bin", "INSPECTD_SECRET_FILE": str(path)})
    return path.read_text()


def test_the_commands_of_compose_lead_to_a_service_that_answers(cluster, tmp_path):
    """The same commands and settings in the same order, with a database of our own for theirs."""
    cluster.execute("CREATE DATABASE composed OWNER inspectd_owner")
    image = environment(FINAL)
    image |= {"INSPECTD_REFERENCE_DIR": str(ROOT / "sql" / "reference"), "INSPECTD_BIND": "127.0.0.1"}
    image |= {"INSPECTD_SECRET_FILE": str(tmp_path / "secret")}
    made = {make_secret(tmp_path / "secret") for _ in range(2)}
    assert len(made) == 1, "the second start finds what the first has made"

    def settings(service: str) -> dict[str, str]:
        return image | {n: cluster.url("composed") for n in SERVICES[service]["environment"] if n.endswith("_URL")}

    for step in ("migrate", "load"):
        clusters.inspectd(*SERVICES[step]["command"], **settings(step))
    assert SERVICES["service"]["command"] == ["serve"]
    started = Service(cluster, "composed", **(settings("service") | {"INSPECTD_PORT": "0"})).start()
    try:
        assert started.api().get("/readyz").status == 200
        assert started.admin().get("/v1/authorities", {"limit": 1}).status == 200
    finally:
        started.close()
        cluster.drop("composed")


@pytest.mark.skipif(not shutil.which("docker"), reason="no container engine here")
def test_compose_itself_agrees():
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode != 0:
        pytest.skip("docker has no compose")
    with_password = os.environ | {"POSTGRES_PASSWORD": "x"}
    done = subprocess.run(["docker", "compose", "config", "-q"], cwd=ROOT, env=with_password, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
