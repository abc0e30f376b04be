"""What starting glctl costs, as a multiple of ``python -c pass`` measured in the same run.

usage: benchmarks/startup.py [--only startup|check-config] [--rounds N]

Prints a table and exits 1 when a limit is passed: also when check-config of 1,400 settings takes 60 ms more
than of two. It also changes a file so that its size and time stamps
stay as they were, and exits 1 when reconfigure does not find that: nothing may be gained by looking less.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import converged
from timing import GLCTL, PASS, Case, medians, run, table, within_limits

if TYPE_CHECKING:
    from timing import Taken

STARTUP = [
    PASS,
    Case("glctl --help", [GLCTL, "--help"], 5),
    Case("glctl --version", [GLCTL, "--version"], 5),
]


def measured(cases: list[Case], rounds: int) -> bool:
    """Measure, print the table, and say whether every case keeps its limit."""
    return told(cases, medians(cases, rounds))


def told(cases: list[Case], taken: list[Taken]) -> bool:
    """Print the table, and say whether every case keeps its limit."""
    print(table(cases, taken))
    return within_limits(cases, taken)


TYPICAL = """\
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['storage'] = {
  's3' => { 'accesskey' => 'AK', 'secretkey' => 'SK', 'bucket' => 'images', 'region' => 'eu-central-1' },
  'redirect' => { 'disable' => true },
}
registry['debug_addr'] = '127.0.0.1:5001'
registry['log_level'] = ENV['REGISTRY_LEVEL'] || 'info'
registry['nginx']['ssl_certificate'] = '/etc/gitlab/ssl/registry.crt'
registry['env'] = { 'HTTPS_PROXY' => 'http://proxy.example.com:3128' }
nginx['worker_processes'] = 4
gitlab_rails['smtp_address'] = "smtp.example.com"
gitlab_rails['backup_keep_time'] = 7 * 24 * 60 * 60
puma['worker_processes'] = 2
prometheus['enable'] = false
"""
SETTINGS, SETTINGS_LIMIT = 1400, 0.060  # seconds beside those of a file with two settings


def many_settings() -> str:
    """A gitlab.rb with 1,400 settings of all forms that are usual."""
    forms = (
        "gitlab_rails['key_{n}'] = true",
        "postgresql['key_{n}'] = 'value {n}'",
        "sidekiq['key_{n}'] = {n}",
        "prometheus['key_{n}'] = \"a\\t{n}\"",
        "registry['storage']['s3']['key_{n}'] = nil",
        "puma['key_{n}'] = ['a', {n}]",
        "gitaly['key_{n}'] = {{ 'a' => {n}, b: 'c' }}",
    )
    lines = [forms[n % len(forms)].format(n=n) for n in range(SETTINGS - 2)]
    return "\n".join((*TYPICAL.splitlines()[:2], *lines))


def check_config_is_quick(rounds: int) -> bool:
    """check-config of a typical file, of one with two settings and of one with 1,400."""
    with tempfile.TemporaryDirectory(prefix="glctl-bench-") as folder:
        texts = {"typical": TYPICAL, "2 settings": "".join(TYPICAL.splitlines(keepends=True)[:2])}
        cases = [PASS]
        for name, text in (*texts.items(), (f"{SETTINGS} settings", many_settings())):
            file = Path(folder, f"{name}.rb")
            file.write_text(text)
            command = [GLCTL, "--root", folder, "--config", str(file), "check-config"]
            cases.append(Case(f"check-config, {name}", command, 8 if name == "typical" else None))
        taken = medians(cases, rounds)
        quick = told(cases, taken)
        more = taken[-1].seconds - taken[-2].seconds
        limit = f"limit: {SETTINGS_LIMIT * 1000:.0f}"
        print(f"\n{SETTINGS} settings take {more * 1000:.1f} ms more than 2 ({limit}).")
        return quick and more <= SETTINGS_LIMIT


def hidden_change_is_found(dry_run: list[str], target: Path) -> bool:
    """Whether *dry_run* sees a change of *target* that its size and time stamps do not show."""
    original, stamps = target.read_bytes(), target.stat()
    before = run([*dry_run, "--detailed-exitcode"])
    target.write_bytes(original.replace(b"version", b"Version", 1))
    os.utime(target, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
    after = run([*dry_run, "--detailed-exitcode"])
    target.write_bytes(original)
    print(f"\n{target.name} changed in secret: exit code {before}, then {after} (wanted: 0, then 2).")
    return (before, after) == (0, 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=["startup", "check-config"], help="leave the rest out")
    parser.add_argument(
        "--rounds", type=int, default=25, metavar="N", help="how often each command runs (25)"
    )
    options = parser.parse_args()
    if options.only == "startup":
        return 0 if measured(STARTUP, options.rounds) else 1
    checked = check_config_is_quick(options.rounds)
    if options.only:
        return 0 if checked else 1
    with converged() as sandbox:
        dry_run = sandbox.glctl("reconfigure", "--dry-run")
        explain = sandbox.glctl("explain", "registry.debug_addr")
        cases = [
            *STARTUP,
            Case("glctl status", sandbox.glctl("status"), 5),
            Case("glctl reconfigure --dry-run", dry_run, 12),
            Case("glctl explain KEY", explain, 15),  # 150 ms where Python takes 10 to start
        ]
        quick = measured(cases, options.rounds)
        honest = hidden_change_is_found(dry_run, sandbox.at("/var/opt/gitlab/registry/config.yml"))
        return 0 if checked and quick and honest else 1


if __name__ == "__main__":
    sys.exit(main())
