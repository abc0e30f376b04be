"""glctl with another program in the registry's place: ``launcher.py PROGRAM ARGUMENT…``."""

import sys
from dataclasses import replace

from glctl import cli
from glctl.settings import platform

if __name__ == "__main__":
    program, *arguments = sys.argv[1:]
    registry = platform.Program(program, "docker-registry")
    platform.DEBIAN = replace(platform.DEBIAN, registry=registry)
    sys.exit(cli.run(arguments))
