//! Dialling several addresses at once, as RFC 8305 has it: apart because the order and the head
//! start of each is all there is to it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;

use super::addresses::{Checked, Peer};
use super::failure::Failure;
use super::kind::Kind;
use super::progress::Progress;
use crate::report::Stage;

/// Connect to the first of these addresses that takes a connection. Whoever calls this keeps the
/// time; the attempts are noted in `progress`.
pub(super) async fn dial(
    peer: Peer<'_>,
    addresses: Vec<Checked>,
    progress: &Progress,
) -> Result<(TcpStream, Checked), Failure> {
    // A name server may answer with thousands.
    let mut waiting = interleaved(addresses).into_iter().take(MOST_ADDRESSES);
    let mut attempts = FuturesUnordered::new();
    loop {
        if let Some(address) = waiting.next() {
            progress.dials(address.address());
            attempts.push(async move { (address, attempt(address).await) });
        } else if attempts.is_empty() {
            return Err(failed(peer, progress));
        }
        // Until the next one's turn has come, or there is room for it.
        tokio::select! {
            Some((address, outcome)) = attempts.next() => match outcome {
                Ok(stream) => return Ok((stream, address)),
                Err(error) => progress.failed(address.address(), error.to_string()),
            },
            () = tokio::time::sleep(HEAD_START), if waiting.len() > 0 => (),
        }
    }
}

/// Connect to each of these addresses, all at once, and tell of each what came of it and after how
/// long; nothing came of those that did not answer within `patience`. What is noted in `progress`
/// is what a connection for a request would note.
pub(super) async fn dial_each(
    addresses: Vec<Checked>,
    patience: Duration,
    progress: &Progress,
) -> Vec<(Checked, Duration, Option<io::Result<TcpStream>>)> {
    let waiting = interleaved(addresses).into_iter().take(MOST_ADDRESSES);
    let attempts = waiting.map(|address| async move {
        progress.dials(address.address());
        let start = Instant::now();
        let outcome = tokio::time::timeout(patience, attempt(address)).await.ok();
        if let Some(Err(error)) = &outcome {
            progress.failed(address.address(), error.to_string());
        }
        (address, start.elapsed(), outcome)
    });
    futures_util::future::join_all(attempts).await
}

async fn attempt(address: Checked) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address.socket()).await?;
    confirm(stream.peer_addr()?, address)?;
    // Requests are written whole; waiting for more to write only delays them.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// The system is not asked to look anything up here; should that ever change, it ends here.
fn confirm(found: SocketAddr, address: Checked) -> io::Result<()> {
    if found == address.socket() {
        return Ok(());
    }
    let problem = format!("the connection leads to {found}, which was not checked");
    Err(io::Error::other(problem))
}

/// The kinds of addresses in turns, beginning with that of the first: where one of the two
/// networks is broken, the other one is tried second, and not last.
fn interleaved(addresses: Vec<Checked>) -> Vec<Checked> {
    let is_v6 = |address: &Checked| address.address().is_ipv6();
    let first = addresses.first().is_some_and(is_v6);
    let (same, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| is_v6(address) == first);
    let mut mixed = Vec::with_capacity(same.len() + other.len());
    let (mut same, mut other) = (same.into_iter(), other.into_iter());
    loop {
        let pair = (same.next(), other.next());
        if pair == (None, None) {
            return mixed;
        }
        mixed.extend(pair.0);
        mixed.extend(pair.1);
    }
}

/// What to say when no address took a connection.
pub(super) fn failed(peer: Peer<'_>, progress: &Progress) -> Failure {
    let kind = if peer.is_proxy {
        Kind::ProxyUnreachable
    } else {
        Kind::ConnectFailed
    };
    let whose = if peer.is_proxy { " of the proxy" } else { "" };
    let detail = format!(
        "no connection to port {}{whose}: {}",
        peer.origin.port(),
        progress.attempts()
    );
    Failure::new(Stage::Connect, kind, detail)
}

/// What RFC 8305 recommends, in its section 5.
const HEAD_START: Duration = Duration::from_millis(250);

const MOST_ADDRESSES: usize = 16;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use code_source_egress::{AddressPolicy, Origin};

    use super::*;
    use crate::transport::addresses::Addresses;
    use crate::transport::resolver::SystemResolver;

    fn checked(addresses: &[&str]) -> Vec<Checked> {
        let origin = Origin::parse("https", "git.acme.example").unwrap();
        let peer = Peer {
            origin: &origin,
            is_proxy: false,
        };
        let rules = Addresses {
            policy: AddressPolicy::default(),
            resolver: Arc::new(SystemResolver),
        };
        let candidates: Vec<_> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        rules.allowed(peer, &candidates).unwrap()
    }

    fn order(addresses: &[&str]) -> Vec<String> {
        interleaved(checked(addresses))
            .iter()
            .map(|address| address.address().to_string())
            .collect()
    }

    #[test]
    fn the_kinds_of_addresses_take_turns_and_keep_their_order() {
        assert_eq!(
            order(&["2600::1", "2600::2", "2600::3", "9.0.0.1", "9.0.0.2"]),
            ["2600::1", "9.0.0.1", "2600::2", "9.0.0.2", "2600::3"]
        );
        assert_eq!(order(&["9.0.0.1", "2600::1"]), ["9.0.0.1", "2600::1"]);
        assert_eq!(order(&["9.0.0.2", "9.0.0.1"]), ["9.0.0.2", "9.0.0.1"]);
    }

    #[test]
    fn a_connection_to_an_address_that_was_not_checked_is_none() {
        let checked = checked(&["9.0.0.1"])[0];
        assert!(confirm("9.0.0.1:443".parse().unwrap(), checked).is_ok());
        for other in ["9.0.0.2:443", "9.0.0.1:80", "[::ffff:9.0.0.1]:443"] {
            assert!(confirm(other.parse().unwrap(), checked).is_err());
        }
    }
}
