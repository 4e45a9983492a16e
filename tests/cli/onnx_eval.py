# SPDX-License-Identifier: Apache-2.0
"""A small evaluator of ONNX files in plain Python: reads the wire format, checks the graph, computes.

It knows the operators that `heavywater export --to onnx` writes, on tensors of up to three dimensions that hold rows. It
follows the specification of the operators and shares nothing with the exporter. tests/oracle compares with onnxruntime.
"""
import math
import struct

FLOAT, INT64, STRING, BOOL, DOUBLE = 1, 7, 8, 9, 11


class OnnxError(Exception):
    """The file breaks the format, or holds what this evaluator does not know."""


def read_fields(data):
    """The fields of a message: a list of (number, value); values are ints or bytes."""
    fields, at = [], 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            value = varint()
            value -= (1 << 64) if value >= 1 << 63 else 0
        elif tag & 7 == 2:
            size = varint()
            value = bytes(data[at:at + size])
            if len(value) != size:
                raise OnnxError("a field ends behind the end of the file")
            at += size
        else:
            raise OnnxError(f"wire type {tag & 7}")
        fields.append((tag >> 3, value))
    return fields


def many(fields, number):
    return [value for n, value in fields if n == number]


def one(fields, number, default=None):
    found = many(fields, number)
    return found[-1] if found else default


def text(value):
    return value.decode("utf-8")


def read_tensor(data):
    """(name, type, shape, flat list)"""
    fields = read_fields(data)
    shape, kind = many(fields, 1), one(fields, 2)
    raw = one(fields, 9)
    if kind == STRING:
        values = [text(v) for v in many(fields, 6)]
    else:
        code = {FLOAT: "f", INT64: "q", DOUBLE: "d"}[kind]
        values = list(struct.unpack(f"<{len(raw) // struct.calcsize(code)}{code}", raw))
    if len(values) != math.prod(shape):
        raise OnnxError(f"tensor {one(fields, 8)} has {len(values)} values for shape {shape}")
    return text(one(fields, 8)), kind, shape, values


def read_attribute(data):
    fields = read_fields(data)
    kind = one(fields, 20)
    value = {2: lambda: one(fields, 3), 7: lambda: many(fields, 8),
             8: lambda: [text(v) for v in many(fields, 9)]}[kind]()
    return text(one(fields, 1)), value


class Node:
    def __init__(self, data):
        fields = read_fields(data)
        self.inputs = [text(v) for v in many(fields, 1)]
        self.outputs = [text(v) for v in many(fields, 2)]
        self.op, self.domain = text(one(fields, 4)), text(one(fields, 7, b""))
        self.attributes = dict(read_attribute(v) for v in many(fields, 5))


def read_value_info(data):
    """(name, type, shape)"""
    fields = read_fields(data)
    tensor = read_fields(one(read_fields(one(fields, 2)), 1))
    dims = [read_fields(v) for v in many(read_fields(one(tensor, 2)), 1)]
    return text(one(fields, 1)), one(tensor, 1), [one(d, 1) or text(one(d, 2)) for d in dims]


def nest(values, shape):
    """A flat list as lists within lists."""
    for size in reversed(shape[1:]):
        values = [values[i:i + size] for i in range(0, len(values), size)]
    return values


def broadcast(function, *operands):
    """Elementwise on matrices, whose rows or columns may be one."""
    n = max(len(m) for m in operands)
    width = max(len(m[0]) for m in operands)
    return [[function(*(m[i if len(m) > 1 else 0][k if len(m[0]) > 1 else 0] for m in operands))
             for k in range(width)] for i in range(n)]


def exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def softmax(row):
    top = max(row)
    powers = [exp(x - top) for x in row]
    return [p / sum(powers) for p in powers]


ELEMENTWISE = {
    "Add": lambda a, b: a + b, "Sub": lambda a, b: a - b, "Mul": lambda a, b: a * b,
    "Div": lambda a, b: a / b, "Min": min, "Max": max, "Exp": exp, "Tanh": math.tanh,
    "Relu": lambda a: max(a, 0.0), "IsNaN": math.isnan, "Greater": lambda a, b: a > b,
    "GreaterOrEqual": lambda a, b: a >= b, "Where": lambda c, a, b: a if c else b,
    "Identity": lambda a: a,
}


