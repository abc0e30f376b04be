"""nginx listens on all addresses of this host, as it does unless told otherwise."""

STACK = "every address"
