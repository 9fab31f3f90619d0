"""Recognisers of people, places and organisations behind one protocol."""
