//! One pass over the text that looks at its shape only, before any type does.

use std::{collections::HashSet, fmt, fmt::Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{DEEPEST, LONGEST_ARRAY, refusal};
use crate::http::problem::{FieldError, Problem};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Duplicates {
    Refused,
    LastCounts,
}

pub(super) fn check(text: &str, duplicates: Duplicates) -> Result<(), Problem> {
    let mut scan = Scan {
        duplicates,
        depth: 0,
        pointer: String::new(),
        found: None,
    };
    let mut parser = serde_json::Deserializer::from_str(text);
    let outcome = scan.deserialize_by(&mut parser).and_then(|()| parser.end());
    match (scan.found, outcome) {
        (Some(found), _) => Err(refusal::field(found)),
        (None, Err(error)) => Err(refusal::syntax(&error)),
        (None, Ok(())) => Ok(()),
    }
}

struct Scan {
    duplicates: Duplicates,
    depth: usize,
    /// Of the value that is being looked at.
    pointer: String,
    /// Kept beside serde's own error, which has no room for a pointer.
    found: Option<FieldError>,
}

impl Scan {
    fn deserialize_by<'de, D: Deserializer<'de>>(&mut self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }

    fn refuse<E: Error>(&mut self, detail: impl Into<String>) -> E {
        self.found = Some(FieldError::new(self.pointer.clone(), detail.into()));
        E::custom("refused")
    }

    /// Runs `look` one level deeper.
    fn deeper<T, E: Error>(
        &mut self,
        look: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.refuse(format!(
                "Nothing may be nested deeper than {DEEPEST} levels."
            )));
        }
        let looked = look(self)?;
        self.depth -= 1;
        Ok(looked)
    }

    /// Runs `look` with the pointer at a child.
    fn at<T, E>(
        &mut self,
        child: &str,
        look: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let length = self.pointer.len();
        // Writing to a string cannot fail.
        let _ = write!(self.pointer, "/{}", refusal::escape(child));
        let looked = look(self)?;
        self.pointer.truncate(length);
        Ok(looked)
    }
}

impl<'de> DeserializeSeed<'de> for &mut Scan {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        self.deserialize_by(parser)
    }
}

impl<'de> Visitor<'de> for &mut Scan {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            Err(self.refuse("The character U+0000 is not allowed."))
        } else {
            Ok(())
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.deeper(|scan| {
            let mut index = 0;
            while scan
                .at(&index.to_string(), |scan| items.next_element_seed(scan))?
                .is_some()
            {
                index += 1;
                if index > LONGEST_ARRAY {
                    return Err(
                        scan.refuse(format!("A list may have at most {LONGEST_ARRAY} items."))
                    );
                }
            }
            Ok(())
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.deeper(|scan| {
            let mut seen = HashSet::new();
            while let Some(key) = fields.next_key::<String>()? {
                scan.at(&key, |scan| {
                    if key.contains('\0') {
                        return Err(scan.refuse("The character U+0000 is not allowed."));
                    }
                    if scan.duplicates == Duplicates::Refused && seen.contains(&key) {
                        return Err(scan.refuse("This field is there twice."));
                    }
                    fields.next_value_seed(scan)
                })?;
                seen.insert(key);
            }
            Ok(())
        })
    }
}
