"""Text to vectors: a local model by default, hosted models when configured."""
