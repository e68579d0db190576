//! A collector of traces: takes OTLP over HTTP, as Protocol Buffers, and remembers the spans.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::Message;

use super::until;

const PATIENCE: Duration = Duration::from_secs(30);
const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";

/// A span as it came. Ids are hexadecimal.
#[derive(Debug, Clone)]
pub struct Span {
    /// `service.name` of the process that it came from.
    pub service: String,
    pub trace: String,
    pub id: String,
    /// Empty where there is none.
    pub parent: String,
    pub name: String,
    pub kind: otlp::span::SpanKind,
    /// Values as text.
    pub attributes: BTreeMap<String, String>,
    /// Why it failed, if it did.
    pub error: Option<String>,
    pub lasted: Duration,
}

impl Span {
    /// An attribute; nothing where there is none.
    pub fn attribute(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}

/// Listens until the end of the tests.
pub struct Collector {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    spans: Mutex<Vec<Span>>,
}

impl Collector {
    pub fn start() -> Collector {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
        let address = listener.local_addr().expect("it is bound");
        let seen = Arc::new(Seen::default());
        let collector = Collector {
            address,
            seen: Arc::clone(&seen),
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let seen = Arc::clone(&seen);
                // A process that is killed leaves half a request, which is none.
                thread::spawn(move || serve(stream, &seen));
            }
        });
        collector
    }

    /// Variables with which a process exports its spans to here, nearly at once.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        let endpoint = format!("http://{}", self.address);
        vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_BSP_SCHEDULE_DELAY", "50".to_owned()),
        ]
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// The spans of a trace so far.
    pub fn trace(&self, id: &str) -> Vec<Span> {
        let spans = self.seen.spans.lock();
        let spans = spans.unwrap_or_else(PoisonError::into_inner);
        spans
            .iter()
            .filter(|span| span.trace == id)
            .cloned()
            .collect()
    }

    /// Waits until a trace has what `is_whole` asks for.
    #[track_caller]
    pub fn wait_for(&self, id: &str, is_whole: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        until("the trace is whole", PATIENCE, || {
            let spans = self.trace(id);
            is_whole(&spans).then_some(spans)
        })
    }
}

/// Answers requests on a connection until its end.
fn serve(stream: TcpStream, seen: &Seen) -> io::Result<()> {
    let mut requests = BufReader::new(stream);
    while let Some(body) = read_request(&mut requests)? {
        let export = ExportTraceServiceRequest::decode(&body[..]).map_err(io::Error::other)?;
        let spans = spans_of(export);
        seen.spans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(spans);
        requests.get_mut().write_all(OK)?;
    }
    Ok(())
}

/// The body of the next request; nothing at the end.
fn read_request(requests: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = String::new();
    if requests.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    assert!(line.starts_with("POST /v1/traces "), "{line}");
    let mut length = 0;
    loop {
        line.clear();
        requests.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    requests.read_exact(&mut body)?;
    Ok(Some(body))
}

fn spans_of(export: ExportTraceServiceRequest) -> Vec<Span> {
    let mut spans = Vec::new();
    for resource in export.resource_spans {
        let about = resource.resource.map(|resource| resource.attributes);
        let about = texts(about.unwrap_or_default());
        let service = about.get("service.name").cloned().unwrap_or_default();
        let scopes = resource.scope_spans.into_iter();
        let exported = scopes.flat_map(|scope| scope.spans);
        spans.extend(exported.map(|span| read(span, service.clone())));
    }
    spans
}

fn read(span: otlp::Span, service: String) -> Span {
    let kind = span.kind();
    let lasted_ns = span.end_time_unix_nano - span.start_time_unix_nano;
    let status = span.status.unwrap_or_default();
    let is_error = status.code() == otlp::status::StatusCode::Error;
    Span {
        service,
        trace: hex::encode(span.trace_id),
        id: hex::encode(span.span_id),
        parent: hex::encode(span.parent_span_id),
        name: span.name,
        kind,
        attributes: texts(span.attributes),
        error: is_error.then_some(status.message),
        lasted: Duration::from_nanos(lasted_ns),
    }
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let pairs = attributes.into_iter();
    pairs.map(|one| (one.key, text(one.value))).collect()
}
