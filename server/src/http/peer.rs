//! Whether the client of a request still waits for its answer.
//!
//! actix-web runs a handler to its end whatever becomes of the connection (actix/actix-web#3462), so whoever computes for
//! long must look for himself.

use std::any::Any;
use std::future::pending;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// A second handle of a connection; nothing is read from it or written to it.
struct Peer(TcpStream);

/// Keeps a handle of a new connection for the requests that come over it.
pub(crate) fn remember(connection: &dyn Any, data: &mut Extensions) {
    #[cfg(unix)]
    if let Some(stream) = connection.downcast_ref::<tokio::net::TcpStream>() {
        use std::os::fd::AsFd;
        // Without a handle, for want of descriptors, the client is taken to stay.
        if let Ok(descriptor) = stream.as_fd().try_clone_to_owned() {
            data.insert(Peer(TcpStream::from(descriptor)));
        }
    }
}

/// Ready when the client of this request has closed its connection, or its side of it; else never.
pub(crate) async fn gone(request: &HttpRequest) {
    let Some(Peer(stream)) = request.conn_data::<Peer>() else {
        return pending().await;
    };
    while is_open(stream) {
        tokio::time::sleep(LOOK).await;
    }
}

fn is_open(stream: &TcpStream) -> bool {
    // The descriptor shares the mode of the server's own: it never blocks.
    match stream.peek(&mut [0]) {
        Ok(bytes) => bytes > 0,
        Err(problem) => matches!(problem.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    }
}
