"""Reads places out of the way people write them."""

from blacklight_matching.locations.parsing import parse_location
from blacklight_matching.locations.place import Place

__all__ = ["Place", "parse_location"]
