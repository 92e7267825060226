#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""schema.py VERB [--open]: standard input is an answer of igmpqd to that verb, as control.schema.json beside this has it.

The header comes first, the end last with the right count; --open: there is no end, since events are followed. Ends with
1 and a sentence otherwise. Also prints how many objects of each type there were.

The part of JSON Schema that control.schema.json uses is here, and a keyword that is not is an error.
"""

import collections
import json
import pathlib
import re
import sys

SCHEMA = json.loads((pathlib.Path(__file__).parent / "control.schema.json").read_text())
KNOWN = {"$ref", "type", "const", "enum", "pattern", "minimum", "minLength", "minProperties", "required", "properties",
         "additionalProperties", "items", "anyOf", "oneOf"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


def same(value, wanted):
    return type(value) is type(wanted) and value == wanted


def check_object(value, schema, where):
    for key in schema.get("required", []):
        if key not in value:
            yield f"{where} lacks {key}"
    if len(value) < schema.get("minProperties", 0):
        yield f"{where} has too few members"
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, member in value.items():
        if key in properties:
            yield from check(member, properties[key], f"{where}.{key}")
        elif others is False:
            yield f"{where} has the unknown {key}"
        elif others is not True:
            yield from check(member, others, f"{where}.{key}")


def resolve(schema):
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def choose(value, schemas):
    """Of objects the one of that type and event, so that what is said about a fault is of use."""
    for schema in map(resolve, schemas):
        tags = {key: member["const"] for key, member in schema.get("properties", {}).items()
                if key in ("type", "event") and "const" in member}
        if tags and isinstance(value, dict) and all(value.get(key) == tag for key, tag in tags.items()):
            return schema
    return None


def check(value, schema, where):
    """The sentences of what is wrong."""
    schema = resolve(schema)
    if set(schema) - KNOWN:
        raise SystemExit(f"schema.py does not know {set(schema) - KNOWN}")
    if "oneOf" in schema:
        chosen = choose(value, schema["oneOf"])
        yield from [f"{where} is none of these: {json.dumps(value)}"] if chosen is None else check(value, chosen, where)
        return
    if "anyOf" in schema:
        faults = [list(check(value, each, where)) for each in schema["anyOf"]]
        yield from [] if [] in faults else faults[0]
        return
    if "type" in schema and not is_type(value, schema["type"]):
        yield f"{where} is no {schema['type']}: {json.dumps(value)}"
        return
    if "const" in schema and not same(value, schema["const"]):
        yield f"{where} is not {json.dumps(schema['const'])}: {json.dumps(value)}"
    if "enum" in schema and not any(same(value, each) for each in schema["enum"]):
        yield f"{where} is none of {schema['enum']}: {json.dumps(value)}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} is not {schema['pattern']}: {json.dumps(value)}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{where} is less than {schema['minimum']}: {value}"
    if "minLength" in schema and len(value) < schema["minLength"]:
        yield f"{where} is too short"
    if isinstance(value, dict):
        yield from check_object(value, schema, where)
    if isinstance(value, list) and "items" in schema:
        for index, member in enumerate(value):
            yield from check(member, schema["items"], f"{where}[{index}]")


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise SystemExit(f"a key stands twice: {keys}")
    return dict(pairs)


def main():
    verb, is_open = sys.argv[1], "--open" in sys.argv
    lines = [json.loads(line, object_pairs_hook=unique) for line in sys.stdin]
    faults = []
    for number, line in enumerate(lines, 1):
        faults += check(line, SCHEMA["$defs"][f"verb {verb}"], f"line {number} ({line.get('type')})")
    types = [line["type"] for line in lines]
    if types[:1] != ["header"] or lines[0]["verb"] != verb:
        faults.append("the header is not first, or of another verb")
    if types.count("header") != 1 or types.count("end") != (0 if is_open else 1):
        faults.append("not one header and one end")
    if not is_open and (types[-1] != "end" or lines[-1]["count"] != len(lines) - 2):
        faults.append("the end is not last, or does not count right")
    if faults:
        raise SystemExit("\n".join(faults[:20]))
    print(verb, *(f"{count} {kind}" for kind, count in sorted(collections.Counter(types).items())))


main()
