//! What holds for every call, written into the description once: who may ask, and which problems come back.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, HeaderBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};

use crate::http::Problem;

/// A problem that many calls can answer with.
struct Common {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    /// Whether a call can.
    concerns: fn(&Call) -> bool,
}

/// What is known of a call.
#[expect(clippy::struct_excessive_bools, reason = "each is its own question")]
struct Call {
    is_public: bool,
    is_read: bool,
    has_body: bool,
    names_something: bool,
    has_key: bool,
}

const COMMON: [Common; 11] = [
    Common {
        status: "400",
        name: "BadRequest",
        description: "Malformed: syntax, a type, a missing or unknown field or parameter, a bad cursor, or a token in the address",
        concerns: |_| true,
    },
    Common {
        status: "401",
        name: "Unauthorized",
        description: "No token, or one that is not or no longer good",
        concerns: |call| !call.is_public,
    },
    Common {
        status: "403",
        name: "Forbidden",
        description: "A page of an origin that may not use the service; or a role or rule refuses",
        concerns: |_| true,
    },
    Common {
        status: "404",
        name: "NotFound",
        description: "Not there, or not the caller's to see",
        concerns: |call| call.names_something,
    },
    Common {
        status: "408",
        name: "RequestTimeout",
        description: "The body did not arrive in time",
        concerns: |call| call.has_body,
    },
    Common {
        status: "409",
        name: "Conflict",
        description: "It contradicts what is there, or somebody else changed this at the same time",
        concerns: |call| !call.is_public && !call.is_read,
    },
    Common {
        status: "413",
        name: "PayloadTooLarge",
        description: "The body is too large",
        concerns: |call| call.has_body,
    },
    Common {
        status: "415",
        name: "UnsupportedMediaType",
        description: "The body has another media type than this call takes",
        concerns: |call| call.has_body,
    },
    Common {
        status: "422",
        name: "Validation",
        description: "Well-formed, but a rule refuses it: `errors` names each wrong field. Or the Idempotency-Key was used for another body",
        concerns: |call| call.has_body || call.has_key,
    },
    Common {
        status: "429",
        name: "TooManyRequests",
        description: "Come again after `Retry-After`",
        concerns: |_| true,
    },
    Common {
        status: "503",
        name: "Unavailable",
        description: "Something that it needs is away, or behind. Come again after `Retry-After`",
        concerns: |_| true,
    },
];

/// Our own mistakes; no call is without them.
const INTERNAL: Common = Common {
    status: "500",
    name: "Internal",
    description: "The service made a mistake. Its operator finds the cause under the request id",
    concerns: |_| true,
};

const TOKEN: &str = "Tidings-Token";
const KEY: &str = "Idempotency-Key";
const KNOWN: &str = "If-None-Match";

/// Writes it into every call. What a verb says of an answer itself stays.
pub(crate) fn complete(api: &mut OpenApi) {
    let components = api.components.get_or_insert_with(Components::new);
    for common in COMMON.iter().chain([&INTERNAL]) {
        let response = problem(common);
        components
            .responses
            .insert(common.name.to_owned(), response.into());
    }
    components
        .responses
        .insert("NotModified".to_owned(), not_modified().into());
    secure(components);
    api.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
        SecurityRequirement::new::<_, [&str; 0], &str>("cookie", []),
    ]);
    for item in api.paths.paths.values_mut() {
        for (is_read, operation) in operations(item) {
            describe(operation, is_read);
        }
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
    let responses = &mut operation.responses.responses;
    for (status, response) in &mut *responses {
        let RefOr::T(response) = response else {
            continue;
        };
        if status.as_str() >= "400" {
            response.content = [(PROBLEM.to_owned(), of_problem().into())].into();
        } else if status == "200" && is_fresh {
            for (name, what) in [
                (TOKEN, "The place in the log that this shows"),
                ("ETag", "For `If-None-Match`"),
            ] {
                let header = HeaderBuilder::new()
                    .schema(Some(String::schema()))
                    .description(Some(what));
                response
                    .headers
                    .insert(name.to_owned(), header.build().into());
            }
        }
    }
    for common in COMMON.iter().chain([&INTERNAL]) {
        if (common.concerns)(&call) {
            responses
                .entry(common.status.to_owned())
                .or_insert_with(|| Ref::from_response_name(common.name).into());
        }
    }
    if is_known {
        responses
            .entry("304".to_owned())
            .or_insert_with(|| Ref::from_response_name("NotModified").into());
    }
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    let parameters = operation.parameters.iter().flatten();
    parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

const PROBLEM: &str = "application/problem+json";

fn of_problem() -> Content {
    Content::new(Some(Ref::from_schema_name(Problem::name())))
}

fn problem(common: &Common) -> utoipa::openapi::Response {
    let response = ResponseBuilder::new()
        .description(common.description)
        .content(PROBLEM, of_problem());
    let header = match common.status {
        "401" => Some(("WWW-Authenticate", "The scheme to use")),
        "429" | "503" => Some(("Retry-After", "Seconds")),
        _ => None,
    };
    let Some((name, what)) = header else {
        return response.build();
    };
    let header = HeaderBuilder::new()
        .schema(Some(String::schema()))
        .description(Some(what));
    response.header(name, header.build()).build()
}

fn not_modified() -> utoipa::openapi::Response {
    ResponseBuilder::new()
        .description("What the client has already")
        .build()
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
