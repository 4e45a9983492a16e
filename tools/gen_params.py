#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns spec/params.json into the C table of parameters and into the reference page.

  gen_params.py SPEC --header FILE --source FILE   the C header and source
  gen_params.py SPEC --reference FILE              docs/reference/parameters.md
  gen_params.py SPEC --check-reference FILE        fails when that page is stale
  gen_params.py SPEC --man FILE --version VERSION  heavywater-parameters(7)
"""

import argparse
import json
import re
import sys
import textwrap

# H2O's type: the kind of value (hw_param_type), the C type of the field.
KINDS = {
    "boolean": ("BOOL", "bool"),
    "int": ("INT", "int32_t"),
    "long": ("LONG", "int64_t"),
    "float": ("FLOAT", "float"),
    "double": ("DOUBLE", "double"),
    "enum": ("ENUM", None),
    "string": ("TEXT", "char *"),
    "VecSpecifier": ("TEXT", "char *"),
    "Key<Model>": ("TEXT", "char *"),
    "Key<Frame>": ("TEXT", "char *"),
    "int[]": ("INTS", "hwi_int_list"),
    "float[]": ("DOUBLES", "hwi_double_list"),
    "double[]": ("DOUBLES", "hwi_double_list"),
    "string[]": ("TEXTS", "hwi_text_list"),
    "Key<Frame>[]": ("TEXTS", "hwi_text_list"),
}
GROUPS = {
    "basic": "Basic",
    "data": "Data",
    "regularisation": "Regularisation",
    "optimiser": "Optimiser",
    "scoring": "Scoring and stopping",
    "expert": "Expert",
}
REQUIRED = ["name", "type", "default", "origin", "group", "level", "gridable", "checkpoint", "help", "supported"]
OPTIONAL = ["range", "infinity", "levels", "server_levels", "members_of", "example", "also_supported", "later",
            "interplay", "shown_by"]
CHECKPOINTS = {"mod": "MAY_DIFFER", "fix": "FIXED", "equal": "EQUAL", "-": "IGNORED"}
ORIGINS = {"h2o": "H2O", "unlisted": "UNLISTED", "heavywater": "HEAVYWATER"}
REST_LEVELS = ["critical", "secondary", "expert"]
RANGE_KEYS = {"min", "max", "min_exclusive", "max_exclusive", "also"}
NOTE = "Made from spec/params.json by tools/gen_params.py."


def check(param):
    """Stops with the name of the parameter when an entry is not what the C table expects."""
    name = param.get("name", "?")

    def need(condition, text):
        if not condition:
            sys.exit(f"spec/params.json: {name}: {text}")

    for key in REQUIRED:
        need(key in param, f"{key} is missing")
    for key in param:
        need(key in REQUIRED + OPTIONAL, f"unknown key {key}")
    need(re.fullmatch(r"[a-z][a-z0-9_]*", name), "not a name")
    need(param["type"] in KINDS, f"unknown type {param['type']}")
    need(param["group"] in GROUPS, f"unknown group {param['group']}")
    need(param["level"] in REST_LEVELS, f"unknown level {param['level']}")
    need(param["origin"] in ORIGINS, f"unknown origin {param['origin']}")
    need(param["checkpoint"] in CHECKPOINTS, f"unknown checkpoint rule {param['checkpoint']}")
    need(RANGE_KEYS.issuperset(param.get("range", {})), "unknown key in range")
    need(isinstance(param["supported"], bool), "supported is true or false")
    need(param["supported"] or "later" in param, "later must say what is not in this version")
    need((param["type"] == "enum") == ("levels" in param), "levels and type do not fit")
    if param["type"] == "enum":
        need(param["default"] in param["levels"], "the default is no level")


def all_levels(param):
    return param.get("levels", []) + param.get("server_levels", [])


def upper_name(text):
    """TanhWithDropout -> TANH_WITH_DROPOUT, mean_per_class_error -> MEAN_PER_CLASS_ERROR, AUCPR -> AUCPR"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).upper()


def number_text(value):
    """As base/number.h writes it: whole numbers without a point."""
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def value_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(value_text(item) for item in value)
    return value if isinstance(value, str) else number_text(value)


def range_text(param):
    spec = param.get("range")
    if not spec:
        return ""
    if "min" in spec and "max" in spec:
        text = "{}{}, {}{}".format("(" if spec.get("min_exclusive") else "[", number_text(spec["min"]),
                                   number_text(spec["max"]), ")" if spec.get("max_exclusive") else "]")
    elif "min" in spec:
        text = "{} {}".format(">" if spec.get("min_exclusive") else ">=", number_text(spec["min"]))
    else:
        text = "{} {}".format("<" if spec.get("max_exclusive") else "<=", number_text(spec["max"]))
    if "also" in spec:
        text = f"{number_text(spec['also'])} or {text}"
    return f"each {text}" if param["type"].endswith("[]") else text


