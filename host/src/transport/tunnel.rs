//! Asking a proxy for a way to the forge: apart because a proxy's answer is as untrusted as the
//! forge's, and comes before TLS.

use code_source_egress::Origin;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use zeroize::Zeroizing;

use super::failure::Failure;
use super::kind::Kind;
use super::proxy::OpenProxy;
use super::stream::Wire;
use crate::report::Stage;

/// Ask for a way to the forge, by its name. Afterwards all bytes are the forge's.
pub(super) async fn open(
    wire: &mut (dyn Wire + '_),
    proxy: &OpenProxy,
    forge: &Origin,
) -> Result<(), Failure> {
    let request = request(proxy, forge)?;
    let unwritten = |_| malformed(proxy, "it closed the connection before it was asked");
    wire.write_all(request.as_bytes())
        .await
        .map_err(unwritten)?;
    wire.flush().await.map_err(unwritten)?;
    let status = status(wire)
        .await
        .map_err(|problem| malformed(proxy, problem))?;
    judge(status, proxy)
}

fn request(proxy: &OpenProxy, forge: &Origin) -> Result<Zeroizing<String>, Failure> {
    // Both in the one form that everything else was decided on, and the port in any case.
    let target = format!("{}:{}", forge.host(), forge.port());
    let authorization = proxy.authorization()?;
    let authorization = authorization.as_ref().map(|value| value.as_str());
    let authorization = authorization.map_or_else(Zeroizing::default, |value| {
        Zeroizing::new(format!("Proxy-Authorization: {value}\r\n"))
    });
    Ok(Zeroizing::new(format!(
        "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {USER_AGENT}\r\n{}\r\n",
        *authorization
    )))
}

/// The status of the answer, of which nothing else is kept: what a proxy writes may repeat what
/// it was sent.
async fn status(wire: &mut (dyn Wire + '_)) -> Result<u16, &'static str> {
    let mut head = Vec::with_capacity(512);
    let end = loop {
        let mut buffer = [0; 512];
        let length = match wire.read(&mut buffer).await {
            Ok(0) | Err(_) => return Err("it closed the connection before it answered"),
            Ok(length) => length,
        };
        head.extend_from_slice(&buffer[..length]);
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if head.len() >= MOST_BYTES {
            return Err("the head of its answer does not end within 8 KiB");
        }
    };
    let status = parse(&head[..end]).ok_or("its answer is not HTTP/1")?;
    // The forge's side of TLS is silent until it is spoken to, so these bytes are not the forge's.
    if (200..300).contains(&status) && head.len() > end {
        return Err("it sent something of its own after it had opened the way");
    }
    Ok(status)
}

fn parse(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?;
    let (minor, rest) = rest.split_first()?;
    let digits = rest.strip_prefix(b" ")?.get(..3)?;
    let after = rest.get(4)?;
    let is_status = digits.iter().all(u8::is_ascii_digit) && digits[0] != b'0';
    if !minor.is_ascii_digit() || !is_status || !b" \r".contains(after) {
        return None;
    }
    Some(
        digits
            .iter()
            .fold(0, |number, digit| number * 10 + u16::from(digit - b'0')),
    )
}

pub(super) fn judge(status: u16, proxy: &OpenProxy) -> Result<(), Failure> {
    let name = proxy.origin.authority();
    match status {
        200..300 => Ok(()),
        407 if proxy.has_credentials() => Err(Failure::new(
            Stage::Proxy,
            Kind::ProxyAuthentication,
            format!("the proxy `{name}` does not accept the connection's credentials (status 407)"),
        )),
        407 => Err(Failure::new(
            Stage::Proxy,
            Kind::ProxyAuthentication,
            format!("the proxy `{name}` asks for credentials (status 407)"),
        )
        .remedy(format!(
            "proxy = {{ url = \"{}\", credentials = {{ file = \"…\" }} }}",
            proxy.origin
        ))),
        502..=504 => Err(Failure::new(
            Stage::Proxy,
            Kind::ProxyRefused,
            format!("the proxy `{name}` does not reach the forge: it answered {status}"),
        )),
        _ => Err(Failure::new(
            Stage::Proxy,
            Kind::ProxyRefused,
            format!("the proxy `{name}` refuses to lead to the forge: it answered {status}"),
        )),
    }
}

pub(super) fn malformed(proxy: &OpenProxy, problem: &str) -> Failure {
    let detail = format!(
        "the proxy `{}` does not answer like one: {problem}",
        proxy.origin.authority()
    );
    Failure::new(Stage::Proxy, Kind::ProxyMalformed, detail)
}

/// Bytes of an answer's head at most.
const MOST_BYTES: usize = 8 << 10;

const USER_AGENT: &str = concat!("code-source/", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_line_of_http_1_is_one() {
        for (head, status) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 200\r\n\r\n", Some(200)),
            ("HTTP/1.1 407 x\r\n\r\n", Some(407)),
            ("HTTP/2 200\r\n\r\n", None),
            ("HTTP/1.1  200\r\n\r\n", None),
            ("HTTP/1.1 2000 x\r\n\r\n", None),
            ("HTTP/1.1 020 x\r\n\r\n", None),
            ("HTTP/1.1 20\r\n\r\n", None),
            ("SSH-2.0-x\r\n\r\n", None),
            ("\r\n\r\n", None),
        ] {
            assert_eq!(parse(head.as_bytes()), status, "{head:?}");
        }
    }
}
