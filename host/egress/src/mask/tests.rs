//! Masking, and scanning of content, against a naive reference at every split.

use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample};

use crate::mask::{
    ContainsCredential, ContentScan, MaskPatterns, MaskStream, Masked, encodings::encodings,
};

const TOKEN: &[u8] = b"glpat-Zx3_9kQw7RtY2bNm4HsD";
const OTHER: &[u8] = b"glpat-Zx3_9kQw7RtYaaaaaaaa";

fn patterns(secrets: &[&[u8]]) -> MaskPatterns {
    MaskPatterns::new(secrets.iter().copied())
}

fn forms(secrets: &[&[u8]]) -> Vec<Vec<u8>> {
    secrets
        .iter()
        .flat_map(|secret| encodings(secret))
        .collect()
}

/// Where each byte of an occurrence is, found one by one.
fn occurrences(forms: &[Vec<u8>], text: &[u8]) -> Vec<bool> {
    let mut is_hit = vec![false; text.len()];
    for form in forms {
        for begin in 0..text.len() {
            if text[begin..].starts_with(form) {
                is_hit[begin..begin + form.len()].fill(true);
            }
        }
    }
    is_hit
}

fn reference(forms: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
    let is_hit = occurrences(forms, text);
    let bytes = text.iter().zip(is_hit);
    bytes
        .map(|(&byte, is_hit)| if is_hit { b'*' } else { byte })
        .collect()
}

/// The longest end of a text that a form begins with, and does not end with.
fn begun(forms: &[Vec<u8>], text: &[u8]) -> usize {
    let lengths = forms
        .iter()
        .flat_map(|form| (1..form.len()).filter(|&length| text.ends_with(&form[..length])));
    lengths.max().unwrap_or(0)
}

/// A text in pieces of these lengths, over and over again.
fn pieces<'a>(text: &'a [u8], lengths: &'a [usize]) -> impl Iterator<Item = Bytes> + 'a {
    let mut rest = text;
    lengths.iter().cycle().map_while(move |length| {
        let piece = rest.split_off(..rest.len().min(*length))?;
        (!piece.is_empty() || !rest.is_empty()).then(|| Bytes::copy_from_slice(piece))
    })
}

fn masked(patterns: &MaskPatterns, pieces: impl Iterator<Item = Bytes>) -> (Vec<u8>, usize) {
    let mut stream = MaskStream::default();
    let mut all = Vec::new();
    let mut hits = 0;
    let mut take = |masked: Masked| {
        all.extend_from_slice(&masked.bytes);
        hits += masked.hits;
    };
    pieces.for_each(|piece| take(stream.push(patterns, piece)));
    take(stream.finish(patterns));
    (all, hits)
}

#[test]
fn a_secret_is_masked_at_every_split() {
    let patterns = patterns(&[TOKEN]);
    for form in forms(&[TOKEN]) {
        let text = [b"{\"a\":\"g", &form[..], b"glpat-\"}"].concat();
        let expected = [
            b"{\"a\":\"g".to_vec(),
            vec![b'*'; form.len()],
            b"glpat-\"}".to_vec(),
        ];
        for first in 0..=text.len() {
            for second in [0, 1, 2, 30] {
                let (result, hits) = masked(&patterns, pieces(&text, &[first, second, 1000]));
                assert_eq!(result, expected.concat(), "{first} {second}");
                assert_eq!(hits, 1);
            }
        }
    }
}

#[test]
fn secrets_that_overlap_leave_no_byte_of_each_other() {
    let first = b"AAAABBBBCCCC";
    let second = b"BBBBCCCCDDDD";
    let inner = b"xAAAABBBBCCCCDDDDy";
    let text = b"-AAAABBBBCCCCDDDD-xAAAABBBBCCCCDDDDy-AAAABBBBCCCCDDD-BBBBCCCCDDDDy";
    let expected = b"-****************-******************-************DDD-************y";
    let patterns = patterns(&[first, second, inner]);
    let mut one = text.to_vec();
    assert_eq!(patterns.mask(&mut one), 4);
    assert_eq!(one.as_slice(), expected);
    for length in 1..text.len() {
        let (result, hits) = masked(&patterns, pieces(text, &[length]));
        assert_eq!((result.as_slice(), hits), (&expected[..], 4), "{length}");
    }
}

