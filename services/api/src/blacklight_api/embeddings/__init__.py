"""Having embeddings made."""
