"""What the gains should be: Gaussian moments of activations and what follows for weights. Imports no torch."""

from gainstage.theory.gains import Gain, gain
from gainstage.theory.gaussian import Moments, moments

__all__ = ["Gain", "Moments", "gain", "moments"]
