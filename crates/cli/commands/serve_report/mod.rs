//! `yardstick serve-report`: a report folder over HTTP, kept up to date while its run goes on.

mod http;
mod live;
mod path;

use super::print_json;
use crate::args::ServeReportArgs;
use crate::error::CliError;
use crate::stderr::say;
use http::{Reply, Request};
use live::Source;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// Where it listens when no port is asked for and it is free.
const PORT: u16 = 7878;

/// Serves until the process is ended.
///
/// # Errors
/// The folder holds neither a report nor a run, or the address cannot be listened on.
pub fn serve_report(args: &ServeReportArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let source = Arc::new(Source::open(&args.dir)?);
    let listener = listen(args)?;
    let address = listener.local_addr().map_err(|error| unavailable(args.host, args.port, &error))?;
    let url = format!("http://{address}/");
    if json {
        print_json(&serde_json::json!({ "url": url, "folder": source.folder().display().to_string() }))?;
    }
    if !quiet {
        say(format_args!("{} at {url} (Ctrl-C ends it)", source.folder().display()));
    }
    for stream in listener.incoming().flatten() {
        let source = Arc::clone(&source);
        // A browser that hangs up needs no answer.
        std::thread::spawn(move || drop(answer(&stream, address, &source)));
    }
    Ok(())
}

fn listen(args: &ServeReportArgs) -> Result<TcpListener, CliError> {
    let bind = |port: u16| TcpListener::bind(SocketAddr::new(args.host, port));
    let found = match bind(args.port.unwrap_or(PORT)) {
        Err(error) if args.port.is_none() && error.kind() == ErrorKind::AddrInUse => bind(0),
        found => found,
    };
    found.map_err(|error| unavailable(args.host, args.port, &error))
}

fn unavailable(host: IpAddr, port: Option<u16>, error: &std::io::Error) -> CliError {
    let address = SocketAddr::new(host, port.unwrap_or(PORT));
    CliError::Usage {
        message: format!("cannot listen on {address}: {error}"),
        help: Some("choose another --port, or --port 0 for a free one".to_owned()),
    }
}

fn answer(stream: &TcpStream, address: SocketAddr, source: &Source) -> std::io::Result<()> {
    let reply = match Request::read(stream)? {
        None => Reply::error(400, "this is no request that a browser makes"),
        Some(request) if !request.is_for(address) => Reply::error(403, "this report is for this machine alone"),
        Some(request) if !request.only_reads() => Reply::error(405, "this report can only be read"),
        Some(request) => {
            let reply = source.reply(&request.path);
            return reply.send(stream, request.wants_body());
        }
    };
    reply.send(stream, true)
}
