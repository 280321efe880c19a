//! iceoryx2's request-response: one client, one server, one request at a time, both payloads written
//! where they are loaned. Bare: no names, no arguments, no dispatch.

use std::hint::spin_loop;
use std::sync::Arc;

use iceoryx2::port::client::Client as ClientPort;
use iceoryx2::port::server::Server as ServerPort;
use iceoryx2::prelude::*;
use iceoryx2::service::port_factory::request_response::PortFactory;
use ringmain_bench::Result;
use ringmain_bench::lab::{
    Abilities, Client, Contender, End, Flow, Sample, Server, Traffic, workload,
};

use crate::directory::Directory;
use crate::iceoryx2_node::{bytes_mut, node, wait_until};

pub(crate) struct RequestResponse;

impl Contender for RequestResponse {
    fn name(&self) -> &'static str {
        "iceoryx2 request-response"
    }

    fn abilities(&self) -> Abilities {
        Abilities { one_way: false, parks: false, lens: 1..=64 << 20, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        workload::run(end, |_| Calling::open(end), |_| Serving::open(end))
    }
}

type Service = PortFactory<ipc::Service, [u8], (), [u8], ()>;

struct Calling {
    port: ClientPort<ipc::Service, [u8], (), [u8], ()>,
    _node: Node<ipc::Service>,
    _directory: Directory,
}

impl Calling {
    fn open(end: &End) -> Result<Self> {
        let directory = Directory::of(end);
        end.meet()?; // nothing of earlier runs is in the way
        let (node, service) = service(&directory)?;
        let len = end.case()?.len;
        let port = service.client_builder().initial_max_slice_len(len).create()?;
        // The server counts before it can be reached: only an answer proves the connection.
        wait_until(|| {
            let hello = port.loan_slice_uninit(1).map(|request| request.write_from_slice(&[0]));
            let Ok(Ok(pending)) = hello.map(|request| request.send()) else { return false };
            pending.number_of_server_connections() == 1
                && wait_until(|| matches!(pending.receive(), Ok(Some(_)))).is_ok()
        })?;
        Ok(Self { port, _node: node, _directory: directory })
    }
}

impl Client for Calling {
    fn send(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a request has a response".into())
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let mut request = self.port.loan_slice_uninit(traffic.len())?;
        traffic.write(bytes_mut(request.payload_mut()));
        // SAFETY: `write` has written every byte.
        let pending = unsafe { request.assume_init() }.send()?;
        loop {
            if let Some(response) = pending.receive()? {
                let _ = traffic.read(response.payload()); // the last is known here
                return Ok(());
            }
            spin_loop();
        }
    }
}

struct Serving {
    port: ServerPort<ipc::Service, [u8], (), [u8], ()>,
    _node: Node<ipc::Service>,
    _directory: Directory,
}

impl Serving {
    fn open(end: &End) -> Result<Self> {
        let directory = Directory::of(end);
        end.meet()?;
        let (node, service) = service(&directory)?;
        let len = end.case()?.len;
        let port = service.server_builder().initial_max_slice_len(len).create()?;
        let mut serving = Self { port, _node: node, _directory: directory };
        wait_until(|| serving.port.has_requests() == Ok(true))?;
        serving.serve(1, |_, response| response.fill(0))?;
        Ok(serving)
    }

    /// Serves one call: `work` reads the request and writes all of the response.
    #[inline]
    fn serve<R>(&mut self, len: usize, work: impl FnOnce(&[u8], &mut [u8]) -> R) -> Result<R> {
        loop {
            if let Some(request) = self.port.receive()? {
                let mut response = request.loan_slice_uninit(len)?;
                let result = work(request.payload(), bytes_mut(response.payload_mut()));
                // SAFETY: `work` has written every byte.
                unsafe { response.assume_init() }.send()?;
                return Ok(result);
            }
            spin_loop();
        }
    }
}

impl Server for Serving {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a request has a response".into())
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let answer = |request: &[u8], response: &mut [u8]| {
            let flow = traffic.read(request);
            traffic.write(response);
            flow
        };
        while self.serve(traffic.len(), answer)? == Flow::More {}
        Ok(())
    }
}

fn service(directory: &Directory) -> Result<(Node<ipc::Service>, Service)> {
    let node = node(directory)?;
    let alignment = Alignment::new(64).ok_or("an alignment")?;
    let service = node
        .service_builder(&"call".try_into()?)
        .request_response::<[u8], [u8]>()
        .request_payload_alignment(alignment)
        .response_payload_alignment(alignment)
        .max_active_requests_per_client(1)
        .max_response_buffer_size(1)
        .max_borrowed_responses_per_pending_response(1)
        .max_loaned_requests(1)
        .enable_safe_overflow_for_requests(false)
        .enable_safe_overflow_for_responses(false)
        .max_clients(1)
        .max_servers(1)
        .max_nodes(2)
        .open_or_create()?;
    Ok((node, service))
}