#[test]
fn of_two_secrets_that_end_together_the_longer_one_is_masked() {
    let patterns = patterns(&[b"12345678", b"prefix-12345678"]);
    let mut text = b"prefix-12345678 12345678".to_vec();
    assert_eq!(patterns.mask(&mut text), 2);
    assert_eq!(text, b"*************** ********");
}

#[test]
fn a_secret_that_overlaps_itself_is_masked_to_its_last_byte() {
    let patterns = patterns(&[b"abababab"]);
    let mut text = b"xababababababax".to_vec();
    assert_eq!(patterns.mask(&mut text), 1);
    assert_eq!(text, b"x************ax");
}

#[test]
fn long_runs_of_a_secrets_first_bytes_are_held_back_within_bounds() {
    let secret = [&[b'a'; 600][..], b"b"].concat();
    let patterns = patterns(&[&secret]);
    for length in [1, 7, 4096] {
        let mut stream = MaskStream::default();
        let (mut given, mut passed) = (0, 0);
        for _ in 0..20_000 / length {
            given += length;
            let masked = stream.push(&patterns, vec![b'a'; length].into());
            assert_eq!(masked.hits, 0);
            passed += masked.bytes.len();
            assert!(given - passed <= 600);
        }
        let masked = stream.push(&patterns, Bytes::from_static(b"b"));
        assert_eq!(masked.hits, 1);
        assert_eq!(passed + masked.bytes.len(), given + 1);
        assert!(masked.bytes.ends_with(&[b'*'; 601]));
    }
}

#[test]
fn bytes_without_a_secret_are_not_copied() {
    let patterns = patterns(&[TOKEN]);
    let bytes = Bytes::from(b"nothing to see in here, g".repeat(100));
    let place = bytes.as_ptr();
    let mut stream = MaskStream::default();
    let masked = stream.push(&patterns, bytes.clone());
    assert_eq!(masked.bytes.as_ptr(), place);
    assert_eq!(masked.bytes.len(), bytes.len() - 1);
    assert_eq!(stream.finish(&patterns).bytes.as_ref(), b"g");
}

#[test]
fn without_secrets_everything_passes_as_it_is() {
    for patterns in [MaskPatterns::default(), patterns(&[]), patterns(&[b""])] {
        assert!(patterns.is_empty());
        assert!(!patterns.is_in(TOKEN));
        let bytes = Bytes::from_static(TOKEN);
        let masked = MaskStream::default().push(&patterns, bytes.clone());
        assert_eq!((masked.bytes, masked.hits), (bytes.clone(), 0));
        assert_eq!(
            ContentScan::default().push(&patterns, bytes.clone()),
            Ok(bytes)
        );
    }
}

#[test]
fn a_header_that_holds_a_secret_is_seen() {
    let patterns = patterns(&[TOKEN]);
    assert!(patterns.is_in(&[b"Bearer ", TOKEN].concat()));
    assert!(!patterns.is_in(&TOKEN[..TOKEN.len() - 1]));
    assert!(!patterns.is_in(b""));
}

#[test]
fn new_secrets_hold_for_what_was_held_back_under_old_ones() {
    let (old, both) = (patterns(&[TOKEN]), patterns(&[TOKEN, OTHER]));
    let text = [b"-", OTHER, b"-"].concat();
    for split in 0..17 {
        let mut stream = MaskStream::default();
        let first = stream.push(&old, Bytes::copy_from_slice(&text[..split]));
        let second = stream.push(&both, Bytes::copy_from_slice(&text[split..]));
        let whole = [first.bytes, second.bytes, stream.finish(&both).bytes].concat();
        assert_eq!(whole, [b"-", &[b'*'; 26][..], b"-"].concat(), "{split}");
    }
}

