"""A trained encoder written as an ONNX graph, node by node: int8 or, to measure what that loses, single precision.

The graph reads one post at a time, so it knows no padding, and the scale of an activation, which
dynamic quantisation takes from the tensor at hand, depends on nothing but the post itself. Weights have
a scale per output channel, embeddings one per token. Written by hand because exporters leave shape
arithmetic that hides the attention from the optimiser; the operators are onnxruntime's fused ones
(domain com.microsoft).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.encoder import Encoder
from training.tasks import SHIPPED_WIDTH

Array = npt.NDArray[np.float32]
CONTRIB = "com.microsoft"
WIDEST = 127
"""int8 weights use [-127, 127]."""


def write(model: Encoder, target: Path, *, max_length: int, int8: bool = True) -> None:
    """Write a graph for a BERT encoder: `ids` (1, length) int64 -> `logits` (1, SHIPPED_WIDTH) float32.

    A second output, `pooled` (1, hidden), is what the heads see.
    """
    config = model.body.config
    weights = {name: value.detach().float().numpy() for name, value in model.state_dict().items()}
    graph = _Graph(weights, config.num_attention_heads, config.layer_norm_eps, int8)
    state = graph.embeddings(max_length)
    for number in range(config.num_hidden_layers):
        state = graph.layer(f"body.encoder.layer.{number}.", state)
    pooled = graph.node(
        "ReduceMean", [state, graph.constant("length.axis", np.array([1]))], output="pooled", keepdims=0
    )
    head = weights["heads.weight"][:SHIPPED_WIDTH].T, weights["heads.bias"][:SHIPPED_WIDTH]
    # The heads stay in single precision: five thousand weights, and every digit of theirs is seen.
    product = graph.node("MatMul", [pooled, graph.constant("heads.weight", head[0])])
    graph.node("Add", [product, graph.constant("heads.bias", head[1])], output="logits")
    onnx.save(graph.model(), target)


class _Graph:
    """Nodes and constants under way; methods return the name of their output."""

    def __init__(self, weights: Mapping[str, Array], attention_heads: int, epsilon: float, int8: bool) -> None:
        self._weights = weights
        self._attention_heads = attention_heads
        self._epsilon = epsilon
        self._int8 = int8
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(
        self, operator: str, inputs: list[str], *, domain: str = "", output: str = "", **attributes: object
    ) -> str:
        """One node with one output."""
        name = output or f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """An initializer, stored once."""
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def embeddings(self, max_length: int) -> str:
        """(1, length, hidden): token, position and the one segment's type, normalised."""
        prefix = "body.embeddings."
        tokens = self._weights[prefix + "word_embeddings.weight"]
        if self._int8:
            scale = np.abs(tokens).max(1, keepdims=True) / WIDEST
            scale[scale == 0] = 1
            rows = self.constant("tokens", np.round(tokens / scale).astype(np.int8))
            rows = self.node("Cast", [self.node("Gather", [rows, "ids"])], to=TensorProto.FLOAT)
            scales = self.node("Gather", [self.constant("tokens.scale", scale.astype(np.float32)), "ids"])
            state = self.node("Mul", [rows, scales])
        else:
            state = self.node("Gather", [self.constant("tokens", tokens), "ids"])
        positions = self._weights[prefix + "position_embeddings.weight"][:max_length]
        positions = positions + self._weights[prefix + "token_type_embeddings.weight"][0]
        length = self.node("Shape", ["ids"], start=1, end=2)
        zero, one = self.constant("zero", np.array([0])), self.constant("one", np.array([1]))
        position = self.node("Slice", [self.constant("positions", positions), zero, length, zero, one])
        state = self.node("Add", [state, position])
        return self.node(
            "LayerNormalization",
            [state, self._weight(prefix + "LayerNorm.weight"), self._weight(prefix + "LayerNorm.bias")],
            epsilon=self._epsilon,
        )

    def layer(self, prefix: str, state: str) -> str:
        """One transformer layer."""
        names = [f"{prefix}attention.self.{name}" for name in ("query", "key", "value")]
        packed = np.concatenate([self._weights[name + ".weight"].T for name in names], 1)
        bias = np.concatenate([self._weights[name + ".bias"] for name in names])
        mixed = self._linear(prefix + "qkv", state, packed, bias)
        parts = [f"{prefix}{name}" for name in ("q", "k", "v")]
        self._nodes.append(helper.make_node("Split", [mixed], parts, axis=2, num_outputs=3))
        seen = self.node("MultiHeadAttention", parts, domain=CONTRIB, num_heads=self._attention_heads)
        state = self._normalised(prefix + "attention.output.", seen, state)
        wide = self._linear(prefix + "wide", state, self._weights[prefix + "intermediate.dense.weight"].T, None)
        wide = self.node("BiasGelu", [wide, self._weight(prefix + "intermediate.dense.bias")], domain=CONTRIB)
        return self._normalised(prefix + "output.", wide, state)

    def model(self) -> onnx.ModelProto:
        """What was built."""
        graph = helper.make_graph(
            self._nodes,
            "sentistream",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "length"])],
            [
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, SHIPPED_WIDTH]),
                helper.make_tensor_value_info("pooled", TensorProto.FLOAT, [1, "hidden"]),
            ],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def _normalised(self, prefix: str, branch: str, skip: str) -> str:
        """Linear, bias, residual connection and layer normalisation."""
        branch = self._linear(prefix + "dense", branch, self._weights[prefix + "dense.weight"].T, None)
        inputs = [branch, skip] + [
            self._weight(prefix + name) for name in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")
        ]
        return self.node("SkipLayerNormalization", inputs, domain=CONTRIB, epsilon=self._epsilon)

    def _linear(self, name: str, state: str, weight: Array, bias: Array | None) -> str:
        """`weight` is (in, out)."""
        if self._int8:
            scale = np.abs(weight).max(0) / WIDEST
            quantised = np.round(weight / scale).astype(np.int8)
            inputs = [state, self.constant(name + ".int8", quantised), self.constant(name + ".scale", scale)]
            inputs += ["", self.constant(name + ".bias", bias)] if bias is not None else []
            return self.node("DynamicQuantizeMatMul", inputs, domain=CONTRIB)
        product = self.node("MatMul", [state, self.constant(name, weight)])
        return product if bias is None else self.node("Add", [product, self.constant(name + ".bias", bias)])

    def _weight(self, name: str) -> str:
        return self.constant(name, self._weights[name])
