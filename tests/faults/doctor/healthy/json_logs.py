"""The registry logs JSON."""

STACK = "json logs"
