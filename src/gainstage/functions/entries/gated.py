"""Smooth functions that multiply the input by a gate of itself."""

from __future__ import annotations

from gainstage.functions.definition import Definition, Parameter

ENTRIES = (
    Definition(
        "gelu", "Gaussian error linear unit", "x*normal_cdf(x)",
        "F.gelu(x)", "Hendrycks & Gimpel 2016", "torch.nn.GELU",
    ),
    Definition(
        "gelu_tanh", "GELU, tanh approximation", "x*sigmoid(sqrt(8/pi)*(x + c*x**3))",
        "F.gelu(x, approximate='tanh')", "Hendrycks & Gimpel 2016",
        constants={"c": "0.044715"},
        note="The same as x/2*(1 + tanh(sqrt(2/pi)*(x + c*x**3))), which cancels for negative x.",
    ),
    Definition(
        "quick_gelu", "GELU, sigmoid approximation", "x*sigmoid(c*x)",
        "x * torch.sigmoid(1.702 * x)", "Hendrycks & Gimpel 2016",
        constants={"c": "1.702"},
    ),
    Definition(
        "silu", "Sigmoid linear unit", "x*sigmoid(x)",
        "F.silu(x)", "Elfwing, Uchibe & Doya 2018", "torch.nn.SiLU",
    ),
    Definition(
        "swish", "Swish", "x*sigmoid(beta*x)",
        "x * torch.sigmoid(beta * x)", "Ramachandran, Zoph & Le 2017", "gainstage.nn.Swish",
        (Parameter("beta", 1.0, "sharpness of the gate, fixed or learned; x/2 at 0, ReLU at infinity"),),
    ),
    Definition(
        "eswish", "E-swish", "2*x*sigmoid(beta*x)",
        "2 * x * torch.sigmoid(beta * x)", "Alcaide 2018", "gainstage.nn.ESwish",
        (Parameter("beta", 1.0, "sharpness of the gate; x at 0, 2*ReLU at infinity"),),
        note="Alcaide puts the parameter in front: beta*x*sigmoid(x), beta from 1 to 2.",
    ),
    Definition(
        "mish", "Mish", "x*tanh(softplus(x))",
        "F.mish(x)", "Misra 2019", "torch.nn.Mish",
    ),
    Definition(
        "hardswish", "Hard swish", "0 if x <= -3 else x*(x + 3)/6 if x < 3 else x",
        "F.hardswish(x)", "Howard et al. 2019", "torch.nn.Hardswish",
    ),
    Definition(
        "logsigmoid", "Log-sigmoid", "-softplus(-x)",
        "F.logsigmoid(x)", "Collobert, Kavukcuoglu & Farabet 2011", "torch.nn.LogSigmoid",
        note="The logarithm of the gate: the loss of a binary classification takes it.",
    ),
    Definition(
        "tanhexp", "TanhExp", "x*tanh(exp(x))",
        "x * torch.tanh(torch.exp(x))", "Liu & Di 2020",
        module="gainstage.nn.TanhExp",
    ),
    Definition(
        "serf", "Serf", "x*erf(softplus(x))",
        "x * torch.erf(F.softplus(x))", "Nag & Bhattacharyya 2021",
        module="gainstage.nn.Serf",
    ),
    Definition(
        "logish", "Logish", "x*log1p(sigmoid(x))",
        "x * torch.log1p(torch.sigmoid(x))", "Zhu et al. 2021",
        module="gainstage.nn.Logish",
    ),
    Definition(
        "smish", "Smish", "x*tanh(log1p(sigmoid(x)))",
        "x * torch.tanh(torch.log1p(torch.sigmoid(x)))", "Wang, Ren & Wang 2022",
    ),
    Definition(
        "phish", "Phish", "x*tanh(x*normal_cdf(x))",
        "x * torch.tanh(F.gelu(x))", "Naveen 2022",
    ),
    Definition(
        "lisht", "LiSHT", "x*tanh(x)",
        "x * torch.tanh(x)", "Roy, Manna, Dubey & Chaudhuri 2019",
    ),
    Definition(
        "elish", "ELiSH", "expm1(x)*sigmoid(x) if x <= 0 else x*sigmoid(x)",
        "torch.where(x <= 0, torch.expm1(x), x) * torch.sigmoid(x)", "Basirat & Roth 2018",
    ),
    Definition(
        "hard_elish", "HardELiSH",
        "0 if x <= -1 else expm1(x)*(x + 1)/2 if x <= 0 else x*(x + 1)/2 if x < 1 else x",
        "torch.where(x <= 0, torch.expm1(x), x) * torch.clamp((x + 1) / 2, 0, 1)", "Basirat & Roth 2018",
    ),
    Definition(
        "gcu", "Growing cosine unit", "x*cos(x)",
        "x * torch.cos(x)", "Noel, Arunkumar, Trivedi & Dutta 2021",
    ),
)
