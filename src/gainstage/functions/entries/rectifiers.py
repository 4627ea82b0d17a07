"""Functions that pass one side and hold back the other."""

from __future__ import annotations

from gainstage.functions.definition import Definition, Parameter

ENTRIES = (
    Definition(
        "linear", "Linear (identity)", "x",
        "x * 1", "Widrow & Hoff 1960", "torch.nn.Identity",
        note="A stack of layers with it is one layer.",
    ),
    Definition(
        "relu", "Rectified linear unit", "0 if x <= 0 else x",
        "F.relu(x)", "Fukushima 1969; Nair & Hinton 2010", "torch.nn.ReLU",
    ),
    Definition(
        "relu6", "ReLU capped at 6", "0 if x <= 0 else x if x < 6 else 6",
        "F.relu6(x)", "Krizhevsky 2010", "torch.nn.ReLU6",
    ),
    Definition(
        "leaky_relu", "Leaky ReLU", "negative_slope*x if x <= 0 else x",
        "F.leaky_relu(x, negative_slope)", "Maas, Hannun & Ng 2013", "torch.nn.LeakyReLU",
        (Parameter("negative_slope", 0.01, "slope for x < 0; 0.001 and 0.1 are in use too"),),
        note="Equal to max(negative_slope*x, x) for slopes in [0, 1] only.",
    ),
    Definition(
        "prelu", "Parametric ReLU", "weight*x if x <= 0 else x",
        "F.prelu(x, torch.as_tensor([weight], dtype=x.dtype))", "He, Zhang, Ren & Sun 2015", "torch.nn.PReLU",
        (Parameter("weight", 0.25, "slope for x < 0, learned; one for the whole tensor, or one per channel"),),
    ),
    Definition(
        "rrelu", "Randomised leaky ReLU, as in evaluation", "(lower + upper)/2*x if x <= 0 else x",
        "F.rrelu(x, lower, upper)", "Xu, Wang, Chen & Li 2015", "torch.nn.RReLU",
        (
            Parameter("lower", 1 / 8, "smallest slope for x < 0"),
            Parameter("upper", 1 / 3, "largest slope for x < 0"),
        ),
        note="In training the slope is drawn from U(lower, upper) for every element.",
    ),
    Definition(
        "elu", "Exponential linear unit", "alpha*expm1(x) if x <= 0 else x",
        "F.elu(x, alpha)", "Clevert, Unterthiner & Hochreiter 2015", "torch.nn.ELU",
        (Parameter("alpha", 1.0, "-alpha is the limit at minus infinity"),),
    ),
    Definition(
        "selu", "Scaled ELU", "scale*alpha*expm1(x) if x <= 0 else scale*x",
        "F.selu(x)", "Klambauer, Unterthiner, Mayr & Hochreiter 2017", "torch.nn.SELU",
        constants={"alpha": "1.6732632423543772848170429916717", "scale": "1.0507009873554804934193349852946"},
        note="The constants make N(0, 1) a fixed point of mean and variance.",
    ),
    Definition(
        "celu", "Continuously differentiable ELU", "alpha*expm1(x/alpha) if x <= 0 else x",
        "F.celu(x, alpha)", "Barron 2017", "torch.nn.CELU",
        (Parameter("alpha", 1.0, "-alpha is the limit at minus infinity", "(0, inf)"),),
    ),
    Definition(
        "isrlu", "Inverse square root linear unit", "x/sqrt(1 + alpha*x**2) if x <= 0 else x",
        "torch.where(x <= 0, x * torch.rsqrt(1 + alpha * x * x), x)", "Carlile, Delamarter, Kinney et al. 2017",
        parameters=(Parameter("alpha", 1.0, "-1/sqrt(alpha) is the limit at minus infinity", "(0, inf)"),),
    ),
    Definition(
        "softplus", "Softplus", "softplus(beta*x)/beta",
        "F.softplus(x, beta)", "Dugas, Bengio, Bélisle, Nadeau & Garcia 2001", "torch.nn.Softplus",
        (Parameter("beta", 1.0, "sharpness; ReLU in the limit", "(0, inf)"),),
        note="torch returns x itself for beta*x > 20.",
    ),
    Definition(
        "squareplus", "Squareplus", "(x + sqrt(x**2 + b))/2",
        "(x + torch.sqrt(x * x + b)) / 2", "Barron 2021",
        parameters=(Parameter("b", 4.0, "width of the bend; ReLU at 0", "(0, inf)"),),
        module="gainstage.nn.Squareplus",
    ),
    Definition(
        "relu_squared", "Squared ReLU", "0 if x <= 0 else x**2",
        "F.relu(x) ** 2", "So, Mańke, Liu, Dai, Shazeer & Le 2021",
        module="gainstage.nn.SquaredReLU",
    ),
    Definition(
        "star_relu", "StarReLU", "bias if x <= 0 else scale*x**2 + bias",
        "scale * F.relu(x) ** 2 + bias", "Yu et al. 2022",
        parameters=(
            Parameter("scale", 0.8944, "factor of the square, learned; gives variance 1 under N(0, 1)"),
            Parameter("bias", -0.4472, "added, learned; gives mean 0 under N(0, 1)"),
        ),
    ),
    Definition(
        "threshold", "Threshold", "value if x <= threshold else x",
        "F.threshold(x, threshold, value)", "Konda, Memisevic & Krueger 2014", "torch.nn.Threshold",
        (
            Parameter("threshold", 0.0, "larger inputs pass"),
            Parameter("value", 0.0, "what the others become"),
        ),
    ),
    Definition(
        "srelu", "S-shaped ReLU",
        "t_left + a_left*(x - t_left) if x <= t_left else x if x < t_right else t_right + a_right*(x - t_right)",
        "torch.where(x <= t_left, t_left + a_left * (x - t_left),"
        " torch.where(x < t_right, x, t_right + a_right * (x - t_right)))",
        "Jin, Xu, Feng, Wei, Xiong & Yan 2016",
        parameters=(
            Parameter("t_left", 0.0, "left threshold, learned"),
            Parameter("a_left", 0.2, "slope on the left of it, learned"),
            Parameter("t_right", 1.0, "right threshold, learned"),
            Parameter("a_right", 1.0, "slope on the right of it, learned"),
        ),
        module="gainstage.nn.SReLU",
    ),
    Definition(
        "softshrink", "Soft shrinkage", "x + lambd if x < -lambd else 0 if x <= lambd else x - lambd",
        "F.softshrink(x, lambd)", "Donoho & Johnstone 1994", "torch.nn.Softshrink",
        (Parameter("lambd", 0.5, "half the width of what becomes 0", "[0, inf)"),),
    ),
    Definition(
        "hardshrink", "Hard shrinkage", "x if x < -lambd else 0 if x <= lambd else x",
        "F.hardshrink(x, lambd)", "Donoho & Johnstone 1994", "torch.nn.Hardshrink",
        (Parameter("lambd", 0.5, "half the width of what becomes 0", "[0, inf)"),),
    ),
    Definition(
        "tanhshrink", "Tanh shrinkage", "x - tanh(x)",
        "F.tanhshrink(x)", "Collobert, Kavukcuoglu & Farabet 2011", "torch.nn.Tanhshrink",
    ),
)
