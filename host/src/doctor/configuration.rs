//! The first station: what the connection is, and everything that can be refused about it without a
//! request. Apart because it opens the connection, for all that follow.

use super::observer::Way;
use super::problem::Problem;
use super::station::{StationName, Visit};
use crate::connection::Connection;
use crate::credential::Inspection;
use crate::error::Error;
use crate::plugin::Plugin;
use crate::source::Source;
use crate::transport::Probe;

/// Open the connection, as far as it can be: a token that cannot be used is another station's.
pub(super) fn visit(
    plugin: &Plugin,
    connection: &Connection,
    token: &Inspection,
    facts: &[(&'static str, String)],
    way: &mut Way<'_>,
) -> Option<(Probe, Option<Source>)> {
    let mut visit = way.begin(StationName::Configuration);
    way.name("connection", connection.name.clone());
    visit.fact("connection", connection.name.clone());
    if let Ok(base) = code_source_egress::BaseUrl::parse(&connection.url) {
        // In its one form, without what somebody may have put before the host.
        visit.fact("url", base.to_string());
        way.name("host", base.origin().server_name());
    }
    for (key, text) in facts {
        visit.fact(key, text.clone());
    }
    about_connection(connection, &mut visit, way);
    about_plugin(plugin, &mut visit);
    let opened = match token.problem {
        None => Source::open(plugin, connection.clone())
            .map(|source| (source.shared().transport.probe(), Some(source))),
        Some(_) => connection.probe(plugin).map(|probe| (probe, None)),
    };
    let opened = match opened {
        Ok((probe, source)) => {
            if let Some(source) = &source {
                let cut = source.cut().len();
                visit.fact("not-granted", counted(cut));
            }
            Some((probe, source))
        }
        Err(error) => {
            visit.problem(Problem::of_host(code(&error), error));
            None
        }
    };
    way.end(visit.end());
    opened
}

fn about_connection(connection: &Connection, visit: &mut Visit, way: &mut Way<'_>) {
    let access = connection.access.iter().map(ToString::to_string);
    visit.facts("access", access.collect());
    if let Some(file) = &connection.ca_file {
        way.name("file", file.display().to_string());
        visit.fact("ca-file", file.display().to_string());
    }
    let proxy = connection.proxy.as_ref().and_then(|one| one.origin().ok());
    if let Some(proxy) = proxy {
        way.name("host", proxy.server_name());
        visit.fact("proxy", proxy.to_string());
    }
    let ranges = connection.private_addresses.iter();
    visit.facts(
        "private-addresses",
        ranges.map(ToString::to_string).collect(),
    );
}

fn about_plugin(plugin: &Plugin, visit: &mut Visit) {
    let manifest = plugin.manifest();
    let plugin_text = format!("{} {}", manifest.name(), manifest.version());
    visit.fact("plugin", plugin_text);
    visit.fact("plugin-sha256", plugin.digest());
    visit.fact("contract", manifest.contract());
}

fn counted(cut: usize) -> String {
    match cut {
        0 => String::new(),
        1 => "1 endpoint that the plugin asks for".to_owned(),
        cut => format!("{cut} endpoints that the plugin asks for"),
    }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::Certificates { .. } => "ca-file-unusable",
        Error::ClientIdentity { .. } => "client-certificate-unusable",
        Error::Credential { .. } => "secret-unusable",
        Error::PlainHttp { .. } => "plain-http-refused",
        Error::PrivateAddresses(_) => "private-addresses-unusable",
        Error::Proxy { .. } => "proxy-unusable",
        Error::RefusedHost { .. } => "host-refused",
        Error::Tls { .. } => "no-authority-trusted",
        Error::Url(_) => "url-unusable",
        _ => "connection-unusable",
    }
}
