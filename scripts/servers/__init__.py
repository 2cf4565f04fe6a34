"""Servers of the team profile as plain processes: for `make run-team` and for the tests that kill them."""
