//! Which part of a file is asked for (RFC 9110, section 14): one range, or the whole.

use std::ops::Range;

use http::{HeaderMap, HeaderValue, header};

/// What to answer with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// 200. Also where several ranges are asked for, or something that is no range.
    Whole,
    /// 206.
    Some(Range<u64>),
    /// 416.
    Nothing,
}

/// What a request asks for of a file of this size. With `If-Range` only while the file is still the same.
pub(super) fn asked(headers: &HeaderMap, etag: &HeaderValue, size: u64) -> Part {
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|known| known != etag)
    {
        return Part::Whole;
    }
    let mut ranges = headers.get_all(header::RANGE).iter();
    match (ranges.next(), ranges.next()) {
        (Some(range), None) => range
            .to_str()
            .ok()
            .and_then(|range| parse(range, size))
            .unwrap_or(Part::Whole),
        _ => Part::Whole,
    }
}

/// `None`: it is not one range of bytes.
fn parse(range: &str, size: u64) -> Option<Part> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let range = match (first, last) {
        ("", last) => size.saturating_sub(number(last)?)..size,
        (first, "") => number(first)?..size,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.is_empty() {
        Part::Nothing
    } else {
        Part::Some(range)
    })
}

/// Digits and nothing else; `parse` alone would take a sign. One beyond all files is as good as another.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ETAG: HeaderValue = HeaderValue::from_static("\"a\"");

    fn part(range: &'static str) -> Part {
        let headers = [(header::RANGE, HeaderValue::from_static(range))];
        asked(&headers.into_iter().collect(), &ETAG, 100)
    }

    #[test]
    fn one_range_is_a_part_of_the_file() {
        assert_eq!(part("bytes=0-9"), Part::Some(0..10));
        assert_eq!(part("Bytes=90-"), Part::Some(90..100));
        assert_eq!(part("bytes=90-1000"), Part::Some(90..100));
        assert_eq!(part("bytes=-10"), Part::Some(90..100));
        assert_eq!(part("bytes=-1000"), Part::Some(0..100));
        assert_eq!(part("bytes=0-99999999999999999999999"), Part::Some(0..100));
    }

    #[test]
    fn a_range_outside_of_the_file_is_nothing() {
        for range in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(part(range), Part::Nothing, "{range}");
        }
    }

    #[test]
    fn what_is_no_single_range_is_the_whole() {
        for range in [
            "bytes=0-1,5-6",
            "bytes=9-1",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=-",
            "items=0-1",
            "0-1",
            "",
        ] {
            assert_eq!(part(range), Part::Whole, "{range}");
        }
    }

    #[test]
    fn a_part_of_another_file_is_not_sent() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-9"));
        headers.insert(header::IF_RANGE, ETAG);
        assert_eq!(asked(&headers, &ETAG, 100), Part::Some(0..10));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"b\""));
        assert_eq!(asked(&headers, &ETAG, 100), Part::Whole);
    }
}
