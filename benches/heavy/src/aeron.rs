//! Aeron IPC through its C client: exclusive publications, `try_claim` in place, the media driver in the
//! answering end's process, on a thread that mostly sleeps. Aeron has no way to sleep until a message
//! comes, so there is polling only.
//!
//! Drop order: image and publication close before the client, the client before the driver.

use std::ffi::CString;
use std::hint::spin_loop;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use ringmain_bench::Result;
use ringmain_bench::lab::{
    Abilities, Client, Contender, End, Flow, Sample, Server, Side, Traffic, workload,
};
use rusteron_media_driver as aeron;
use rusteron_media_driver::{
    AeronBufferClaim, AeronContext, AeronDriver, AeronDriverContext, AeronExclusivePublication,
    AeronFragmentClosureAssembler, AeronHeader, AeronImage, AeronOfferError, AeronSubscription,
    Handlers, bindings,
};

use crate::directory::Directory;

const FRAME_HEADER: usize = 32;
const LARGEST_MTU: usize = 65504;
const LARGEST_CLAIM: usize = LARGEST_MTU - FRAME_HEADER;
/// An eighth of the largest term.
const LARGEST_MESSAGE: usize = 16 << 20;
const STREAMS: [i32; 2] = [1001, 1002];
/// A peer that has died is noticed after this long.
const LIVENESS: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(10);
/// The driver's rest between two rounds without work; half a term must last longer.
const DRIVER_REST: Duration = Duration::from_micros(100);
/// Messages that one poll takes, as Aeron's own samples do.
const FRAGMENTS: usize = 256;

pub(crate) struct Aeron;

impl Contender for Aeron {
    fn name(&self) -> &'static str {
        "aeron"
    }

    fn abilities(&self) -> Abilities {
        Abilities { parks: false, lens: 0..=LARGEST_MESSAGE, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        // Driver and client have threads of their own.
        let open = || end.unpinned(|| Peer::open(end));
        workload::run(end, |_| open(), |_| open())
    }
}

struct Peer {
    /// Only where messages may be longer than the MTU.
    assembler: Option<AeronFragmentClosureAssembler>,
    scratch: Vec<u8>,
    claim: AeronBufferClaim,
    image: AeronImage,
    subscription: AeronSubscription,
    publication: AeronExclusivePublication,
    _client: aeron::Aeron,
    _driver: Option<Driver>,
    _directory: Directory,
}

impl Peer {
    fn open(end: &End) -> Result<Self> {
        let directory = Directory::of(end);
        let len = end.case()?.len;
        let ours = usize::from(end.plan.side == Side::Answering);
        let driver = if ours == 1 { Some(Driver::start(directory.path(), len)?) } else { None };
        end.meet()?; // the driver is there
        let client = client(directory.path())?;
        let publication = client
            .async_add_exclusive_publication(c"aeron:ipc", STREAMS[ours])?
            .poll_blocking(CONNECT)?;
        let subscription = client
            .async_add_subscription(
                c"aeron:ipc",
                STREAMS[1 - ours],
                Handlers::NONE,
                Handlers::NONE,
            )?
            .poll_blocking(CONNECT)?;
        let image = connected(&publication, &subscription)?;
        let assembled = len > LARGEST_CLAIM;
        Ok(Self {
            assembler: assembled.then(AeronFragmentClosureAssembler::new).transpose()?,
            scratch: vec![0; if assembled { len } else { 0 }],
            claim: AeronBufferClaim::new_zeroed_on_stack(),
            image,
            subscription,
            publication,
            _client: client,
            _driver: driver,
            _directory: directory,
        })
    }

    /// Written in place up to the MTU; a longer message is written aside and copied in as fragments.
    #[inline]
    fn send_one(&mut self, traffic: &Traffic) -> Result<()> {
        let len = traffic.len();
        if len > LARGEST_CLAIM {
            traffic.write(&mut self.scratch);
            while !accepted(self.publication.offer(&self.scratch))? {}
        } else {
            while !accepted(self.publication.try_claim(len, &self.claim))? {}
            traffic.write(self.claim.data_mut());
            self.claim.commit()?;
        }
        Ok(())
    }

    /// Reads what is there, `limit` fragments at most; says whether there was any, and the last message.
    #[inline]
    fn poll(&mut self, limit: usize, traffic: &Traffic, flow: &mut Flow) -> Result<bool> {
        let fragments = match &mut self.assembler {
            Some(assembler) => {
                let mut read = Read { traffic, flow };
                assembler.poll(&self.subscription, &mut read, Read::take, limit)?
            }
            None => self.image.poll_fn(|bytes, _| *flow = traffic.read(bytes), limit)?,
        };
        if fragments == 0 {
            spin_loop();
        }
        Ok(fragments > 0)
    }
}

