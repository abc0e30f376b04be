"""Images on a file system, nginx serving http."""
