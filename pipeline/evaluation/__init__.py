"""Scorers for names, times and events; readers of gold data."""
