"""A source that many Codes share."""

SEEN = "observed with docker-registry 2.8.2 and nginx 1.22"
