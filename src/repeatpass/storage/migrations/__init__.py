"""Migrations: one numbered tree for SQLite and PostgreSQL."""
