//! Known differences between the live platform and its published API description, each with the reason. An answer that
//! needs an exception that is not listed here fails the suite.

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
        why: "the schema of a returned entity omits the meta fields; every entity shown in the documentation has them",
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
        why: "the documentation shows an entity without an icon with `icon: null`; we assume the same for a title that was never sent",
        schema: "/components/schemas/entity",
        change: |document| {
            for name in ["title", "icon"] {
                document["components"]["schemas"]["entity"]["properties"][name] = json!({"type": ["string", "null"]});
            }
        },
        example: || json!({"identifier": "a", "icon": null}),
    },
    Shape {
        name: "sent-null",
        why: "the platform's own clients send back the `null` that they read for an icon or a title; we assume the same for a team",
        schema: "/components/schemas/entity-body",
        change: |document| {
            let put = "/paths/~1v1~1blueprints~1{blueprint_identifier}~1entities~1{entity_identifier}/put/request";
            for schema in ["/components/schemas/entity-body", put] {
                let schema = document.pointer_mut(schema).expect("there is such a schema");
                for name in ["title", "icon"] {
                    schema["properties"][name] = json!({"type": ["string", "null"]});
                }
                let teams = schema["properties"]["team"]["oneOf"].as_array_mut().expect("a list of choices");
                teams.push(json!({"type": "null"}));
            }
        },
        example: || json!({"identifier": "a", "title": null, "icon": null, "team": null}),
    },
    Shape {
        name: "titled-relations",
        why: "`attach_title_to_relation` returns `{identifier, title}`; the schema allows identifiers only",
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
        why: "the schema of an error is closed and has no `details`; live errors have them",
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
        why: "`many` and `required` of a relation are marked as required; blueprints that the platform ships omit them",
        schema: "/components/schemas/blueprint-relations",
        change: |document| {
            let relations = &mut document["components"]["schemas"]["blueprint-relations"];
            relations["additionalProperties"]["required"] = json!(["target"]);
        },
        example: || json!({"domain": {"target": "domain"}}),
    },
    Shape {
        name: "migration-of-all-entities",
        why: "the answer to the deletion of all entities is described as `{ok}`; the platform's own clients read `migrationId` from it",
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
        why: "an older edition of the description lists 200 for an entity that already exists",
    },
    Status {
        status: 400,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "an older edition lists `bad_request` and `run_exhausted`; used for a body that is not JSON, and for a malformed request",
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
        why: "live: `identifier_taken` for an identifier that already exists",
    },
    Status {
        status: 422,
        method: Some("GET"),
        ending: "",
        answers_like: Some("404"),
        why: "an invalid boolean in a query parameter is rejected on every route, also on those without a body",
    },
    Status {
        status: 429,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "the documentation of rate limits lists it; the description does not",
    },
    Status {
        status: 405,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: TRACE and CONNECT are rejected on every route; `Allow` lists the methods of the route",
    },
    Status {
        status: 408,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: a body that is sent too slowly is rejected, so that slow clients cannot block others",
    },
    Status {
        status: 414,
        method: None,
        ending: "",
        answers_like: Some("401"),
        why: "HTTP: a URL over 16 KiB is rejected",
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
        why: "HTTP: a request that has waited for the embedded catalog for a minute is rejected",
    },
    Status {
        status: 200,
        method: None,
        ending: "/integration/{identifier}",
        answers_like: None,
        why: "the description has no success status for the routes of integrations",
    },
    Status {
        status: 200,
        method: None,
        ending: "/integration",
        answers_like: None,
        why: "the description has no success status for the routes of integrations",
    },
    Status {
        status: 200,
        method: None,
        ending: "/integration/{identifier}/config",
        answers_like: None,
        why: "the description has no success status for the routes of integrations",
    },
    Status {
        status: 200,
        method: Some("GET"),
        ending: "/organization",
        answers_like: None,
        why: "the description has no success status for reading the organization",
    },
    Status {
        status: 200,
        method: Some("GET"),
        ending: "/migrations/{migration_id}",
        answers_like: None,
        why: "the description has no success status for reading a migration",
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
        path: "/v1/blueprints/{identifier}/datasource/bulk",
        why: "undocumented; the platform's migrator from the GitHub app changes the datasource of entities with it",
    },
    Route {
        method: "GET",
        path: "/v1/data-sources",
        why: "undocumented; the migrator reads which blueprints an installation wrote",
    },
    Route {
        method: "POST",
        path: "/v1/blueprints/{identifier}/entities/group",
        why: "undocumented; the migrator counts the entities of a search with it",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/properties/{property}/rename",
        why: "documented on a separate page, which is not part of the description in this repository",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/relations/{relation}/rename",
        why: "documented on a separate page, which is not part of the description in this repository",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/mirror/{mirror}/rename",
        why: "documented on a separate page, which is not part of the description in this repository",
    },
    Route {
        method: "GET",
        path: "/v1/blueprints/system/{identifier}/structure",
        why: "documented on a separate page; the Terraform provider reads it",
    },
    Route { method: "POST", path: "/v1/integration", why: "the exporter and the integrations register with it" },
    Route {
        method: "GET",
        path: "/v1/integration/provision-enabled",
        why: "the platform's integrations ask it first when they start",
    },
    Route {
        method: "GET",
        path: "/v1/integration/{identifier}/resync-request",
        why: "the exporter reads it when it starts",
    },
    Route {
        method: "POST",
        path: "/v1/integration/{identifier}/resync-request",
        why: "requests a resync of the exporter; how the platform's page does it is not known",
    },
    Route {
        method: "PATCH",
        path: "/v1/integration/{identifier}/resync-state",
        why: "the platform's integrations report the state of a resync",
    },
    Route {
        method: "POST",
        path: "/v1/integration/{identifier}/kinds/{kind}/examples",
        why: "the exporter sends samples of the resources that it reads",
    },
    Route {
        method: "GET",
        path: "/v1/integration/{identifier}/kinds",
        why: "the exporter reads the samples that it sent",
    },
    Route { method: "GET", path: "/v1/teams", why: "port-cli exports what it lists" },
    Route { method: "POST", path: "/v1/teams", why: "Terraform creates teams with it" },
    Route { method: "GET", path: "/v1/teams/{name}", why: "Terraform reads a team by its name" },
    Route { method: "PUT", path: "/v1/teams/{name}", why: "Terraform changes a team by its name" },
    Route { method: "PATCH", path: "/v1/teams/{name}", why: "port-cli changes a team by its name" },
    Route { method: "DELETE", path: "/v1/teams/{name}", why: "Terraform deletes a team by its name" },
    Route { method: "GET", path: "/v1/users", why: "port-cli exports what it lists" },
    Route { method: "GET", path: "/v1/users/{email}", why: "port-cli reads a user by the e-mail address" },
    Route { method: "GET", path: "/v1/actions", why: "port-cli reads it when it exports; always empty" },
    Route { method: "GET", path: "/v1/pages", why: "port-cli reads it when it exports; always empty" },
    Route { method: "GET", path: "/v1/sidebars/catalog", why: "port-cli reads it when it exports; always empty" },
    Route {
        method: "GET",
        path: "/v1/blueprints/{identifier}/scorecards",
        why: "port-cli reads it when it exports; always empty",
    },
    Route {
        method: "GET",
        path: "/v1/blueprints/{identifier}/actions",
        why: "port-cli reads it when it exports; always empty",
    },
    Route {
        method: "PATCH",
        path: "/v1/blueprints/{identifier}/permissions",
        why: "port-cli sends back what it exported; anything but no permissions is rejected",
    },
    Route {
        method: "GET",
        path: "/v1/blueprints/{identifier}/permissions",
        why: "port-cli reads it when it exports; always empty",
    },
];