struct Read<'r> {
    traffic: &'r Traffic,
    flow: &'r mut Flow,
}

impl Read<'_> {
    fn take(&mut self, bytes: &[u8], _: AeronHeader) {
        *self.flow = self.traffic.read(bytes);
    }
}

impl Client for Peer {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.send_one(traffic)
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.send_one(traffic)?;
        let (answered, mut flow) = (traffic.received() + 1, Flow::More);
        while traffic.received() < answered {
            self.poll(1, traffic, &mut flow)?;
            if flow == Flow::Last {
                traffic.verdict()?;
            }
        }
        Ok(())
    }
}

impl Server for Peer {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let mut flow = Flow::More;
        while flow == Flow::More {
            self.poll(FRAGMENTS, traffic, &mut flow)?;
        }
        Ok(())
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let mut flow = Flow::More;
        while flow == Flow::More {
            let taken = traffic.received();
            self.poll(1, traffic, &mut flow)?;
            if traffic.received() > taken {
                self.send_one(traffic)?;
            }
        }
        Ok(())
    }
}

fn client(directory: &Path) -> Result<aeron::Aeron> {
    let context = AeronContext::new()?;
    context.set_dir(&c_string(directory)?)?;
    context.set_pre_touch_mapped_memory(true)?;
    context.set_driver_timeout_ms(u64::try_from(LIVENESS.as_millis())?)?;
    // Without a handler the C client ends the process when the driver is gone.
    context.set_error_handler(Some(|code: i32, message: &str| {
        eprintln!("aeron {code}: {message}");
    }))?;
    let client = aeron::Aeron::new(&context)?;
    client.start()?;
    Ok(client)
}

fn connected(
    publication: &AeronExclusivePublication,
    subscription: &AeronSubscription,
) -> Result<AeronImage> {
    let deadline = Instant::now() + CONNECT;
    loop {
        match subscription.image_at_index(0) {
            Some(image) if publication.is_connected() => return Ok(image),
            _ if Instant::now() > deadline => return Err("no peer".into()),
            _ => sleep(Duration::from_millis(1)),
        }
    }
}

#[inline]
fn accepted(offer: std::result::Result<i64, AeronOfferError>) -> Result<bool> {
    match offer {
        Ok(_) => Ok(true),
        Err(AeronOfferError::BackPressured | AeronOfferError::AdminAction) => {
            spin_loop();
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

fn c_string(path: &Path) -> Result<CString> {
    Ok(CString::new(path.to_str().ok_or("a path that is not UTF-8")?)?)
}

/// The media driver on a thread of this process, mostly asleep: between two connected clients its
/// only work is to move the publisher's limit on and to clear what was consumed.
struct Driver {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    fn start(directory: &Path, len: usize) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (started, wait) = std::sync::mpsc::channel();
        let directory = c_string(directory)?;
        // A term holds eight of the longest messages; the window is half a term.
        let term = (len * 8).next_power_of_two().clamp(4 << 20, 128 << 20);
        let thread = spawn({
            let stop = Arc::clone(&stop);
            // The driver's handles are not Send: made, run and dropped on this thread.
            move || match launch(&directory, term) {
                Ok(driver) => {
                    let _ = started.send(Ok(()));
                    while !stop.load(Ordering::Relaxed) {
                        if driver.main_do_work().unwrap_or(0) == 0 {
                            sleep(DRIVER_REST);
                        }
                    }
                }
                Err(error) => drop(started.send(Err(error.to_string()))),
            }
        });
        wait.recv()??;
        Ok(Self { stop, thread: Some(thread) })
    }
}

fn launch(directory: &CString, term: usize) -> Result<AeronDriver> {
    let context = AeronDriverContext::new()?;
    context.set_dir(directory)?;
    context.set_dir_delete_on_start(true)?;
    context.set_dir_delete_on_shutdown(true)?;
    context
        .set_threading_mode(bindings::aeron_threading_mode_enum::AERON_THREADING_MODE_INVOKER)?;
    context.set_term_buffer_sparse_file(false)?;
    context.set_ipc_term_buffer_length(term)?;
    context.set_ipc_mtu_length(LARGEST_MTU)?;
    context.set_client_liveness_timeout_ns(u64::try_from(LIVENESS.as_nanos())?)?;
    context.set_driver_timeout_ms(u64::try_from(LIVENESS.as_millis())?)?;
    let driver = AeronDriver::new(&context)?;
    driver.start(true)?;
    Ok(driver)
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // it has nothing to say
        }
    }
}
