//! A renderer made by hand: the handshake byte by byte, records word by word.

use super::map::{self, Map};
use ringmain::layout::{DATA_OFFSET, HEADER_WORD, LINE, VERSION, record_kind};
use ringmain::wire::FINGERPRINT;
use rustix::cmsg_space;
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendFlags, SocketAddrUnix,
    SocketFlags, SocketType,
};
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

/// Offsets in the renderer's segment.
pub mod own {
    /// The CPU that it says it runs on.
    pub const CPU: usize = 128;
    /// Asleep for space on the lane to main; the bell is four bytes further, as everywhere.
    pub const MESSAGES_OUT: usize = 256;
    /// How far it has read what main sent.
    pub const MESSAGES_HEAD: usize = 384;
    /// Asleep for messages from main.
    pub const MESSAGES_IN: usize = 512;
    /// How far it has read main's replies.
    pub const REPLIES_HEAD: usize = 640;
    /// Asleep for replies.
    pub const REPLIES_IN: usize = 768;
}

/// How far main has read, in main's segment.
pub const MAINS_HEAD: usize = 384;

/// The kinds of an envelope.
pub mod kind {
    /// A channel name takes a slot.
    pub const DEFINE: u8 = 1;
    /// A message.
    pub const MESSAGE: u8 = 2;
    /// A call that blocks its caller.
    pub const SYNC_CALL: u8 = 3;
    /// A call that does not.
    pub const INVOKE: u8 = 4;
    /// An answer.
    pub const ANSWER: u8 = 5;
    /// More of a message of several records.
    pub const FRAGMENT: u8 = 6;
    /// The end of one that is not whole.
    pub const ABORT: u8 = 7;
    /// A channel name takes a slot, for messages of one type.
    pub const DEFINE_TYPED: u8 = 8;
}

/// Main has hung up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HungUp;

/// One of the two lanes from main, and how far it was read.
#[derive(Debug)]
pub struct Lane {
    data: usize,
    capacity: usize,
    head: usize,
    position: u64,
}

/// A session without the engine.
#[derive(Debug)]
pub struct Client {
    /// The socket.
    pub socket: OwnedFd,
    /// Main's segment.
    pub main_fd: OwnedFd,
    /// The renderer's.
    pub own_fd: OwnedFd,
    /// Main's segment, read-only.
    pub main: Map,
    /// The renderer's, writable.
    pub own: Map,
    /// Bytes of the ring to main.
    pub capacity: usize,
    /// Bytes ever published.
    pub tail: u64,
    /// Messages from main.
    pub messages: Lane,
    /// Replies from main.
    pub replies: Lane,
}

/// The hello of this build.
#[must_use]
pub fn hello() -> [u8; 64] {
    let mut packet = [0; 64];
    packet[..8].copy_from_slice(b"RINGHELO");
    packet[8..12].copy_from_slice(&VERSION.to_le_bytes());
    packet[12..16].copy_from_slice(&1_u32.to_le_bytes());
    packet[24..32].copy_from_slice(&FINGERPRINT.to_le_bytes());
    packet
}

/// A socket connected to the endpoint `name`, and nothing said.
///
/// # Panics
/// If the script or the machine is not as it should be.
#[must_use]
pub fn connect(name: &str) -> OwnedFd {
    let flags = SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None);
    let socket = socket.expect("a socket");
    let address = SocketAddrUnix::new(super::socket_path(name)).expect("an address");
    rustix::net::connect(&socket, &address).expect("a main that listens");
    socket
}

/// The socket to main: by the endpoint's name, or by birth without one.
///
/// # Panics
/// If the script or the machine is not as it should be.
#[must_use]
pub fn socket_to(endpoint: Option<&str>) -> OwnedFd {
    let Some(name) = endpoint else {
        let variable =
            std::env::var("RINGMAIN_FD").expect("an endpoint, or a main that spawned us");
        let number = variable.split(':').next().expect("a number");
        let socket = map::inherited(number.parse().expect("a number"));
        rustix::fs::fcntl_setfl(&socket, rustix::fs::OFlags::empty()).expect("a blocking socket");
        return socket;
    };
    connect(name)
}

/// Sends one packet.
///
/// # Errors
/// What the kernel answers.
pub fn send(socket: &OwnedFd, packet: &[u8]) -> Result<usize, Errno> {
    rustix::net::send(socket, packet, SendFlags::NOSIGNAL)
}

