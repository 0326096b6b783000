//! Tests of the one form of a path, by its text and by property.

use proptest::{collection, prelude::*, sample};

use super::*;

#[test]
fn ordinary_paths_pass() {
    for path in [
        "/api/v4/things/42",
        "/api/v4/things/web%2Fshop",
        "/a/src%2Fmain.rs/raw",
        "/a/...",
        "/a/.gitignore",
        "/a/..a",
        "/a/100%25.txt",
        "/a/a%252fb",
        "/a/%C3%A9%20%2B~",
        "/a/a%5Cb",
    ] {
        assert_eq!(check_path(path), Ok(()), "{path}");
    }
}

#[test]
fn tricks_with_encodings_are_refused() {
    use PathError::*;
    for (path, error) in [
        ("", Relative),
        ("a", Relative),
        ("*", Relative),
        ("https://other.example/", Relative),
        ("/", Empty),
        ("//a", Empty),
        ("/a//b", Empty),
        ("/a/", Empty),
        ("/a%2F%2Fb", Empty),
        ("/%2Fa", Empty),
        ("/a%2F", Empty),
        ("/a%252F%252Fb", Empty),
        ("/a%5C%5Cb", Empty),
        ("/.", Dots),
        ("/a/../b", Dots),
        ("/a%2F..%2Fb", Dots),
        ("/..%2Fb", Dots),
        ("/a%5C..%5Cb", Dots),
        ("/a%252F..%252Fb", Dots),
        ("/a/%252E%252E/b", Dots),
        ("/a/%252e", Dots),
        ("/%76ariables", Encoded),
        ("/%2E%2E/b", Encoded),
        ("/a%2Db", Encoded),
        ("/web%2fshop", LowerCase),
        ("/%c3%a9", LowerCase),
        ("/a%", Percent),
        ("/a%2", Percent),
        ("/a%zz", Percent),
        ("/a%%32%46", Percent),
        ("/a%0Ab", Control),
        ("/a%00", Control),
        ("/a%250Ab", Control),
        ("/a%7F", Control),
        ("/a b", Byte),
        ("/a\r\nb", Byte),
        ("/a\\b", Byte),
        ("/é", Byte),
        ("/a?b", Byte),
        ("/a#b", Byte),
        ("/a[b]", Byte),
        ("/a;b", Unencoded),
        ("/a@b", Unencoded),
        ("/a:b", Unencoded),
        ("/a+b", Unencoded),
        ("/!", Unencoded),
    ] {
        assert_eq!(check_path(path), Err(error), "{path}");
    }
}

fn respell(path: &str) -> String {
    let segment = |segment: &str| {
        let decoded: Vec<u8> = Decoded::new(segment.bytes()).collect();
        percent_encoding::percent_encode(&decoded, RESERVED).to_string()
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The bytes that spellings differ in, and any other.
fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![sample::select(b"ab.-~%/\\+ ".to_vec()), any::<u8>()]
}

fn segments_of(path: &str) -> Vec<Vec<u8>> {
    let segments = path.split('/').skip(1);
    segments
        .map(|segment| Decoded::new(segment.bytes()).collect())
        .collect()
}

proptest! {
    #[test]
    fn a_path_that_passes_has_one_encoding(path in "(/([a-c.~%]|%[0-9A-Fa-f]{2}|[!-~]){0,6}){1,4}") {
        if check_path(&path).is_ok() {
            prop_assert_eq!(respell(&path), path);
        }
    }

    #[test]
    fn an_encoded_name_passes_and_comes_back(name in "[^/\\\\%\\x00-\\x1f\\x7f]{3,12}") {
        let segment = encode_segment(&name);
        prop_assert_eq!(Decoded::new(segment.bytes()).collect::<Vec<_>>(), name.as_bytes());
        if !name.trim_matches('.').is_empty() {
            let path = format!("/{segment}");
            prop_assert_eq!(check_path(&path), Ok(()));
        }
    }

    #[test]
    fn of_all_spellings_of_a_path_at_most_one_passes(
        segments in collection::vec(collection::vec(any_byte(), 1..6), 1..4),
        spelled in collection::vec(0..3_u8, 24),
    ) {
        let spell = |how: &mut dyn FnMut() -> u8| {
            let mut path = String::new();
            for segment in &segments {
                path.push('/');
                for byte in segment {
                    match how() {
                        0 if byte.is_ascii_graphic() => path.push(char::from(*byte)),
                        1 => path.push_str(&format!("%{byte:02x}")),
                        _ => path.push_str(&format!("%{byte:02X}")),
                    }
                }
            }
            path
        };
        let mut spelled = spelled.into_iter().cycle();
        let path = spell(&mut || spelled.next().unwrap_or_default());
        let encode = |segment: &Vec<u8>| percent_encoding::percent_encode(segment, RESERVED).to_string();
        let canonical = segments.iter().map(|one| format!("/{}", encode(one))).collect::<String>();
        // A literal `/` or `%` in a segment is another path, and no other spelling of this one.
        if check_path(&path).is_ok() && segments_of(&path) == segments {
            prop_assert_eq!(path, canonical);
        }
    }
}
