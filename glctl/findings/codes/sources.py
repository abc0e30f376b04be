"""Sources that many Codes share."""

SEEN = "observed with docker-registry 2.8.2 and nginx 1.22"
FORK = "read in the code of GitLab's own registry"
