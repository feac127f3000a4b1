//! The real Neo4j and RabbitMQ, once for all test binaries.
//!
//! `THOTH_TEST_NEO4J_URL` and `THOTH_TEST_AMQP_URL` name running services; without them
//! `deploy/services/services.sh up` starts them (or finds them running) and they stay up for the next test
//! binary. `THOTH_TEST_NO_SERVICES=1` makes every test that needs them skip, saying so.
//!
//! Neo4j Community has one user database, so tests cannot have one each: whoever holds the [`Neo4jLease`]
//! owns all of it, in this process and in all others, and wipes it first. RabbitMQ isolates by virtual host:
//! [`Services::vhost`].

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::paths::workspace_root;

/// Addresses and credentials of the two running services.
#[derive(Debug, Clone)]
pub struct Services {
    neo4j_url: String,
    neo4j_user: String,
    neo4j_password: String,
    amqp_url: String,
}

/// One of the two services, for the verbs that break and mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The graph database.
    Neo4j,
    /// The message broker.
    RabbitMq,
}

impl Service {
    fn verb_name(self) -> &'static str {
        match self {
            Service::Neo4j => "neo4j",
            Service::RabbitMq => "rabbitmq",
        }
    }
}

/// One file for one database, whichever clone of the project the test runs in.
fn lease_file(url: &str) -> PathBuf {
    let name: String = url
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    std::env::temp_dir().join(format!("thoth-tests-{name}.lock"))
}

impl Services {
    /// The services, started at the first call of this process. `None`, and a line on stderr, when they are
    /// switched off.
    ///
    /// # Panics
    /// When they cannot be started: a test never passes for want of a service that was expected.
    pub fn get() -> Option<&'static Services> {
        static SERVICES: OnceLock<Option<Services>> = OnceLock::new();
        let services = SERVICES
            .get_or_init(|| (!switched_off()).then(Services::locate))
            .as_ref();
        if services.is_none() {
            eprintln!("skipped: this test needs Neo4j and RabbitMQ, and THOTH_TEST_NO_SERVICES is set");
        }
        services
    }

    fn locate() -> Services {
        let given = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let mut settings: BTreeMap<String, String> = SETTINGS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), given(name)?)))
            .collect();
        if !(settings.contains_key(NEO4J_URL) && settings.contains_key(AMQP_URL)) {
            services_script(&["up"]);
            for (name, value) in parse_exports(&services_script(&["env"])) {
                settings.entry(name).or_insert(value);
            }
        }
        let mut setting =
            |name: &str, default: &str| settings.remove(name).unwrap_or_else(|| default.to_owned());
        Services {
            neo4j_url: setting(NEO4J_URL, "bolt://127.0.0.1:7687"),
            neo4j_user: setting(NEO4J_USER, "neo4j"),
            neo4j_password: setting(NEO4J_PASSWORD, "thoth-tests"),
            amqp_url: setting(AMQP_URL, "amqp://guest:guest@127.0.0.1:5672/%2f"),
        }
    }

    /// Waits until no other test, in any process, uses the database, and keeps all others out until the lease
    /// is dropped. A test takes one lease: a second one in the same test would wait for the first for ever.
    pub fn neo4j(&self) -> Neo4jLease {
        let lock = File::create(lease_file(&self.neo4j_url)).expect("the lock file can be created");
        lock.lock().expect("the lock on the database can be taken");
        Neo4jLease {
            services: self.clone(),
            _lock: lock,
        }
    }

    /// A new virtual host of its own name, removed with all its queues when dropped. Waits while another test has the
    /// broker for itself.
    pub fn vhost(&self) -> Vhost {
        let lock = self.broker_lock();
        lock.lock_shared().expect("the lock on the broker can be shared");
        self.vhost_under(Some(lock))
    }

    /// Waits until no other test, in any process, has a virtual host, and keeps all others out until the lease is
    /// dropped: for a test that kills the broker. Never together with a [`Neo4jLease`], whose holders may wait here.
    pub fn rabbitmq(&self) -> RabbitMqLease {
        let lock = self.broker_lock();
        lock.lock().expect("the lock on the broker can be taken");
        RabbitMqLease {
            services: self.clone(),
            _lock: lock,
        }
    }

    fn broker_lock(&self) -> File {
        // Without credentials and virtual host, whoever asks.
        let server = self.amqp_url.rsplit('@').next().unwrap_or_default();
        let server = server.split('/').next().unwrap_or_default();
        File::create(lease_file(&format!("amqp://{server}"))).expect("the lock file can be created")
    }

    fn vhost_under(&self, lock: Option<File>) -> Vhost {
        let name = unique_name();
        rabbitmqctl(&["--quiet", "add_vhost", &name]);
        let vhost = Vhost {
            url: with_vhost(&self.amqp_url, &name),
            name,
            _lock: lock,
        };
        let user = user_of(&self.amqp_url);
        rabbitmqctl(&[
            "--quiet",
            "set_permissions",
            "-p",
            &vhost.name,
            user,
            ".*",
            ".*",
            ".*",
        ]);
        vhost
    }

    /// The broker's address with the default virtual host.
    pub fn amqp_url(&self) -> &str {
        &self.amqp_url
    }

    /// Ends a service without warning, as `kill -9` does. The test brings it back with [`Services::start`].
    pub fn kill9(&self, service: Service) {
        services_script(&["kill-9", service.verb_name()]);
    }

    /// Starts a service and waits until it answers; one that runs is left alone.
    pub fn start(&self, service: Service) {
        services_script(&["start", service.verb_name()]);
    }

    /// Stops a service in good order.
    pub fn stop(&self, service: Service) {
        services_script(&["stop", service.verb_name()]);
    }
}

