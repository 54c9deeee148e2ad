//! In which form an asset travels.

use axum::http::{HeaderMap, header};

/// The forms in which the build leaves an asset beside itself, the smallest first: content coding and end of the name.
const FORMS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Which forms a request takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Codings([bool; FORMS.len()]);

impl Codings {
    /// By `Accept-Encoding`. What is not named there is not sent, `*` and `q=0` included: the plain form is always right.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        let accepted: Vec<_> = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter(|item| !is_refused(item))
            .map(|item| item.split(';').next().unwrap_or_default().trim())
            .collect();
        Self(FORMS.map(|(coding, _)| {
            accepted
                .iter()
                .any(|name| name.eq_ignore_ascii_case(coding))
        }))
    }

    /// Those forms, the smallest first: content coding and end of the file's name.
    pub fn forms(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let taken = FORMS.into_iter().zip(self.0);
        taken.filter(|(_, taken)| *taken).map(|(form, _)| form)
    }
}

/// Whether a file is another one's form, and has no address of its own.
pub fn is_form(path: &str) -> bool {
    FORMS.iter().any(|(_, end)| path.ends_with(end))
}

fn is_refused(item: &str) -> bool {
    let weight = item.split(';').skip(1).find_map(|parameter| {
        let (name, weight) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("q").then_some(weight)
    });
    weight.is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|q| q <= 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_form_that_the_client_takes() {
        let cases = [
            ("gzip, deflate, br, zstd", vec!["br", "gzip"]),
            ("gzip", vec!["gzip"]),
            ("GZip;q=0.5", vec!["gzip"]),
            ("br;q=0, gzip", vec!["gzip"]),
            ("br; Q=0.000, gzip;q=1", vec!["gzip"]),
            ("identity", vec![]),
            ("*", vec![]),
            ("brotli", vec![]),
            ("", vec![]),
        ];
        for (accepted, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            let forms: Vec<_> = Codings::of(&headers).forms().map(|form| form.0).collect();
            assert_eq!(forms, expected, "{accepted}");
        }
        assert_eq!(Codings::of(&HeaderMap::new()), Codings::default());
    }
}
