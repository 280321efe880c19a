//! iceoryx2's publish-subscribe from one to many and from many to one: one service, and one of events
//! that parked ends wait on. What is published once reaches all subscribers.

use std::hint::spin_loop;
use std::sync::Arc;

use iceoryx2::port::listener::Listener;
use iceoryx2::port::notifier::Notifier;
use iceoryx2::port::publisher::Publisher;
use iceoryx2::port::subscriber::Subscriber;
use iceoryx2::prelude::*;
use ringmain_bench::Result;
use ringmain_bench::lab::{Case, Client, End, Flow, Mode, Sample, Server, Traffic, Wait, workload};

use crate::directory::Directory;
use crate::iceoryx2_node::{bytes_mut, node, wait_until};
use crate::publish_subscribe::{Ports, SLEEP, depth, event_service, service};

const SERVICE: &str = "fan";

/// Runs an end of a case in which one sends to many, or many to one.
pub(crate) fn run(end: &End) -> Result<Option<Sample>> {
    let ports = match end.case()?.mode {
        Mode::FanOut { renderers } => Ports { publishers: 1, subscribers: renderers },
        Mode::FanIn { renderers } => Ports { publishers: renderers, subscribers: 1 },
        mode => return Err(format!("{mode} is neither fan-out nor fan-in").into()),
    };
    workload::run(end, |_| Sending::open(end, ports), |_| Receiving::open(end, ports))
}

struct Sending {
    publisher: Publisher<ipc::Service, [u8], ()>,
    notifier: Option<Notifier<ipc::Service>>,
    /// How many get each message, and how many of them have been counted.
    receivers: usize,
    counted: usize,
    /// Where messages go that have been published already.
    again: Vec<u8>,
    _node: Node<ipc::Service>,
    _directory: Directory,
}

struct Receiving {
    subscriber: Subscriber<ipc::Service, [u8], ()>,
    listener: Option<Listener<ipc::Service>>,
    _node: Node<ipc::Service>,
    _directory: Directory,
}

/// This end's directory and node, nothing of earlier runs in the way.
fn begin(end: &End) -> Result<(Directory, Node<ipc::Service>, Case)> {
    let (directory, case) = (Directory::of(end), end.case()?);
    end.meet()?;
    let node = node(&directory)?;
    Ok((directory, node, case))
}

impl Sending {
    fn open(end: &End, ports: Ports) -> Result<Self> {
        let (directory, node, case) = begin(end)?;
        let publisher = service(&node, SERVICE, depth(&case), ports)?
            .publisher_builder()
            .initial_max_slice_len(case.len)
            .max_loaned_samples(1)
            .backpressure_strategy(BackpressureStrategy::RetryUntilDelivered)
            .create()?;
        let notifier = match case.wait {
            Wait::Polling => None,
            Wait::Parked => {
                Some(event_service(&node, SERVICE, ports)?.notifier_builder().create()?)
            }
        };
        let mut sending = Self {
            publisher,
            notifier,
            receivers: ports.subscribers,
            counted: 0,
            again: vec![0; case.len],
            _node: node,
            _directory: directory,
        };
        end.meet()?; // all ports are there
        // The counts of ports rise before the other ends can be reached: only a message that was delivered
        // proves a connection.
        wait_until(|| sending.publish(1, |byte| byte.fill(0)).is_ok_and(|all| all))?;
        Ok(sending)
    }

    /// Says whether all got it.
    fn publish(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<bool> {
        let mut sample = self.publisher.loan_slice_uninit(len)?;
        fill(bytes_mut(sample.payload_mut()));
        // SAFETY: `fill` writes every byte.
        let receivers = unsafe { sample.assume_init() }.send()?;
        if let Some(notifier) = &self.notifier {
            notifier.notify()?;
        }
        Ok(receivers == self.receivers)
    }
}

impl Client for Sending {
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        if self.counted > 0 {
            traffic.write(&mut self.again);
        } else if !self.publish(traffic.len(), |bytes| traffic.write(bytes))? {
            return Err("not all have received it".into());
        }
        self.counted = (self.counted + 1) % self.receivers;
        Ok(())
    }

    fn call(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("nobody answers what is published".into())
    }
}

impl Receiving {
    fn open(end: &End, ports: Ports) -> Result<Self> {
        let (directory, node, case) = begin(end)?;
        let subscriber = service(&node, SERVICE, depth(&case), ports)?
            .subscriber_builder()
            .buffer_size(depth(&case))
            .create()?;
        let listener = match case.wait {
            Wait::Polling => None,
            Wait::Parked => {
                Some(event_service(&node, SERVICE, ports)?.listener_builder().create()?)
            }
        };
        end.meet()?;
        let receiving = Self { subscriber, listener, _node: node, _directory: directory };
        for _ in 0..ports.publishers {
            wait_until(|| matches!(receiving.subscriber.receive(), Ok(Some(_))))?;
        }
        Ok(receiving)
    }
}

impl Server for Receiving {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        loop {
            while let Some(sample) = self.subscriber.receive()? {
                if traffic.read(sample.payload()) == Flow::Last {
                    return Ok(());
                }
            }
            match &self.listener {
                Some(listener) => drop(listener.timed_wait(|_| (), SLEEP)?),
                None => spin_loop(),
            }
        }
    }

    fn echo(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("nobody answers what is published".into())
    }
}
