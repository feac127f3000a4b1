//! HTTP over a real port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value as Json, json};
use thoth_cypher::migrate;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::{Server, ServerConfig};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{Watched, bare_graph, code, loaded_graph};

struct Running {
    address: SocketAddr,
    client: Client,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), Fault>>,
}

fn config() -> ServerConfig {
    ServerConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        workers: 1,
        ..ServerConfig::default()
    }
}

impl Running {
    fn start(graph: Arc<Watched>, config: ServerConfig) -> Self {
        Self::of(Server::bind(config, graph).unwrap())
    }

    fn of(server: Server) -> Self {
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(server.run(async {
            stopped.await.ok();
        }));
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            address,
            client,
            stop,
            ended,
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> Response {
        let request = self
            .request(Method::POST, "/graphql")
            .header("content-type", "application/json");
        request.body(body).send().await.unwrap()
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(20), self.ended)
            .await
            .expect("stops in time")
            .unwrap()
            .unwrap();
    }
}

async fn json_of(response: Response) -> Json {
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_query_is_answered() {
    let running = Running::start(loaded_graph().await, config());
    let body = json!({ "query": "query ($n: String!) { package(name: $n) { name } }", "variables": { "n": "Beta" } });
    let response = running.post(body.to_string()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(
        json_of(response).await,
        json!({ "data": { "package": { "name": "beta" } } })
    );
    running.stop().await;
}

#[tokio::test]
async fn bad_bodies_get_one_clear_error() {
    let running = Running::start(loaded_graph().await, config());
    for (body, status, expected) in [
        ("{nonsense".to_owned(), 400, "MALFORMED_JSON"),
        ("{\"query\": ".to_owned(), 400, "TRUNCATED_INPUT"),
        (String::new(), 400, "TRUNCATED_INPUT"),
        ("[]".to_owned(), 400, "INVALID_ARGUMENT"),
        ("{}".to_owned(), 400, "SCHEMA_VIOLATION"),
        (
            r#"{"query": "{ apiVersion }", "variables": 3}"#.to_owned(),
            400,
            "SCHEMA_VIOLATION",
        ),
        (r#"{"query": "{ nothing }"}"#.to_owned(), 400, "INVALID_ARGUMENT"),
        (
            format!(
                r#"{{"query": "{{ apiVersion }}"}}{}"#,
                " ".repeat(2 * 1024 * 1024)
            ),
            413,
            "DOCUMENT_TOO_LARGE",
        ),
        ("[".repeat(100_000), 400, "MALFORMED_JSON"),
    ] {
        let beginning: String = body.chars().take(60).collect();
        let response = running.post(body).await;
        assert_eq!(response.status(), status, "{beginning}");
        let answer = json_of(response).await;
        assert_eq!(code(&answer), expected, "{beginning}: {answer}");
        assert!(
            answer["errors"][0]["extensions"]["remedy"].is_string(),
            "{beginning}: {answer}"
        );
    }
    let plain = running
        .request(Method::POST, "/graphql")
        .header("content-type", "text/plain");
    let response = plain.body(r#"{"query": "{ apiVersion }"}"#).send().await.unwrap();
    assert_eq!(response.status(), 400);
    running.stop().await;
}

#[tokio::test]
async fn the_size_limit_of_a_body_and_one_past_it() {
    let running = Running::start(loaded_graph().await, config());
    let query = r#"{"query": "{ apiVersion }"}"#;
    let fits = format!("{query}{}", " ".repeat(2 * 1024 * 1024 - query.len()));
    assert_eq!(running.post(fits.clone()).await.status(), 200);
    assert_eq!(running.post(fits + " ").await.status(), 413);
    running.stop().await;
}

#[tokio::test]
async fn wrong_paths_methods_and_hosts() {
    let running = Running::start(loaded_graph().await, config());
    let response = running.get("/nothing").await;
    assert_eq!(response.status(), 404);
    assert_eq!(code(&json_of(response).await), "NOT_FOUND");
    assert_eq!(
        running
            .request(Method::DELETE, "/graphql")
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
    assert_eq!(
        running
            .request(Method::POST, "/health/live")
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
    let rebound = running
        .request(Method::GET, "/health/live")
        .header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), 400);
    let local = running
        .request(Method::GET, "/health/live")
        .header("host", "localhost:8080");
    assert_eq!(local.send().await.unwrap().status(), 200);
    let marked = running
        .request(Method::GET, "/health/live")
        .header("x-request-id", "mine-1");
    assert_eq!(marked.send().await.unwrap().headers()["x-request-id"], "mine-1");
    running.stop().await;
}

#[tokio::test]
async fn graphiql_loads_nothing_from_elsewhere() {
    let running = Running::start(loaded_graph().await, config());
    let home = running.get("/").await;
    assert_eq!(
        (home.status().as_u16(), &home.headers()["location"]),
        (307, &"/graphql".parse().unwrap())
    );
    let page = running.get("/graphql").await;
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("script-src 'self'")
    );
    let text = page.text().await.unwrap();
    let mut loaded = 0;
    for path in text.split('"').filter(|part| part.starts_with("/graphiql/")) {
        let asset = running.get(path).await;
        assert_eq!(asset.status(), 200, "{path}");
        assert!(asset.bytes().await.unwrap().len() > 500, "{path}");
        loaded += 1;
    }
    assert_eq!(loaded, 5);
    assert!(!text.contains("://"), "the page names another host");
    running.stop().await;

    let closed = Running::start(
        loaded_graph().await,
        ServerConfig {
            graphiql: false,
            ..config()
        },
    );
    for path in ["/", "/graphql", "/graphiql/start.js"] {
        assert_eq!(closed.get(path).await.status(), 404, "{path}");
    }
    closed.stop().await;
}

#[tokio::test]
async fn health_follows_the_graph_without_a_restart() {
    let graph = bare_graph();
    graph.set_away(true);
    let running = Running::start(graph.clone(), config());
    let statuses = async || {
        let mut statuses = Vec::new();
        for path in ["/health/live", "/health/ready", "/health/startup"] {
            statuses.push(running.get(path).await.status().as_u16());
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 503, 503]);
    let answer = json_of(running.get("/health/ready").await).await;
    assert_eq!(answer["checks"][0]["code"], "GRAPH_UNREACHABLE");
    assert!(!answer.to_string().contains("secret-host"), "{answer}");
    let query = running
        .post(json!({ "query": "{ statistics { packages } }" }).to_string())
        .await;
    assert_eq!(query.status(), 503);

    graph.set_away(false);
    let answer = json_of(running.get("/health/ready").await).await;
    assert_eq!(answer["checks"][1]["code"], "MIGRATION_PENDING", "{answer}");

    migrate(graph.as_ref()).await.unwrap();
    assert_eq!(statuses().await, [200, 200, 200]);
    graph.set_away(true);
    assert_eq!(statuses().await, [200, 503, 200]);
    running.stop().await;
}

#[tokio::test]
async fn a_worker_answers_for_its_broker_and_its_metrics() {
    let graph = bare_graph();
    migrate(graph.as_ref()).await.unwrap();
    let connected = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&connected);
    let away = || Fault::new(ErrorCode::BrokerUnreachable, "amqp://secret-host does not answer");
    let server = Server::bind_worker(config(), graph.clone(), move || {
        (!seen.load(Ordering::SeqCst)).then(away)
    });
    let running = Running::of(server.unwrap());
    assert_eq!(running.get("/health/live").await.status(), 200);
    assert_eq!(running.get("/health/startup").await.status(), 503);
    let response = running.get("/health/ready").await;
    assert_eq!(response.status(), 503);
    let answer = json_of(response).await;
    assert_eq!(answer["checks"][2]["code"], "BROKER_UNREACHABLE", "{answer}");
    assert!(!answer.to_string().contains("secret-host"), "{answer}");
    connected.store(true, Ordering::SeqCst);
    assert_eq!(running.get("/health/ready").await.status(), 200);
    graph.set_away(true);
    let answer = json_of(running.get("/health/ready").await).await;
    assert_eq!(answer["checks"][0]["code"], "GRAPH_UNREACHABLE", "{answer}");

    let metrics = running.get("/metrics").await;
    let media_type = metrics.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(
        media_type.starts_with("application/openmetrics-text"),
        "{media_type}"
    );
    assert!(metrics.text().await.unwrap().ends_with("# EOF\n"));
    assert_eq!(
        running
            .post(r#"{"query": "{ apiVersion }"}"#.to_owned())
            .await
            .status(),
        404
    );
    running.stop().await;

    let running = Running::start(loaded_graph().await, config());
    assert_eq!(running.get("/metrics").await.status(), 200);
    running.stop().await;
    let everywhere = ServerConfig {
        listen: SocketAddr::from(([0, 0, 0, 0], 0)),
        ..config()
    };
    assert!(Server::bind_worker(everywhere, bare_graph(), || None).is_err());
}

#[tokio::test]
async fn requests_in_flight_finish_when_the_service_stops() {
    let running = Running::start(loaded_graph().await, config());
    // Half a request now, the rest after the service was told to stop.
    let mut stream = tokio::net::TcpStream::connect(running.address).await.unwrap();
    let body = r#"{"query": "{ apiVersion }"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body.as_bytes()[..5]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    running.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    stream.write_all(&body.as_bytes()[5..]).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&answer[..length]).starts_with("HTTP/1.1 200"),
        "{answer:?}"
    );
    tokio::time::timeout(Duration::from_secs(20), running.ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn addresses_that_cannot_be_used() {
    let refused = |config: ServerConfig| Server::bind(config, bare_graph()).err().expect("a fault");
    let everywhere = ServerConfig {
        listen: SocketAddr::from(([0, 0, 0, 0], 0)),
        ..config()
    };
    let fault = refused(everywhere.clone());
    assert_eq!(fault.code, ErrorCode::InvalidConfiguration);
    assert!(fault.remedy.unwrap().contains("allow_beyond_loopback"));
    assert!(
        Server::bind(
            ServerConfig {
                allow_beyond_loopback: true,
                ..everywhere
            },
            bare_graph()
        )
        .is_ok()
    );

    let first = Server::bind(config(), bare_graph()).unwrap();
    let fault = refused(ServerConfig {
        listen: first.address(),
        ..config()
    });
    assert_eq!(fault.code, ErrorCode::InvalidConfiguration);
    assert!(fault.message.contains("another process listens"), "{fault}");

    for wrong in [
        ServerConfig {
            workers: 0,
            ..config()
        },
        ServerConfig {
            concurrent_advises: 0,
            ..config()
        },
        ServerConfig {
            introspection: false,
            ..config()
        },
    ] {
        assert_eq!(refused(wrong).code, ErrorCode::InvalidConfiguration);
    }
}
