//! How a problem looks on the wire and in the OpenAPI document.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Object, ObjectBuilder, RefOr, Schema, Type},
};

use super::{FieldError, Problem, kind};

/// Why a request was refused or failed (RFC 9457, `application/problem+json`).
#[derive(Serialize, ToSchema)]
struct Wire<'a> {
    /// Which kind of problem: a stable URI reference.
    #[serde(rename = "type")]
    #[schema(schema_with = kinds)]
    kind: &'a str,
    /// What every problem of this kind has in common.
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// A sentence that a person can act on.
    detail: &'a str,
    /// What to quote to the operator; also in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// One row per wrong field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

/// The description names every kind, so that a client can have words of its own for each.
fn kinds() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Which kind of problem: a stable URI reference."))
        .enum_values(Some(kind::ALL.iter().map(|kind| kind.uri)))
        .examples(["/problems/validation"])
        .build()
}

impl Problem {
    pub(in crate::http) fn to_json(&self, request_id: Option<&str>) -> Vec<u8> {
        let wire = Wire {
            kind: self.kind.uri,
            title: self.kind.title,
            status: self.status().as_u16(),
            detail: &self.detail,
            request_id,
            errors: &self.errors,
        };
        serde_json::to_vec(&wire).expect("strings and numbers always serialise")
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Wire::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((FieldError::name().into(), FieldError::schema()));
        Wire::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_validation_names_each_field_and_nothing_else() {
        let errors = vec![
            FieldError::new("/to/0", "Nobody has this name."),
            FieldError::new("/body", "Write something."),
        ];
        let document: serde_json::Value =
            serde_json::from_slice(&Problem::validation(errors).to_json(Some("r1"))).unwrap();
        assert_eq!(
            document,
            json!({
                "type": "/problems/validation",
                "title": "A rule refuses the request",
                "status": 422,
                "detail": "Correct what `errors` names.",
                "request_id": "r1",
                "errors": [
                    {"pointer": "/to/0", "detail": "Nobody has this name."},
                    {"pointer": "/body", "detail": "Write something."},
                ],
            })
        );
    }

    #[test]
    fn a_cause_never_reaches_the_client() {
        let document = Problem::internal("relation \"events\" does not exist").to_json(None);
        assert!(!String::from_utf8(document).unwrap().contains("events"));
    }

    #[test]
    fn the_openapi_document_knows_every_field() {
        let schema = serde_json::to_value(Problem::schema()).unwrap();
        for field in ["type", "title", "status", "detail", "request_id", "errors"] {
            assert!(schema["properties"].get(field).is_some(), "{schema}");
        }
        assert_eq!(
            schema["required"],
            json!(["type", "title", "status", "detail"])
        );
        let mut parts = Vec::new();
        Problem::schemas(&mut parts);
        assert!(parts.iter().any(|(name, _)| name == "FieldError"));
    }
}
