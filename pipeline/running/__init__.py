"""Shards, workers, resume: how a run goes over many documents."""
