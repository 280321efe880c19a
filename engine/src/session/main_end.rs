//! A session as main holds it.

use super::counters::{Counters, Gauge, Tally};
use super::geometry::Geometry;
use super::inbox::Inbox;
use super::lanes::{self, Cpus, Descriptors};
use super::outbox::Outbox;
use crate::error::{Corrupt, Error};
use crate::layout::WaitWords;
use crate::rendezvous::stream::Stream;
use crate::rendezvous::terms::Terms;
use crate::rendezvous::welcome::Welcome;
use crate::sync::{Ordering, Shared};
use crate::wait::{Wake, Waker};
use crate::wire::{Answer, ENVELOPE, FINGERPRINT};
use parking_lot::Mutex;
use std::os::fd::AsFd;
use std::sync::atomic::AtomicBool;

/// What all threads of main share of a session; the [`Inbox`] is the dispatcher's alone.
#[derive(Debug)]
pub(crate) struct MainEnd {
    id: u32,
    stream: Stream,
    cpus: Cpus,
    messages: Mutex<Outbox>,
    messages_bell: Shared<WaitWords>,
    replies: Mutex<Outbox>,
    replies_bell: Shared<WaitWords>,
    answer_max: usize,
    gone: AtomicBool,
    /// Why the session was ended, until the dispatcher has reported it.
    corrupt: Mutex<Option<Corrupt>>,
    /// Handlers that were not done at once and still run.
    pub(crate) running: Gauge,
    pub(crate) tally: Tally,
}

/// A session before its renderer has said hello.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) end: MainEnd,
    pub(crate) inbox: Inbox,
    pub(crate) invitation: Invitation,
}

/// What the renderer is sent.
#[derive(Debug)]
pub(crate) struct Invitation {
    geometry: Geometry,
    web_contents: u32,
    segments: Descriptors,
}

/// The terms of this build.
pub(crate) fn terms() -> Terms {
    Terms::new(0, FINGERPRINT)
}

impl Prepared {
    /// Makes the segments of a session and main's end of it. Messages may be sent at once: they lie
    /// in main's own ring until the renderer comes.
    ///
    /// # Errors
    /// [`Error::Exhausted`] or [`Error::System`].
    pub(crate) fn new(
        id: u32,
        stream: Stream,
        geometry: Geometry,
        overflow_limit: usize,
    ) -> Result<Self, Error> {
        let (lanes, segments) = lanes::create(&geometry, id)?;
        let end = MainEnd {
            id,
            stream,
            cpus: lanes.cpus,
            messages_bell: lanes.messages.data_bell(),
            messages: Mutex::new(Outbox::new(lanes.messages, overflow_limit)),
            replies_bell: lanes.replies.data_bell(),
            answer_max: lanes.replies.content_max() - ENVELOPE,
            replies: Mutex::new(Outbox::new(lanes.replies, overflow_limit)),
            gone: AtomicBool::new(false),
            corrupt: Mutex::new(None),
            running: Gauge::default(),
            tally: Tally::default(),
        };
        let invitation = Invitation { geometry, web_contents: id, segments };
        Ok(Self { end, inbox: Inbox::new(lanes.incoming), invitation })
    }
}

impl Invitation {
    /// Answers the renderer's hello.
    ///
    /// # Errors
    /// As [`Stream::send_welcome`].
    pub(crate) fn send(&self, stream: &Stream) -> Result<(), Error> {
        let grant = self.geometry.grant(self.web_contents)?;
        let welcome = Welcome { terms: terms(), verdict: Ok(grant) };
        let Descriptors { main, renderer } = &self.segments;
        stream.send_welcome(&welcome, [main.as_fd(), renderer.as_fd()])
    }
}

impl MainEnd {
    /// The id of the renderer's `WebContents`.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Whether the session is over.
    #[inline]
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Ends the session: the renderer sees the socket hang up, main's calls answer RendererGone.
    /// Returns whether this call did it.
    pub(crate) fn end(&self) -> bool {
        let first = !self.gone.swap(true, Ordering::Relaxed);
        if first {
            self.stream.hang_up();
        }
        first
    }

