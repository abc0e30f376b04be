"""Images in OpenStack Swift, by its S3 protocol."""

STACK = "swift"
