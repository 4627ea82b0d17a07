"""Proofs about constructed networks, by Arb's ball arithmetic; imported when something is proved."""
