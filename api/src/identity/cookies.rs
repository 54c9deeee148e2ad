//! The web client's session, in cookies that no script can read.

use http::{HeaderMap, HeaderValue, header};

use super::{access, sessions};

/// The two cookies and how they are sent.
///
/// Only with the prefix `__Host-` does a browser keep a neighbouring host or a plain connection from setting them; it
/// insists on TLS, which a loopback address does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    session: &'static str,
    refresh: &'static str,
    secure: &'static str,
}

impl Cookies {
    pub(super) fn new(loopback: bool) -> Self {
        if loopback {
            Self {
                session: "tidings_session",
                refresh: "tidings_refresh",
                secure: "",
            }
        } else {
            Self {
                session: "__Host-tidings_session",
                refresh: "__Host-tidings_refresh",
                secure: "; Secure",
            }
        }
    }

    /// The access token in a request.
    pub(super) fn session<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        value(headers, self.session)
    }

    /// The refresh token in a request.
    pub(super) fn refresh<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        value(headers, self.refresh)
    }

    /// Sets both.
    pub(super) fn set(&self, answer: &mut HeaderMap, access_token: &str, refresh_token: &str) {
        self.write(
            answer,
            self.session,
            access_token,
            access::LIFE.num_seconds(),
        );
        self.write(
            answer,
            self.refresh,
            refresh_token,
            sessions::LIFE.num_seconds(),
        );
    }

    /// Takes both away.
    pub(super) fn clear(&self, answer: &mut HeaderMap) {
        self.write(answer, self.session, "", 0);
        self.write(answer, self.refresh, "", 0);
    }

    fn write(&self, answer: &mut HeaderMap, name: &str, value: &str, seconds: i64) {
        let secure = self.secure;
        let cookie =
            format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
        // Tokens are base64url and dots, so this cannot fail.
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            answer.append(header::SET_COOKIE, cookie);
        }
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=1; xtidings_session=2;tidings_session=a.b.c"),
        );
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("tidings_refresh=d; tidings_session=late"),
        );
        let cookies = Cookies::new(true);
        assert_eq!(
            (cookies.session(&headers), cookies.refresh(&headers)),
            (Some("a.b.c"), Some("d"))
        );
        assert_eq!(Cookies::new(false).session(&headers), None);
    }

    #[test]
    fn no_script_and_no_other_site_gets_at_them() {
        let mut headers = HeaderMap::new();
        Cookies::new(false).set(&mut headers, "a", "r");
        let lines: Vec<_> = headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|line| line.to_str().unwrap())
            .collect();
        let rest = "; Path=/; HttpOnly; SameSite=Strict; Max-Age=";
        assert_eq!(
            lines,
            [
                format!("__Host-tidings_session=a{rest}600; Secure"),
                format!("__Host-tidings_refresh=r{rest}2592000; Secure"),
            ]
        );
    }
}
