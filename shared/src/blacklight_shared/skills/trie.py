"""Sequences of words, found from their first word on."""

from collections.abc import Container, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class WordTrie(Generic[Value]):
    """A map from sequences of words that finds all entries a text continues with.

    Copies share what neither has changed since, so a copy with a few more entries costs little.
    """

    __slots__ = ("_owner", "_root")

    def __init__(self) -> None:
        """Make an empty trie."""
        self._owner = object()
        self._root: _Node[Value] = _Node(self._owner)

    def copy(self) -> "WordTrie[Value]":
        """Return a trie with the same entries that changes on its own."""
        other: WordTrie[Value] = WordTrie()
        other._root = self._root.copy(other._owner)
        # From now on the nodes below the root belong to neither.
        self._owner = self._root.owner = object()
        return other

    def insert(self, words: Sequence[str], value: Value) -> None:
        """Map ``words`` to ``value``."""
        node = self._root
        for word in words:
            child = node.children.get(word)
            if child is None:
                child = _Node(self._owner)
            elif child.owner is not self._owner:
                child = child.copy(self._owner)
            node.children[word] = child
            node = child
        node.value = value

    @property
    def first_words(self) -> Container[str]:
        """The words that entries begin with."""
        return self._root.children.keys()

    def prefixes(self, words: Sequence[str], position: int) -> list[tuple[int, Value]]:
        """Find the entries that ``words`` spells from ``position`` on.

        Returns:
            For each entry, shortest first, the number of its last word and what it maps to.
        """
        found: list[tuple[int, Value]] = []
        node = self._root.children.get(words[position])
        while node is not None:
            if node.value is not None:
                found.append((position, node.value))
            position += 1
            node = node.children.get(words[position]) if position < len(words) else None
        return found


class _Node(Generic[Value]):
    """What may follow a word; only the trie that owns a node changes it."""

    __slots__ = ("children", "owner", "value")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.children: dict[str, _Node[Value]] = {}
        self.value: Value | None = None

    def copy(self, owner: object) -> "_Node[Value]":
        other: _Node[Value] = _Node(owner)
        other.children = dict(self.children)
        other.value = self.value
        return other