/// The sole right to the one Neo4j database, until dropped. The holder wipes the database before use: what it
/// holds is whatever the last test left.
#[derive(Debug)]
pub struct Neo4jLease {
    services: Services,
    _lock: File,
}

impl Neo4jLease {
    /// Address, `bolt://host:port`, as the configuration's `graph.url` takes it.
    pub fn url(&self) -> &str {
        &self.services.neo4j_url
    }

    /// User name; ignored by a server without authentication, as the native one is by default.
    pub fn user(&self) -> &str {
        &self.services.neo4j_user
    }

    /// Password; ignored likewise.
    pub fn password(&self) -> &str {
        &self.services.neo4j_password
    }
}

/// The sole right to the broker, until dropped.
#[derive(Debug)]
pub struct RabbitMqLease {
    services: Services,
    _lock: File,
}

impl RabbitMqLease {
    /// As [`Services::vhost`].
    pub fn vhost(&self) -> Vhost {
        self.services.vhost_under(None)
    }
}

/// A virtual host of RabbitMQ for one test, with exchanges and queues that nobody else sees.
#[derive(Debug)]
pub struct Vhost {
    name: String,
    url: String,
    _lock: Option<File>,
}

impl Vhost {
    /// Address with credentials and this virtual host, `amqp://user:password@host:port/name`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Name of the virtual host.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Messages per queue, ready and unacknowledged together, as of up to a second ago (quorum queues report
    /// now and then): wait until they hold, and believe in an empty queue only when something else, such as
    /// the graph, shows that all has arrived.
    pub fn queues(&self) -> BTreeMap<String, u64> {
        let columns = [
            "--quiet",
            "list_queues",
            "-p",
            &self.name,
            "--no-table-headers",
            "name",
            "messages",
        ];
        parse_queues(&rabbitmqctl(&columns))
    }

    /// Closes every connection to this virtual host from the broker's side, as a broker that is shut down
    /// does.
    pub fn close_connections(&self) {
        rabbitmqctl(&[
            "--quiet",
            "close_all_connections",
            "-p",
            &self.name,
            "closed by a test",
        ]);
    }
}

impl Drop for Vhost {
    fn drop(&mut self) {
        // The broker may be down on purpose, and a panic here would hide the test's own: say it and go on.
        if let Err(fault) = try_services_script(&["rabbitmqctl", "--quiet", "delete_vhost", &self.name]) {
            eprintln!("the virtual host {} is left behind: {fault}", self.name);
        }
    }
}

const NEO4J_URL: &str = "THOTH_TEST_NEO4J_URL";
const NEO4J_USER: &str = "THOTH_TEST_NEO4J_USER";
const NEO4J_PASSWORD: &str = "THOTH_TEST_NEO4J_PASSWORD";
const AMQP_URL: &str = "THOTH_TEST_AMQP_URL";
const SETTINGS: [&str; 4] = [NEO4J_URL, NEO4J_USER, NEO4J_PASSWORD, AMQP_URL];

