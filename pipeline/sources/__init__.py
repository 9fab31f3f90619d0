"""Pages in: files of every supported kind become documents."""
