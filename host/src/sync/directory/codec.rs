//! Bytes of the index and the journal: apart because both are read back after any interruption.

use crate::object::ObjectName;
use crate::sync::path::TreePath;
use crate::sync::sink::{Kind, Record};

/// When a file was last written, as its file system says it.
pub(super) type Stamp = (i64, u32);

/// What stands at a path, with what tells whether it was changed since.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Stamped {
    pub(super) record: Record,
    pub(super) stamp: Stamp,
}

/// A line of the index: what stands at a path, or that nothing does any more.
pub(super) fn write_line(out: &mut Vec<u8>, path: &TreePath, stamped: Option<&Stamped>) {
    let Some(Stamped { record, stamp }) = stamped else {
        out.push(NOTHING);
        return write_bytes(out, path.as_bytes());
    };
    let (kind, target): (u8, &[u8]) = match &record.kind {
        Kind::File { executable, lfs } => (FILE | flag(*executable, 0) | flag(*lfs, 1), &[]),
        Kind::Submodule => (SUBMODULE, &[]),
        Kind::Symlink {
            target,
            outside,
            created,
        } => (SYMLINK | flag(*outside, 0) | flag(*created, 1), target),
    };
    out.push(kind);
    write_bytes(out, path.as_bytes());
    write_bytes(out, record.id.as_bytes());
    write_bytes(out, target);
    out.extend_from_slice(&record.size.to_le_bytes());
    out.extend_from_slice(&stamp.0.to_le_bytes());
    out.extend_from_slice(&stamp.1.to_le_bytes());
}

/// Takes a line off the front; `None` where there is none, or a torn one.
pub(super) fn read_line(input: &mut &[u8]) -> Option<(TreePath, Option<Stamped>)> {
    let kind = read::<1>(input)?[0];
    let path = TreePath::recorded(read_bytes(input)?)?;
    if kind == NOTHING {
        return Some((path, None));
    }
    let id = ObjectName::from_bytes(read_bytes(input)?)?;
    let target = read_bytes(input)?.to_vec();
    let size = u64::from_le_bytes(read(input)?);
    let stamp = (
        i64::from_le_bytes(read(input)?),
        u32::from_le_bytes(read(input)?),
    );
    let (first, second) = (kind & 1 != 0, kind & 2 != 0);
    let kind = match kind & !3 {
        FILE => Kind::File {
            executable: first,
            lfs: second,
        },
        SUBMODULE => Kind::Submodule,
        SYMLINK => Kind::Symlink {
            target,
            outside: first,
            created: second,
        },
        _ => return None,
    };
    Some((
        path,
        Some(Stamped {
            record: Record { kind, id, size },
            stamp,
        }),
    ))
}

pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    // Paths and targets are bounded far below the 4 GiB at which this would cut.
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

pub(super) fn read_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(read(input)?) as usize;
    let (bytes, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(bytes)
}

pub(super) fn read<const LENGTH: usize>(input: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(*bytes)
}

fn flag(set: bool, bit: u8) -> u8 {
    u8::from(set) << bit
}

const NOTHING: u8 = 0;
const FILE: u8 = 4;
const SUBMODULE: u8 = 8;
const SYMLINK: u8 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Algorithm, blob_name};
    use crate::sync::options::SyncLimits;

    #[test]
    fn every_kind_of_line_is_read_as_it_was_written() {
        let path = TreePath::new(b"a/\xff b", &SyncLimits::default()).unwrap();
        let kinds = [
            Kind::File {
                executable: false,
                lfs: true,
            },
            Kind::File {
                executable: true,
                lfs: false,
            },
            Kind::Submodule,
            Kind::Symlink {
                target: b"../x".to_vec(),
                outside: true,
                created: false,
            },
        ];
        for (algorithm, kind) in [Algorithm::Sha1, Algorithm::Sha256]
            .into_iter()
            .cycle()
            .zip(kinds)
        {
            let record = Record {
                kind,
                id: blob_name(algorithm, b"x"),
                size: 1 << 40,
            };
            let line = Some(Stamped {
                record,
                stamp: (-5, 999_999_999),
            });
            let mut bytes = Vec::new();
            write_line(&mut bytes, &path, line.as_ref());
            write_line(&mut bytes, &path, None);
            let mut input = &bytes[..];
            assert_eq!(read_line(&mut input), Some((path.clone(), line)));
            assert_eq!(read_line(&mut input), Some((path.clone(), None)));
            assert!(input.is_empty());
            for length in 0..bytes.len() - 1 {
                let mut torn = &bytes[..length];
                while read_line(&mut torn).is_some() {}
            }
        }
    }
}
