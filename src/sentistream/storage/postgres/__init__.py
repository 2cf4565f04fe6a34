"""The store of the team profile: PostgreSQL 14 to 18, any number of writers, asyncpg underneath."""
