"""Schema migrations, run at every start through `SqliteStore.migrate`."""
