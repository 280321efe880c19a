//! A session as main holds it.

use super::counters::{Gauge, Traffic};
use super::geometry::Geometry;
use super::inbox::Inbox;
use super::lanes::{self, Descriptors};
use super::link::Link;
use super::outbox::Outbox;
use crate::error::{Corrupt, Error};
use crate::layout::WaitWords;
use crate::rendezvous::stream::Stream;
use crate::rendezvous::terms::Terms;
use crate::rendezvous::welcome::Welcome;
use crate::sync::Shared;
use crate::wire::{Answer, ENVELOPE, FINGERPRINT};
use parking_lot::Mutex;
use std::os::fd::AsFd;

/// What all threads of main share of a session; the [`Inbox`] is the dispatcher's alone.
#[derive(Debug)]
pub(crate) struct MainEnd {
    pub(crate) link: Link,
    messages: Mutex<Outbox>,
    messages_bell: Shared<WaitWords>,
    replies: Mutex<Outbox>,
    replies_bell: Shared<WaitWords>,
    answer_max: usize,
    /// Why the session was ended, until the dispatcher has reported it.
    corrupt: Mutex<Option<Corrupt>>,
    /// Handlers that were not done at once and still run.
    pub(crate) running: Gauge,
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
            link: Link::new(id, stream, lanes.cpus),
            messages_bell: lanes.messages.data_bell(),
            messages: Mutex::new(Outbox::new(lanes.messages, overflow_limit)),
            replies_bell: lanes.replies.data_bell(),
            answer_max: lanes.replies.content_max() - ENVELOPE,
            replies: Mutex::new(Outbox::new(lanes.replies, overflow_limit)),
            corrupt: Mutex::new(None),
            running: Gauge::default(),
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
    /// Ends the session of a renderer that cheats.
    #[cold]
    pub(crate) fn cut_off(&self, corrupt: Corrupt) {
        if !self.link.is_gone() {
            self.corrupt.lock().get_or_insert(corrupt);
        }
        self.link.end();
    }

    /// Why the session was ended, if it is news.
    pub(crate) fn take_corrupt(&self) -> Option<Corrupt> {
        self.corrupt.lock().take()
    }

    fn check(&self) -> Result<(), Error> {
        self.link.stream().generation().check()?;
        if self.link.is_gone() { Err(Error::RendererGone { id: self.link.id() }) } else { Ok(()) }
    }

    /// Sends arguments on a channel. Never blocks; any thread.
    pub(crate) fn send(&self, channel: &str, payload: &[u8]) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.messages.lock();
        let sent = outbox.send(channel, payload);
        self.finish(outbox, &self.messages_bell, &self.link.tally.sent, sent)
    }

    /// Answers an invoke, in one order with `send`.
    pub(crate) fn answer_invoke(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.messages.lock();
        let sent = outbox.answer(answer, call);
        self.finish(outbox, &self.messages_bell, &self.link.tally.sent, sent)
    }

    /// Answers a sendSync.
    pub(crate) fn answer_sync(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.replies.lock();
        let sent = outbox.answer(answer, call);
        self.finish(outbox, &self.replies_bell, &self.link.tally.answers, sent)
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
        traffic: &Traffic,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        let wake = outbox.flush();
        if let Ok(len) = sent {
            traffic.count(len);
        }
        drop(outbox);
        self.link.rouse(wake, bell);
        match sent {
            Err(Error::Corrupt(corrupt)) => {
                self.cut_off(corrupt);
                Err(corrupt.into())
            }
            sent => sent.map(drop),
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
            self.link.rouse(wake, bell);
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
}
