//! Neither a request that is allowed nor a piece of an answer without a secret costs an allocation.
//!
//! It is apart because it counts what the whole process allocates.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use bytes::Bytes;
use code_source_egress::{
    Access, BaseUrl, Call, ConnectedRepository, ContentScan, FieldBlanker, Manifest, MaskPatterns,
    MaskStream, Operator, Policy, Profile, RepositoryArgument, RequestHead, SecretFields,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[expect(
    unsafe_code,
    reason = "a global allocator cannot be written without it"
)]
// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const PROFILE: &str = r#"
provider = "acme"
api-path = "/api"
credential = { header = "X-Key", value = "{token}" }
identity = { endpoint = "GET /things/{thing}", placeholder = "thing", id = "id", path = "path" }
rules = [
  { endpoint = "GET /things", access = "read", answer = "json" },
  { endpoint = "GET /things/{thing}", access = "read", answer = "json" },
  { endpoint = "GET /things/{thing}/files/self", access = "read", answer = "json" },
  { endpoint = "GET /things/{thing}/tree", access = "read", answer = "json", query = ["ref", "page"], query-values = { page = ["1", "2"] } },
  { endpoint = "GET /things/{thing}/files/{path}", access = "read", answer = "content", query-lists = ["ids[]"] },
]
"#;

const MANIFEST: &str = r#"{
  "name": "acme", "version": "1.0.0", "provider": "acme", "contract": "jitera:code-source@0.1.0",
  "operations": {
    "git.read-file": [
      { "endpoint": "GET /things/{thing}/tree", "why": "the tree" },
      { "endpoint": "GET /things/{thing}/files/{path}", "why": "the file" }
    ]
  }
}"#;

fn call() -> Call {
    let connected = ConnectedRepository {
        id: "42".into(),
        path: "web/shop".into(),
    };
    let operator = Operator {
        access: vec![Access::Read],
        repositories: vec![connected],
        allow: vec!["GET /things/**".parse().unwrap()],
        deny: vec!["* /things/{thing}/files/self".parse().unwrap()],
        ..Operator::default()
    };
    let profile = Profile::parse(PROFILE).unwrap();
    let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
    let base = BaseUrl::parse("https://forge.example/acme").unwrap();
    let policy = Policy::new(&profile, &manifest, &base, operator).unwrap();
    policy
        .call("git.read-file", Some(RepositoryArgument::Id("42")))
        .unwrap()
}

fn allocations(run: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

#[test]
fn an_allowed_request_allocates_nothing() {
    let call = call();
    for (authority, path, query) in [
        (
            "forge.example",
            "/acme/api/things/42/tree",
            Some("ref=main&page=2"),
        ),
        ("FORGE.example:443", "/acme/api/things/42/tree", None),
        (
            "forge.example",
            "/acme/api/things/42/files/src%2Fa%20b.rs",
            Some("ids%5B%5D=1&ids[]=2"),
        ),
    ] {
        let request = RequestHead {
            method: "GET",
            scheme: "https",
            authority,
            path,
            query,
        };
        let headers = [
            ("accept", &b"*/*"[..]),
            ("user-agent", b"plugin"),
            ("range", b"bytes=0-9"),
        ];
        let counted = allocations(|| {
            let permit = call.decide(&request).unwrap();
            call.check_headers(&permit, headers.into_iter()).unwrap();
            let body = call.check_body(&permit, b"").unwrap();
            assert_eq!(body.placeholders().count(), 0);
        });
        assert_eq!(counted, 0, "{authority}{path}");
    }
}

#[test]
fn a_piece_of_an_answer_without_a_secret_allocates_nothing() {
    let patterns = MaskPatterns::new([&b"key-1-of-many"[..], b"key-2-of-many"]);
    let mut stream = MaskStream::default();
    let mut scan = ContentScan::default();
    let mut blanker = FieldBlanker::new(SecretFields::new(["secret", "token"]));
    let pieces: [&[u8]; 5] = [
        br#"[{"name":"key-1","text":"a\nb","to\u006Be":1,"sec"#,
        br#"r\u0065","secr\u0065","secret":null},"#,
        b"",
        br#""a name that is longer than any other \" name":{"token" "#,
        b":false}]",
    ];
    let counted = allocations(|| {
        for piece in pieces {
            let piece = Bytes::from_static(piece);
            let blanked = blanker.push(piece.clone()).bytes;
            let masked = stream.push(&patterns, blanked).bytes;
            assert_eq!(scan.push(&patterns, masked).as_ref(), Ok(&piece));
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
}
