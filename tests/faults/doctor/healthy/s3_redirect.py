"""Images in S3, where clients are sent for layers."""

STACK = "seaweedfs"
