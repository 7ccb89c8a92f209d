"""The matching worker: embeddings, roles, scoring, job lifecycle."""