def quoted(text):
    return json.dumps(text, ensure_ascii=False) if text is not None else "NULL"


def field(param):
    """The declaration of the parameter's field in hw_params."""
    kind = f"hw_{param['name']}" if param["type"] == "enum" else KINDS[param["type"]][1]
    return f"    {kind}{'' if kind.endswith('*') else ' '}{param['name']};"


def header(params):
    out = [f"/* SPDX-License-Identifier: Apache-2.0\n *\n * {NOTE}\n"
           " * Included by params/params.h, which defines the types of lists. */", "#pragma once", ""]
    for param in params:
        if param["type"] != "enum":
            continue
        prefix = "HW_" + param["name"].upper() + "_"
        out.append(f"typedef enum hw_{param['name']} {{")
        out.append(f"    {prefix}NULL = -1, /* H2O's null: not applicable */")
        out += [f"    {prefix}{upper_name(level)}," for level in all_levels(param)]
        out.append(f"}} hw_{param['name']};\n")
    out.append("enum {")
    out += [f"    HWI_PARAM_{param['name'].upper()}," for param in params]
    out.append("    HWI_N_PARAMS\n};\n")
    out.append("struct hw_params {")
    out += [field(param) for param in params]
    out.append("    bool given[HWI_N_PARAMS]; /* set by the user, if only to the default */")
    out.append("};")
    return "\n".join(out) + "\n"


def text_array(name, items):
    return f"static const char *const {name}[] = {{{', '.join(quoted(item) for item in items)}}};"


def row(param):
    name, spec = param["name"], param.get("range", {})
    levels = all_levels(param)
    members = param.get("members_of", [])
    lines = [
        f".info = {{.name = {quoted(name)}, .type = HW_PARAM_{KINDS[param['type']][0]},",
        f"         .type_text = {quoted(param['type'])}, .default_text = {quoted(value_text(param['default']))},",
        f"         .range_text = {quoted(range_text(param))}, .group = {quoted(param['group'])},",
        f"         .help = {quoted(param['help'])},",
        f"         .levels = {'levels_' + name if levels else 'NULL'}, .n_levels = {len(levels)},",
        f"         .is_supported = {value_text(param['supported'])}}},",
        f".offset = offsetof(struct hw_params, {name}),",
        f".default_is_null = {value_text(param['default'] is None)},",
        f".origin = HWI_PARAM_ORIGIN_{ORIGINS[param['origin']]},",
        f".checkpoint = HWI_PARAM_CHECKPOINT_{CHECKPOINTS[param['checkpoint']]},",
        f".rest_level = {quoted(param['level'])}, .is_gridable = {value_text(param['gridable'])},",
        f".n_listed_levels = {len(param.get('levels', []))},",
        f".members_of = {'members_' + name if members else 'NULL'}, .n_members_of = {len(members)},",
        f".example = {quoted(param.get('example'))}, .later = {quoted(param.get('later'))},",
    ]
    if "also_supported" in param:
        lines.append(f".also_supported = also_{name}, .n_also_supported = {len(param['also_supported'])},")
    if spec:
        bounds = [f".has_{side} = true, .{side} = {number_text(spec[side])}, "
                  f".{side}_is_excluded = {value_text(spec.get(side + '_exclusive', False))}"
                  for side in ("min", "max") if side in spec]
        if "also" in spec:
            bounds.append(f".has_also = true, .also = {number_text(spec['also'])}")
        lines.append(f".range = {{{', '.join(bounds)}}},")
    if param.get("infinity"):
        lines.append(".allows_infinity = true,")
    return "    {" + "\n     ".join(lines) + "},"


def source(params):
    out = [f"/* SPDX-License-Identifier: Apache-2.0\n *\n * {NOTE} */", '#include "params/params.h"', ""]
    for param in params:
        if all_levels(param):
            out.append(text_array("levels_" + param["name"], all_levels(param)))
        if "members_of" in param:
            out.append(text_array("members_" + param["name"], param["members_of"]))
        if "also_supported" in param:
            out.append(text_array("also_" + param["name"], param["also_supported"]))
    out.append("\nconst hwi_param_row hwi_param_rows[HWI_N_PARAMS] = {")
    out += [row(param) for param in params]
    out.append("};")
    return "\n".join(out) + "\n"


NAMES = []


def names_marked(text):
    """Names of parameters that are no plain words of English, as code."""
    return re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b",
                  lambda match: f"`{match.group()}`" if match.group() in NAMES else match.group(), text)


