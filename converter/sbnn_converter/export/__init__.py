"""What all exports have in common: C sources to copy, files and folders written whole."""
