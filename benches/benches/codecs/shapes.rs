//! What is encoded and read: four shapes, and the sum that a reader of all of one comes to.

use ringmain::rkyv;
use serde::Deserialize;
use std::borrow::Cow;

/// What reads all of itself: every field, and every byte of texts and bytes.
pub(crate) trait Sum {
    fn sum(&self) -> f64;
}

/// `[1, "short"]`.
#[derive(serde::Serialize, rkyv::Archive, rkyv::Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(crate) struct Short(pub(crate) i32, pub(crate) String);

#[derive(Deserialize)]
pub(crate) struct ShortView<'a>(i32, &'a str);

/// Eight fields of mixed kinds, 90 bytes of contents.
#[derive(serde::Serialize, rkyv::Archive, rkyv::Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(crate) struct Product {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) price: f64,
    pub(crate) active: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) note: String,
    pub(crate) count: i32,
    pub(crate) parent: Option<i32>,
}

#[derive(Deserialize)]
pub(crate) struct ProductView<'a> {
    id: i32,
    name: &'a str,
    price: f64,
    active: bool,
    #[serde(borrow)]
    tags: Vec<&'a str>,
    note: &'a str,
    count: i32,
    parent: Option<i32>,
}

/// One of a hundred.
#[derive(serde::Serialize, rkyv::Archive, rkyv::Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(crate) struct Sample {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) valid: bool,
}

#[derive(Deserialize)]
struct SampleView<'a> {
    id: i32,
    name: &'a str,
    x: f64,
    y: f64,
    valid: bool,
}

/// 100 records of 5 fields.
#[derive(serde::Serialize, rkyv::Archive, rkyv::Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(crate) struct Samples(pub(crate) Vec<Sample>);

#[derive(Deserialize)]
pub(crate) struct SamplesView<'a>(#[serde(borrow)] Vec<SampleView<'a>>);

/// 64 KiB of bytes. In JSON, which has none, an array of numbers.
#[derive(serde::Serialize, rkyv::Archive, rkyv::Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(crate) struct Blob(#[serde(with = "serde_bytes")] pub(crate) Vec<u8>);

#[derive(Deserialize)]
pub(crate) struct BlobView<'a>(#[serde(borrow, with = "serde_bytes")] Cow<'a, [u8]>);

pub(crate) fn short() -> Short {
    Short(1, "short".to_owned())
}

pub(crate) fn product() -> Product {
    Product {
        id: 7,
        name: "ringmain".to_owned(),
        price: 0.5,
        active: true,
        tags: ["one", "two", "three"].map(str::to_owned).to_vec(),
        note: "a note that is longer than a short string".to_owned(),
        count: 1_000_000,
        parent: None,
    }
}

pub(crate) fn samples() -> Samples {
    let sample = |id| Sample {
        id,
        name: format!("sample-{id}"),
        x: f64::from(id) + 0.25,
        y: f64::from(id) * -0.5,
        valid: id % 3 != 0,
    };
    Samples((0..100).map(sample).collect())
}

pub(crate) fn blob() -> Blob {
    Blob((0..64_usize << 10).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect())
}

/// Of bytes, by fours: to add them up one by one takes longer than any codec here.
pub(crate) fn bytes(bytes: &[u8]) -> f64 {
    let (fours, rest) = bytes.as_chunks();
    let sum: u64 = fours.iter().map(|four| u64::from(u32::from_le_bytes(*four))).sum();
    sum as f64 + sum_of(rest)
}

/// Of a text's bytes.
pub(crate) fn text(text: &str) -> f64 {
    sum_of(text.as_bytes())
}

fn sum_of(bytes: &[u8]) -> f64 {
    f64::from(bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>())
}

/// Of a flag.
pub(crate) fn truth(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

impl Sum for ShortView<'_> {
    fn sum(&self) -> f64 {
        f64::from(self.0) + text(self.1)
    }
}

impl Sum for ProductView<'_> {
    fn sum(&self) -> f64 {
        let numbers = f64::from(self.id) + self.price + f64::from(self.count);
        let tags: f64 = self.tags.iter().map(|tag| text(tag)).sum();
        let truths = truth(self.active) + truth(self.parent.is_none());
        numbers + text(self.name) + text(self.note) + tags + truths
    }
}

impl Sum for SamplesView<'_> {
    fn sum(&self) -> f64 {
        let one = |sample: &SampleView<'_>| {
            f64::from(sample.id) + text(sample.name) + sample.x + sample.y + truth(sample.valid)
        };
        self.0.iter().map(one).sum()
    }
}

impl Sum for BlobView<'_> {
    fn sum(&self) -> f64 {
        bytes(&self.0)
    }
}

impl Sum for ArchivedShort {
    fn sum(&self) -> f64 {
        f64::from(self.0.to_native()) + text(&self.1)
    }
}

impl Sum for ArchivedProduct {
    fn sum(&self) -> f64 {
        let numbers = f64::from(self.id.to_native()) + self.price.to_native();
        let tags: f64 = self.tags.iter().map(|tag| text(tag)).sum();
        let truths = truth(self.active) + truth(self.parent.is_none());
        let count = f64::from(self.count.to_native());
        numbers + count + text(&self.name) + text(&self.note) + tags + truths
    }
}

impl Sum for ArchivedSamples {
    fn sum(&self) -> f64 {
        let one = |sample: &ArchivedSample| {
            let numbers = f64::from(sample.id.to_native()) + sample.x.to_native();
            numbers + sample.y.to_native() + text(&sample.name) + truth(sample.valid)
        };
        self.0.iter().map(one).sum()
    }
}

impl Sum for ArchivedBlob {
    fn sum(&self) -> f64 {
        bytes(&self.0)
    }
}
