//! What holds for every call, written into the description once: who may ask, and which problems come back.

mod problems;

use std::collections::BTreeMap;

use utoipa::{
    PartialSchema,
    openapi::{
        Components, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        request_body::RequestBody,
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};

use problems::{COMMON, Call, PROBLEM, content, header_of};

const TOKEN: &str = "Tidings-Token";
const KEY: &str = "Idempotency-Key";
const KNOWN: &str = "If-None-Match";

/// Writes it into every call. What a verb says of an answer itself stays.
pub(crate) fn complete(api: &mut OpenApi) {
    let components = api.components.get_or_insert_with(Components::new);
    for common in &COMMON {
        let name = common.name.to_owned();
        components.responses.insert(name, common.response().into());
    }
    let known = ResponseBuilder::new().description("What the client has already");
    components
        .responses
        .insert("NotModified".to_owned(), known.build().into());
    secure(components);
    api.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
        SecurityRequirement::new::<_, [&str; 0], &str>("cookie", []),
    ]);
    // How axum writes that a name may have slashes in it; a description has no way to say so.
    let paths = std::mem::take(&mut api.paths.paths).into_iter();
    api.paths.paths = paths
        .map(|(path, item)| (path.replace("{*", "{"), item))
        .collect();
    for (path, item) in &mut api.paths.paths {
        for (is_read, operation) in operations(item) {
            describe(operation, is_read);
            if let Some(name) = &mut operation.operation_id {
                name.insert_str(0, house(path));
            }
        }
    }
}

/// What tells verbs of the same name apart.
fn house(path: &str) -> &'static str {
    if path.starts_with("/api/v1/audit/") {
        "audit_"
    } else if path.starts_with("/api/v1/admin/") {
        "admin_"
    } else if path.starts_with("/api/v1/") || !path.starts_with("/api/") {
        ""
    } else {
        "classic_"
    }
}

fn secure(components: &mut Components) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "The access token. `Authorization: jwt <token>` is taken as well.",
        ));
    components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
    let cookie = ApiKeyValue::with_description(
        "tidings_session",
        "The web client's, with the prefix `__Host-` except on a loopback address. To change something it needs a \
         same-origin `Origin` or `Sec-Fetch-Site` beside it.",
    );
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        ..
    } = item;
    let changing = [put, post, delete, patch];
    get.iter_mut().map(|read| (true, read)).chain(
        changing
            .into_iter()
            .flat_map(Option::iter_mut)
            .map(|change| (false, change)),
    )
}

fn describe(operation: &mut Operation, is_read: bool) {
    let has = |name: &str| parameters(operation).any(|parameter| parameter.name == name);
    let call = Call {
        // What does not need a token says so itself.
        is_public: operation.security.is_some(),
        is_read,
        has_body: operation.request_body.is_some(),
        names_something: parameters(operation)
            .any(|parameter| parameter.parameter_in == ParameterIn::Path),
        has_key: has(KEY),
    };
    let (is_fresh, is_known) = (has(TOKEN), has(KNOWN));
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        never_null(body);
    }
    let responses = &mut operation.responses.responses;
    for (status, response) in &mut *responses {
        match response {
            RefOr::T(response) if status.as_str() >= "400" => {
                response.content = [(PROBLEM.to_owned(), content().into())].into();
            }
            RefOr::T(response) if status == "200" && is_fresh => say_how_fresh(response),
            _ => {}
        }
    }
    for common in COMMON.iter().filter(|common| (common.concerns)(&call)) {
        say(responses, common.status, common.name);
    }
    if is_known {
        say(responses, "304", "NotModified");
    }
}

/// A body that may be absent: there is no other way not to send one.
fn never_null(body: &mut RequestBody) {
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        if let Some(RefOr::T(Schema::OneOf(either))) = &content.schema
            && let [something @ RefOr::Ref(_), RefOr::T(_null)] = &either.items[..]
        {
            content.schema = Some(something.clone());
        }
    }
}

/// Unless the verb has said it better.
fn say(responses: &mut BTreeMap<String, RefOr<Response>>, status: &str, component: &str) {
    let common = || Ref::from_response_name(component).into();
    responses.entry(status.to_owned()).or_insert_with(common);
}

fn say_how_fresh(response: &mut Response) {
    let token = header_of("The place in the log that this shows");
    let etag = header_of("For `If-None-Match`");
    response.headers.insert(TOKEN.to_owned(), token.into());
    response.headers.insert("ETag".to_owned(), etag.into());
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    let parameters = operation.parameters.iter().flatten();
    parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// A request header that may be left out.
pub(crate) fn header(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(String::schema()))
        .build()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_calls_have_the_same_id() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths
            .values()
            .flat_map(|item| item.as_object().unwrap().values());
        let mut ids = std::collections::BTreeSet::new();
        for operation in operations {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id}");
        }
    }

    #[test]
    fn every_call_says_how_it_can_be_refused_in_a_problem_document() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.values().flat_map(|item| item.as_object().unwrap());
        for (method, operation) in operations {
            let name = format!("{method} {}", operation["operationId"]);
            let responses = operation["responses"].as_object().unwrap();
            let is_open = operation.get("security").is_some();
            for status in ["400", "403", "429", "500", "503"] {
                assert!(responses.contains_key(status), "{name}: {status}");
            }
            assert!(is_open || responses.contains_key("401"), "{name}: 401");
            for (status, response) in responses {
                assert_ne!(status, "default", "{name}: says nothing");
                let response = match response["$ref"].as_str() {
                    Some(reference) => document.pointer(&reference[1..]).unwrap(),
                    None => response,
                };
                let is_problem = response["content"]["application/problem+json"].is_object();
                assert_eq!(is_problem, status.as_str() >= "400", "{name}: {status}");
            }
        }
    }
}
