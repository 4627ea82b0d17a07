"""Networks as files that hold numbers and names, and nothing that a reader would have to execute.

safetensors: the weights under the names of the torch module's state dict, the activation and the bound as metadata.
ONNX: the graph too, for the activations that ONNX has an operator for.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from typing import Any

import numpy as np

from gainstage import __version__
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.network import DTYPES
from gainstage.construct.report import Construction

OPSET = 20
# ONNX operators by our names, with their attributes by the names of our parameters.
OPERATORS: dict[str, tuple[str, dict[str, str]]] = {
    "relu": ("Relu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": "negative_slope"}),
    "elu": ("Elu", {"alpha": "alpha"}),
    "celu": ("Celu", {"alpha": "alpha"}),
    "selu": ("Selu", {}),
    "softsign": ("Softsign", {}),
    "gelu": ("Gelu", {}),
    "mish": ("Mish", {}),
    "hardswish": ("HardSwish", {}),
    "erf": ("Erf", {}),
    "atan": ("Atan", {}),
    "sin": ("Sin", {}),
    "cos": ("Cos", {}),
    "asinh": ("Asinh", {}),
    "exp": ("Exp", {}),
    "absolute": ("Abs", {}),
}


def exported(built: Construction, form: str) -> bytes:
    """The file's content; ``form`` is "safetensors" or "onnx".

    Raises:
        CannotApproximate: when the package that writes the form is missing, or ONNX has no such operator.
    """
    return _onnx(built) if form == "onnx" else _safetensors(built)


def metadata(built: Construction) -> dict[str, str]:
    """What a file says of itself: texts only, numbers and lists as JSON."""
    told = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in asdict(built.report).items()
    }
    parameters = json.dumps(dict(built.network.unit.card.parameters))
    return {"producer": f"gainstage {__version__}", **told, "unit_parameters": parameters}


def tensors(built: Construction) -> dict[str, np.ndarray]:
    """Weights and biases in their dtype, by the names that they have in the torch module."""
    kind, found = DTYPES[built.network.dtype], {}
    for number, layer in enumerate(built.network.layers):
        found[f"{2 * number}.weight"] = np.ascontiguousarray(layer.weight, dtype=kind)
        found[f"{2 * number}.bias"] = np.ascontiguousarray(layer.bias, dtype=kind)
    return found


def _safetensors(built: Construction) -> bytes:
    return _needed("safetensors.numpy", "safetensors").save(tensors(built), metadata=metadata(built))


def _onnx(built: Construction) -> bytes:
    name = built.network.unit.name
    if name not in OPERATORS:
        known = ", ".join(OPERATORS)
        raise CannotApproximate(f"ONNX has no operator for {name}; it has {known}. Take one of them, or .safetensors")
    onnx = _needed("onnx", "onnx")
    helper, operator = onnx.helper, OPERATORS[name]
    attributes = {key: built.network.unit.card.parameters[own] for key, own in operator[1].items()}
    if built.network.dtype == "float64" and any(float(np.float32(value)) != value for value in attributes.values()):
        raise CannotApproximate(
            f"ONNX rounds the parameters of {name} to float32; export it in float32, or .safetensors"
        )
    kind = {"float32": onnx.TensorProto.FLOAT, "float64": onnx.TensorProto.DOUBLE}[built.network.dtype]
    nodes, signal = [], "x"
    for number in range(len(built.network.layers)):
        last = number == len(built.network.layers) - 1
        out = "y" if last else f"sum{number}"
        nodes.append(helper.make_node("Gemm", [signal, f"{2 * number}.weight", f"{2 * number}.bias"], [out], transB=1))
        if not last:
            nodes.append(helper.make_node(operator[0], [out], [f"signal{number}"], **attributes))
        signal = f"signal{number}"
    ends = [_end(helper, "x", kind, len(built.box)), _end(helper, "y", kind, 1)]
    weights = [onnx.numpy_helper.from_array(value, key) for key, value in tensors(built).items()]
    graph = helper.make_graph(nodes, "approximation", [ends[0]], [ends[1]], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="gainstage")
    helper.set_model_props(model, metadata(built))
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _end(helper: Any, name: str, kind: int, width: int) -> Any:
    return helper.make_tensor_value_info(name, kind, ["points", width])


def _needed(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise CannotApproximate(f"{package} is not installed; pip install 'gainstage[export]'") from None
