#!/usr/bin/env python3
"""Holds `gatehouse policy schema` against the reader: both take every rules file that we ship, and refuse each file of
tests/data/schema at the same line. schema.py GATEHOUSE SOURCE_ROOT"""

import json
import os
import pathlib
import re
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"SKIP {missing}")
    sys.exit(1 if os.environ.get("GATEHOUSE_MUST_WORK") == "1" else 77)

SHIPPED = ["policy/base/*.yaml", "policy/programs.yaml", "examples/*.yaml", "examples/policies/*.yaml",
           "tests/data/rules/*.yaml"]
PLAIN = [(r"true|false", lambda text: text == "true"), (r"[-+]?[0-9]+", int),
         (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float), (r"~|null|", lambda text: None)]


def value_of(node):
    """As YAML's core schema has it; keys are texts, as in JSON."""
    if isinstance(node, yaml.SequenceNode):
        return [value_of(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: value_of(value) for key, value in node.value}
    if node.style is None:
        for pattern, read in PLAIN:
            if re.fullmatch(pattern, node.value):
                return read(node.value)
    return node.value


def key_of(node, name):
    return next(key for key, _ in node.value if key.value == name)


def lines_of(error, document):
    """Where the file is wrong: the key that must not stand there, else the value."""
    node, key = document, None
    for step in error.absolute_path:
        if isinstance(node, yaml.MappingNode):
            key = key_of(node, step)
            node = next(value for at, value in node.value if at is key)
        else:
            node = node.value[step]
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        return {at.start_mark.line + 1 for at, _ in node.value if at.value not in known}
    if "propertyNames" in error.absolute_schema_path:
        return {key_of(node, error.instance).start_mark.line + 1}
    return {(key if error.validator == "not" else node).start_mark.line + 1}


def refused_lines(validator, path):
    document = yaml.compose(path.read_text(), Loader=yaml.SafeLoader)
    errors = validator.iter_errors(value_of(document))
    return sorted(set().union(*(lines_of(error, document) for error in errors)))


def main():
    gatehouse, root = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.run([gatehouse, "policy", "schema"], check=True, capture_output=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    table = root / "tests/data/schema/faults.tsv"
    faults = [line.split("\t") for line in table.read_text().splitlines() if not line.startswith("#")]
    wanted = {table.parent / name: [int(line)] for name, line, _ in faults}
    shipped = [path for pattern in SHIPPED for path in sorted(root.glob(pattern))]
    wrong = 0
    for path, lines in [*wanted.items(), *((path, []) for path in shipped)]:
        found = refused_lines(validator, path)
        if found != lines:
            wrong += 1
            print(f"{path.relative_to(root)}: refused at {found}, wanted {lines}")
    print(f"{len(wanted)} faults, {len(shipped)} shipped files: {wrong} judged otherwise")
    return 1 if wrong or len(wanted) < 40 or len(shipped) < 40 else 0


sys.exit(main())