    /// Ends the session of a renderer that cheats.
    #[cold]
    pub(crate) fn cut_off(&self, corrupt: Corrupt) {
        if !self.is_gone() {
            self.corrupt.lock().get_or_insert(corrupt);
        }
        self.end();
    }

    /// Why the session was ended, if it is news.
    pub(crate) fn take_corrupt(&self) -> Option<Corrupt> {
        self.corrupt.lock().take()
    }

    fn check(&self) -> Result<(), Error> {
        self.stream.generation().check()?;
        if self.is_gone() { Err(Error::RendererGone { id: self.id }) } else { Ok(()) }
    }

    /// Sends arguments on a channel. Never blocks; any thread.
    pub(crate) fn send(&self, channel: &str, payload: &[u8]) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.messages.lock();
        let sent = outbox.send(channel, payload);
        self.finish(outbox, &self.messages_bell, sent)
    }

    /// Answers an invoke, in one order with `send`.
    pub(crate) fn answer_invoke(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.messages.lock();
        let sent = outbox.answer(answer, call);
        self.finish(outbox, &self.messages_bell, sent)
    }

    /// Answers a sendSync.
    pub(crate) fn answer_sync(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.replies.lock();
        let sent = outbox.answer(answer, call);
        self.finish(outbox, &self.replies_bell, sent)
    }

    /// The longest value that can answer a sendSync, in bytes of its archive.
    pub(crate) fn answer_max(&self) -> usize {
        self.answer_max
    }

    #[inline]
    fn finish(
        &self,
        mut outbox: parking_lot::MutexGuard<'_, Outbox>,
        bell: &Shared<WaitWords>,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        let wake = outbox.flush();
        if let Ok(len) = sent {
            self.tally.count_sent(len);
        }
        drop(outbox);
        self.rouse(wake, bell);
        match sent {
            Err(Error::Corrupt(corrupt)) => {
                self.cut_off(corrupt);
                Err(corrupt.into())
            }
            sent => sent.map(drop),
        }
    }

    /// Wakes the renderer if it sleeps.
    #[inline]
    fn rouse(&self, wake: Option<Wake>, bell: &Shared<WaitWords>) {
        if let Some(wake) = wake {
            self.rouse_now(wake, bell);
        }
    }

    #[cold]
    fn rouse_now(&self, wake: Wake, bell: &Shared<WaitWords>) {
        self.tally.wakes.add(1);
        match wake {
            Wake::Futex => Waker::wake(bell),
            // Gone is found by the dispatcher. A nudge that finds no memory is repeated by the
            // renderer's own look when anything else wakes it.
            Wake::Nudge => drop(self.stream.nudge()),
        }
    }

    /// Rings for a renderer that sleeps for space, after records of `inbox` were released.
    #[inline]
    pub(crate) fn settle(&self, inbox: &mut Inbox) {
        if let Some(wake) = inbox.lane.settle() {
            self.rouse_now(wake, &inbox.lane.space_bell());
        }
    }

    /// The same before the session rests.
    pub(crate) fn flush_inbox(&self, inbox: &mut Inbox) {
        if let Some(wake) = inbox.lane.flush() {
            self.rouse_now(wake, &inbox.lane.space_bell());
        }
    }

    /// Moves overflow into the rings, after the renderer has nudged.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible.
    pub(crate) fn drain_overflow(&self) -> Result<(), Corrupt> {
        for (outbox, bell) in
            [(&self.messages, &self.messages_bell), (&self.replies, &self.replies_bell)]
        {
            let mut outbox = outbox.lock();
            outbox.drain()?;
            let wake = outbox.flush();
            drop(outbox);
            self.rouse(wake, bell);
        }
        Ok(())
    }

    /// Prepares for a quiet time.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible.
    pub(crate) fn rest(&self) -> Result<(), Corrupt> {
        self.messages.lock().rewind()?;
        self.replies.lock().rewind()
    }

    /// Bytes that wait behind the rings.
    pub(crate) fn queued(&self) -> usize {
        self.messages.lock().queued() + self.replies.lock().queued()
    }

    /// Whether the renderer last ran on another CPU than this thread.
    #[inline]
    pub(crate) fn peer_elsewhere(&self) -> bool {
        self.cpus.peer_elsewhere()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.tally.snapshot()
    }
}
