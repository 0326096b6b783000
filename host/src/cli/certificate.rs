//! A certificate that was not accepted, for people and programs: apart because it is what an
//! administrator needs to find out whose it is, and nothing else has its shape.

use serde::Serialize;

use crate::report::Certificate;

/// A certificate in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct CertificateShape {
    /// Whom it is for.
    subject: String,
    /// Who signed it.
    issuer: String,
    /// The names and addresses that it is for.
    names: Vec<String>,
    /// When it begins to be valid.
    not_before: Option<String>,
    /// When it is over.
    not_after: Option<String>,
    /// SHA-256 of it.
    fingerprint: String,
}

impl From<&Certificate> for CertificateShape {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            names: certificate.names.clone(),
            not_before: certificate.not_before.clone(),
            not_after: certificate.not_after.clone(),
            fingerprint: certificate.fingerprint.clone(),
        }
    }
}

impl CertificateShape {
    /// A line for each thing that it says, below the cause.
    pub(crate) fn for_people(&self) -> String {
        let names = self.names.join(", ");
        let from = self.not_before.as_deref().unwrap_or_default();
        let to = self.not_after.as_deref().unwrap_or_default();
        let lines = [
            ("subject", self.subject.as_str()),
            ("issuer", &self.issuer),
            ("names", &names),
            ("valid from", from),
            ("valid to", to),
            ("SHA-256", &self.fingerprint),
        ];
        let said = lines.into_iter().filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| format!("    {name:<10}  {}\n", text.replace(['\n', '\t'], " ")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_certificate_does_not_say_has_no_line() {
        let shape = CertificateShape {
            subject: "CN=git.acme.example".into(),
            issuer: "CN=acme\nroot".into(),
            names: vec!["git.acme.example".into(), "10.0.0.1".into()],
            not_before: None,
            not_after: Some("2026-01-01T00:00:00Z".into()),
            fingerprint: "00ff".into(),
        };
        assert_eq!(
            shape.for_people(),
            "    subject     CN=git.acme.example\n    issuer      CN=acme root\n    \
             names       git.acme.example, 10.0.0.1\n    valid to    2026-01-01T00:00:00Z\n    \
             SHA-256     00ff\n"
        );
    }
}
