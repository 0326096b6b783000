//! Paths: what is accepted is spelt in the one way that there is, and leads nowhere but down.
#![no_main]

use code_source_egress::{check_path, encode_segment};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;

fuzz_target!(|path: &str| {
    if check_path(path).is_err() {
        return;
    }
    let segments = path.strip_prefix('/').expect("a path begins with a slash").split('/');
    for segment in segments {
        let once: Vec<u8> = percent_decode_str(segment).collect();
        check_components(&once);
        let twice: Vec<u8> = percent_encoding::percent_decode(&once).collect();
        check_components(&twice);
        if let Ok(text) = std::str::from_utf8(&once) {
            assert_eq!(encode_segment(text), segment, "another spelling");
        }
    }
    let uri: http::Uri = path.parse().expect("a path is a URI");
    assert_eq!(uri.path(), path);
    assert_eq!(uri.query(), None);
});

fn check_components(bytes: &[u8]) {
    assert!(!bytes.iter().any(u8::is_ascii_control));
    for component in bytes.split(|byte| matches!(byte, b'/' | b'\\')) {
        assert!(!matches!(component, b"" | b"." | b".."));
    }
}
