"""Makes JSON schemas with which editors check the files that people write. It makes each schema from the model that
reads the file."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from models.plan.plan import Plan
from models.post.contacts import Contacts


class SchemaOf(StrEnum):
    """The kinds of file that have a JSON schema."""

    PLAN = "plan"
    PART = "part"
    CONTACTS = "contacts"


def schema_of(kind: SchemaOf) -> dict[str, Any]:
    """Returns the JSON schema (draft 2020-12) of a kind of file. The docstrings of the models are its descriptions.

    The schema says what one file may hold. It cannot say whether names, dates and parts agree with each other. The
    program checks that when it reads the file.
    """
    schema = (Contacts if kind is SchemaOf.CONTACTS else Plan).model_json_schema(schema_generator=_Editors)
    definitions = schema.pop("$defs")
    if kind is SchemaOf.PLAN:
        _may_have_parts(schema)
    elif kind is SchemaOf.PART:
        _is_part(schema)
    document = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$comment": f"Made by `starter.py schema {kind}`.",
        **schema,
        "$defs": {name: definitions[name] for name in sorted(_used(schema, definitions))},
    }
    tidied: dict[str, Any] = _tidied(document, definitions)
    return tidied


def schema_text(kind: SchemaOf) -> str:
    """Returns the schema as text. The command `schema` prints this text, and the files in plans/schema/ hold it."""
    return json.dumps(schema_of(kind), ensure_ascii=False, indent=2) + "\n"


def _may_have_parts(schema: dict[str, Any]) -> None:
    """Changes the schema of a plan file: it may have `parts`, which then may hold its offices and provisions."""
    schema["properties"]["parts"] = {
        "description": "Files beside this one that add offices and provisions, in this order.",
        "type": "array",
        "items": {"type": "string"},
    }
    left = ["offices", "provisions"]
    schema["required"] = [name for name in schema["required"] if name not in left]
    schema["anyOf"] = [{"required": ["parts"]}, {"required": left}]


def _is_part(schema: dict[str, Any]) -> None:
    """Changes the schema of a plan file to that of a part: only offices and provisions."""
    schema["description"] = "A part of a plan file."
    schema["properties"] = {name: schema["properties"][name] for name in ("offices", "provisions")}
    del schema["required"]


class _Editors(GenerateJsonSchema):
    """Makes schemas for editors: with descriptions, and without the titles that pydantic makes from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        made = super().model_schema(schema)
        made.pop("title", None)
        for name, text in _field_docs(schema["cls"]):
            made["properties"][name].setdefault("description", text)
        return made

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        made = super().dict_schema(schema)
        if "patternProperties" in made:
            made["additionalProperties"] = False
        return made

    def tagged_union_schema(self, schema: Any) -> dict[str, Any]:
        made = super().tagged_union_schema(schema)
        made.pop("discriminator", None)  # a keyword of OpenAPI, which JSON Schema does not have
        return made


@cache
def _field_docs(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """The name and docstring of each field of a model. Pydantic can read them too, but at every start of a program. A
    model is a part of many others, so its source is parsed once."""
    return tuple(_docs_in_source(model))


def _docs_in_source(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for owner in model.__mro__:
        if owner is BaseModel:
            return
        body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
                yield field.target.id, str(ast.literal_eval(after.value))


def _used(node: Any, definitions: dict[str, Any]) -> set[str]:
    """The names of the definitions that a schema refers to, itself or through other definitions."""
    if not isinstance(node, dict | list):
        return set()
    found = set[str]()
    for each in node.values() if isinstance(node, dict) else node:
        found |= _used(each, definitions)
    if isinstance(node, dict) and "$ref" in node:
        name = _name(node["$ref"])
        found |= {name} | _used(definitions[name], definitions)
    return found


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _tidied(node: Any, definitions: dict[str, Any]) -> Any:
    """The schema without titles of enumerations, with descriptions on one line, and names of properties as texts."""
    if isinstance(node, list):
        return [_tidied(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    tidied = {key: _tidied(value, definitions) for key, value in node.items()}
    if isinstance(tidied.get("description"), str):
        tidied["description"] = " ".join(tidied["description"].split())
    if "enum" in tidied:
        tidied.pop("title", None)
    if "$ref" in tidied.get("propertyNames", {}):
        values = definitions[_name(tidied["propertyNames"]["$ref"])]["enum"]
        tidied["propertyNames"] = {"enum": [str(value) for value in values]}
    return tidied
