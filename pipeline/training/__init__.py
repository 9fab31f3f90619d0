"""Recipes: unlabelled text -> encoder, labelled corpora -> tagger, tagger -> ONNX; and the small Stanza models."""