#[test]
fn a_new_secret_within_the_held_back_part_is_masked() {
    let old = patterns(&[b"begin-AAAABBBBCCCC-end"]);
    let new = patterns(&[b"AAAABBBBCCCC"]);
    let mut stream = MaskStream::default();
    let held = stream.push(&old, Bytes::from_static(b"begin-AAAABBBBCCCC-"));
    assert_eq!((held.bytes.len(), held.hits), (0, 0));
    let rest = stream.finish(&new);
    assert_eq!(rest.bytes.as_ref(), b"begin-************-");
    assert_eq!(rest.hits, 1);
}

#[test]
fn what_old_secrets_masked_within_the_held_back_part_stays_masked() {
    let long = b"begin-AAAABBBBCCCC-end";
    let old = patterns(&[long, b"AAAABBBBCCCC"]);
    let new = patterns(&[b"something else"]);
    let mut stream = MaskStream::default();
    let held = stream.push(&old, Bytes::from_static(b"begin-AAAABBBBCCCC-"));
    assert_eq!((held.bytes.len(), held.hits), (0, 1));
    let rest = stream.push(&new, Bytes::from_static(b"e"));
    assert_eq!(rest.bytes.as_ref(), b"begin-************-e");
}

#[test]
fn a_stream_that_ended_begins_another_body() {
    let patterns = patterns(&[TOKEN]);
    let mut stream = MaskStream::default();
    assert!(
        stream
            .push(&patterns, Bytes::from_static(&TOKEN[..9]))
            .bytes
            .is_empty()
    );
    assert_eq!(stream.finish(&patterns).bytes.as_ref(), &TOKEN[..9]);
    let rest = stream.push(&patterns, Bytes::from_static(&TOKEN[9..]));
    assert_eq!(rest.bytes.as_ref(), &TOKEN[9..]);
}

#[test]
fn content_is_refused_from_its_first_secret_on() {
    let patterns = patterns(&[TOKEN]);
    let mut scan = ContentScan::default();
    let clean = Bytes::from_static(b"clean.");
    assert_eq!(scan.push(&patterns, clean.clone()), Ok(clean.clone()));
    let refused = Err(ContainsCredential);
    assert_eq!(scan.push(&patterns, Bytes::from_static(TOKEN)), refused);
    assert_eq!(scan.push(&patterns, clean), refused);
    assert_eq!(scan.finish(&patterns), refused);
}

#[test]
fn a_debug_form_tells_nothing_of_the_secrets() {
    let text = format!("{:?}", patterns(&[TOKEN]));
    assert!(
        text.starts_with("MaskPatterns(") && text.ends_with(" encodings)"),
        "{text}"
    );
    assert!(!patterns(&[TOKEN]).is_in(text.as_bytes()));
}

/// Secrets, and a text made of parts of their forms.
fn cases() -> impl Strategy<Value = (Vec<Vec<u8>>, Vec<u8>)> {
    let usual = vec("[!-)+-~]{8,24}".prop_map(String::into_bytes), 1..4);
    let few_letters = vec("[ab]{8,12}".prop_map(String::into_bytes), 1..4);
    let bytes = vec(
        vec(
            any::<u8>().prop_filter("not the mask", |byte| *byte != b'*'),
            8..12,
        ),
        1..3,
    );
    prop_oneof![usual, few_letters, bytes].prop_flat_map(|secrets| {
        let forms: Vec<_> = secrets
            .iter()
            .flat_map(|secret| encodings(secret))
            .collect();
        let part = (
            sample::select(forms),
            any::<sample::Index>(),
            any::<sample::Index>(),
        )
            .prop_map(|(form, begin, end)| {
                let (begin, end) = (begin.index(form.len()), end.index(form.len()) + 1);
                form[begin.min(end)..begin.max(end)].to_vec()
            });
        let whole = sample::select(secrets.clone());
        let letters = "[ab*]{0,6}".prop_map(String::into_bytes);
        let piece = prop_oneof![3 => part, 2 => whole, 1 => letters, 1 => vec(any::<u8>(), 0..40)];
        let text = vec(piece, 0..8).prop_map(|pieces| pieces.concat());
        (Just(secrets), text)
    })
}

