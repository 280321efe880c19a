//! iceoryx2's publish-subscribe, a service each way, payloads written where they are loaned; parked ends
//! wait on its event service.

use std::hint::spin_loop;
use std::time::Duration;

use iceoryx2::port::listener::Listener;
use iceoryx2::port::notifier::Notifier;
use iceoryx2::port::publisher::Publisher;
use iceoryx2::port::subscriber::Subscriber;
use iceoryx2::prelude::*;
use iceoryx2::service::port_factory::event;
use iceoryx2::service::port_factory::publish_subscribe::PortFactory;
use ringmain_bench::Result;
use ringmain_bench::lab::{Abilities, Case, Contender, Duplex, End, Sample, Side, Wait, workload};

use crate::directory::Directory;
use crate::fan;
use crate::iceoryx2_node::{bytes_mut, node, wait_until};

/// Messages that may lie unread before a sender waits: 4 MiB of them, within these.
const DEPTH: std::ops::RangeInclusive<usize> = 4..=1024;
const DEPTH_BYTES: usize = 4 << 20;
const SERVICES: [&str; 2] = ["to_answering", "to_measuring"];
/// How long one sleep of a parked end lasts at most.
pub(crate) const SLEEP: Duration = Duration::from_secs(1);

pub(crate) struct PublishSubscribe;

impl Contender for PublishSubscribe {
    fn name(&self) -> &'static str {
        "iceoryx2 publish-subscribe"
    }

    fn abilities(&self) -> Abilities {
        Abilities { lens: 1..=64 << 20, fan_out: true, fan_in: true, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        if !end.case()?.mode.is_of_a_pair() {
            return fan::run(end);
        }
        workload::run(end, |_| Peer::open(end), |_| Peer::open(end))
    }
}

struct Peer {
    publisher: Publisher<ipc::Service, [u8], ()>,
    subscriber: Subscriber<ipc::Service, [u8], ()>,
    events: Option<(Notifier<ipc::Service>, Listener<ipc::Service>)>,
    _node: Node<ipc::Service>,
    _directory: Directory,
}

impl Peer {
    fn open(end: &End) -> Result<Self> {
        let (directory, case) = (Directory::of(end), end.case()?);
        end.meet()?; // nothing of earlier runs is in the way
        let node = node(&directory)?;
        let ours = usize::from(end.plan.side == Side::Answering);
        let (out, incoming) = (SERVICES[ours], SERVICES[1 - ours]);
        let depth = depth(&case);
        let subscriber = service(&node, incoming, depth, PAIR)?
            .subscriber_builder()
            .buffer_size(depth)
            .create()?;
        let publisher = service(&node, out, depth, PAIR)?
            .publisher_builder()
            .initial_max_slice_len(case.len)
            .max_loaned_samples(1)
            .backpressure_strategy(BackpressureStrategy::RetryUntilDelivered)
            .create()?;
        let events = events(&node, &case, out, incoming)?;
        let mut peer = Self { publisher, subscriber, events, _node: node, _directory: directory };
        // The counts of ports rise before the other end can be reached, and a message to nobody is lost
        // without an error: only one that was delivered proves the connection.
        wait_until(|| peer.deliver(1, |byte| byte.fill(0)).is_ok_and(|receivers| receivers == 1))?;
        wait_until(|| peer.subscriber.has_samples() == Ok(true))?;
        peer.receive(|_| ())?;
        Ok(peer)
    }

    #[inline]
    fn deliver(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<usize> {
        let mut sample = self.publisher.loan_slice_uninit(len)?;
        fill(bytes_mut(sample.payload_mut()));
        // SAFETY: `fill` writes every byte.
        let receivers = unsafe { sample.assume_init() }.send()?;
        if let Some((notifier, _)) = &self.events {
            notifier.notify()?;
        }
        Ok(receivers)
    }
}

impl Duplex for Peer {
    #[inline]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        match self.deliver(len, fill)? {
            1 => Ok(()),
            _ => Err("nobody to receive".into()),
        }
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        loop {
            if let Some(sample) = self.subscriber.receive()? {
                return Ok(read(sample.payload()));
            }
            match &self.events {
                Some((_, listener)) => drop(listener.timed_wait(|_| (), SLEEP)?),
                None => spin_loop(),
            }
        }
    }
}

/// How many ports of each kind a service has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) publishers: usize,
    pub(crate) subscribers: usize,
}

const PAIR: Ports = Ports { publishers: 1, subscribers: 1 };

/// Messages that may lie unread.
pub(crate) fn depth(case: &Case) -> usize {
    (DEPTH_BYTES / case.len.max(1)).clamp(*DEPTH.start(), *DEPTH.end())
}

pub(crate) fn service(
    node: &Node<ipc::Service>,
    name: &str,
    depth: usize,
    ports: Ports,
) -> Result<PortFactory<ipc::Service, [u8], ()>> {
    Ok(node
        .service_builder(&name.try_into()?)
        .publish_subscribe::<[u8]>()
        .payload_alignment(Alignment::new(64).ok_or("an alignment")?)
        .enable_safe_overflow(false)
        .history_size(0)
        .subscriber_max_buffer_size(depth)
        .subscriber_max_borrowed_samples(1)
        .max_publishers(ports.publishers)
        .max_subscribers(ports.subscribers)
        .max_nodes(ports.publishers + ports.subscribers)
        .open_or_create()?)
}

pub(crate) fn event_service(
    node: &Node<ipc::Service>,
    name: &str,
    ports: Ports,
) -> Result<event::PortFactory<ipc::Service>> {
    Ok(node
        .service_builder(&name.try_into()?)
        .event()
        .event_id_max_value(1)
        .max_notifiers(ports.publishers)
        .max_listeners(ports.subscribers)
        .max_nodes(ports.publishers + ports.subscribers)
        .open_or_create()?)
}

/// A notifier out and a listener in, for ends that sleep.
fn events(
    node: &Node<ipc::Service>,
    case: &Case,
    out: &str,
    incoming: &str,
) -> Result<Option<(Notifier<ipc::Service>, Listener<ipc::Service>)>> {
    if case.wait == Wait::Polling {
        return Ok(None);
    }
    let listener = event_service(node, incoming, PAIR)?.listener_builder().create()?;
    let notifier = event_service(node, out, PAIR)?.notifier_builder().create()?;
    wait_until(|| notifier.notify() == Ok(1))?;
    Ok(Some((notifier, listener)))
}