fn switched_off() -> bool {
    env::var("THOTH_TEST_NO_SERVICES").is_ok_and(|value| !matches!(value.as_str(), "" | "0"))
}

fn rabbitmqctl(arguments: &[&str]) -> String {
    services_script(&[&["rabbitmqctl"], arguments].concat())
}

#[track_caller]
fn services_script(arguments: &[&str]) -> String {
    match try_services_script(arguments) {
        Ok(stdout) => stdout,
        Err(fault) => panic!("{fault}"),
    }
}

fn try_services_script(arguments: &[&str]) -> Result<String, String> {
    let script = workspace_root().join("deploy/services/services.sh");
    let output = Command::new(&script)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|fault| format!("{} cannot be run: {fault}", script.display()))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "services.sh {} failed ({}):\n{stdout}{stderr}",
        arguments.join(" "),
        output.status
    ))
}

/// The `export NAME=VALUE` lines of `services.sh env`.
fn parse_exports(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn parse_queues(text: &str) -> BTreeMap<String, u64> {
    text.lines()
        .filter_map(|line| line.rsplit_once('\t'))
        .filter_map(|(name, messages)| Some((name.to_owned(), messages.trim().parse().ok()?)))
        .collect()
}

/// The address with another virtual host, whether or not it names one.
fn with_vhost(amqp_url: &str, vhost: &str) -> String {
    let authority = amqp_url.find("://").map_or(0, |at| at + "://".len());
    let end = amqp_url[authority..]
        .find('/')
        .map_or(amqp_url.len(), |at| authority + at);
    format!("{}/{vhost}", &amqp_url[..end])
}

fn user_of(amqp_url: &str) -> &str {
    let authority = amqp_url.split_once("://").map_or(amqp_url, |(_, rest)| rest);
    match authority.split_once('@') {
        Some((credentials, _)) => credentials.split(':').next().unwrap_or("guest"),
        None => "guest",
    }
}

/// Unique among all processes of this machine: process id, time, and a counter for the threads of one
/// process.
fn unique_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let nanoseconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_nanos());
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("thoth-test-{}-{nanoseconds:x}-{count}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_virtual_host_replaces_the_one_of_the_address() {
        let expected = "amqp://guest:guest@127.0.0.1:5673/mine";
        assert_eq!(
            with_vhost("amqp://guest:guest@127.0.0.1:5673/%2f", "mine"),
            expected
        );
        assert_eq!(with_vhost("amqp://guest:guest@127.0.0.1:5673", "mine"), expected);
        assert_eq!(user_of(expected), "guest");
        assert_eq!(user_of("amqp://127.0.0.1:5673"), "guest");
    }

    #[test]
    fn names_of_virtual_hosts_are_unique() {
        assert_ne!(unique_name(), unique_name());
    }

    #[test]
    fn the_outputs_of_the_script_are_read() {
        let exports = parse_exports("export A=bolt://127.0.0.1:1\nnoise\nexport B=c=d\n");
        assert_eq!(
            exports,
            [
                ("A".into(), "bolt://127.0.0.1:1".into()),
                ("B".into(), "c=d".into())
            ]
        );
        let queues = parse_queues("thoth.release\t12\nthoth.dead\t0\n");
        assert_eq!(
            queues,
            BTreeMap::from([("thoth.release".into(), 12), ("thoth.dead".into(), 0)])
        );
    }

    #[test]
    fn a_virtual_host_lives_as_long_as_its_test() {
        let Some(services) = Services::get() else { return };
        let vhost = services.vhost();
        let name = vhost.name().to_owned();
        assert!(rabbitmqctl(&["--quiet", "list_vhosts"]).contains(&name));
        assert!(vhost.queues().is_empty());
        drop(vhost);
        assert!(!rabbitmqctl(&["--quiet", "list_vhosts"]).contains(&name));
    }

    #[test]
    fn a_lease_keeps_others_out_until_it_is_dropped() {
        let Some(services) = Services::get() else { return };
        let lease = services.neo4j();
        assert!(lease.url().starts_with("bolt://"), "{}", lease.url());
        let other = File::open(lease_file(&services.neo4j_url)).expect("the lock file is there");
        assert!(other.try_lock().is_err());
        drop(lease);
    }
}
