"""Pages and runs as a person looks at them."""
