//! The cases in which the live platform is known to differ from its published description, each with the reason. The
//! list is complete: a response that needs an exception which is not here fails the suite.

use serde_json::{Value, json};

/// A schema that is too narrow.
pub struct Shape {
    pub name: &'static str,
    pub why: &'static str,
    pub schema: &'static str,
    pub change: fn(&mut Value),
    /// A value that the published description rejects.
    pub example: fn() -> Value,
}

/// A status that a route returns and the description does not name.
pub struct Status {
    pub status: u16,
    /// `None`: any method.
    pub method: Option<&'static str>,
    /// The end of the route's template; empty: any route.
    pub ending: &'static str,
    /// The described status with the same body; `None`: its body is unknown.
    pub answers_like: Option<&'static str>,
    pub why: &'static str,
}

/// A route that the description does not name.
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub why: &'static str,
}

impl Status {
    pub fn is_of(&self, method: &str, template: &str) -> bool {
        self.method.is_none_or(|own| own == method) && template.ends_with(self.ending)
    }
}

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "meta",
        why: "the schema of an answered entity leaves the meta fields out; every entity printed in the documentation has them",
        schema: "/components/schemas/entity",
        change: |document| {
            let meta = [
                ("blueprint", json!({"type": "string"})),
                ("scorecards", json!({"type": "object"})),
                (
                    "createdAt",
                    json!({"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"}),
                ),
                ("createdBy", json!({"type": "string"})),
                (
                    "updatedAt",
                    json!({"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"}),
                ),
                ("updatedBy", json!({"type": "string"})),
            ];
            for (name, schema) in meta {
                document["components"]["schemas"]["entity"]["properties"][name] = schema;
            }
        },
        example: || json!({"identifier": "a", "blueprint": "b", "createdAt": "2025-01-01T10:00:00.000Z"}),
    },
    Shape {
        name: "unset-icon",
        why: "an entity that has no icon is printed with `icon: null`; the same is taken for a title that was never sent",
        schema: "/components/schemas/entity",
        change: |document| {
            for name in ["title", "icon"] {
                document["components"]["schemas"]["entity"]["properties"][name] = json!({"type": ["string", "null"]});
            }
        },
        example: || json!({"identifier": "a", "icon": null}),
    },
    Shape {
        name: "titled-relations",
        why: "`attach_title_to_relation` answers `{identifier, title}` where the schema knows identifiers only",
        schema: "/components/schemas/entity",
        change: |document| {
            let one = json!({
                "type": "object",
                "required": ["identifier", "title"],
                "additionalProperties": false,
                "properties": {"identifier": {"type": "string"}, "title": {"type": ["string", "null"]}},
            });
            let mut relations = document["components"]["schemas"]["entity-relations"].clone();
            let choices = relations["additionalProperties"]["anyOf"].as_array_mut().expect("a list of choices");
            choices.extend([one.clone(), json!({"type": "array", "items": one})]);
            document["components"]["schemas"]["entity"]["properties"]["relations"] = relations;
        },
        example: || json!({"identifier": "a", "relations": {"domain": {"identifier": "shop", "title": "Shop"}}}),
    },
    Shape {
        name: "details",
        why: "the schema of a refusal is closed and has no `details`; live refusals have them",
        schema: "/components/schemas/failure",
        change: |document| {
            for name in ["failure", "failure-with-message"] {
                document["components"]["schemas"][name]["properties"]["details"] = json!({"type": "object"});
            }
        },
        example: || json!({"ok": false, "error": "not_found", "message": "m", "details": {"resource": "Blueprint"}}),
    },
    Shape {
        name: "relation-defaults",
        why: "`many` and `required` of a relation are marked required; blueprints that the platform ships leave them out",
        schema: "/components/schemas/blueprint-relations",
        change: |document| {
            let relations = &mut document["components"]["schemas"]["blueprint-relations"];
            relations["additionalProperties"]["required"] = json!(["target"]);
        },
        example: || json!({"domain": {"target": "domain"}}),
    },
    Shape {
        name: "migration-of-all-entities",
        why: "the deletion of all entities is described as `{ok}`; the platform's own clients read `migrationId` from it",
        schema: "/paths/~1v1~1blueprints~1{blueprint_identifier}~1all-entities/delete/answers/200",
        change: |document| {
            let path = "/v1/blueprints/{blueprint_identifier}/all-entities";
            let answer = &mut document["paths"][path]["delete"]["answers"]["200"];
            answer["properties"]["migrationId"] = json!({"type": "string"});
        },
        example: || json!({"ok": true, "migrationId": "m"}),
    },
];

