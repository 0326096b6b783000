//! Taking an answer's compression off: apart because limits, masking and the plugin all want the
//! bytes as they are meant, and only this file sees them as they came.

use std::io::Write as _;

use bytes::{Buf as _, Bytes};
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, HeaderValue, header};

/// How an answer's body is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Encoding {
    Gzip,
    Identity,
}

impl Encoding {
    /// What the headers say, or what they say instead. Several encodings at once are never asked
    /// for, and so never accepted.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, String> {
        // The client takes the chunks apart, and would pass on what is in them as it came.
        for coding in headers.get_all(header::TRANSFER_ENCODING) {
            if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
                return Err(named(coding));
            }
        }
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        let encoding = match (encodings.next(), encodings.next()) {
            (None, _) => return Ok(Self::Identity),
            (Some(encoding), None) => encoding,
            (Some(_), Some(_)) => return Err("several encodings at once".to_owned()),
        };
        // RFC 9110, section 8.4.1.3: both names of gzip mean the same, in whatever case.
        let is = |name: &str| encoding.as_bytes().eq_ignore_ascii_case(name.as_bytes());
        if is("identity") {
            Ok(Self::Identity)
        } else if is("gzip") || is("x-gzip") {
            Ok(Self::Gzip)
        } else {
            Err(named(encoding))
        }
    }

    /// What takes it off, where there is something to take off.
    pub(crate) fn decoder(self) -> Option<Gunzip> {
        match self {
            Self::Gzip => Some(Gunzip::new()),
            Self::Identity => None,
        }
    }
}

/// An encoding's name, for people.
fn named(encoding: &HeaderValue) -> String {
    let name: String = format!("{encoding:?}").chars().take(NAME).collect();
    name.trim_matches('"').to_owned()
}

/// Characters of an encoding's name that are shown.
const NAME: usize = 64;

/// What the host says that it takes: it decodes, so it decides.
pub(crate) const ACCEPTED: HeaderValue = HeaderValue::from_static("gzip");

/// What is asked for where bytes are passed on as they are.
pub(crate) const AS_IT_IS: HeaderValue = HeaderValue::from_static("identity");

/// Takes gzip off, a bounded piece at a time: a few bytes may stand for a thousand times as many.
#[derive(Debug)]
pub(crate) struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    input: Bytes,
}

impl Gunzip {
    fn new() -> Self {
        Self {
            decoder: MultiGzDecoder::new(Vec::new()),
            input: Bytes::new(),
        }
    }

    /// Take what came. Everything that came before has been read.
    pub(crate) fn fill(&mut self, bytes: Bytes) {
        debug_assert!(self.input.is_empty(), "what came before is read first");
        self.input = bytes;
    }

    /// The next decoded bytes; `None` when more has to come first.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        while !self.input.is_empty() {
            let piece = self.input.len().min(PIECE);
            let taken = self.decoder.write(&self.input[..piece])?;
            if taken == 0 {
                return Err(std::io::ErrorKind::InvalidData.into());
            }
            self.input.advance(taken);
            let decoded = std::mem::take(self.decoder.get_mut());
            if !decoded.is_empty() {
                return Ok(Some(decoded.into()));
            }
        }
        Ok(None)
    }

    /// Whether everything that came was decoded.
    pub(crate) fn is_drained(&self) -> bool {
        self.input.is_empty()
    }

    /// The last bytes, once the answer has ended: an error where it was cut.
    pub(crate) fn finish(&mut self) -> Result<Bytes, std::io::Error> {
        self.decoder.try_finish()?;
        Ok(std::mem::take(self.decoder.get_mut()).into())
    }
}

/// Encoded bytes that are decoded at once. Deflate makes at most 1,032 of one.
const PIECE: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What comes out, and the largest piece of it.
    fn gunzip(encoded: &[u8], chunk: usize) -> Result<(Vec<u8>, usize), std::io::Error> {
        let mut gunzip = Gunzip::new();
        let (mut decoded, mut largest) = (Vec::new(), 0);
        for piece in encoded.chunks(chunk) {
            gunzip.fill(Bytes::copy_from_slice(piece));
            while let Some(bytes) = gunzip.next()? {
                largest = largest.max(bytes.len());
                decoded.extend_from_slice(&bytes);
            }
        }
        decoded.extend_from_slice(&gunzip.finish()?);
        Ok((decoded, largest))
    }

    #[test]
    fn what_was_compressed_comes_back_in_whatever_pieces_it_came() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(|n| n.to_le_bytes()).collect();
        let encoded = gzip(&text);
        for chunk in [1, 7, 1_000, encoded.len()] {
            assert_eq!(gunzip(&encoded, chunk).unwrap().0, text);
        }
    }

    #[test]
    fn members_follow_each_other() {
        let encoded = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
        assert_eq!(gunzip(&encoded, 3).unwrap().0, b"one two");
    }

    #[test]
    fn a_cut_or_broken_stream_is_an_error() {
        let encoded = gzip(&[b'x'; 10_000]);
        let cut = &encoded[..encoded.len() - 3];
        let garbage = [&encoded[..], b"garbage"].concat();
        let mut broken = encoded.clone();
        let last = broken.len() - 6;
        broken[last] ^= 1;
        for wrong in [cut, &garbage, &broken, b"no gzip at all"] {
            assert!(gunzip(wrong, 5_000).is_err());
        }
    }

    #[test]
    fn a_bomb_comes_in_pieces_of_a_bounded_size() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let (decoded, largest) = gunzip(&bomb, bomb.len()).unwrap();
        assert_eq!(decoded.len(), 64 << 20);
        assert!(largest <= 4 << 20, "{largest}");
    }

    #[test]
    fn other_encodings_are_named() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            Encoding::of(&headers)
        };
        assert_eq!(of(&[]), Ok(Encoding::Identity));
        assert_eq!(of(&["identity"]), Ok(Encoding::Identity));
        assert_eq!(of(&["GZip"]), Ok(Encoding::Gzip));
        assert_eq!(of(&["x-gzip"]), Ok(Encoding::Gzip));
        for others in [
            &["br"][..],
            &["gzip, gzip"],
            &["gzip", "gzip"],
            &["deflate"],
        ] {
            assert!(of(others).is_err(), "{others:?}");
        }
    }
}
