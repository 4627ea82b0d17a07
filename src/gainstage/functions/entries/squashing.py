"""Functions that go flat on both sides."""

from __future__ import annotations

from gainstage.functions.definition import Definition, Parameter

ENTRIES = (
    Definition(
        "binary_step", "Binary step (Heaviside)", "0 if x < 0 else 1",
        "(x >= 0).to(x.dtype) + 0 * x", "McCulloch & Pitts 1943",
        note="Its derivative is 0 wherever it exists; a straight-through estimator (Bengio et al. 2013) trains it.",
        module="gainstage.nn.BinaryStep",
    ),
    Definition(
        "sigmoid", "Logistic sigmoid", "sigmoid(x)",
        "torch.sigmoid(x)", "Verhulst 1845; Rumelhart, Hinton & Williams 1986", "torch.nn.Sigmoid",
    ),
    Definition(
        "tanh", "Hyperbolic tangent", "tanh(x)",
        "torch.tanh(x)", "LeCun, Bottou, Orr & Müller 1998", "torch.nn.Tanh",
    ),
    Definition(
        "scaled_tanh", "LeCun's scaled tanh", "a*tanh(b*x)",
        "a * torch.tanh(b * x)", "LeCun, Bottou, Orr & Müller 1998",
        parameters=(
            Parameter("a", 1.7159, "limit at infinity"),
            Parameter("b", 2 / 3, "scale of the input; f(1) is about 1 with both defaults"),
        ),
    ),
    Definition(
        "penalized_tanh", "Penalised tanh", "a*tanh(x) if x <= 0 else tanh(x)",
        "torch.where(x <= 0, a * torch.tanh(x), torch.tanh(x))", "Xu, Huang & Li 2016",
        parameters=(Parameter("a", 0.25, "factor of the negative side"),),
    ),
    Definition(
        "hardsigmoid", "Hard sigmoid", "0 if x <= -3 else x/6 + 1/2 if x < 3 else 1",
        "F.hardsigmoid(x)", "Courbariaux, Bengio & David 2015; Howard et al. 2019", "torch.nn.Hardsigmoid",
        note="Slope 1/6, as in torch; slope 1/5 is in use too.",
    ),
    Definition(
        "hardtanh", "Hard tanh", "min_val if x <= min_val else x if x < max_val else max_val",
        "F.hardtanh(x, min_val, max_val)", "Collobert 2004", "torch.nn.Hardtanh",
        (
            Parameter("min_val", -1.0, "lower bound"),
            Parameter("max_val", 1.0, "upper bound"),
        ),
    ),
    Definition(
        "softsign", "Softsign", "x/(1 - x) if x <= 0 else x/(1 + x)",
        "F.softsign(x)", "Turian, Bergstra & Bengio 2009", "torch.nn.Softsign",
    ),
    Definition(
        "erf", "Error function", "erf(x)",
        "torch.erf(x)", "Gauss 1809; Poole et al. 2016",
        module="gainstage.nn.Erf",
    ),
    Definition(
        "atan", "Arc tangent", "atan(x)",
        "torch.atan(x)", "Jones 1990",
    ),
    Definition(
        "isru", "Inverse square root unit", "x/sqrt(1 + alpha*x**2)",
        "x * torch.rsqrt(1 + alpha * x * x)", "Carlile, Delamarter, Kinney et al. 2017",
        parameters=(Parameter("alpha", 1.0, "1/sqrt(alpha) is the limit at infinity", "(0, inf)"),),
        module="gainstage.nn.ISRU",
    ),
    Definition(
        "sqnl", "Square nonlinearity",
        "-1 if x <= -2 else x + x**2/4 if x <= 0 else x - x**2/4 if x < 2 else 1",
        "torch.where(x <= 0, x + x * x / 4, x - x * x / 4).where(x.abs() < 2, torch.sign(x))", "Wuraola & Patel 2018",
    ),
    Definition(
        "soft_clipping", "Soft clipping to 0...1", "(softplus(alpha*x) - softplus(alpha*(x - 1)))/alpha",
        "(torch.logaddexp(alpha * x, 0 * x) - torch.logaddexp(alpha * (x - 1), 0 * x)) / alpha",
        "Klimek & Perelstein 2018",
        parameters=(Parameter("alpha", 10.0, "sharpness of the two bends", "(0, inf)"),),
    ),
    Definition(
        "cloglog", "Complementary log-log", "-expm1(-exp(x))",
        "-torch.expm1(-torch.exp(x))", "Gomes & Ludermir 2013",
    ),
    Definition(
        "laplace", "Laplace attention function", "normal_cdf((x - mu)/sigma)",
        "(1 + torch.erf((x - mu) / (sigma * 2**0.5))) / 2", "Ma et al. 2022",
        parameters=(
            Parameter("mu", 0.707107, "where it is 1/2"),
            Parameter("sigma", 0.282095, "width", "(0, inf)"),
        ),
    ),
    Definition(
        "gaussian", "Gaussian", "exp(-x**2)",
        "torch.exp(-x * x)", "Broomhead & Lowe 1988",
        module="gainstage.nn.Gaussian",
    ),
)
