//! A delivery's header: apart because what verifies a delivery and what a plugin sees of it never
//! overlap.

use code_source_egress::Deliveries;

use super::refusal::DeliveryRefusal;

/// The fields of a header that a delivery is verified by, each there once at most.
pub(super) struct Checked<'d>(Vec<(&'d str, &'d [u8])>);

impl<'d> Checked<'d> {
    pub(super) fn new(
        form: &'d Deliveries,
        headers: &'d [(String, Vec<u8>)],
    ) -> Result<Self, DeliveryRefusal> {
        let mut checked = Vec::new();
        for name in form.headers() {
            let mut found = headers
                .iter()
                .filter(|(own, _)| own.eq_ignore_ascii_case(name));
            checked.extend(found.next().map(|(_, value)| (name, value.as_slice())));
            if found.next().is_some() {
                let header = name.to_owned();
                return Err(DeliveryRefusal::RepeatedHeader { header });
            }
        }
        Ok(Self(checked))
    }

    /// The value, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&'d [u8]> {
        let found = self.0.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| *value)
    }
}

/// Whether a field may be shown to a plugin: neither what the delivery was verified by, nor what a
/// server on the way was let in by.
pub(crate) fn is_shown(form: Option<&Deliveries>, name: &str) -> bool {
    let signature = form.and_then(Deliveries::signature);
    let token = form.and_then(Deliveries::token);
    let secret = [
        signature.map(|form| &*form.signature),
        token.map(|form| &*form.header),
        Some("authorization"),
        Some("cookie"),
        Some("proxy-authorization"),
    ];
    !secret
        .into_iter()
        .flatten()
        .any(|own| own.eq_ignore_ascii_case(name))
}
