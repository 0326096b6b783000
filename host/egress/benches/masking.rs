//! How fast answers are masked: `cargo bench -p code-source-egress --bench masking`.
//!
//! It is apart because every byte that a forge answers goes this way, so that it has to be faster
//! than the network and the decompression before it.

use std::hint::black_box;

use bytes::Bytes;
use code_source_egress::{ContentScan, FieldBlanker, MaskPatterns, MaskStream, SecretFields};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn masking(criterion: &mut Criterion) {
    let patterns = patterns();
    let inputs = [
        ("text", text()),
        ("random", random()),
        ("json", json()),
        (
            "beginnings",
            b"glpat-Zx3_9kQw7RtY2bNm4Hs ".repeat(TOTAL / 26),
        ),
    ];
    for (name, input) in inputs {
        let input = Bytes::from(input);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(input.len() as u64));
        for (label, length) in [("16 KiB", 16 << 10), ("1 MiB", 1 << 20)] {
            let chunks = || {
                (0..input.len())
                    .step_by(length)
                    .map(|begin| chunk(&input, begin, length))
            };
            group.bench_function(format!("mask, {label}"), |bencher| {
                bencher.iter(|| mask(&patterns, chunks()));
            });
            group.bench_function(format!("blank and mask, {label}"), |bencher| {
                bencher.iter(|| blank_and_mask(&patterns, chunks()));
            });
            group.bench_function(format!("scan, {label}"), |bencher| {
                bencher.iter(|| scan(&patterns, chunks()));
            });
        }
    }
}

fn making(criterion: &mut Criterion) {
    criterion.bench_function("patterns of three secrets", |bencher| {
        bencher.iter(patterns)
    });
}

fn chunk(input: &Bytes, begin: usize, length: usize) -> Bytes {
    input.slice(begin..input.len().min(begin + length))
}

fn mask(patterns: &MaskPatterns, chunks: impl Iterator<Item = Bytes>) {
    let mut stream = MaskStream::default();
    for chunk in chunks {
        black_box(stream.push(patterns, chunk).bytes);
    }
    black_box(stream.finish(patterns).bytes);
}

fn blank_and_mask(patterns: &MaskPatterns, chunks: impl Iterator<Item = Bytes>) {
    let fields = SecretFields::new(["runners_token", "import_url", "token", "feed_token"]);
    let mut blanker = FieldBlanker::new(fields);
    mask(patterns, chunks.map(|chunk| blanker.push(chunk).bytes));
}

fn scan(patterns: &MaskPatterns, chunks: impl Iterator<Item = Bytes>) {
    let mut scan = ContentScan::default();
    for chunk in chunks {
        black_box(scan.push(patterns, chunk)).expect("there is no secret in it");
    }
    black_box(scan.finish(patterns)).expect("there is no secret in it");
}

fn patterns() -> MaskPatterns {
    MaskPatterns::new([
        &b"glpat-Zx3_9kQw7RtY2bNm4HsD"[..],
        b"glpat-pL8vCq1-Xe5sTu6JdKf0",
        b"whsec-4f1c0a9be27d",
    ])
}

fn text() -> Vec<u8> {
    let line =
        b"    let answer = transport.send(request).await.map_err(Failure::from)?; // as it came\n";
    line.repeat(TOTAL / line.len())
}

/// Bytes of a linear congruential generator: the same every time.
fn random() -> Vec<u8> {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407),
        )
    };
    let states = std::iter::successors(Some(1), next);
    states
        .map(|state| (state >> 56) as u8)
        .take(TOTAL)
        .collect()
}

/// A list of commits, as a forge answers it.
fn json() -> Vec<u8> {
    let entry = |index: u32| {
        format!(
            r#"{{"id":"{index:040x}","short_id":"{index:08x}","created_at":"2026-03-01T12:00:00.000+00:00","parent_ids":["{:040x}"],"title":"gate: let a request give up its turn","message":"gate: let a request give up its turn\n\nIt \"waited\" for others, \u003cand\u003e for nothing.\n","author_name":"Jo Doe","author_email":"jo@forge.example","trailers":{{}},"stats":{{"additions":{index},"deletions":7}},"runners_token":null,"web_url":"https://forge.example/web/shop/-/commit/{index:040x}"}},"#,
            index + 1
        )
    };
    (0..)
        .map(entry)
        .take(TOTAL / 640)
        .collect::<String>()
        .into_bytes()
}

/// Bytes of one body.
const TOTAL: usize = 4 << 20;

criterion_group!(benches, masking, making);
criterion_main!(benches);
