//! A token that is exchanged while answers are under way: the old one is as secret as the new one.

use code_source::{Connection, TokenSource};
use code_source_tests::{Piece, open};

use super::scene::{Scene, tree};

const OLD: &str = "acmepat-of-yesterday-0123";
const NEW: &str = "acmepat-of-today-89abcdef";
const NEWEST: &str = "acmepat-of-tomorrow-4567";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_exchanged_is_still_covered() {
    let all = format!(r#"["{OLD}","{NEW}","{NEWEST}"]"#);
    let scene = Scene::sending(Piece::json(all)).await;
    let file = scene.site.file("rotating", OLD);
    let ca = scene.site.file("ca.pem", &scene.site.authority.pem());
    let connection = Connection::new("rotating", scene.forge.url(), TokenSource::File(file))
        .ca_file(ca)
        .private_addresses(["127.0.0.0/8".parse().unwrap()])
        .repositories(scene.source().repositories().iter().cloned())
        .audit(scene.site.audit.clone());
    let source = open(connection, |_| ());
    for (round, token) in [OLD, NEW, NEWEST].into_iter().enumerate() {
        scene.site.file("rotating", token);
        let came = scene.send_by(&source, tree()).await;
        let request = scene.forge.requests().pop().unwrap();
        assert_eq!(request.header("private-token"), Some(token));
        let body = came.answer.body().unwrap().to_owned();
        let shown = [OLD, NEW, NEWEST].map(|token| body.contains(token));
        // What nobody has been given yet is no secret of this connection.
        assert_eq!(shown, [0, 1, 2].map(|number| number > round), "{body}");
        came.is_whole(200, round as u64 + 1);
    }
}
