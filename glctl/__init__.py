"""glctl runs, converges and repairs a GitLab-style container registry from one gitlab.rb."""

__version__ = "0.1.0"
