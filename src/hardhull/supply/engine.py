"""The images that the machine's engine has, looked up by name. Nothing is pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.local_image import LocalImage
from hardhull.facts.parts import EnvVar, Healthcheck
from hardhull.model.result import NotChecked
from hardhull.supply.connection import NoEngineError, connect, refusal

if TYPE_CHECKING:
    from typing import Self

    from docker import APIClient

    from hardhull.facts.reference import Reference

NANO = 1_000_000_000
HEALTH_NUMBERS = ("Interval", "Timeout", "StartPeriod", "Retries")


class EngineImages:
    """Asks the engine, each thing once. The first question connects; a scan without images asks nothing.

    Attributes:
        where: the engine's address as it may be shown; empty until it was asked.
        not_checked: what could not be asked.
    """

    def __init__(self) -> None:
        self.where = ""
        self.not_checked: list[NotChecked] = []
        self._client: APIClient | None = None
        self._failures: dict[str, NotChecked] = {}
        self._gone: NotChecked | None = None
        self._found: dict[str, LocalImage | None] = {}

    def find(self, reference: Reference) -> LocalImage | None:
        """The image that a container of this reference would be made of, without a pull."""
        name = in_full(reference)
        if name not in self._found:
            self._found[name] = None if self._gone else self._ask(reference, name)
        return self._found[name]

    def failure(self, reference: Reference) -> NotChecked | None:
        """Why an image that was looked up could not be asked for; None where the engine answered."""
        return self._failures.get(in_full(reference)) or self._gone

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ask(self, reference: Reference, name: str) -> LocalImage | None:
        from docker.errors import APIError, NotFound

        try:
            if self._client is None:
                self._client, self.where = connect()
            return read(reference, self._client.inspect_image(name))  # type: ignore[no-untyped-call]
        except NotFound:
            return None
        except (APIError, TypeError, ValueError) as error:
            why = f"its answer cannot be used ({type(error).__name__})"
            what = f"image {reference.familiar} of the engine at {self.where}"
            self._failures[name] = NotChecked("failed", what, why, "try `docker image inspect` with its name")
            self.not_checked.append(self._failures[name])
        except NoEngineError as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001  what the SDK and its libraries raise has no common base
            self._give_up(refusal(error, self.where))
        return None

    def _give_up(self, error: NoEngineError) -> None:
        """Where nobody answered once, nobody is asked again: every image would wait for the same."""
        where = f" at {error.where}" if error.where else ""
        self._gone = NotChecked(error.kind, f"images of the engine{where}", error.why, error.how)
        self.not_checked.append(self._gone)


def in_full(reference: Reference) -> str:
    """The name to ask for: never short enough to be taken for an image id, and by digest alone where it has one."""
    return f"{reference.name}@{reference.digest}" if reference.digest else reference.canonical


def read(reference: Reference, answer: Any) -> LocalImage:
    """The answer of ``GET /images/{name}/json``; Podman's is read as well.

    Raises:
        TypeError: it is no such answer.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("Id"), str):
        raise TypeError("no image")
    config = answer.get("Config")
    config = config if isinstance(config, dict) else {}
    identifier = answer["Id"]
    return LocalImage(
        name=reference.familiar,
        id=identifier if ":" in identifier else f"sha256:{identifier}",
        user=_text(config.get("User")),
        workdir=_text(config.get("WorkingDir")),
        env=tuple(_variable(each) for each in _texts(config.get("Env"))),
        expose=_texts(config.get("ExposedPorts")),
        entrypoint=_texts(config.get("Entrypoint")),
        command=_texts(config.get("Cmd")),
        healthcheck=healthcheck_of(config.get("Healthcheck") or answer.get("HealthCheck")),
        onbuild=_texts(config.get("OnBuild")),
        tags=_texts(answer.get("RepoTags")),
        digests=_texts(answer.get("RepoDigests")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or the keys of an object."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, (list, dict)) else ()


def _variable(text: str) -> EnvVar:
    name, _equals, value = text.partition("=")
    return EnvVar(name, value, value, "base")


def healthcheck_of(value: Any) -> Healthcheck | None:
    """A health check as engines and images write it.

    Times are nanoseconds, and 0 stands for the engine's default. ``NONE`` switches a check off.
    """
    test = _texts(value.get("Test")) if isinstance(value, dict) else ()
    if not test:
        return None
    interval, timeout, start, retries = (_count(value.get(name)) for name in HEALTH_NUMBERS)
    return Healthcheck(test, test == ("NONE",), _seconds(interval), _seconds(timeout), _seconds(start), retries)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _seconds(nano: int | None) -> float | None:
    return None if nano is None else nano / NANO
