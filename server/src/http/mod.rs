//! The HTTP service: routes, start and graceful stop.

mod answer;
mod graphiql;
mod graphql;
mod guards;
mod health;
mod metrics;
mod peer;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use thoth_cypher::Graph;
use thoth_schema::error::{ErrorCode, Fault};

use crate::config::ServerConfig;
use crate::graphql::Schema;
use crate::limits::KEEP_ALIVE_SECONDS;

/// What the handlers of one service share.
pub(crate) struct State {
    pub(crate) config: ServerConfig,
    pub(crate) schema: Schema,
    pub(crate) health: health::Health,
}

/// A service that holds its port but does not answer yet.
pub struct Server {
    address: SocketAddr,
    listener: TcpListener,
    state: Arc<State>,
    routes: fn(&mut web::ServiceConfig),
}

impl Server {
    /// Takes the port. The graph need not answer: it is asked when a request asks.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` for settings that are not safe, and where the address is taken or not ours.
    pub fn bind(config: ServerConfig, graph: Arc<dyn Graph>) -> Result<Self, Fault> {
        let health = health::Health::new(Arc::clone(&graph), None);
        Self::bound(config, graph, health, routes)
    }

    /// Takes the port for what a worker answers: health, its broker included, and metrics. `broker` says what is wrong
    /// with the connection to the broker, where something is.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub fn bind_worker(
        config: ServerConfig,
        graph: Arc<dyn Graph>,
        broker: impl Fn() -> Option<Fault> + Send + Sync + 'static,
    ) -> Result<Self, Fault> {
        let health = health::Health::new(Arc::clone(&graph), Some(Box::new(broker)));
        Self::bound(config, graph, health, operations)
    }

    fn bound(
        config: ServerConfig,
        graph: Arc<dyn Graph>,
        health: health::Health,
        routes: fn(&mut web::ServiceConfig),
    ) -> Result<Self, Fault> {
        config.validate()?;
        let listener =
            TcpListener::bind(config.listen).map_err(|problem| unusable(config.listen, &problem))?;
        let address = listener
            .local_addr()
            .map_err(|problem| unusable(config.listen, &problem))?;
        let schema = crate::graphql::schema(graph, &config);
        let state = Arc::new(State {
            config,
            schema,
            health,
        });
        Ok(Self {
            address,
            listener,
            state,
            routes,
        })
    }

    /// The address that clients reach.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` is ready; then takes no new connection and lets requests in flight finish.
    ///
    /// # Errors
    /// `IO_ERROR` where the operating system takes the port or the threads away.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), Fault> {
        let Self {
            address,
            listener,
            state,
            routes,
        } = self;
        let ServerConfig {
            workers,
            stop_seconds,
            ..
        } = state.config;
        let shared = web::Data::from(state);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .wrap(from_fn(guards::known_host))
                .wrap(Compress::default())
                .wrap(from_fn(guards::headers))
                .wrap(from_fn(guards::log))
                .configure(routes)
        })
        .on_connect(peer::remember)
        .workers(workers)
        .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
        .shutdown_timeout(stop_seconds)
        .disable_signals()
        .listen(listener)
        .map_err(|problem| unusable(address, &problem))?
        .run();
        tracing::info!(address = %address, "listening");

        let handle = server.handle();
        let mut server = pin!(server);
        let ended = tokio::select! {
            ended = &mut server => ended,
            () = shutdown => {
                tracing::info!(stop_seconds, "stopping; requests in flight may finish");
                tokio::join!(handle.stop(true), server).1
            }
        };
        ended.map_err(|problem| {
            Fault::new(
                ErrorCode::IoError,
                format!("the HTTP service broke down: {problem}"),
            )
        })?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Serves until `shutdown` is ready, e.g. [`termination`].
///
/// # Errors
/// As [`Server::bind`] and [`Server::run`].
pub async fn serve(
    config: ServerConfig,
    graph: Arc<dyn Graph>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Fault> {
    Server::bind(config, graph)?.run(shutdown).await
}

/// Ready when the process is asked to end: SIGTERM or SIGINT, elsewhere Ctrl-C.
pub async fn termination() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            _ => {
                tracing::warn!("signals cannot be received; the service ends only by force");
                std::future::pending::<()>().await;
            }
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        tracing::warn!("signals cannot be received; the service ends only by force");
        std::future::pending::<()>().await;
    }
}

fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/graphql")
            .route(web::post().to(graphql::execute))
            .route(web::get().to(graphiql::page))
            .default_service(web::to(answer::wrong_method)),
    )
    .service(get("/", web::get().to(graphiql::home)))
    .service(get("/graphiql/{file}", web::get().to(graphiql::asset)))
    .configure(operations);
}

/// What orchestrators and monitors ask for.
fn operations(app: &mut web::ServiceConfig) {
    app.service(get("/health/live", web::get().to(health::live)))
        .service(get("/health/ready", web::get().to(health::ready)))
        .service(get("/health/startup", web::get().to(health::startup)))
        .service(get("/metrics", web::get().to(metrics::metrics)))
        .default_service(web::to(answer::not_found));
}

fn get(path: &str, route: actix_web::Route) -> actix_web::Resource {
    web::resource(path)
        .route(route)
        .default_service(web::to(answer::wrong_method))
}

fn unusable(address: SocketAddr, problem: &std::io::Error) -> Fault {
    let (message, remedy) = match problem.kind() {
        std::io::ErrorKind::AddrInUse => (
            format!("another process listens on {address}"),
            "stop it, or choose another port",
        ),
        std::io::ErrorKind::PermissionDenied => (
            format!("this user may not listen on {address}"),
            "choose a port from 1024 on",
        ),
        std::io::ErrorKind::AddrNotAvailable => (
            format!("{address} is no address of this machine"),
            "listen on 127.0.0.1 or an address of this machine",
        ),
        _ => (
            format!("cannot listen on {address}: {problem}"),
            "choose another address or port",
        ),
    };
    Fault::new(ErrorCode::InvalidConfiguration, message)
        .at("server.listen")
        .remedy(remedy)
}
