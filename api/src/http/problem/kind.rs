//! The kinds of problem: what a client can switch on.

use http::StatusCode;

/// One kind of problem. The URI never changes, so that clients can rely on it.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// A URI reference, such as `/problems/validation`.
    pub uri: &'static str,
    /// What every problem of this kind has in common.
    pub title: &'static str,
    /// The HTTP status it is answered with.
    pub status: StatusCode,
    /// The sentence for an answer that has no better one.
    pub advice: &'static str,
}

impl Kind {
    /// The kind that stands for a bare status, as the framework and other routers answer it. A status without a kind of
    /// its own becomes the general one of its class.
    #[must_use]
    pub fn of(status: StatusCode) -> &'static Self {
        let general = if status.is_server_error() {
            &INTERNAL
        } else {
            &BAD_REQUEST
        };
        ALL.iter()
            .copied()
            .find(|kind| kind.status == status)
            .unwrap_or(general)
    }
}

macro_rules! kinds {
    ($($name:ident = $status:ident $uri:literal, $title:literal, $advice:literal;)*) => {
        $(
            #[doc = $title]
            pub static $name: Kind =
                Kind { uri: $uri, title: $title, status: StatusCode::$status, advice: $advice };
        )*
        /// Every kind there is.
        pub static ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    BAD_REQUEST = BAD_REQUEST "/problems/bad-request", "The request is malformed",
        "The request could not be understood. Correct it before sending it again.";
    UNAUTHORIZED = UNAUTHORIZED "/problems/unauthorized", "A valid token is needed",
        "Log in and send the token in the Authorization header.";
    FORBIDDEN = FORBIDDEN "/problems/forbidden", "Not allowed",
        "This account may not do that.";
    NOT_FOUND = NOT_FOUND "/problems/not-found", "Not there",
        "There is nothing here that this account can see.";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "/problems/method-not-allowed", "Method not allowed",
        "Use one of the methods that the Allow header names.";
    NOT_ACCEPTABLE = NOT_ACCEPTABLE "/problems/not-acceptable", "No acceptable form",
        "The answer is not available in any form that the Accept header names.";
    REQUEST_TIMEOUT = REQUEST_TIMEOUT "/problems/request-timeout", "The request came too slowly",
        "The body did not arrive in time. Send the request again.";
    CONFLICT = CONFLICT "/problems/conflict", "Conflict",
        "This contradicts what is there already. Look at its present state and try again.";
    GONE = GONE "/problems/gone", "It was erased",
        "What was here was erased for good.";
    PRECONDITION_FAILED = PRECONDITION_FAILED "/problems/precondition-failed", "A precondition does not hold",
        "It has changed since. Read it again before changing it.";
    PAYLOAD_TOO_LARGE = PAYLOAD_TOO_LARGE "/problems/payload-too-large", "The body is too large",
        "Send a smaller body.";
    URI_TOO_LONG = URI_TOO_LONG "/problems/uri-too-long", "The address is too long",
        "Send a shorter address.";
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "/problems/unsupported-media-type", "Unsupported media type",
        "Send the body with Content-Type: application/json.";
    RANGE_NOT_SATISFIABLE = RANGE_NOT_SATISFIABLE "/problems/range-not-satisfiable", "The range is outside of the file",
        "Ask for a range within the length that Content-Range names.";
    VALIDATION = UNPROCESSABLE_ENTITY "/problems/validation", "A rule refuses the request",
        "Correct what `errors` names.";
    UPGRADE_REQUIRED = UPGRADE_REQUIRED "/problems/upgrade-required", "A WebSocket handshake is needed",
        "Connect with a WebSocket client.";
    TOO_MANY_REQUESTS = TOO_MANY_REQUESTS "/problems/too-many-requests", "Too many requests",
        "Wait for as long as Retry-After says.";
    HEADERS_TOO_LARGE = REQUEST_HEADER_FIELDS_TOO_LARGE "/problems/headers-too-large", "The headers are too large",
        "Send fewer or shorter headers.";
    INTERNAL = INTERNAL_SERVER_ERROR "/problems/internal", "Something went wrong here",
        "The service made a mistake. Its operator finds the cause under the request id.";
    UNAVAILABLE = SERVICE_UNAVAILABLE "/problems/unavailable", "Unavailable for the moment",
        "Try again after the time that Retry-After says.";
}
