"""Draws the tables ``drawn_*.csv``: what the strangers' scripts read, in place of tables without a clear licence.

    python benchmarks/detection/data/draw.py

Only the column names, the number of rows and the rough scales are those that the scripts expect; every value is drawn.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import make_circles

HERE = Path(__file__).resolve().parent


def patients(rng: np.random.Generator, rows: int = 462) -> dict[str, np.ndarray]:
    """Nine clinical columns and a diagnosis (about a third) that they explain to some four fifths."""
    age = rng.uniform(15, 65, rows)
    tobacco, fat = rng.gamma(0.7, 5.0, rows), rng.normal(25, 7.5, rows)
    cholesterol, family = rng.gamma(5.5, 0.86, rows), rng.integers(0, 2, rows)
    risk = 0.09 * (age - 43) + 0.15 * (tobacco - 3.5) + 0.4 * (cholesterol - 4.7) + 1.6 * family - 2.0
    return {
        "pressure": rng.normal(138, 20, rows).round(),
        "tobacco": tobacco.round(2),
        "cholesterol": cholesterol.round(2),
        "fat": fat.round(2),
        "family": family,
        "haste": rng.normal(53, 10, rows).round(),
        "mass": (13 + 0.5 * fat + rng.normal(0, 3, rows)).round(2),
        "alcohol": rng.exponential(17, rows).round(2),
        "age": age.round(),
        "chd": (rng.random(rows) < 1 / (1 + np.exp(-risk))).astype(int),
    }


def sales(rng: np.random.Generator, rows: int = 963) -> dict[str, np.ndarray]:
    """Five columns of customers and what they spend: positive, thousands, nearly a function of the five."""
    age, gender, miles = rng.integers(18, 71, rows), rng.integers(0, 2, rows), rng.integers(5, 61, rows)
    debt, income = rng.exponential(4000, rows).round(), rng.integers(1000, 16001, rows)
    spent = 400 + 0.9 * income + 260 * miles * (age > 35) - 0.35 * debt + 900 * gender + rng.normal(0, 900, rows)
    return {
        "age": age,
        "gender": gender,
        "miles": miles,
        "debt": debt,
        "income": income,
        "sales": np.maximum(spent, 300).round(),
    }


def rings(rows: int = 1000) -> dict[str, np.ndarray]:
    """Two concentric rings."""
    points, inner = make_circles(rows, noise=0.03, factor=0.8, random_state=0)
    return {"x1": points[:, 0].round(9), "x2": points[:, 1].round(9), "ring": inner}


def amounts(rng: np.random.Generator, rows: int = 999) -> dict[str, np.ndarray]:
    """One column far from zero, and a flag for the small half of it."""
    amount = rng.integers(15000, 25001, rows)
    return {"amount": amount, "flag": (amount < 20000).astype(int)}


def write(name: str, columns: dict[str, np.ndarray]) -> None:
    """Plain CSV with a header line."""
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{value:.10g}" for value in row) for row in rows)]
    (HERE / f"drawn_{name}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write("patients", patients(np.random.default_rng(0)))
    write("sales", sales(np.random.default_rng(1)))
    write("rings", rings())
    write("amounts", amounts(np.random.default_rng(2)))