pub const STATUSES: &[Status] = &[
    Status {
        status: 200,
        method: Some("POST"),
        ending: "/entities",
        answers_like: Some("201"),
        why: "an older edition of the description has 200 for an entity that was there already",
    },
    Status {
        status: 400,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "an older edition lists `bad_request` and `run_exhausted`; for a body that is no JSON, and for a malformed request",
    },
    Status {
        status: 403,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "live: `protected_resource`; an older edition: `missing_permissions`, `has_dependents`, `required_relation`",
    },
    Status {
        status: 409,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "live: `identifier_taken` for an identifier that is there",
    },
    Status {
        status: 422,
        method: Some("GET"),
        ending: "",
        answers_like: Some("404"),
        why: "a query parameter that is no boolean is refused on every route, not only on those with a body",
    },
    Status {
        status: 429,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "the page on rate limits has it, the description does not",
    },
    Status {
        status: 405,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: TRACE and CONNECT are refused on every route, with the methods that there are in `Allow`",
    },
    Status {
        status: 408,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: a body that is sent too slowly is refused, so that slow clients keep nobody out",
    },
    Status {
        status: 414,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: a URL over 16 KiB is refused",
    },
    Status {
        status: 421,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: a server on loopback answers only requests for a loopback host, because of DNS rebinding",
    },
    Status {
        status: 503,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: a request that waits a minute for its turn at the embedded catalog is refused",
    },
    Status {
        status: 200,
        method: None,
        ending: "/integration/{identifier}",
        answers_like: None,
        why: "the routes of integrations have no described success",
    },
    Status {
        status: 200,
        method: None,
        ending: "/integration",
        answers_like: None,
        why: "the routes of integrations have no described success",
    },
    Status {
        status: 200,
        method: None,
        ending: "/integration/{identifier}/config",
        answers_like: None,
        why: "the routes of integrations have no described success",
    },
    Status {
        status: 200,
        method: Some("GET"),
        ending: "/organization",
        answers_like: None,
        why: "reading the organization has no described success",
    },
    Status {
        status: 200,
        method: Some("GET"),
        ending: "/migrations/{migration_id}",
        answers_like: None,
        why: "reading a migration has no described success",
    },
];

pub const UNDESCRIBED: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/blueprints/entities/datasource-entities",
        why: "undocumented; the exporter and the platform's integrations find their entities with it",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/properties/{property}/rename",
        why: "documented on a page of its own, not among the routes that are kept here",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/relations/{relation}/rename",
        why: "documented on a page of its own, not among the routes that are kept here",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/mirror/{mirror}/rename",
        why: "documented on a page of its own, not among the routes that are kept here",
    },
    Route {
        method: "GET",
        path: "/v1/blueprints/system/{identifier}/structure",
        why: "documented on a page of its own; the Terraform provider reads it",
    },
    Route {
        method: "POST",
        path: "/v1/integration",
        why: "the exporter and the integrations make themselves known with it",
    },
    Route {
        method: "GET",
        path: "/v1/integration/{identifier}/resync-request",
        why: "the exporter asks for it when it starts",
    },
    Route {
        method: "POST",
        path: "/v1/integration/{identifier}/kinds/{kind}/examples",
        why: "the exporter sends samples of what it reads",
    },
    Route {
        method: "GET",
        path: "/v1/integration/{identifier}/kinds",
        why: "the exporter asks for the samples it sent",
    },
];
