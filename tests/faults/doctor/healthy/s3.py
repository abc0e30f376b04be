"""Images in S3, with redirect off."""

STACK = "moto"