/// Waits for main to hang up.
pub fn wait_for_hang_up(socket: &OwnedFd) {
    let mut fds = [PollFd::new(socket, PollFlags::RDHUP)];
    while rustix::event::poll(&mut fds, None) == Err(Errno::INTR) {}
}

/// Waits for main's welcome, and takes its bytes and descriptors.
///
/// # Panics
/// If the script or the machine is not as it should be.
#[must_use]
pub fn welcome(socket: &OwnedFd) -> (Vec<u8>, Vec<OwnedFd>) {
    let mut packet = vec![0; 256];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(4))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::net::recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut packet)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    );
    packet.truncate(received.expect("an answer").bytes);
    let fds = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(fds) => Some(fds),
        _ => None,
    });
    (packet, fds.flatten().collect())
}

impl Client {
    /// Attaches properly.
    ///
    /// # Panics
    /// If the script or the machine is not as it should be.
    #[must_use]
    pub fn attach(endpoint: Option<&str>) -> Self {
        let socket = socket_to(endpoint);
        send(&socket, &hello()).expect("a main that listens");
        let (packet, fds) = welcome(&socket);
        let [main_fd, own_fd] = <[OwnedFd; 2]>::try_from(fds).expect("two segments");
        let size = |at: usize| {
            let bytes: [u8; 8] = packet[at..at + 8].try_into().expect("eight bytes");
            usize::try_from(u64::from_le_bytes(bytes)).expect("a size")
        };
        let (to_main, to_renderer, replies) = (size(56), size(64), size(72));
        let lane = |data, capacity, head| Lane { data, capacity, head, position: 0 };
        Self {
            main: Map::readable(&main_fd, size(40)).expect("main's segment"),
            own: Map::writable(&own_fd, size(48)).expect("our segment"),
            socket,
            main_fd,
            own_fd,
            capacity: to_main,
            tail: 0,
            messages: lane(DATA_OFFSET, to_renderer, own::MESSAGES_HEAD),
            replies: lane(DATA_OFFSET + to_renderer, replies, own::REPLIES_HEAD),
        }
    }

    /// Where the next record will begin, in the segment.
    #[must_use]
    pub fn here(&self) -> usize {
        self.offset(self.tail)
    }

    /// The ring's index of the next record.
    #[must_use]
    pub fn index(&self) -> usize {
        self.here() - DATA_OFFSET
    }

    fn offset(&self, position: u64) -> usize {
        DATA_OFFSET + usize::try_from(position).expect("64 bits") % self.capacity
    }

    /// Stores a header word where the next record will begin, and nothing else.
    pub fn lie(&self, word: u64) {
        self.own.store(self.here(), word);
    }

    /// Publishes a record as a proper renderer does, without waking anybody.
    ///
    /// # Errors
    /// [`HungUp`] while waiting for space.
    pub fn record(&mut self, content: &[u8]) -> Result<(), HungUp> {
        let size = (HEADER_WORD + content.len()).next_multiple_of(LINE);
        let rest = self.capacity - self.index();
        if size > rest {
            self.wait_for_space(rest)?;
            self.publish(rest, record_kind::PADDING, rest);
        }
        self.wait_for_space(size)?;
        self.own.write(self.here() + HEADER_WORD, content);
        self.publish(size, record_kind::RECORD, content.len());
        Ok(())
    }

    fn publish(&mut self, size: usize, kind: u32, len: usize) {
        let next = self.tail + size as u64;
        self.own.store(self.offset(next), 0);
        self.own.store(self.here(), header(kind, len));
        self.tail = next;
    }

    /// Whether `size` bytes are free in the ring to main.
    #[must_use]
    pub fn has_space(&self, size: usize) -> bool {
        self.tail - self.main.load(MAINS_HEAD) + (size + LINE) as u64 <= self.capacity as u64
    }

