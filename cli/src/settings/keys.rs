//! The table of configuration keys: the one place that knows names, defaults and meanings.

/// What a key holds when nothing sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preset {
    /// Nothing: what needs it says so.
    Absent,
    /// Nothing set; what is then taken, in words.
    Described(&'static str),
    /// This text.
    Text(&'static str),
    /// The user's data folder for Thoth.
    DataFolder,
    /// This prefix and this name below `data.folder`.
    Below(&'static str, &'static str),
}

/// What a key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Any text but the empty one.
    Text,
    /// Any text, the empty one included.
    Secret,
    /// A URL, whose password is masked when shown.
    Url,
    /// A whole number within limits, both included.
    Number(u64, u64),
    /// `true` or `false`.
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// An address and a port to listen on.
    Socket,
}

/// One key of the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// `section.name`, as in `thoth.toml`.
    pub(crate) name: &'static str,
    /// The flag that sets it, where a verb has one.
    pub(crate) flag: Option<&'static str>,
    /// What it may hold.
    pub(crate) shape: Shape,
    /// What it holds when nothing sets it.
    pub(crate) preset: Preset,
    /// What it means, with its unit.
    pub(crate) meaning: &'static str,
}

/// Declares the table, one line a key.
macro_rules! keys {
    ($($name:literal, $flag:expr, $shape:expr, $preset:expr, $meaning:literal;)*) => {
        /// Every key, in the order of the documentation.
        pub(crate) const KEYS: &[Key] = &[$(Key {
            name: $name, flag: $flag, shape: $shape, preset: $preset, meaning: $meaning,
        },)*];
    };
}

keys! {
    "data.folder", None, Shape::Text, Preset::DataFolder,
        "folder of everything that is kept on this machine";
    "graph.url", Some("--graph"), Shape::Url, Preset::Below("embedded:", "graph"),
        "the graph: `embedded:PATH`, `embedded::memory:`, `bolt://HOST:PORT`, `neo4j+s://HOST`";
    "graph.user", None, Shape::Text, Preset::Text("neo4j"),
        "user of the graph server";
    "graph.password", None, Shape::Secret, Preset::Text(""),
        "password of the graph server; empty for a server without authentication";
    "graph.connections", None, Shape::Number(1, 1_000), Preset::Text("8"),
        "connections to the graph server at most";
    "store.url", Some("--store"), Shape::Url, Preset::Below("file://", "documents"),
        "the document store: `file:///PATH` or `s3://BUCKET/PREFIX`";
    "store.endpoint", None, Shape::Url, Preset::Absent,
        "address of an S3 service that is not Amazon's, such as `http://minio:9000`";
    "store.region", None, Shape::Text, Preset::Absent,
        "region of the bucket";
    "store.allow_http", None, Shape::Flag, Preset::Text("false"),
        "whether the endpoint may be plain HTTP";
    "store.access_key", None, Shape::Secret, Preset::Absent,
        "access key of the bucket; without it `AWS_ACCESS_KEY_ID` and what else S3 clients look at";
    "store.secret_key", None, Shape::Secret, Preset::Absent,
        "secret key of the bucket";
    "broker.url", Some("--broker"), Shape::Url, Preset::Absent,
        "RabbitMQ, as `amqp://USER:PASSWORD@HOST:PORT/VHOST`";
    "broker.prefetch", None, Shape::Number(1, 10_000), Preset::Text("2000"),
        "messages that one worker holds unacknowledged at most";
    "broker.max_attempts", None, Shape::Number(1, 1_000), Preset::Text("20"),
        "deliveries of one message before it becomes a dead letter; fixed once the queues exist";
    "worker.concurrency", None, Shape::Number(1, 256), Preset::Text("4"),
        "documents that one worker fetches and reads at the same time";
    "worker.stop_seconds", None, Shape::Number(0, 3_600), Preset::Text("20"),
        "seconds that documents in work may take after the worker was told to stop";
    "server.listen", Some("--listen"), Shape::Socket, Preset::Text("127.0.0.1:8080"),
        "address and port the server listens on; port 0 takes any free one";
    "server.allow_beyond_loopback", None, Shape::Flag, Preset::Text("false"),
        "whether an address that other machines reach is allowed; nobody is asked for a token";
    "server.introspection", None, Shape::Flag, Preset::Text("true"),
        "whether clients may ask for the GraphQL schema";
    "server.graphiql", None, Shape::Flag, Preset::Text("true"),
        "whether the GraphiQL page is served";
    "server.concurrent_advises", None, Shape::Number(1, 1_000), Preset::Described("number of cores"),
        "searches that run at once";
    "server.workers", None, Shape::Number(1, 256), Preset::Described("number of cores, 8 at most"),
        "threads that answer requests";
    "server.stop_seconds", None, Shape::Number(0, 3_600), Preset::Text("30"),
        "seconds that requests in flight may take after the server was told to stop";
    "advise.cache_bytes", None, Shape::Number(0, 1 << 40), Preset::Text("268435456"),
        "memory in bytes, about, for what `serve` remembers of packages between advises; 0 remembers nothing";
    "advise.keep", None, Shape::Flag, Preset::Text("true"),
        "whether advices are kept in the document store, so that `thoth advise --replay` gives them again";
    "ingest.document_bytes", None, Shape::Number(1, 1 << 30), Preset::Text("16777216"),
        "largest document in bytes, of kinds that are not heavy";
    "ingest.heavy_document_bytes", None, Shape::Number(1, 1 << 30), Preset::Text("134217728"),
        "largest document of a heavy kind (`image`, `inspection`) in bytes";
    "ingest.document_depth", None, Shape::Number(1, 1_000), Preset::Text("64"),
        "deepest nesting of a document";
    "ingest.decompressed_bytes", None, Shape::Number(1, 1 << 50), Preset::Text("4294967296"),
        "bytes that one packed file may unpack to";
    "log.level", Some("-v, -q"), Shape::Choice(&["error", "warn", "info", "debug", "trace"]),
        Preset::Described("`info` for `serve` and `worker`, else `warn`"),
        "least severity that is logged to stderr";
    "log.format", None, Shape::Choice(&["text", "json"]), Preset::Text("text"),
        "log lines for people or for machines";
}

