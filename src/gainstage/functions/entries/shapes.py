"""Oscillating, even and growing functions."""

from __future__ import annotations

from gainstage.functions.definition import Definition, Parameter

ENTRIES = (
    Definition(
        "sin", "Sine", "sin(x)",
        "torch.sin(x)", "Lapedes & Farber 1987; Sitzmann et al. 2020",
    ),
    Definition(
        "siren", "Sine of a SIREN", "sin(omega*x)",
        "torch.sin(omega * x)", "Sitzmann, Martel, Bergman, Lindell & Wetzstein 2020",
        parameters=(Parameter("omega", 30.0, "frequency; goes with weights of U(-sqrt(6/n)/omega, sqrt(6/n)/omega)"),),
        module="gainstage.nn.Sine",
    ),
    Definition(
        "cos", "Cosine", "cos(x)",
        "torch.cos(x)", "Rahimi & Recht 2007",
    ),
    Definition(
        "snake", "Snake", "x + sin(alpha*x)**2/alpha",
        "x + torch.sin(alpha * x) ** 2 / alpha", "Ziyin, Hartwig & Ueda 2020",
        parameters=(Parameter("alpha", 1.0, "frequency, learned", "(0, inf)"),),
        module="gainstage.nn.Snake",
    ),
    Definition(
        "absolute", "Absolute value", "-x if x <= 0 else x",
        "torch.abs(x)", "Berngardt 2021",
    ),
    Definition(
        "square", "Square", "x**2",
        "x * x", "Livni, Shalev-Shwartz & Shamir 2014",
    ),
    Definition(
        "exp", "Exponential", "exp(x)",
        "torch.exp(x)", "Nelder & Wedderburn 1972",
    ),
    Definition(
        "bent_identity", "Bent identity", "x + (sqrt(x**2 + 1) - 1)/2",
        "x + (torch.sqrt(x * x + 1) - 1) / 2", "folklore",
        module="gainstage.nn.BentIdentity",
    ),
    Definition(
        "asinh", "Inverse hyperbolic sine", "asinh(x)",
        "torch.asinh(x)", "Johnson 1949",
    ),
    Definition(
        "symlog", "Symmetric logarithm", "-log1p(-x) if x <= 0 else log1p(x)",
        "torch.sign(x) * torch.log1p(torch.abs(x))", "Webber 2013; Hafner, Pasukonis, Ba & Lillicrap 2023",
    ),
)
