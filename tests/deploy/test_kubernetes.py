"""The manifests: valid against the published schemas, locked down, about commands and settings that exist."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml
from places import IMAGES, KUBERNETES, documents, program, read

from sentistream import __version__
from sentistream.cli import app
from sentistream.settings import ALIASES, fields, variable

BASE = KUBERNETES / "base"
SELF_CONTAINED = KUBERNETES / "overlays" / "self-contained"
VERSIONS = ("1.30", "1.34", "1.37")
WORKLOADS = ("Deployment", "StatefulSet", "Job")


def manifests(*folders: Path) -> list[Any]:
    """What the kustomizations in `folders` name, as it stands there."""
    found = []
    for folder in folders:
        for name in read(folder / "kustomization.yaml")["resources"]:
            if name.endswith(".yaml"):
                found += documents(folder / name)
    return found


EVERYTHING = manifests(BASE, SELF_CONTAINED)


def named(manifest: Any) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


def workloads() -> list[Any]:
    return [one for one in EVERYTHING if one["kind"] in WORKLOADS]


def containers(manifest: Any) -> list[Any]:
    spec = manifest["spec"]["template"]["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", EVERYTHING, ids=named)
def test_a_manifest_follows_the_schema(manifest: Any, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_no_file_is_forgotten() -> None:
    for folder in (BASE, SELF_CONTAINED):
        there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
        assert there == {name for name in read(folder / "kustomization.yaml")["resources"] if name.endswith(".yaml")}


@pytest.mark.parametrize("manifest", workloads(), ids=named)
def test_a_pod_meets_the_restricted_standard(manifest: Any) -> None:
    pod = manifest["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(manifest):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("manifest", [one for one in workloads() if one["kind"] != "Job"], ids=named)
def test_a_pod_says_when_it_is_ready(manifest: Any) -> None:
    for container in manifest["spec"]["template"]["spec"]["containers"]:
        assert "readinessProbe" in container


def test_secrets_are_named_and_never_written() -> None:
    assert not [one for one in EVERYTHING if one["kind"] == "Secret"]
    for manifest in workloads():
        for container in containers(manifest):
            for variable_ in container.get("env", []):
                assert "PASSWORD" not in variable_["name"] or variable_["name"].endswith("_FILE")
    generated = {one["name"] for one in read(SELF_CONTAINED / "kustomization.yaml")["secretGenerator"]}
    mounted = {
        volume["secret"]["secretName"]
        for manifest in workloads()
        for volume in manifest["spec"]["template"]["spec"]["volumes"]
        if "secret" in volume
    }
    assert mounted == generated


def test_every_setting_and_every_option_exists() -> None:
    known = {variable(section, name) for section, name, _ in fields()} | set(ALIASES)
    (settings,) = [one for one in EVERYTHING if one["kind"] == "ConfigMap"]
    assert {name.removesuffix("_FILE") for name in settings["data"]} <= known
    commands = typer.main.get_group(app).commands
    for manifest in workloads():
        for container in containers(manifest):
            if not container["image"].startswith("sentistream:") or "command" in container:
                continue
            command, *arguments = container["args"]
            options = {option for parameter in commands[command].params for option in parameter.opts}
            assert {argument for argument in arguments if argument.startswith("--")} <= options, named(manifest)


def test_selectors_find_their_pods() -> None:
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in workloads()]

    def finds(selector: dict[str, str]) -> bool:
        return any(selector.items() <= pod.items() for pod in labels)

    for one in EVERYTHING:
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            assert finds(spec["selector"]), named(one)
        elif one["kind"] in ("PodDisruptionBudget", "Deployment", "StatefulSet"):
            assert finds(spec["selector"]["matchLabels"]), named(one)
        elif one["kind"] == "NetworkPolicy":
            assert finds(spec["podSelector"].get("matchLabels", {})), named(one)
        elif one["kind"] == "HorizontalPodAutoscaler":
            assert f"Deployment-{spec['scaleTargetRef']['name']}" in map(named, EVERYTHING)


def test_what_scales_leaves_its_number_to_the_autoscaler_and_survives_a_drain() -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in EVERYTHING if one["kind"] == "HorizontalPodAutoscaler"}
    guarded = {one["metadata"]["name"] for one in EVERYTHING if one["kind"] == "PodDisruptionBudget"}
    assert guarded == {one["metadata"]["name"] for one in EVERYTHING if one["kind"] == "Deployment"}
    for one in EVERYTHING:
        if one["kind"] == "Deployment":
            assert one["spec"].get("replicas", 2) > 1, named(one)
            assert ("replicas" in one["spec"]) != (one["metadata"]["name"] in scaled), named(one)


def test_nothing_is_reached_unless_a_policy_says_so() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in EVERYTHING if one["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    from_anywhere = {
        name for name, spec in policies.items() if any("from" not in rule for rule in spec.get("ingress", []))
    }
    assert from_anywhere == {"frontend"}


def test_the_images_are_of_this_version() -> None:
    images = {container["image"] for one in workloads() for container in containers(one)}
    assert {one for one in images if one.startswith("sentistream")} == {
        f"sentistream:{__version__}",
        f"sentistream-frontend:{__version__}",
    }
    for image in read(SELF_CONTAINED / "kustomization.yaml")["images"]:
        assert str(image["newTag"]) == __version__


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here to put the overlay together")
def test_the_overlay_can_be_put_together(tmp_path: Path) -> None:
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    folder = tmp_path / "kubernetes" / "overlays" / "self-contained"
    subprocess.run([program("python"), IMAGES / "make_secrets.py", folder / "secrets"], check=True, timeout=60)
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, timeout=120, check=True)
    built = list(yaml.safe_load_all(done.stdout))
    assert len(built) == len(EVERYTHING) + 4
    assert {one["metadata"].get("namespace", "sentistream") for one in built} == {"sentistream"}
    for one in built:
        kubernetes_validate.validate(one, VERSIONS[-1], strict=True)
