//! The problems that many calls can answer with, each described once.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Content, Header, HeaderBuilder, Ref, Response, ResponseBuilder},
};

use crate::http::Problem;

/// A problem that many calls can answer with.
pub(super) struct Common {
    pub status: &'static str,
    /// Of the component.
    pub name: &'static str,
    description: &'static str,
    /// Whether a call can.
    pub concerns: fn(&Call) -> bool,
}

/// What is known of a call.
#[expect(clippy::struct_excessive_bools, reason = "each is its own question")]
pub(super) struct Call {
    /// It needs no token.
    pub is_public: bool,
    /// It changes nothing.
    pub is_read: bool,
    pub has_body: bool,
    /// By an id or a name in its path.
    pub names_something: bool,
    /// It can have an `Idempotency-Key`.
    pub has_key: bool,
}

pub(super) const COMMON: [Common; 12] = [
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
        status: "500",
        name: "Internal",
        description: "The service made a mistake. Its operator finds the cause under the request id",
        concerns: |_| true,
    },
    Common {
        status: "503",
        name: "Unavailable",
        description: "Something that it needs is away, or behind. Come again after `Retry-After`",
        concerns: |_| true,
    },
];

/// The media type of a problem.
pub(super) const PROBLEM: &str = "application/problem+json";

/// A problem, as an answer's content.
pub(super) fn content() -> Content {
    Content::new(Some(Ref::from_schema_name(Problem::name())))
}

impl Common {
    /// The component.
    pub(super) fn response(&self) -> Response {
        let response = ResponseBuilder::new()
            .description(self.description)
            .content(PROBLEM, content());
        let header = match self.status {
            "401" => Some(("WWW-Authenticate", "The scheme to use")),
            "429" | "503" => Some(("Retry-After", "Seconds")),
            _ => None,
        };
        match header {
            Some((name, what)) => response.header(name, header_of(what)).build(),
            None => response.build(),
        }
    }
}

/// A header of an answer.
pub(super) fn header_of(what: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(String::schema()))
        .description(Some(what))
        .build()
}
