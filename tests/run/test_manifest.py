"""What a cluster would give a container is taken from the manifests of the same tree; what is not there is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.run import checks, execute
from hardhull.run.create import Container, prepare
from hardhull.run.logs import lines
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Settings
from hardhull.run.target import target
from hardhull.run.world import World
from worlds import IMAGE, left, listening

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

SECRET = "s3cret-value-of-the-shop"
DATA = """apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  color: blue
  number: "0123"
  app.conf: |
    line one
    line two
binaryData: {blob: AAECAw==}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {token: czNjcmV0LXZhbHVlLW9mLXRoZS1zaG9w}
stringData: {plain: other-secret-text}
"""
POD = f"""apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  containers:
    - name: app
      image: {IMAGE}
      command: [sh, -c, "echo $TOKEN; trap 'exit 0' TERM; httpd -f -p 8000 & while :; do wait; done"]
      ports: [{{name: admin, containerPort: 9000}}, {{name: web, containerPort: 8000}}]
      readinessProbe: {{tcpSocket: {{port: web}}}}
      envFrom: [{{prefix: S_, configMapRef: {{name: settings}}}}]
      env:
        - {{name: TOKEN, valueFrom: {{secretKeyRef: {{name: keys, key: token}}}}}}
        - {{name: NAME, valueFrom: {{fieldRef: {{fieldPath: metadata.name}}}}}}
        - {{name: ABSENT, valueFrom: {{configMapKeyRef: {{name: none, key: none, optional: true}}}}}}
        - {{name: S_color, value: green}}
      volumeMounts:
        - {{name: all, mountPath: /etc/all}}
        - {{name: some, mountPath: /etc/some}}
        - {{name: all, mountPath: /etc/one.conf, subPath: app.conf}}
        - {{name: both, mountPath: /etc/both}}
        - {{name: scratch, mountPath: /scratch}}
  volumes:
    - {{name: all, configMap: {{name: settings}}}}
    - {{name: some, secret: {{secretName: keys, defaultMode: 0440, items: [{{key: token, path: in/side, mode: 256}}]}}}}
    - {{name: scratch, emptyDir: {{}}}}
    - name: both
      projected:
        sources:
          - configMap: {{name: settings, items: [{{key: color, path: c}}]}}
          - secret: {{name: keys, items: [{{key: plain, path: p}}]}}
          - downwardAPI: {{items: [{{path: who, fieldRef: {{fieldPath: metadata.name}}}}]}}
"""


def pod(folder: Path, data: str = DATA, text: str = POD) -> Container:
    (folder / "data.yaml").write_text(data)
    (folder / "pod.yaml").write_text(text)
    found = target(f"{folder}/pod.yaml")
    (made,) = prepare(found.workloads, Settings(base=found.root, data=found.data))
    return made


def why(folder: Path, data: str = DATA, text: str = POD) -> str:
    with pytest.raises(CannotRunError) as error:
        pod(folder, data, text)
    return str(error.value)


def test_variables_are_filled_in(tmp_path: Path) -> None:
    made = pod(tmp_path)
    env = dict(each.split("=", 1) for each in made.body["Env"])
    assert (env["TOKEN"], env["NAME"], env["S_number"]) == (SECRET, "app", "0123")
    assert env["S_color"] == "green"  # what is written by name wins over envFrom
    assert not {"ABSENT", "S_blob"} & set(env)
    assert SECRET in made.hidden
    assert "other-secret-text" in made.hidden
    assert "blue" not in made.hidden


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("name: settings}\ndata", "name: others}\ndata", "the ConfigMap settings is not in this tree"),
        ("{name: keys}", "{name: keys, namespace: elsewhere}", ""),
        ("{token: czNj", "{other: czNj", "the Secret keys has no key token"),
        ("{token: czNj", "{token: '=", "the Secret keys is not in this tree"),
    ],
)
def test_what_is_not_in_the_tree_is_named(tmp_path: Path, was: str, now: str, expected: str) -> None:
    assert was in DATA
    if not expected:
        pod(tmp_path, DATA.replace(was, now))
        return
    assert expected in why(tmp_path, DATA.replace(was, now))


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("path: in/side", "path: ../out", "is none below the volume"),
        ("subPath: app.conf", "subPath: absent", "it has no file absent"),
        ("- secret: {name: keys, items", "- serviceAccountToken: {path: t, items", "comes from a cluster alone"),
        ("fieldPath: metadata.name}}}\n        - {name: ABSENT", "fieldPath: status.podIP}}}\n        - {name: ABSENT",
         "only a cluster knows status.podIP"),
    ],
)  # fmt: skip
def test_what_only_a_cluster_has_is_refused(tmp_path: Path, was: str, now: str, expected: str) -> None:
    assert was in POD
    assert expected in why(tmp_path, text=POD.replace(was, now))


@pytest.mark.engine
def test_a_pod_finds_its_files_and_is_asked_at_its_named_port(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text(DATA)
    (tmp_path / "pod.yaml").write_text(POD)
    found = target(str(tmp_path))
    settings = Settings(base=found.root, data=found.data)
    with World(prepare(found.workloads, settings), settings) as one:
        one.start()
        listening(one, "app", 8000)
        script = "cd /etc; cat all/app.conf one.conf both/*; stat -c '%a %n' some/in/side all/color; ls all; touch /scratch/x"
        ran = execute.inside(one, one.ids["app"], ["sh", "-c", f"{script}; cat some/in/side; ! touch all/x 2>&1"], 20)
        (probe,) = checks.of_container(one, "app")
        outcome, said = checks.run(probe, one), lines(one, "app")
    text = ran.output.decode()
    assert ran.code == 0, text
    assert text.count("line one\nline two\n") == 2
    for part in (
        "blueother-secret-textapp",
        "400 some/in/side",
        "644 all/color",
        "blob",
        SECRET,
        "Read-only file system",
    ):
        assert part in text, part
    assert (probe.kind, probe.words, outcome.passed) == ("tcp", ("8000",), True)
    assert SECRET not in "".join(said)
    assert left(engine) == []
