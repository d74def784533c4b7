//! Query parameters of a URL. Unknown parameters are ignored; a flag that is neither `true` nor `false` is refused.

use crate::catalog::wire::{Refusal, WriteOptions};
use crate::embedded::api::{ComputedParts, Shape};

/// Decoded, in order; an array is a parameter given several times.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decode(k), decode(v))).collect(),
        )
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `false` if it is absent.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let mut given = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (given.next(), given.next()) {
            (None | Some("false"), None) => Ok(false),
            (Some("true"), None) => Ok(true),
            (_, _) => Err(Refusal::invalid(format!("\"querystring/{name}\" must be boolean"))),
        }
    }

    /// The flags of a write; `upsert` and `merge` apply only to POST.
    pub fn write_options(&self) -> Result<WriteOptions, Refusal> {
        Ok(WriteOptions {
            upsert: self.flag("upsert")?,
            merge: self.flag("merge")?,
            validation_only: self.flag("validation_only")?,
            create_missing_related_entities: self.flag("create_missing_related_entities")?,
            run_id: self.first("run_id").filter(|id| !id.is_empty()).map(str::to_owned),
        })
    }

    /// The requested shape of entities.
    pub fn shape(&self) -> Result<Shape, Refusal> {
        // Partial results are never returned; the flag is only validated.
        self.flag("allow_partial_results")?;
        Ok(Shape {
            computed: match self.flag("exclude_calculated_properties")? {
                true => ComputedParts::None,
                false => ComputedParts::All,
            },
            include: self.all("include"),
            exclude: self.all("exclude"),
            attach_title_to_relation: self.flag("attach_title_to_relation")?,
            attach_identifier_to_title_mirror_properties: self.flag("attach_identifier_to_title_mirror_properties")?,
            exclude_unset: false,
        })
    }
}

/// Decodes `+` and `%41`; an invalid escape is kept, as in browsers and on the platform.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten().and_then(byte_of);
        decoded.push(escaped.unwrap_or(if bytes[at] == b'+' { b' ' } else { bytes[at] }));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn byte_of(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits.iter().try_fold(0, |value, byte| Some(value * 16 + digit(*byte)?)).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_strict_and_the_rest_is_not() {
        let query = Query::parse("upsert=true&merge=false&what=ever&run_id=&include=a&include=b%2Bc+d&&bad=%zz%4");
        let options = query.write_options().expect("it is in order");
        assert_eq!((options.upsert, options.merge, options.run_id), (true, false, None));
        assert_eq!(query.all("include"), ["a", "b+c d"]);
        assert_eq!(query.first("bad"), Some("%zz%4"));
        for bad in ["merge=1", "merge=", "merge", "merge=TRUE", "merge=true&merge=true"] {
            let refusal = Query::parse(bad).write_options().expect_err(bad);
            assert_eq!(
                (refusal.status, refusal.message.as_deref()),
                (422, Some("\"querystring/merge\" must be boolean"))
            );
        }
        assert!(Query::parse("allow_partial_results=x").shape().is_err());
        assert_eq!(
            Query::parse("exclude=properties.a&exclude=%C3%BC").shape().expect("ok").exclude,
            ["properties.a", "ü"]
        );
    }
}
