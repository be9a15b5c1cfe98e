"""The architectures of the lecture, one readable file each."""
