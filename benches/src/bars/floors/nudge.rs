//! A byte on a socket to an end that sleeps in its event loop, a futex back: what a synchronous
//! call to a sleeping main cannot do without.

use std::sync::atomic::Ordering::{Acquire, Release};

use rustix::event::epoll;
use rustix::net::{RecvFlags, SendFlags};

use super::parked::{Parked, publish};
use super::{check, parked_trips};
use crate::Result;
use crate::bars::contender::{Contender, Placement};
use crate::end::End;
use crate::stats::Sample;

const REQUEST: usize = 0;
const ANSWER: usize = 1;

pub(super) struct Nudge {
    pub(super) name: &'static str,
    pub(super) placement: Placement,
}

impl Contender for Nudge {
    fn name(&self) -> &'static str {
        self.name
    }

    fn placement(&self) -> Placement {
        self.placement
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let trips = end.trips(parked_trips(self.placement));
        let request = end.shared.word32(REQUEST);
        let mut answer = Parked::on(end.shared.word32(ANSWER));
        let sample = end.time_asleep(self.placement, trips, |number| {
            request.store(number, Release); // pairs with the load in `answer`, as the byte does
            rustix::net::send(end.link()?, &number.to_le_bytes()[..1], SendFlags::NOSIGNAL)?;
            check(answer.changed(number - 1)?, number)
        })?;
        Ok(Sample { slept: Some(answer.slept()), ..sample })
    }

    fn answer(&self, end: End) -> Result<()> {
        let (request, answer) = (end.shared.word32(REQUEST), end.shared.word32(ANSWER));
        let events = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&events, end.link()?, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
        end.serve(end.trips(parked_trips(self.placement)), |number| {
            let mut ready = [const { std::mem::MaybeUninit::uninit() }; 4];
            epoll::wait(&events, &mut ready, None)?;
            let mut nudge = [0_u8; 1];
            rustix::net::recv(end.link()?, &mut nudge, RecvFlags::empty())?;
            let found = request.load(Acquire); // pairs with the store in `measure`
            publish(answer, found)?;
            check(nudge[0], number.to_le_bytes()[0])?;
            check(found, number)
        })
    }
}
