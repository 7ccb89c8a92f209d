"""Synced apps and their functions."""

from dataclasses import dataclass

from blacklight_devstack.engine.store.database import Reader, Transaction, fetch


@dataclass(frozen=True, slots=True)
class App:
    """An app as it was last synced."""

    id: str
    url: str
    sdk: str
    checksum: str
    synced_ms: int


def save_app(work: Transaction, app: App, functions: dict[str, bytes]) -> None:
    """Store an app and its functions (JSON by id); its other functions are archived."""
    work.execute(
        "INSERT INTO apps (id, url, sdk, checksum, synced_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET url = excluded.url, sdk = excluded.sdk,"
        " checksum = excluded.checksum, synced_ms = excluded.synced_ms",
        (app.id, app.url, app.sdk, app.checksum, app.synced_ms),
    )
    work.execute("UPDATE functions SET archived = 1 WHERE app_id = ?", (app.id,))
    for fn_id, config in functions.items():
        work.execute(
            "INSERT INTO functions (id, app_id, config) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET app_id = excluded.app_id,"
            " config = excluded.config, archived = 0",
            (fn_id, app.id, config),
        )


def list_apps(source: Reader) -> list[App]:
    """All apps."""
    rows = fetch(source, "SELECT id, url, sdk, checksum, synced_ms FROM apps ORDER BY id")
    return [App(*row) for row in rows]


def list_functions(source: Reader) -> list[tuple[str, bytes, bool]]:
    """App id, configuration JSON and whether it is archived, of every function."""
    rows = fetch(source, "SELECT app_id, config, archived FROM functions ORDER BY id")
    return [(row[0], row[1], bool(row[2])) for row in rows]
