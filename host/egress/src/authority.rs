//! Scheme, host and port, parsed once into the one form that everything after it uses.
//!
//! It is apart because two parsers of one authority are how requests slip past a policy: the
//! policy, the pool, the `Host` header, the certificate check and the audit all take this value.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use idna::AsciiDenyList;

/// Scheme of an origin.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scheme {
    /// Plain HTTP: only where a connection asks for it in words.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme as it stands in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that is meant where none is written.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn parse(text: &str) -> Result<Self, AuthorityError> {
        [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| text.eq_ignore_ascii_case(scheme.as_str()))
            .ok_or(AuthorityError::Scheme)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Host of an origin: lower-case, in its ASCII form, without a trailing dot.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Host {
    /// A name to resolve.
    Name(Box<str>),
    /// A literal address.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// Canonical scheme, host and port.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin {
    scheme: Scheme,
    host: Host,
    port: u16,
    authority: Box<str>,
}

impl Origin {
    /// Parses a scheme and an authority as they stand in a request.
    ///
    /// # Errors
    ///
    /// Whatever two parsers could read in two ways is refused.
    pub fn parse(scheme: &str, authority: &str) -> Result<Self, AuthorityError> {
        let scheme = Scheme::parse(scheme)?;
        let (host, port) = split_port(authority)?;
        let port = port.map_or(Ok(scheme.default_port()), parse_port)?;
        let host = parse_host(host)?;
        let authority = if port == scheme.default_port() {
            host.to_string()
        } else {
            format!("{host}:{port}")
        };
        Ok(Self {
            scheme,
            host,
            port,
            authority: authority.into(),
        })
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, explicit even where it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as they stand in a `Host` header: without the scheme's own port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What a certificate has to name: the name, or the address without brackets.
    pub fn server_name(&self) -> String {
        match &self.host {
            Host::Name(name) => name.to_string(),
            Host::Address(address) => address.to_string(),
        }
    }

    /// Whether a request's scheme and authority mean this origin. Allocates only for spellings
    /// that a well-meaning client does not use.
    pub(crate) fn is(&self, scheme: &str, authority: &str) -> Result<bool, AuthorityError> {
        if self.is_written(scheme, authority) {
            return Ok(true);
        }
        Ok(Self::parse(scheme, authority)? == *self)
    }

    fn is_written(&self, scheme: &str, authority: &str) -> bool {
        let explicit = || {
            let (host, port) = authority.rsplit_once(':')?;
            let same_port = match self.scheme {
                Scheme::Http => port == "80",
                Scheme::Https => port == "443",
            };
            (same_port && self.port == self.scheme.default_port()).then_some(host)
        };
        let canonical = |host: &str| host.eq_ignore_ascii_case(&self.authority);
        scheme.eq_ignore_ascii_case(self.scheme.as_str())
            && (canonical(authority) || explicit().is_some_and(canonical))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// Why an authority is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// Brackets around something else.
    #[error("the brackets hold no IPv6 address")]
    Brackets,
    /// A space, a control character or a delimiter.
    #[error("the authority holds a character that no host has")]
    Character,
    /// No host.
    #[error("the authority has no host")]
    Empty,
    /// Labels that are empty, too long, or not valid in an international name.
    #[error("the host is not a valid domain name")]
    Name,
    /// An IPv4 address in any but its dotted decimal form.
    #[error("the host is an IPv4 address in an unusual form")]
    OddAddress,
    /// A percent sign.
    #[error("the authority holds a percent sign")]
    Percent,
    /// A port that is empty, not a number, or out of range.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// Neither `http` nor `https`.
    #[error("the scheme is neither `http` nor `https`")]
    Scheme,
    /// A user name or a password.
    #[error("the authority holds a user name or a password")]
    UserInfo,
    /// An IPv6 address with a zone.
    #[error("the IPv6 address has a zone")]
    Zone,
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), AuthorityError> {
    refuse_characters(authority)?;
    let (host, rest) = match authority.strip_prefix('[') {
        Some(inner) => {
            let end = inner.find(']').ok_or(AuthorityError::Brackets)?;
            // One for the bracket that `inner` lacks, one for the closing bracket.
            authority.split_at(end + 2)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    match rest.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if rest.is_empty() => Ok((host, None)),
        None => Err(AuthorityError::Brackets),
    }
}

fn refuse_characters(authority: &str) -> Result<(), AuthorityError> {
    if authority.contains('@') {
        return Err(AuthorityError::UserInfo);
    }
    if authority.contains('%') {
        let zone = authority.starts_with('[');
        return Err(if zone {
            AuthorityError::Zone
        } else {
            AuthorityError::Percent
        });
    }
    let refused = |c: char| c.is_whitespace() || c.is_control() || "/\\?#\"<>^`{|}".contains(c);
    if authority.contains(refused) {
        return Err(AuthorityError::Character);
    }
    Ok(())
}

fn parse_port(text: &str) -> Result<u16, AuthorityError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.starts_with('0') {
        return Err(AuthorityError::Port);
    }
    text.parse().map_err(|_| AuthorityError::Port)
}

fn parse_host(text: &str) -> Result<Host, AuthorityError> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(AuthorityError::Brackets)?;
        let address: Ipv6Addr = inner.parse().map_err(|_| AuthorityError::Brackets)?;
        return Ok(Host::Address(address.into()));
    }
    if text.is_empty() {
        return Err(AuthorityError::Empty);
    }
    let name = idna::domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::URL)
        .map_err(|_| AuthorityError::Name)?;
    let name = name.strip_suffix('.').unwrap_or(&name);
    // The name is checked after the mapping, which turns full-width digits and dots into ASCII.
    if ends_in_a_number(name) {
        let address: Ipv4Addr = name.parse().map_err(|_| AuthorityError::OddAddress)?;
        return Ok(Host::Address(address.into()));
    }
    if name.is_empty() || name.len() > MAX_NAME || !name.split('.').all(is_label) {
        return Err(AuthorityError::Name);
    }
    Ok(Host::Name(name.into()))
}

/// Whether resolvers and URL libraries may take the name for an IPv4 address.
fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_label(label: &str) -> bool {
    let inside =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=MAX_LABEL).contains(&label.len())
        && label.bytes().all(inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// RFC 1035, section 2.3.4.
const MAX_LABEL: usize = 63;
/// RFC 1035, section 2.3.4, without the dot at the end.
const MAX_NAME: usize = 253;

#[cfg(test)]
mod tests;