def reference_entry(param):
    default = value_text(param["default"])
    facts = [f"`{param['type']}`", f"default {f'`{default}`' if default else 'none'}"]
    if range_text(param):
        facts.append(f"range `{range_text(param)}`")
    if param["gridable"]:
        facts.append("may be searched in a grid")
    facts.append({"mod": "may change when training is continued", "fix": "cannot change when training is continued",
                  "equal": "must be the same when training is continued", "-": ""}[param["checkpoint"]])
    if param["origin"] == "heavywater":
        facts.append("not in H2O")
    lines = [f"### `{param['name']}`", "", "; ".join(fact for fact in facts if fact) + ".", "", param["help"]]
    if all_levels(param):
        lines += ["", "Values: " + ", ".join(f"`{level}`" for level in all_levels(param)) + "."]
    if "example" in param:
        lines += ["", f"Example: `--{param['name']} {param['example']}`"]
    if "interplay" in param:
        lines += ["", "Interplay: " + names_marked(param["interplay"])]
    if param.get("shown_by"):
        lines += ["", "Shown by: " + ", ".join(f"`{name}`" for name in param["shown_by"]) + "."]
    if not param["supported"]:
        also = "".join(f" or `{value}`" for value in param.get("also_supported", []))
        lines += ["", f"Refused when set to anything but the default{also}: {param['later']}."]
    return lines + [""]


def reference(params):
    NAMES[:] = [param["name"] for param in params]
    out = [f"<!-- {NOTE} Do not edit. -->", "# Parameters", "",
           "Names, types, defaults and values are those of H2O Deep Learning. On the command line `-` and `_` are alike,",
           "values of enums ignore case, lists are written `200,200` or `[200,200]`, and booleans `true` or `false`.", "",
           "*Shown by* names tests (`test_...`) and recorded trainings of H2O that `tests/parity` repeats; `tools/check_parameters_shown`",
           "looks whether they are there.", ""]
    for group, title in GROUPS.items():
        out += [f"## {title}", ""]
        for param in params:
            if param["group"] == group:
                out += reference_entry(param)
    return "\n".join(out).rstrip() + "\n"


# ---- manual page ----

ROFF = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def roff(text):
    """Text in lines of moderate length, none of which begins with what roff takes for a request."""
    escape = {ord(character): code for character, code in ROFF.items()}
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    return [("\\&" if line.startswith((".", "'")) else "") + line.translate(escape) for line in lines]


def man_entry(param):
    default = value_text(param["default"])
    facts = [param["type"], f"default {default or 'none'}"]
    if range_text(param):
        facts.append(f"range {range_text(param)}")
    if param["gridable"]:
        facts.append("may be searched in a grid")
    lines = [".TP", f".B {param['name']}"] + roff(param["help"])
    for text in [f"({'; '.join(facts)})",
                 f"Values: {', '.join(all_levels(param))}." if all_levels(param) else "",
                 f"Example: --{param['name']} {param['example']}" if "example" in param else "",
                 f"Interplay: {param['interplay']}" if "interplay" in param else "",
                 f"Refused when set to anything but the default: {param['later']}." if not param["supported"] else ""]:
        if text:
            lines += [".br"] + roff(text)
    return lines


def man(params, version):
    out = [f'.\\" {NOTE} Do not edit.', f'.TH HEAVYWATER\\-PARAMETERS 7 "" "heavywater {version}" "heavywater manual"',
           ".SH NAME", "heavywater\\-parameters \\- the parameters of training", ".SH DESCRIPTION"]
    out += roff("Names, types, defaults and values are those of H2O Deep Learning. Each parameter is an option of heavywater "
                "train and of the other commands that train. There - and _ are alike, values of enums ignore case, lists are "
                "written 200,200 or [200,200], and booleans --x, --no-x, --x true or --x false.")
    for group, title in GROUPS.items():
        out.append(f".SH {title.upper()}")
        for param in params:
            if param["group"] == group:
                out += man_entry(param)
    out += [".SH SEE ALSO", ".BR heavywater (1),", ".BR heavywater\\-train (1)"]
    return "\n".join(out) + "\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec")
    parser.add_argument("--header")
    parser.add_argument("--source")
    parser.add_argument("--reference")
    parser.add_argument("--check-reference")
    parser.add_argument("--man")
    parser.add_argument("--version", default="")
    args = parser.parse_args()
    with open(args.spec, encoding="utf-8") as file:
        params = json.load(file)
    for param in params:
        check(param)
    if len({param["name"] for param in params}) != len(params):
        sys.exit("spec/params.json: a name occurs twice")
    if args.header:
        write(args.header, header(params))
    if args.source:
        write(args.source, source(params))
    if args.reference:
        write(args.reference, reference(params))
    if args.man:
        write(args.man, man(params, args.version))
    if args.check_reference:
        with open(args.check_reference, encoding="utf-8") as file:
            if file.read() != reference(params):
                sys.exit(f"{args.check_reference} is stale: run tools/gen_params.py spec/params.json"
                         f" --reference {args.check_reference}")


if __name__ == "__main__":
    main()
