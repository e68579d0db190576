//! An S3 server on 127.0.0.1 that stores buckets as folders; the library starts it.
//!
//! `GILDHALL_DEVSTACK_S3_ROOT` names the folder, `…_PORT` the port, `…_ACCESS_KEY` and `…_SECRET_KEY` the one key pair
//! that may sign requests. Unsigned requests are refused.

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::{TcpListener, TcpStream};

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = setting("PORT")?.parse()?;
    let service = service()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(port, service))
}

fn setting(name: &str) -> Result<String, String> {
    let name = format!("GILDHALL_DEVSTACK_S3_{name}");
    env::var(&name).map_err(|e| format!("{name}: {e}"))
}

fn service() -> Result<S3Service, Box<dyn Error>> {
    let files = FileSystem::new(setting("ROOT")?)
        .map_err(|e| format!("the folder cannot be used: {e:?}"))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(
        setting("ACCESS_KEY")?,
        setting("SECRET_KEY")?,
    ));
    Ok(builder.build())
}

/// Runs until it is killed; requests under way then fail, as they do when a machine goes away.
async fn serve(port: u16, service: S3Service) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, service.clone()))),
            // A client that left before it was accepted, or too many open files: others may still be served.
            Err(e) => eprintln!("cannot accept a connection: {e}"),
        }
    }
}

async fn connection(stream: TcpStream, service: S3Service) {
    // Without it small answers wait for the client's acknowledgement; should it fail, they are merely slower.
    let _ = stream.set_nodelay(true);
    let builder = auto::Builder::new(TokioExecutor::new());
    if let Err(e) = builder
        .serve_connection(TokioIo::new(stream), service)
        .await
    {
        eprintln!("a connection failed: {e}");
    }
}