/// Variables that begin with `THOTH_` and belong to the tests, the service scripts or the compose file.
const FOREIGN_VARIABLES: &[&str] = &[
    // Read in the main function; a program without fail points refuses it there.
    thoth_cypher::fail_point::VARIABLE,
    "THOTH_TEST_",
    "THOTH_SERVICES_",
    "THOTH_NEO4J_",
    "THOTH_RABBITMQ_",
    "THOTH_IMAGE_TAG",
    "THOTH_SERVER_PORT",
    "THOTH_SHARED_DATA",
    "THOTH_BLESS",
];

impl Key {
    /// The key of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("THOTH_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// What it holds when nothing sets it, in words.
    pub(crate) fn default_text(&self) -> String {
        match self.preset {
            Preset::Absent => "none".to_owned(),
            Preset::Described(words) => words.to_owned(),
            Preset::Text("") => "empty".to_owned(),
            Preset::Text(text) => format!("`{text}`"),
            Preset::DataFolder => "`$XDG_DATA_HOME/thoth`, else `~/.local/share/thoth`".to_owned(),
            Preset::Below(prefix, name) => format!("`{prefix}` and the folder `{name}` in `data.folder`"),
        }
    }

    /// What it may hold, in words.
    pub(crate) fn wanted(&self) -> String {
        match self.shape {
            Shape::Text | Shape::Secret => "a text".to_owned(),
            Shape::Url => "a URL".to_owned(),
            Shape::Number(least, most) => format!("a whole number from {least} to {most}"),
            Shape::Flag => "true or false".to_owned(),
            Shape::Choice(choices) => format!("one of {}", choices.join(", ")),
            Shape::Socket => "ADDRESS:PORT, such as 127.0.0.1:8080".to_owned(),
        }
    }
}

/// Whether a variable of the environment that begins with `THOTH_` is none of ours to judge.
pub(crate) fn is_foreign(variable: &str) -> bool {
    FOREIGN_VARIABLES.iter().any(|foreign| {
        if foreign.ends_with('_') {
            variable.starts_with(foreign)
        } else {
            variable == *foreign
        }
    })
}

/// The known names that are most like `name`, best first, three at most.
pub(crate) fn near_matches<'known>(name: &str, known: impl Iterator<Item = &'known str>) -> Vec<&'known str> {
    let mut near: Vec<(usize, &str)> = known.map(|one| (edit_distance(name, one), one)).collect();
    near.retain(|(distance, one)| *distance <= one.len().min(name.len()) / 3 + 1);
    near.sort();
    near.truncate(3);
    near.into_iter().map(|(_, one)| one).collect()
}

/// Levenshtein's distance: letters to insert, remove or change.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// `docs/configuration.md`.
#[cfg(test)]
pub(crate) fn documentation() -> String {
    use std::fmt::Write as _;

    let mut text = String::from(
        "# Configuration\n\n\
         Made from the code (`cli/src/settings/keys.rs`); `THOTH_BLESS=1 cargo test -p thoth-cli` writes it anew.\n\n\
         A value comes from the strongest of these that sets it: a flag, an environment variable, the file, the default.\n\
         The file is `thoth.toml` in the working folder, or the one named by `--config`; its keys are `[section]` and `name`.\n\
         Everything is read and validated once, at the start: an unknown key or variable, or a value that is not allowed, is\n\
         `INVALID_CONFIGURATION` and exit code 2. `thoth config show` prints the values in effect and where each comes from,\n\
         with passwords masked.\n\n\
         | key | variable | flag | value | default | meaning |\n|---|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let flag = key.flag.map_or(String::new(), |flag| format!("`{flag}`"));
        // Writing to a string cannot fail.
        writeln!(
            text,
            "| `{}` | `{}` | {flag} | {} | {} | {} |",
            key.name,
            key.variable(),
            key.wanted(),
            key.default_text(),
            key.meaning
        )
        .ok();
    }
    text.push_str(
        "\n`NO_COLOR` switches colours off. `XDG_DATA_HOME` and `HOME` decide where the data folder is.\n\n\
         ```toml\n# thoth.toml\n[graph]\nurl = \"bolt://graph.example:7687\"\nuser = \"neo4j\"\n\n\
         [store]\nurl = \"file:///srv/thoth/documents\"\n\n[server]\nlisten = \"127.0.0.1:8080\"\n```\n",
    );
    text
}
