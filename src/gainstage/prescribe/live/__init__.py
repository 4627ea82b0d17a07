"""Remedies carried out on a model in memory, and taken back exactly; torch is imported when one is applied."""
