//! What the way through the firewall costs in a full sync: the figure behind "less than 5 %".
//!
//! `cargo run --release --bin bench-egress -- [MEGABYTES] [ROUNDS]`
//!
//! In turn, in one run: the archive of a repository through the host (sandbox, policy, credential,
//! audit, scan for secrets, limits), the same archive with a plain client of the same HTTP and TLS
//! libraries, and a full sync. What the host adds to the archive is held against the sync.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use code_source::contract::git::{ArchiveFormat, Revision};
use code_source::egress::ConnectedRepository;
use code_source::sync::{Directory, SyncOptions};
use code_source::{Connection, Engine, Plugin, Secret, Source, TokenSource};
use code_source_stand_in::{Change, Project, StandIn, noise};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

#[tokio::main]
async fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().ok());
    let megabytes: u64 = numbers.next().flatten().unwrap_or(1024);
    let rounds = numbers.next().flatten().unwrap_or(3);
    let forge = StandIn::builder()
        .start()
        .await
        .expect("the stand-in starts");
    let project = forge.project("bench/large");
    let commit = fill(&project, megabytes);
    let folder = tempfile::tempdir().expect("a folder");
    let source = open(&forge, &project, folder.path());
    let (mut host, mut plain, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        host.push(through_host(&source, &project, &commit).await);
        plain.push(plainly(&forge, &project, &commit).await);
        let copy = folder.path().join(format!("copy-{round}"));
        whole.push(sync(&source, &project, copy).await);
    }
    assert_eq!(host[0].1, plain[0].1, "both read the same archive");
    let bytes = host[0].1;
    let (host, plain) = (median(host), median(plain));
    let whole = median(whole);
    let added = host.as_secs_f64() - plain.as_secs_f64();
    let share = added / (whole.as_secs_f64() - added);
    println!(
        "repository                {megabytes} MiB, an archive of {bytes} bytes, {rounds} rounds"
    );
    println!("archive, through the host {:.2} s", host.as_secs_f64());
    println!("archive, plain client     {:.2} s", plain.as_secs_f64());
    println!("full sync                 {:.2} s", whole.as_secs_f64());
    println!(
        "the host adds             {:.1} % to the sync",
        share * 100.0
    );
    if share < 0.05 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn fill(project: &Project, megabytes: u64) -> String {
    let commit = project.new_commit("main", "Begin");
    let files = (0..megabytes).map(|index| {
        let path = format!("folder-{}/file-{index}", index / 100);
        (path.into_bytes(), Change::file(noise(index, 1 << 20)))
    });
    project.commit_as(&commit, files)
}

fn open(forge: &StandIn, project: &Project, folder: &std::path::Path) -> Source {
    let ca_file = folder.join("ca.pem");
    std::fs::write(&ca_file, forge.ca_pem()).expect("the CA's file");
    let engine = Engine::builder().build().expect("the engine");
    let plugin = Plugin::embedded(&engine).expect("the plugin");
    let token = TokenSource::Value(Secret::new(forge.admin_token()));
    let connection = Connection::new("bench", forge.url(), token)
        .ca_file(ca_file)
        .private_addresses(["127.0.0.0/8".parse().expect("a range")])
        .repositories([ConnectedRepository {
            id: project.id().to_string(),
            path: project.path(),
        }]);
    Source::open(&plugin, connection).expect("the connection opens")
}

/// Time and bytes of the archive, as a caller of the library gets it.
async fn through_host(source: &Source, project: &Project, commit: &str) -> (Duration, u64) {
    let start = Instant::now();
    let id = project.id().to_string();
    let archive = source
        .read_archive(&id, commit, None, ArchiveFormat::Tar)
        .await;
    let mut content = archive.answer.expect("an archive");
    let mut bytes = 0;
    while let Some(piece) = content.next().await {
        bytes += piece.expect("a piece of the archive").len() as u64;
    }
    (start.elapsed(), bytes)
}

/// The same with nothing between the connection and the bytes.
async fn plainly(forge: &StandIn, project: &Project, commit: &str) -> (Duration, u64) {
    let start = Instant::now();
    let mut roots = RootCertStore::empty();
    let pem = forge.ca_pem();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots
            .add(certificate.expect("a certificate"))
            .expect("an authority");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the usual versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(forge.address())
        .await
        .expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(tls)).connect(name, tcp).await;
    let stream = TokioIo::new(stream.expect("a handshake"));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
        .await
        .expect("HTTP");
    tokio::spawn(connection);
    let id = project.id();
    let request = http::Request::get(format!(
        "/api/v4/projects/{id}/repository/archive.tar?sha={commit}"
    ))
    .header("host", "localhost")
    .header("private-token", forge.admin_token())
    .body(Empty::<bytes::Bytes>::new())
    .expect("a request");
    let mut answer = sender.send_request(request).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let mut bytes = 0;
    while let Some(frame) = answer.frame().await {
        let frame = frame.expect("a piece of the archive");
        bytes += frame.data_ref().map_or(0, bytes::Bytes::len) as u64;
    }
    (start.elapsed(), bytes)
}

async fn sync(source: &Source, project: &Project, copy: std::path::PathBuf) -> (Duration, u64) {
    let start = Instant::now();
    let mut directory = Directory::new(&copy);
    let summary = code_source::sync::sync(
        source,
        &project.id().to_string(),
        &Revision::DefaultBranch,
        &mut directory,
        &SyncOptions::default(),
        &(),
    )
    .await
    .expect("a sync");
    let time = start.elapsed();
    std::fs::remove_dir_all(copy).expect("the copy goes");
    (time, summary.bytes)
}

fn median(mut times: Vec<(Duration, u64)>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2].0
}
