"""The door in OpenAPI 3.1, from the addresses and limits that it keeps. Pure."""

from __future__ import annotations

from typing import Any

from habitue.door.world import Limits

Schema = dict[str, Any]
SINGLE = ("identify", "track", "page", "screen", "group", "alias")
BATCHES = ("batch", "import", "b")
_FIELDS = {"identify": "traits", "group": "traits"}
_WANTED = {"track": ["event"], "group": ["groupId"], "alias": ["previousId"]}
_REFUSALS = {
    400: "The body cannot be read, or the one message in it is not taken.",
    401: "The key is missing, unknown, paused, expired or revoked, or may not be used from this site.",
    404: "There is nothing at this address.",
    413: "The body is larger than a body may be, or has more messages.",
    415: "The body is packed in a way that is not known.",
    429: "The key has sent as many messages as it may in a minute.",
    503: "Nothing can be kept now; the same request may be sent again.",
}


def description(limits: Limits | None = None) -> Schema:
    """The whole description; `limits` are those of a door, else the usual ones."""
    kept = limits or Limits()
    paths: dict[str, Schema] = {}
    for kind in SINGLE:
        for name in (kind, kind[0]):
            paths[f"/v1/{name}"] = {"post": _takes(f"{kind}_{name}", f"Take one {kind} message.", _message(kind, kept))}
    for name in BATCHES:
        paths[f"/v1/{name}"] = {"post": _takes(f"batch_{name}", "Take several messages.", _batch(kept))}
    paths["/v1/m"] = {"post": _drops()}
    for name in ("track", "page"):
        paths[f"/v1/pixel/{name}"] = {"get": _pixel(name)}
    paths["/v1/projects/{writeKey}/settings"] = {"get": _settings()}
    paths["/sourceConfig"] = {"get": _source_config()}
    paths["/v1/openapi.json"] = {"get": _reads("description", "This description.", 200)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Habitué: the event door",
            "version": "1",
            "description": "Messages in the shape of Segment's and RudderStack's SDKs. 200 means that everything that "
            "was accepted is durable; what is not accepted is named with its reason.",
        },
        "paths": paths,
        "security": [{"writeKey": []}, {"secretKey": []}, {}],
        "components": {
            "securitySchemes": {
                "writeKey": {"type": "http", "scheme": "basic", "description": "The key as user, no password."},
                "secretKey": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {"Answer": _answer(), "Refusal": _refusal()},
        },
    }


def _takes(name: str, told: str, schema: Schema) -> Schema:
    content = {kind: {"schema": schema} for kind in ("application/json", "text/plain")}
    answered = {"200": _said("Answer", "What was taken, and what was not.")}
    # A single message that is not taken is told in an answer of the first kind.
    either = {"anyOf": [{"$ref": "#/components/schemas/Answer"}, {"$ref": "#/components/schemas/Refusal"}]}
    broken = {"400": {"description": _REFUSALS[400], "content": {"application/json": {"schema": either}}}}
    return {
        "operationId": name,
        "summary": told,
        "requestBody": {"required": True, "content": content},
        "responses": answered | broken | _refused(401, 413, 415, 429, 503),
    }


def _drops() -> Schema:
    schema = {"type": "object"}
    return {
        "operationId": "metrics",
        "summary": "Measurements of SDKs about themselves, which are not kept.",
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "Received."}} | _refused(400, 413, 415),
    }


def _pixel(name: str) -> Schema:
    data = {"name": "data", "in": "query", "schema": {"type": "string"}, "description": "A message, JSON in Base64."}
    said = {"description": "A transparent pixel.", "content": {"image/gif": {}}}
    statuses = ("200", "400", "401", "413", "429", "503")
    return {
        "operationId": f"pixel_{name}",
        "summary": f"Take one {name} message from a place without scripts, such as a mail.",
        "parameters": [data],
        "responses": dict.fromkeys(statuses, said),
    }


def _settings() -> Schema:
    key = {"name": "writeKey", "in": "path", "required": True, "schema": {"type": "string"}}
    told = "What Segment's browser SDK asks for before it starts."
    return {**_reads("settings", told, 200, 404, 503), "parameters": [key]}


def _source_config() -> Schema:
    key = {"name": "writeKey", "in": "query", "schema": {"type": "string"}}
    told = "What RudderStack's browser SDK asks for before it starts."
    return {**_reads("source_config", told, 200, 401, 503), "parameters": [key]}


def _reads(name: str, told: str, *statuses: int) -> Schema:
    found = {"200": {"description": told, "content": {"application/json": {"schema": {"type": "object"}}}}}
    return {"operationId": name, "summary": told, "responses": found | _refused(*statuses[1:])}


def _refused(*statuses: int) -> Schema:
    found: Schema = {}
    for status in statuses:
        found[str(status)] = _said("Refusal", _REFUSALS[status])
        if status in (429, 503):
            wait = {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}
            found[str(status)]["headers"] = {"Retry-After": wait}
    return found


def _said(schema: str, told: str) -> Schema:
    return {
        "description": told,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _batch(limits: Limits) -> Schema:
    messages = {"type": "array", "maxItems": limits.messages, "items": _message("", limits)}
    shared = {"context": _object(limits), "integrations": {"type": "object"}, "sentAt": _instant()}
    return {
        "type": "object",
        "required": ["batch"],
        "properties": {"batch": messages, "writeKey": {"type": "string"}, **shared},
    }


def _message(kind: str, limits: Limits) -> Schema:
    identifier = {"type": "string", "minLength": 1, "maxLength": limits.identifier}
    name = {"type": "string", "maxLength": limits.name}
    wanted = [*_WANTED.get(kind, []), *(["type"] if not kind else [])]
    return {
        "type": "object",
        "required": wanted,
        "anyOf": [{"required": ["userId"]}, {"required": ["anonymousId"]}],
        "properties": {
            "type": {"enum": [kind] if kind else list(SINGLE)},
            "messageId": {"type": "string", "maxLength": limits.message_id},
            **dict.fromkeys(("userId", "anonymousId", "groupId", "previousId"), identifier),
            **dict.fromkeys(("event", "name", "category"), name),
            _FIELDS.get(kind, "properties"): _object(limits),
            "context": {"type": "object"},
            "integrations": {"type": "object"},
            **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt"), _instant()),
        },
    }


def _object(limits: Limits) -> Schema:
    return {"type": "object", "maxProperties": limits.fields}


def _instant() -> Schema:
    return {"type": "string", "format": "date-time"}


def _answer() -> Schema:
    text = {"type": "string"}
    rejected = {
        "type": "object",
        "required": ["index", "messageId", "code", "reason"],
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "messageId": {"type": ["string", "null"]},
            "code": text,
            "reason": text,
        },
    }
    return {
        "type": "object",
        "required": ["success", "accepted", "rejected"],
        "properties": {
            "success": {"type": "boolean"},
            "accepted": {"type": "integer", "minimum": 0},
            "rejected": {"type": "array", "items": rejected},
        },
    }


def _refusal() -> Schema:
    return {
        "type": "object",
        "required": ["success", "code", "reason"],
        "properties": {"success": {"const": False}, "code": {"type": "string"}, "reason": {"type": "string"}},
    }
