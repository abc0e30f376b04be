"""``python -m glctl``."""

from glctl.cli import main

if __name__ == "__main__":
    main()
