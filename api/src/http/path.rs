//! Every path answers with and without a slash at its end.

use http::{Uri, uri::PathAndQuery};

/// Where Swagger UI lives. Its files are named relative to `/docs/`, so there the slash has a meaning.
pub(super) const DOCS: &str = "/docs";

/// Takes the slash off before the router looks. The query stays as it is.
pub(super) fn normalise(uri: &mut Uri) {
    let path = uri.path();
    if path.len() < 2 || !path.ends_with('/') || is_under(DOCS, path) {
        return;
    }
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let whole = uri
        .query()
        .map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = PathAndQuery::try_from(whole).ok();
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

/// Whether `path` is `folder` or inside of it.
pub(super) fn is_under(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_slash_goes_and_the_query_stays() {
        let cases = [
            ("/", "/"),
            ("//", "/"),
            ("/api/account/", "/api/account"),
            ("/api/account//", "/api/account"),
            ("/api/account", "/api/account"),
            ("/a//b/", "/a//b"),
            ("/a/?b=/", "/a?b=/"),
            ("/a/%2F/", "/a/%2F"),
            ("http://host:1/a/?b", "http://host:1/a?b"),
            ("/docs/", "/docs/"),
            ("/docs", "/docs"),
            ("/docsy/", "/docsy"),
            ("*", "*"),
        ];
        for (before, after) in cases {
            let mut uri = before.parse().unwrap();
            normalise(&mut uri);
            assert_eq!(uri.to_string(), after);
        }
    }
}
