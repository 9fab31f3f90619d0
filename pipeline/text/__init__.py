"""Pages cut into articles; words and sentences with raw offsets."""