fn splits() -> impl Strategy<Value = Vec<usize>> {
    let several = vec(prop_oneof![0usize..4, 0usize..60], 1..10);
    let several = several.prop_map(|lengths| [lengths, vec![7]].concat());
    prop_oneof![Just(vec![1]), several]
}

fn all(secrets: &[Vec<u8>]) -> Vec<&[u8]> {
    secrets.iter().map(Vec::as_slice).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn masking_equals_the_reference_at_every_split((secrets, text) in cases(), lengths in splits()) {
        let (patterns, forms) = (patterns(&all(&secrets)), forms(&all(&secrets)));
        let expected = reference(&forms, &text);
        let (result, hits) = masked(&patterns, pieces(&text, &lengths));
        prop_assert_eq!(&result, &expected);
        prop_assert_eq!(hits > 0, patterns.is_in(&text));
        prop_assert!(!patterns.is_in(&result));

        let mut one = text;
        prop_assert_eq!(patterns.mask(&mut one), hits);
        prop_assert_eq!(&one, &expected);
        prop_assert_eq!(patterns.mask(&mut one), 0);
        prop_assert_eq!(&one, &expected);
    }

    #[test]
    fn no_more_is_held_back_than_a_secret_can_begin_in((secrets, text) in cases(), lengths in splits()) {
        let (patterns, forms) = (patterns(&all(&secrets)), forms(&all(&secrets)));
        let mut stream = MaskStream::default();
        let (mut given, mut passed) = (0, 0);
        for piece in pieces(&text, &lengths) {
            given += piece.len();
            passed += stream.push(&patterns, piece).bytes.len();
            prop_assert_eq!(given - passed, begun(&forms, &text[..given]));
        }
    }

    #[test]
    fn content_passes_unaltered_or_ends_before_its_first_secret((secrets, text) in cases(), lengths in splits()) {
        let patterns = patterns(&all(&secrets));
        let first = occurrences(&forms(&all(&secrets)), &text).iter().position(|is_hit| *is_hit);
        let mut scan = ContentScan::default();
        let mut passed = Vec::new();
        let mut result = Ok(());
        for piece in pieces(&text, &lengths) {
            result = scan.push(&patterns, piece).map(|bytes| passed.extend_from_slice(&bytes));
        }
        result = result.and(scan.finish(&patterns).map(|bytes| passed.extend_from_slice(&bytes)));
        match first {
            None => {
                prop_assert_eq!(result, Ok(()));
                prop_assert_eq!(passed, text);
            }
            Some(first) => {
                prop_assert_eq!(result, Err(ContainsCredential));
                prop_assert_eq!(&passed, &text[..passed.len()]);
                prop_assert!(passed.len() <= first);
            }
        }
    }

    #[test]
    fn replaced_secrets_hold_from_the_held_back_part_on(
        (secrets, text) in cases(),
        at in any::<sample::Index>(),
        lengths in splits(),
    ) {
        let (old, new) = (&all(&secrets)[..1], &all(&secrets)[1..]);
        let (first, second) = (patterns(old), patterns(new));
        let (before, after) = text.split_at(at.index(text.len() + 1));
        let mut stream = MaskStream::default();
        let mut passed = Vec::new();
        for piece in pieces(before, &lengths) {
            passed.extend_from_slice(&stream.push(&first, piece).bytes);
        }
        let held = passed.len();
        for piece in pieces(after, &lengths) {
            passed.extend_from_slice(&stream.push(&second, piece).bytes);
        }
        passed.extend_from_slice(&stream.finish(&second).bytes);

        let mut expected = reference(&forms(old), before);
        expected.extend_from_slice(after);
        let is_new = occurrences(&forms(new), &text[held..]);
        for (byte, _) in expected[held..].iter_mut().zip(is_new).filter(|(_, is_new)| *is_new) {
            *byte = b'*';
        }
        prop_assert_eq!(passed, expected);
    }
}
