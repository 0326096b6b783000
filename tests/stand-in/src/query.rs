//! A request's parameters as GitLab reads them; apart, because paths in them may be any bytes.

use percent_encoding::percent_decode;

use crate::error::Refusal;

#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, Vec<u8>)>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = String::from_utf8_lossy(&decode(name)).into_owned();
                (name, decode(value))
            })
            .collect();
        Self { pairs }
    }

    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.pairs
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_slice())
    }

    /// The value where it is present and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.bytes(name)
            .filter(|value| !value.is_empty())
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        // Clients in Python send `True`, and GitLab takes it.
        let value = self.text(name).map(|text| text.to_lowercase());
        match value.as_deref() {
            None => Ok(None),
            Some("true" | "1" | "t" | "yes" | "y" | "on") => Ok(Some(true)),
            Some("false" | "0" | "f" | "no" | "n" | "off") => Ok(Some(false)),
            Some(_) => Err(Refusal::parameter(&format!("{name} is invalid"))),
        }
    }

    pub(crate) fn is_set(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.flag(name)?.unwrap_or(false))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| Refusal::parameter(&format!("{name} is invalid")))
            })
            .transpose()
    }

    /// One of `allowed`, or Grape's complaint.
    pub(crate) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, Refusal> {
        match self.text(name) {
            Some(text) if !allowed.contains(&text.as_str()) => Err(Refusal::parameter(&format!(
                "{name} does not have a valid value"
            ))),
            other => Ok(other),
        }
    }

    pub(crate) fn pairs(&self) -> &[(String, Vec<u8>)] {
        &self.pairs
    }
}

fn decode(text: &str) -> Vec<u8> {
    percent_decode(text.replace('+', " ").as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_space_and_an_encoded_plus_is_a_plus() {
        let query = Query::parse("path=a+b%2Bc&recursive=true");
        assert_eq!(query.text("path").as_deref(), Some("a b+c"));
        assert!(query.flag("recursive").is_ok_and(|flag| flag == Some(true)));
    }

    #[test]
    fn values_may_be_any_bytes() {
        assert_eq!(
            Query::parse("path=%ff").bytes("path"),
            Some(b"\xff".as_slice())
        );
    }
}
