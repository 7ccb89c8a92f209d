from blacklight_devstack.postgres_roles import DatabaseUrls, connect


def test_a_database_starts_empty_and_takes_rows(database: DatabaseUrls) -> None:
    with connect(database.owner) as connection:
        connection.execute("CREATE TABLE note (body text)")
        connection.execute("INSERT INTO note VALUES ('x')")


def test_the_next_database_has_nothing_of_it(database: DatabaseUrls) -> None:
    with connect(database.owner) as connection:
        assert connection.execute("SELECT to_regclass('note')").fetchone() == (None,)


def test_module(module_database: DatabaseUrls) -> None:
    with connect(module_database.app) as connection:
        assert connection.execute("SELECT current_user, '[1,2]'::vector::text").fetchone() == (
            "blacklight_app",
            "[1,2]",
        )
