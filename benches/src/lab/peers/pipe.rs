//! Two pipes, one each way.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::AsFd;

use super::byte_stream::ByteStream;
use crate::lab::{Abilities, Case, Contender, End, Sample, Wait, workload};
use crate::{Result, descriptors};

/// As much as any process may have, unless the system is set up otherwise.
const CAPACITY: usize = 1 << 20;

pub(super) struct Pipe;

impl Contender for Pipe {
    fn name(&self) -> &'static str {
        "pipe"
    }

    fn abilities(&self) -> Abilities {
        Abilities::PAIR
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        workload::run(
            end,
            |_| {
                let (their_reader, writer) = std::io::pipe()?;
                let (reader, their_writer) = std::io::pipe()?;
                descriptors::give(end, &[their_reader.as_fd(), their_writer.as_fd()])?;
                open(reader, writer, &case)
            },
            |_| {
                let [reader, writer] = descriptors::take(end)?;
                open(reader.into(), writer.into(), &case)
            },
        )
    }
}

fn open(
    reader: PipeReader,
    writer: PipeWriter,
    case: &Case,
) -> Result<ByteStream<PipeReader, PipeWriter>> {
    rustix::pipe::fcntl_setpipe_size(&writer, CAPACITY)?;
    let polls = case.wait == Wait::Polling;
    rustix::io::ioctl_fionbio(&reader, polls)?;
    rustix::io::ioctl_fionbio(&writer, polls)?;
    Ok(ByteStream::new(reader, writer, case.len))
}
