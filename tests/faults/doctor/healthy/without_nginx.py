"""The registry is alone: something else than our nginx stands before it."""

STACK = "without nginx"
