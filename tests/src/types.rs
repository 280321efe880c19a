//! Types of typed channels that both processes know.

use crate::{contents, is_contents};
use ringmain::Channel;
use ringmain::rkyv::rancor::{Fallible, Source};
use ringmain::rkyv::rend::u32_le;
use ringmain::rkyv::ser::{Allocator, Writer};
use ringmain::rkyv::validation::ArchiveContext;
use ringmain::rkyv::{Archive, Place, Serialize};

/// 48 bytes of numbers: a message of one cache line.
#[derive(Debug, Clone, Copy, PartialEq, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv, compare(PartialEq), derive(Debug))]
pub struct Sample {
    /// Which one.
    pub number: u64,
    /// What was measured.
    pub values: [f64; 5],
}

/// What is of any size.
#[derive(Debug, Clone, PartialEq, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv, compare(PartialEq), derive(Debug))]
pub struct Report {
    /// Which one.
    pub number: i32,
    /// Its title, of any length.
    pub title: String,
    /// In every third one.
    pub remark: Option<String>,
    /// As many as there are.
    pub samples: Vec<Sample>,
    /// Named bytes.
    pub parts: Vec<Part>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv, compare(PartialEq), derive(Debug))]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Box<[u8]>,
}

/// A list that nests as deep as it is long.
#[derive(Debug, Default, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
#[rkyv(serialize_bounds(__S: Writer + Allocator, __S::Error: Source))]
#[rkyv(bytecheck(bounds(__C: ArchiveContext, __C::Error: Source)))]
pub struct Chain {
    /// The rest of it.
    #[rkyv(omit_bounds)]
    pub next: Option<Box<Chain>>,
}

/// A number whose serialisation panics if it is zero.
#[derive(Debug, Clone, Copy)]
pub struct Touchy(pub u32);

/// Samples.
pub static SAMPLE: Channel<Sample> = Channel::new("sample", 1);
/// Samples of a program that is older.
pub static OLD_SAMPLE: Channel<Sample> = Channel::new("sample", 0);
/// Reports.
pub static REPORT: Channel<Report> = Channel::new("report", 1);
/// Chains.
pub static CHAIN: Channel<Chain> = Channel::new("chain", 1);
/// Touchy numbers.
pub static TOUCHY: Channel<Touchy> = Channel::new("touchy", 1);

impl Sample {
    /// The sample of this number.
    #[must_use]
    pub fn new(number: u64) -> Self {
        let value = |place: u32| f64::from(place) + 0.5;
        Self { number, values: [0, 1, 2, 3, 4].map(value) }
    }
}

impl Report {
    /// The report of this number, in which one part has `len` bytes.
    #[must_use]
    pub fn new(number: i32, len: usize) -> Self {
        let part =
            |name: &str, len| Part { name: name.into(), bytes: contents(number, len).into() };
        let count = number.unsigned_abs().into();
        Self {
            number,
            title: "on the state of things ".repeat(number.unsigned_abs() as usize % 5),
            remark: (number % 3 == 0).then(|| "none".to_owned()),
            samples: (0..count).map(Sample::new).collect(),
            parts: vec![part("small", 3), part("large", len), part("empty", 0)],
        }
    }
}

impl ArchivedReport {
    /// Whether this is the archive of [`Report::new`] of this number and length.
    #[must_use]
    pub fn is(&self, number: i32, len: usize) -> bool {
        let small = Report { parts: Vec::new(), ..Report::new(number, 0) };
        let [first, large, empty] = self.parts.as_slice() else { return false };
        let is_part = |part: &ArchivedPart, name: &str, len: usize| {
            part.name == name && part.bytes.len() == len && is_contents(&part.bytes, number)
        };
        self.number == small.number
            && self.title == small.title
            && self.remark == small.remark
            && self.samples == small.samples
            && is_part(first, "small", 3)
            && is_part(large, "large", len)
            && is_part(empty, "empty", 0)
    }
}

impl Archive for Touchy {
    type Archived = u32_le;
    type Resolver = ();

    fn resolve(&self, (): (), out: Place<u32_le>) {
        out.write(self.0.into());
    }
}

impl<S: Fallible + ?Sized> Serialize<S> for Touchy {
    fn serialize(&self, _: &mut S) -> Result<(), S::Error> {
        assert_ne!(self.0, 0, "a touchy number");
        Ok(())
    }
}

/// The archive of a chain of so many links, made by hand: the library's own way recurses.
#[must_use]
pub fn chain_archive(links: usize) -> Vec<u8> {
    // A link is "some" and how far it is to the one before, from where that is said; the first is "none".
    let mut archive = vec![0; 8];
    for _ in 0..links {
        archive.extend([1, 0, 0, 0]);
        archive.extend((-12_i32).to_le_bytes());
    }
    archive
}
