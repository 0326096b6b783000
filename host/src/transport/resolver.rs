//! Looking up names: apart so that an embedder, or a test, can answer in the system's place.

use std::io;
use std::net::IpAddr;

/// Looks up the addresses of a name.
///
/// Whatever it answers is held against the address rules before anything is dialled. Addresses
/// that stand in a connection's URL themselves are not looked up, and are held against the same
/// rules.
#[async_trait::async_trait]
pub trait Resolver: Send + Sync {
    /// All the addresses of `name`, in the order in which they are to be tried.
    ///
    /// # Errors
    ///
    /// Whatever keeps the name from being looked up.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's own look-up: its hosts file, its name servers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait::async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        let mut addresses = Vec::new();
        for address in found.map(|socket| socket.ip()) {
            // The system answers once for each kind of socket.
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }
}
