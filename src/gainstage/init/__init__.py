"""How a network starts: initialisers that fit the activation, ``init_`` that reads the network, ``stage_`` by data."""

from gainstage.init.classic import critical_, glorot_, he_, lecun_, orthogonal_
from gainstage.init.model import init_
from gainstage.init.stage import stage_
from gainstage.init.table import Row, Table

__all__ = ["Row", "Table", "critical_", "glorot_", "he_", "init_", "lecun_", "orthogonal_", "stage_"]
