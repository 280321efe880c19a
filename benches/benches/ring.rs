//! A ring alone on one thread: a record in and out again, read in place and through a copy. Every
//! byte is written, read and compared.

mod common;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use ringmain::limits::RING_CAPACITY;
use ringmain::ring::CopyBuffer;

/// Bytes of content. A record is at most half its ring, so the longest gets a larger one.
const LENGTHS: [usize; 5] = [0, 56, 4096, 64 << 10, 1 << 20];

fn ring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring");
    for len in LENGTHS {
        let content: Vec<u8> = (0..len).map(|at| at.to_le_bytes()[0]).collect();
        if len > 0 {
            group.throughput(Throughput::Bytes(len as u64));
        }
        in_place(&mut group, &content);
        copied(&mut group, &content);
    }
    group.finish();
}

fn capacity(len: usize) -> usize {
    RING_CAPACITY.max(4 * len)
}

/// As a renderer reads what its main sends.
fn in_place(group: &mut BenchmarkGroup<'_, WallTime>, content: &[u8]) {
    let (mut main, mut renderer) = common::lanes(capacity(content.len()));
    group.bench_function(BenchmarkId::new("in place", content.len()), |bencher| {
        bencher.iter(|| {
            let mut claim = main.messages.claim(content.len()).expect("space");
            claim.bytes().copy_from_slice(content);
            claim.commit(content.len());
            let record = renderer.incoming.peek().expect("sound").expect("a record");
            // SAFETY: this thread is the producer, and writes no published record.
            #[expect(unsafe_code, reason = "zero-copy reading is what is measured")]
            let read = unsafe { record.content() };
            assert_eq!(read, content);
        });
    });
}

/// As a main reads what its renderers send.
fn copied(group: &mut BenchmarkGroup<'_, WallTime>, content: &[u8]) {
    let (mut main, mut renderer) = common::lanes(capacity(content.len()));
    let mut buffer = CopyBuffer::default();
    group.bench_function(BenchmarkId::new("copied", content.len()), |bencher| {
        bencher.iter(|| {
            let mut claim = renderer.messages.claim(content.len()).expect("space");
            claim.bytes().copy_from_slice(content);
            claim.commit(content.len());
            let record = main.incoming.peek().expect("sound").expect("a record");
            assert_eq!(record.copy_into(&mut buffer), content);
        });
    });
}

criterion_group!(name = suite; config = common::settings(); targets = ring);
criterion_main!(suite);
