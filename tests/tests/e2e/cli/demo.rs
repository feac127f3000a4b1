//! `thoth demo`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use thoth_tests::binary::Thoth;

#[test]
fn the_demo_advises_flask_and_knows_it_the_second_time() {
    let home = tempfile::tempdir().unwrap();
    let demo = || {
        let thoth = Thoth::new()
            .args(["demo", "--once"])
            .env("XDG_DATA_HOME", home.path());
        thoth.deadline(Duration::from_secs(300)).run().expect_code(0)
    };
    let first = demo();
    assert!(
        first.stderr.contains("loading recorded releases: 731 of 731"),
        "{first:#?}"
    );
    assert!(!first.stderr.contains("known before"), "{first:#?}");
    for part in [
        "advised: ",
        "flask",
        "werkzeug",
        "score",
        "bound",
        "optimal",
        "space",
    ] {
        assert!(first.stdout.contains(part), "{part}: {first:#?}");
    }
    let second = demo();
    assert!(second.stderr.contains("all known before"), "{second:#?}");
    let without_times = |text: &str| {
        let parts = text.split(" | ").filter(|part| !part.contains(" ms, "));
        parts.collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(without_times(&first.stdout), without_times(&second.stdout));
}

#[test]
fn the_demo_serves_what_it_loaded() {
    let thoth = Thoth::new().args(["demo", "--listen", "127.0.0.1:0"]);
    let mut server = thoth.spawn();
    server.wait_for_text("stop with Ctrl-C", Duration::from_secs(300));
    let line = server.stderr_so_far();
    let address = line
        .split("serving http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .unwrap()
        .to_owned();
    assert!(line.contains("GraphiQL"), "{line}");

    let query = r#"{"query": "{ package(name: \"flask\") { name } }"}"#;
    let answer = ask(&address, "POST", "/graphql", query);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"flask\""),
        "{answer}"
    );
    let page = ask(&address, "GET", "/graphql", "");
    assert!(
        page.starts_with("HTTP/1.1 200") && page.to_lowercase().contains("<html"),
        "{page}"
    );
    assert!(ask(&address, "GET", "/health/ready", "").starts_with("HTTP/1.1 200"));
    server.terminate();
    server.wait(Duration::from_secs(60)).expect_code(0);
}

/// The whole answer, head and body.
fn ask(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let accept = if method == "GET" {
        "text/html"
    } else {
        "application/json"
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
