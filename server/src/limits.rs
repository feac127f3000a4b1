//! Every limit of the service, with its unit.

/// Bytes of one HTTP request body; larger ones are answered `DOCUMENT_TOO_LARGE`.
pub const BODY_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of the text of one GraphQL document; larger ones are answered `DOCUMENT_TOO_LARGE`.
pub const QUERY_BYTES: usize = 64 * 1024;
/// Levels of fields in one GraphQL document; enough for the introspection query of GraphiQL.
pub const QUERY_DEPTH: usize = 20;
/// Levels of selections, fragments included, in one GraphQL document.
pub const QUERY_RECURSION: usize = 32;
/// Fields that one GraphQL document may resolve; a connection counts its selection `first` times.
pub const QUERY_COMPLEXITY: usize = 20_000;
/// Directives on one field.
pub const FIELD_DIRECTIVES: usize = 4;
/// What one `advise` counts towards [`QUERY_COMPLEXITY`]: four of them fit in one document.
pub const ADVISE_COMPLEXITY: usize = 4_500;
/// Items on a page where `first` is not given.
pub const PAGE_DEFAULT: usize = 20;
/// Items on a page at most.
pub const PAGE_MAX: usize = 100;
/// Milliseconds that a query may take.
pub const QUERY_MILLIS: u64 = 30_000;
/// Milliseconds that a mutation may take: the largest budget of an advice and what goes around it.
pub const MUTATION_MILLIS: u64 = 90_000;
/// Milliseconds of search for one advice at most.
pub const BUDGET_MILLIS_MAX: u64 = 60_000;
/// Milliseconds of search for one advice where no budget is given.
pub const BUDGET_MILLIS_DEFAULT: u64 = 10_000;
/// Milliseconds that an advice waits for its turn before it is answered `UNAVAILABLE`.
pub const ADVISE_WAIT_MILLIS: u64 = 1_000;
/// Bytes of memory for what advises read of packages, where nothing is configured.
pub const ADVISE_CACHE_BYTES: usize = 256 * 1024 * 1024;
/// Milliseconds after which a client that met `UNAVAILABLE` should try again.
pub const RETRY_AFTER_MILLIS: u64 = 2_000;
/// Requirements and constraints of one advice, each.
pub const REQUIREMENTS_MAX: usize = 1_000;
/// Bytes of one requirement line.
pub const REQUIREMENT_BYTES: usize = 8 * 1024;
/// Indexes and names of `onlyBinary` and `noBinary`, each.
pub const NAMES_MAX: usize = 1_000;
/// Pins of the lock of one advice.
pub const LOCK_PINS_MAX: usize = 1_000;
/// Scores of one advice.
pub const SCORES_MAX: usize = 20_000;
/// Stacks returned by one advice at most.
pub const STACKS_MAX: usize = 100;
/// Milliseconds that a health check waits for the graph.
pub const HEALTH_MILLIS: u64 = 2_000;
/// Seconds that requests in flight may take after the service was told to stop.
pub const STOP_SECONDS: u64 = 30;
/// Seconds that an idle connection is kept.
pub const KEEP_ALIVE_SECONDS: u64 = 5;
/// Characters of a value from outside that an error message repeats.
pub const ECHO_CHARACTERS: usize = 100;
