"""systemd, where it has started the machine: it starts the supervisor at boot, stops it with its services."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.errors import GlctlError
from glctl.paths import UNIT_FILE

if TYPE_CHECKING:
    from glctl.paths import Root

UNIT = Path(UNIT_FILE).name
_RUNNING = Path("/run/systemd/system")  # sd_booted(3)
_SYSTEMCTL = "/usr/bin/systemctl"
_TIMEOUT = 180  # seconds; runsvdir starts in some milliseconds, Docker's daemon ends in a minute and more


def is_running() -> bool:
    """Whether systemd has started this machine."""
    return _RUNNING.is_dir()


def starts_supervisor(root: Root) -> bool:
    """Whether the supervisor of *root* is systemd's to start: reconfigure has written the unit."""
    return not root.relocated and is_running() and root.at(UNIT_FILE).exists()


def start_supervisor() -> None:
    """Have systemd read the unit as it is now, and start it. Raises GlctlError."""
    _systemctl("daemon-reload")
    _systemctl("start", UNIT)


def forget_supervisor() -> None:
    """Have systemd notice that the unit is gone. Raises GlctlError."""
    _systemctl("daemon-reload")


def is_active(unit: str) -> bool:
    """Whether *unit* is up."""
    try:
        _systemctl("is-active", "--quiet", unit)
    except GlctlError:
        return False
    return True


def restart(unit: str) -> None:
    """Restart *unit* as its files say now, however often that has been done lately. Raises GlctlError."""
    _systemctl("daemon-reload")
    _systemctl("reset-failed", unit)  # with it systemd's count of starts, of which it allows a few a minute
    _systemctl("restart", unit)


def _systemctl(*arguments: str) -> None:
    import subprocess

    command = [_SYSTEMCTL, "--no-ask-password", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise GlctlError(f"systemctl {' '.join(arguments)} failed: {exc}.", "Is systemd at work?") from None
    if done.returncode:
        unit = next((word for word in arguments[1:] if not word.startswith("-")), UNIT)
        said = harmless(done.stderr.strip()) or f"exit code {done.returncode}"
        raise GlctlError(
            f"systemctl {' '.join(arguments)} failed: {said.rstrip('.')}.", f"See: journalctl -u {unit}"
        )
