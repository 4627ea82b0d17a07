"""A chain of random layers for machines and as a figure."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from gainstage.show.chart import chart
from gainstage.show.machine import finite
from gainstage.show.propagation_words import next_command, sentence, title
from gainstage.theory.outlook import Outlook
from gainstage.theory.propagation import Propagation, Rung

LARGEST_DB = 1200.0  # of the figure: levels beyond are drawn there


def propagation_json(chain: Propagation, outlook: Outlook) -> dict[str, Any]:
    """The chain as a JSON-ready document with the schema ``gainstage.propagation/1``."""
    found = chain.gain
    document = {
        "schema": "gainstage.propagation/1",
        "activation": {"name": chain.function.name, "parameters": dict(chain.function.parameters)},
        "network": {
            "depth": chain.depth,
            "width": chain.width,
            "block": chain.block,
            "bias": chain.bias,
            "input_variance": chain.input_variance,
            "seeds": chain.seeds,
        },
        "start": asdict(chain.start),
        "gain": {
            **asdict(found),
            "balanced": found.balanced,
            "stability": found.stability,
            "drift": found.drift(chain.depth, chain.width),
            "advice": found.advice,
        },
        "stages": [_stage(rung) for rung in chain.rungs],
        "total": {"signal_db": asdict(chain.signal_db), "gradient_db": asdict(chain.gradient_db)},
        "outlook": {
            "healthy": outlook.healthy,
            "signal": outlook.signal,
            "gradient": outlook.gradient,
            "astray": outlook.astray,
            "share_db": _shares(outlook),
            "gone_at": outlook.gone_at,
            "remedy": asdict(outlook.remedy) if outlook.remedy else None,
            "sentence": sentence(chain, outlook),
        },
        "next_command": next_command(chain, outlook),
    }
    return finite(document)


def _stage(rung: Rung) -> dict[str, Any]:
    return {
        "stage": rung.number,
        "variance": asdict(rung.variance),
        "signal_db": asdict(rung.signal_db),
        "gradient_db": asdict(rung.gradient_db),
    }


def _shares(outlook: Outlook) -> dict[str, float]:
    return {"weights": outlook.weights_db, "activation": outlook.activation_db, "other": outlook.other_db}


def figure(chain: Propagation) -> str:
    """The four curves as an SVG chart."""
    stages = [rung.number for rung in chain.rungs]
    lines = {
        "signal, theory": [_drawable(rung.signal_db.predicted) for rung in chain.rungs],
        "signal, drawn": [_drawable(rung.signal_db.simulated) for rung in chain.rungs],
        "gradient, theory": [_drawable(rung.gradient_db.predicted) for rung in chain.rungs],
        "gradient, drawn": [_drawable(rung.gradient_db.simulated) for rung in chain.rungs],
    }
    return chart(title(chain), "stage", "dB against the chain's own end", stages, lines)


def _drawable(level: float) -> float:
    return min(max(level, -LARGEST_DB), LARGEST_DB) if not math.isnan(level) else 0.0
