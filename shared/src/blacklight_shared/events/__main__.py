"""Write the published catalogue: ``python -m blacklight_shared.events [folder]``."""

from __future__ import annotations

import sys
from pathlib import Path

from blacklight_shared.events.catalogue import events_json_schema, events_markdown


def main(folder: Path) -> None:
    """Write ``events.md`` and ``events.schema.json`` into ``folder``."""
    (folder / "events.md").write_text(events_markdown(), encoding="utf-8")
    (folder / "events.schema.json").write_text(events_json_schema(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
