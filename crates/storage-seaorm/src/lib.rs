//! Storage by SeaORM, on SQLite and PostgreSQL.
