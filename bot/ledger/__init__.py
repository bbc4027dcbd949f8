"""Budgets and the audit log: how often who may have what looked at, and what was looked at; it knows no platform."""
