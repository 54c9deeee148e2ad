//! How a process and what it needs are: the answer of `/readyz`, and what administrators see of every stage. The root
//! package looks; this is the shape.

use serde::Serialize;
use utoipa::ToSchema;

/// How each stage is that a message passes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// All of it in one word.
    pub status: Status,
    /// The log's database.
    pub postgres: Dependency,
    /// The wire. `position` is how far the log is published, where this process does that.
    pub nats: Dependency,
    /// The read models; `null` while the database cannot be asked.
    pub projector: Option<Projector>,
    /// How far the log is signed, where this process does that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealer: Option<Sealer>,
    /// Deliveries to other systems, where this process makes them.
    pub webhooks: Option<Webhooks>,
    /// Commands that wait to be appended here.
    pub writer: Writer,
    /// The disk that this process fills.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<Room>,
    /// Push streams, where this process has them.
    pub streams: Option<Streams>,
    /// What runs in this process.
    pub tasks: Vec<Task>,
    /// Postgres and NATS, where `tidings up` runs them.
    pub engines: Vec<Engine>,
}

/// All of it in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReadinessStatus)]
pub enum Status {
    /// Everything is well.
    Ready,
    /// Reading works; news are late, or nothing new is taken.
    Degraded,
    /// Nothing can be asked.
    Unavailable,
}

/// Something that the service stands on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageDependency)]
pub struct Dependency {
    /// It answers.
    pub ok: bool,
    /// How far it has come in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

/// The read models.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageProjector)]
pub struct Projector {
    /// How far they have come in the log.
    pub position: i64,
    /// How many events they are behind.
    pub lag: i64,
    /// Where they stand for good, until somebody does something about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halted: Option<Halted>,
    /// How many of some conversations, picked by chance and counted again each minute, had another number of unread messages
    /// than is shown; where this process projects, and has counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<i64>,
}

/// An event that cannot be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Halted {
    /// Where it is in the log.
    pub position: i64,
    /// What is wrong with it.
    pub reason: String,
}

/// What signs the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageSealer)]
pub struct Sealer {
    /// How far it has come in the log.
    pub position: i64,
}

/// How many webhooks are in which state.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageWebhooks)]
pub struct Webhooks {
    /// At work.
    pub active: i64,
    /// Whose receiver fails.
    pub failing: i64,
    /// That were given up.
    pub paused: i64,
    /// How many events the last of those at work is behind.
    pub lag: i64,
}

/// The queue before the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageWriter)]
pub struct Writer {
    /// How many commands wait.
    pub waiting: usize,
    /// How many may; further ones are refused with 503.
    pub most: usize,
}

/// How much room there is, in bytes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = StageRoom)]
pub struct Room {
    /// Whether it is enough.
    pub state: RoomState,
    /// So much is free.
    pub free: u64,
    /// So large is the disk.
    pub size: u64,
}

/// Whether there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StageRoomState)]
#[serde(rename_all = "lowercase")]
pub enum RoomState {
    /// Enough.
    Ample,
    /// Commands are still taken.
    Low,
    /// Commands are refused.
    Full,
}

/// Push streams and sockets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageStreams)]
pub struct Streams {
    /// How many are open.
    pub open: usize,
}

/// Something that runs all the time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageTask)]
pub struct Task {
    /// Which.
    #[schema(example = "relay")]
    pub name: &'static str,
    /// It runs, rather than waits to be started again.
    pub running: bool,
    /// How often it had to be started again.
    pub restarts: u32,
    /// Why it had to be, last time.
    pub failure: Option<String>,
}

/// An engine that `tidings up` runs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageEngine)]
pub struct Engine {
    /// Which.
    #[schema(example = "postgres")]
    pub name: &'static str,
    /// How it is.
    #[serde(flatten)]
    pub state: EngineState,
}

/// How an engine is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
#[schema(as = StageEngineState)]
pub enum EngineState {
    /// It was started.
    Starting,
    /// It answers.
    Ready,
    /// It does not, and is started again.
    Down {
        /// For so long, in seconds.
        for_s: u64,
        /// How often it was started again.
        restarts: u32,
    },
}
