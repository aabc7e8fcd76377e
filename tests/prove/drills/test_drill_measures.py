"""Every measure that a drill names blocks it alone, all else being granted; and no other measure does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from drilled import PLAIN, add_bare_image, compose

from hardhull.prove.drills import DRILLS, Measure
from hardhull.prove.drills.ground import Ground
from hardhull.prove.drills.outcome import read
from hardhull.prove.drills.perform import capable, given_to, opened
from hardhull.prove.drills.table import BY_NAME
from worlds import left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.prove.drills.clone import Clone

pytestmark = pytest.mark.engine
NO_CAPABILITIES: dict[str, Any] = {"CapAdd": [], "CapDrop": ["ALL"]}


class Trials:
    """One measure after the other on a clone that is granted all; each answers with what it let through."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.all = capable(ground, opened(ground))
        self.given = given_to(ground, self.all, "", DRILLS)
        self.open = self.through(self.all)

    def through(self, clone: Clone) -> set[str]:
        """Names of drills that succeed. The memory of floods is the machine's: those are made by the limits only."""
        words = [f"{one.name}={self.given[one.name]}" if one.name in self.given else one.name for one in DRILLS]
        told = read(self.ground.perform(clone, words).said, BY_NAME)
        return {name for name, outcome in told.items() if outcome.succeeded}

    def blocked(self, **host: Any) -> set[str]:
        return self.open - self.through(self.all.changed(**host))

    def lost(self, first: dict[str, Any], more: dict[str, Any]) -> set[str]:
        return self.through(self.all.changed(**first)) - self.through(self.all.changed(**first, **more))


def claimed(measure: Measure, among: set[str]) -> set[str]:
    return {name for name in among if measure in BY_NAME[name].measures}


OF_THE_MACHINE = {"kernel-log", "page-faults"}
"""Whether these need a capability, too, its kernel.dmesg_restrict and vm.unprivileged_userfaultfd say."""
OF_THE_IMAGE = {"drop-program", "flood-disk", "write-host-path"}
"""Where another account may write, the image and the folders say: in this one, nowhere."""


def test_measures_block_what_they_are_said_to(engine: Engine, tmp_path: Path) -> None:
    add_bare_image(engine)
    (tmp_path / "host").mkdir()
    with world(tmp_path, compose(web=f"{PLAIN}, volumes: ['./host:/host']", other=PLAIN)) as one:
        one.start()
        with Ground(one, "web") as ground:
            trials = Trials(ground)
            found = {
                Measure.CAPABILITIES: trials.blocked(**NO_CAPABILITIES),
                Measure.READ_ONLY: trials.blocked(ReadonlyRootfs=True),
                Measure.NO_NEW_PRIVILEGES: trials.blocked(
                    SecurityOpt=[*trials.all.host["SecurityOpt"], "no-new-privileges"]
                ),
                Measure.LIMITS: trials.blocked(
                    PidsLimit=64, Memory=100 << 20, Ulimits=[{"Name": "nofile", "Soft": 1024, "Hard": 1024}]
                ),
                Measure.NETWORK: trials.open
                - trials.through(trials.all.changed(NetworkMode="none")._replace(networks=())),
                Measure.MOUNTS: trials.blocked(
                    Mounts=[{**mount, "ReadOnly": True} for mount in trials.all.without("bind").host["Mounts"]]
                ),
                Measure.DEVICES: trials.blocked(DeviceCgroupRules=[]),
            }
            user = trials.all._replace(body={**trials.all.body, "User": "1000:1000"})
            found[Measure.USER] = trials.open - trials.through(user)
            # A filter counts where it stops what rights do not need: with all of them, or with none. Masks stop all
            # but those who may take them off.
            filtered = {"SecurityOpt": ["apparmor=unconfined"]}
            some = {"CapAdd": [one for one in trials.all.host["CapAdd"] if one != "SYS_ADMIN"]}
            found[Measure.SECCOMP] = trials.blocked(**filtered) | trials.lost(NO_CAPABILITIES, filtered)
            found[Measure.MASKS] = trials.lost(some, {"MaskedPaths": None, "ReadonlyPaths": None})
    for measure, names in found.items():
        unsaid = OF_THE_MACHINE | (OF_THE_IMAGE if measure is Measure.USER else set())
        assert names - unsaid == claimed(measure, trials.open) - unsaid, measure
    assert left(engine) == []
