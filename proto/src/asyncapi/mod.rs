//! The AsyncAPI 3.0 document of what travels over the broker, made from the types and names of the contract.
//!
//! It is written as JSON, which every AsyncAPI tool reads, and stands on its own: no reference leaves it.

mod channels;
mod messages;
mod schemas;

use serde_json::{Value, json};

use crate::fleet::JSON;

/// The document.
pub fn document() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:gildhall:broker:v1",
        "info": info(),
        "defaultContentType": JSON,
        "servers": servers(),
        "channels": channels::channels(),
        "operations": channels::operations(),
        "components": {
            "messages": messages::messages(),
            "schemas": schemas::schemas(),
            "securitySchemes": {"account": account()}
        }
    })
}

/// The document as text, as it is kept in `proto/asyncapi.json`.
pub fn text() -> String {
    let text = serde_json::to_string_pretty(&document()).expect("the document is plain JSON");
    text + "\n"
}

fn info() -> Value {
    json!({
        "title": "Gildhall over RabbitMQ",
        "version": "1.0.0",
        "description": "Events that tell integrators what becomes of their jobs, and the messages by which the fleet \
            hands jobs to its workers. Jobs are submitted over HTTP, never here: a message only names a job that the \
            ledger holds already. Within version 1 fields and headers may be added, so ignore those you do not know; \
            none changes its meaning.",
        "license": {"name": "MIT OR Apache-2.0"}
    })
}

fn servers() -> Value {
    let server = |protocol: &str, port: &str, about: &str| {
        json!({
            "host": format!("{{host}}:{port}"),
            "protocol": protocol,
            "protocolVersion": "0.9.1",
            "description": about,
            "variables": {
                "host": {"description": "Where the operator of the fleet runs RabbitMQ.", "default": "localhost"}
            },
            "security": [{"$ref": "#/components/securitySchemes/account"}]
        })
    };
    json!({
        "plain": server("amqp", "5672", "RabbitMQ without TLS, for a machine or network of one's own."),
        "tls": server("amqps", "5671", "RabbitMQ with TLS.")
    })
}

fn account() -> Value {
    json!({
        "type": "userPassword",
        "description": "A RabbitMQ user (SASL PLAIN) with a virtual host. One that consumes events needs: configure and \
            write on its own queues, read on those and on the exchange gildhall.events. Topic permissions on that exchange \
            (read: ^acme\\.) keep it to one tenant's events."
    })
}
