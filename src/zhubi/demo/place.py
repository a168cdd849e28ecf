"""Where a demo lives, and the state of it: an office's directory, an expert's, and what ties them together."""

from __future__ import annotations

import json
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.chance import short_code
from zhubi.core.trust.privatefile import write_private

PIN: Final = "246810"
_NAME: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A demo's directory. ``passphrase`` guards the sample expert's secret: a demo asks no keyring for anything."""

    directory: Path
    port: int
    passphrase: str
    complete: bool

    @property
    def office(self) -> Path:
        """The office's directory."""
        return self.directory / "office"

    @property
    def expert(self) -> Path:
        """The sample expert's directory."""
        return self.directory / "expert"

    @property
    def url(self) -> str:
        """The office's address."""
        return f"http://127.0.0.1:{self.port}"

    def finished(self) -> DemoPlace:
        """The same place, marked as whole: the next start goes on with it."""
        done = DemoPlace(self.directory, self.port, self.passphrase, True)
        _write(done)
        return done

    def moved(self, port: int) -> DemoPlace:
        """The same place with the office on another port."""
        there = DemoPlace(self.directory, port, self.passphrase, self.complete)
        _write(there)
        return there


def default_directory() -> Path:
    """The demo's place in the user's own data directory."""
    from platformdirs import user_data_path

    return user_data_path("zhubi", appauthor=False) / "demo"


def open_place(directory: Path, *, fresh: bool) -> DemoPlace:
    """The demo of a directory, or the beginning of a new one where there is none, or ``fresh`` asks for it.

    Only a directory that a demo made is ever removed. Raises ``ZhubiError`` demo.not-ours, demo.cannot-write.
    """
    file = directory / _NAME
    try:
        if file.is_file():
            said = json.loads(file.read_text(encoding="utf-8"))
            found = DemoPlace(directory, int(said["port"]), str(said["passphrase"]), bool(said["complete"]))
            if found.complete and not fresh:
                return found
            shutil.rmtree(directory)
        elif directory.exists() and any(directory.iterdir()):
            raise ZhubiError("demo.not-ours", "the directory holds something else", path=str(directory))
        directory.mkdir(parents=True, exist_ok=True)
        place = DemoPlace(directory, free_port(), short_code(15), False)
        _write(place)
    except (OSError, ValueError, KeyError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        raise ZhubiError("demo.cannot-write", "the demo's directory cannot be used", path=str(directory),
                         reason=reason) from problem  # fmt: skip
    return place


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _write(place: DemoPlace) -> None:
    body = {"port": place.port, "passphrase": place.passphrase, "complete": place.complete}
    write_private(place.directory / _NAME, json.dumps(body).encode("utf-8"))