def matmul(a, b):
    columns = list(zip(*b))
    return [[math.fsum(x * w for x, w in zip(row, column)) for column in columns] for row in a]


def split(matrix, widths):
    out, at = [], 0
    for width in widths:
        out.append([row[at:at + width] for row in matrix])
        at += width
    if at != len(matrix[0]):
        raise OnnxError("Split does not end at the last column")
    return out


def run_node(node, values):
    """The outputs of a node."""
    a = [values[name] for name in node.inputs]
    at = node.attributes
    if node.op in ELEMENTWISE:
        return [broadcast(ELEMENTWISE[node.op], *a)]
    if node.op == "MatMul":
        return [matmul(*a)]
    if node.op == "Cast":
        kind = {DOUBLE: float, INT64: int}[at["to"]]
        return [[[kind(x) for x in row] for row in a[0]]]
    if node.op == "LabelEncoder":
        codes = dict(zip(at["keys_strings"], at["values_int64s"]))
        return [[[codes.get(x, at["default_int64"]) for x in row] for row in a[0]]]
    if node.op == "Gather" and at["axis"] == 0:
        return [[[a[0][i] for i in row] for row in a[1]]]
    if node.op == "Squeeze" and a[1] == [1]:
        return [[row[0] for row in a[0]]]
    if node.op == "Concat" and at["axis"] == 1:
        return [[sum(rows, []) for rows in zip(*a)]]
    if node.op == "Split" and at["axis"] == 1:
        return split(*a)
    if node.op == "Softmax" and at["axis"] == 1:
        return [[softmax(row) for row in a[0]]]
    if node.op == "ReduceSum" and a[1] == [1] and at["keepdims"] == 1:
        return [[[sum(row)] for row in a[0]]]
    if node.op == "ArgMax" and at["axis"] == 1:
        return [[[row.index(max(row))] for row in a[0]]]
    raise OnnxError(f"operator {node.op} {at}")


class Model:
    """A file: inputs and outputs as (name, type); run() computes."""

    def __init__(self, path):
        with open(path, "rb") as file:
            fields = read_fields(file.read())
        self.ir_version = one(fields, 1)
        self.opsets = {text(one(read_fields(v), 1, b"")): one(read_fields(v), 2)
                       for v in many(fields, 8)}
        graph = read_fields(one(fields, 7))
        self.constants = {}
        for data in many(graph, 5):
            name, _, shape, values = read_tensor(data)
            self.constants[name] = nest(values, shape)
        self.inputs = [read_value_info(v) for v in many(graph, 11)]
        self.outputs = [read_value_info(v) for v in many(graph, 12)]
        self.nodes = [Node(v) for v in many(graph, 1)]
        self.check()

    def check(self):
        """Every name is made once, before it is used; everything asked for is made."""
        known = set()

        def make(name):
            if name in known or not name:
                raise OnnxError(f"'{name}' is made twice or is empty")
            known.add(name)

        for name in [v[0] for v in self.inputs] + list(self.constants):
            make(name)
        for node in self.nodes:
            if node.domain not in self.opsets:
                raise OnnxError(f"domain '{node.domain}' is not imported")
            for name in node.inputs:
                if name not in known:
                    raise OnnxError(f"'{name}' is used before it is made")
            for name in node.outputs:
                make(name)
        for name, _, shape in self.inputs + self.outputs:
            if name not in known or shape != ["N", 1]:
                raise OnnxError(f"input or output '{name}' of shape {shape}")

    def run(self, columns):
        """columns: name to list, texts or floats. Returns output names to lists."""
        values = dict(self.constants)
        for name, _, _ in self.inputs:
            values[name] = [[x] for x in columns[name]]
        for node in self.nodes:
            for name, value in zip(node.outputs, run_node(node, values)):
                values[name] = value
        return {name: [row[0] for row in values[name]] for name, _, _ in self.outputs}
