"""Open global postings in memory, as the database has them: for scoring one candidate at once."""

from blacklight_matching.snapshot.blocks import Block, OpeningBlocks
from blacklight_matching.snapshot.postings import PostingSnapshot

__all__ = ["Block", "OpeningBlocks", "PostingSnapshot"]