    fn wait_for_space(&self, size: usize) -> Result<(), HungUp> {
        let mut nudged = false;
        while !self.has_space(size) {
            if !std::mem::replace(&mut nudged, true) {
                self.nudge();
            }
            if self.is_hung_up() {
                return Err(HungUp);
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Publishes a message of any kind.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn put(&mut self, kind: u8, slot: u16, call: u32, payload: &[u8]) -> Result<(), HungUp> {
        self.record(&[&envelope(kind, slot, call), payload].concat())
    }

    /// Publishes the first record of a message of several: how long it will be, and the first bytes.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn begin(&mut self, kind: u8, slot: u16, total: u64, bytes: &[u8]) -> Result<(), HungUp> {
        let mut envelope = envelope(kind, slot, 7);
        envelope[1] = 1;
        self.record(&[&envelope, &total.to_le_bytes(), bytes].concat())
    }

    /// Publishes more of it.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn more(&mut self, bytes: &[u8]) -> Result<(), HungUp> {
        self.put(kind::FRAGMENT, 0, 0, bytes)
    }

    /// Gives a channel a slot, for messages of the type with this fingerprint.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn define_typed(&mut self, slot: u16, schema: u64, name: &[u8]) -> Result<(), HungUp> {
        self.put(kind::DEFINE_TYPED, slot, 0, &[&schema.to_le_bytes(), name].concat())
    }

    /// Gives a channel a slot.
    ///
    /// # Panics
    /// If main has hung up.
    pub fn define(&mut self, slot: u16, name: &str) {
        self.put(kind::DEFINE, slot, 0, name.as_bytes()).expect("a main that listens");
    }

    /// Sends the proper messages that lead up to index `index`, on slot 0.
    ///
    /// # Panics
    /// If main has hung up.
    pub fn advance_to(&mut self, index: usize) {
        let archive = ringmain::args![1];
        while self.index() != index {
            self.put(kind::MESSAGE, 0, 0, archive.archive()).expect("a main that listens");
        }
    }

    /// Waits until main has read all that was published.
    pub fn wait_until_read(&self) {
        self.nudge();
        while self.main.load(MAINS_HEAD) != self.tail && !self.is_hung_up() {
            std::thread::yield_now();
        }
    }

    /// Sends main a nudge. One that finds no room is not needed, one that finds no main is late.
    pub fn nudge(&self) {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        let _ = rustix::net::send(&self.socket, b"n", flags);
    }

    /// Whether main has hung up.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        let mut fds = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        rustix::event::poll(&mut fds, Some(&now)) == Ok(1)
    }

    /// Waits for main to hang up.
    pub fn wait_for_hang_up(&self) {
        wait_for_hang_up(&self.socket);
    }

    /// The next message from main, once it is there.
    ///
    /// # Errors
    /// [`HungUp`].
    pub fn next_message(&mut self) -> Result<Vec<u8>, HungUp> {
        self.nudge();
        loop {
            match self.messages.read(&self.main, &self.own) {
                Some(content) => return Ok(content),
                None if self.is_hung_up() => return Err(HungUp),
                None => std::thread::yield_now(),
            }
        }
    }

    /// The next reply from main, once it is there.
    ///
    /// # Errors
    /// [`HungUp`].
    pub fn next_reply(&mut self) -> Result<Vec<u8>, HungUp> {
        self.nudge();
        loop {
            match self.replies.read(&self.main, &self.own) {
                Some(content) => return Ok(content),
                None if self.is_hung_up() => return Err(HungUp),
                None => std::thread::yield_now(),
            }
        }
    }
}

impl Lane {
    /// The next record, if it is there; the head is told.
    pub fn read(&mut self, main: &Map, own: &Map) -> Option<Vec<u8>> {
        loop {
            let at = self.data + usize::try_from(self.position).ok()? % self.capacity;
            let word = main.load(at);
            if word == 0 {
                return None;
            }
            let len = usize::try_from(word & 0xffff_ffff).ok()?;
            let is_padding = word >> 32 == u64::from(record_kind::PADDING);
            let content = if is_padding { Vec::new() } else { main.read(at + HEADER_WORD, len) };
            let size = if is_padding { len } else { (HEADER_WORD + len).next_multiple_of(LINE) };
            self.position += size as u64;
            own.store(self.head, self.position);
            if !is_padding {
                return Some(content);
            }
        }
    }
}

/// A header word.
#[must_use]
pub fn header(kind: u32, len: usize) -> u64 {
    u64::from(kind) << 32 | len as u64
}

/// An envelope.
#[must_use]
pub fn envelope(kind: u8, slot: u16, call: u32) -> [u8; 8] {
    let word = u64::from(kind) | u64::from(slot) << 16 | u64::from(call) << 32;
    word.to_le_bytes()
}
