//! Masking: however an answer is cut, no secret passes, and nothing else is touched.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use code_source_egress::{ContentScan, MaskPatterns, MaskStream};
use libfuzzer_sys::fuzz_target;

const SECRETS: [&[u8]; 2] = [b"acmepat-\"0123\\456/789", b"789acmepat-0123456"];

/// Made once, as for a token.
static PATTERNS: LazyLock<MaskPatterns> = LazyLock::new(|| MaskPatterns::new(SECRETS));

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (splits, mut body) = input;
    // Bytes that nothing else has stand for a secret in one of its encodings.
    for (mark, spelling) in [(0xf1, spell(0)), (0xf2, spell(1)), (0xf3, hex(0)), (0xf4, unicode(1))] {
        if let Some(at) = body.iter().position(|byte| *byte == mark) {
            body.splice(at..=at, spelling);
        }
    }
    let patterns = &*PATTERNS;
    let mut whole = body.clone();
    let hits = patterns.mask(&mut whole);
    assert_eq!(whole.len(), body.len());
    assert_eq!(hits > 0, patterns.is_in(&body));
    assert!(!patterns.is_in(&whole));
    for (before, after) in body.iter().zip(&whole) {
        assert!(before == after || *after == b'*');
    }
    let (mut stream, mut scan) = (MaskStream::default(), ContentScan::default());
    let (mut masked, mut passed, mut refused) = (Vec::new(), Vec::new(), false);
    for piece in pieces(&body, &splits) {
        masked.extend_from_slice(&stream.push(patterns, piece.clone()).bytes);
        if !refused {
            match scan.push(patterns, piece) {
                Ok(bytes) => passed.extend_from_slice(&bytes),
                Err(_) => refused = true,
            }
        }
    }
    masked.extend_from_slice(&stream.finish(patterns).bytes);
    assert_eq!(masked, whole);
    if !refused {
        match scan.finish(patterns) {
            Ok(bytes) => passed.extend_from_slice(&bytes),
            Err(_) => refused = true,
        }
    }
    assert_eq!(refused, hits > 0);
    assert!(body.starts_with(&passed) && !patterns.is_in(&passed));
    assert!(refused || passed == body);
});

fn spell(index: usize) -> Vec<u8> {
    SECRETS[index].to_vec()
}

fn hex(index: usize) -> Vec<u8> {
    SECRETS[index].iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

fn unicode(index: usize) -> Vec<u8> {
    SECRETS[index].iter().flat_map(|byte| format!("\\u{byte:04x}").into_bytes()).collect()
}

/// The body in pieces of these lengths, over and over.
fn pieces(body: &[u8], splits: &[u8]) -> Vec<Bytes> {
    let mut lengths = splits.iter().map(|length| usize::from(*length)).cycle();
    let mut rest = Bytes::copy_from_slice(body);
    let mut pieces = Vec::new();
    let mut empty = 0;
    while !rest.is_empty() {
        let mut length = lengths.next().unwrap_or(rest.len()).min(rest.len());
        empty = if length == 0 { empty + 1 } else { 0 };
        if empty > splits.len() {
            length = rest.len();
        }
        pieces.push(rest.split_to(length));
    }
    pieces
}
