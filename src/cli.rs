//! What can be asked for on the command line. Every flag has a variable; `--help` shows both.

use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf, str::FromStr};

use api::{
    attachments::Location,
    http::{AllowedOrigins, TrustedProxies},
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::webhook::Reach;

use crate::{
    account::AccountArgs, audit::AuditArgs, backup::BackupArgs, bench::BenchArgs, child::ChildArgs,
    keys::KeysArgs, manual::ManualArgs, rebuild::RebuildArgs, restore::RestoreArgs, top::TopArgs,
};

/// An event-sourced messaging service.
#[derive(Parser)]
#[command(version, about)]
pub struct Cli {
    /// The file of settings: what it says counts where neither a flag nor a variable says something else. Empty for none.
    /// By default /etc/tidings/tidings.toml, if it is there.
    #[arg(long, env = "TIDINGS_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<OsString>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run everything on this machine: Postgres and NATS of its own, every role, the web client.
    Up(UpArgs),
    /// Run the API alone, against given databases.
    Api(RoleArgs),
    /// Run the relay alone: from the log to NATS.
    Relay(RelayArgs),
    /// Run a projector alone: from NATS, or the log, to the read models.
    Projector(Box<ProjectorArgs>),
    /// Run a notifier alone: from the read models to connected clients.
    Notifier(RoleArgs),
    /// Deliver to webhooks alone: from the log to other systems. Of several, one is at work and the others stand by.
    Webhooks(RoleArgs),
    /// Bring the database's schema up to date.
    Migrate(WhereArgs),
    /// Make the read models again from the log, while everybody goes on, and compare.
    Rebuild(RebuildArgs),
    /// Copy the log and the tables beside it into a directory, while everybody goes on.
    Backup(BackupArgs),
    /// Make a service from a backup: checked, with what was erased since erased again.
    Restore(RestoreArgs),
    /// Look at engines, versions, lag and drift.
    Doctor(DoctorArgs),
    /// Watch rates, lags, connections and partitions of a running service.
    Top(TopArgs),
    /// Make and change accounts.
    Account(AccountArgs),
    /// Check that the log is what was signed, take it along, and look at mailboxes as they were.
    Audit(AuditArgs),
    /// Change keys while everybody goes on.
    Keys(KeysArgs),
    /// Show what is set, and where it comes from.
    Config(Box<ConfigArgs>),
    /// Measure how fast this machine is, on a service of its own that is gone afterwards.
    Bench(BenchArgs),
    /// Print the API's own description.
    Openapi,
    /// Print the description of what is told on NATS, to webhooks and to connected clients.
    Asyncapi,
    /// Write the manual pages and the shells' completions, for a package.
    #[command(hide = true)]
    Manual(ManualArgs),
    /// Become another program, as a child of `up`.
    #[command(hide = true)]
    Child(ChildArgs),
}

impl Command {
    /// Whether it runs until it is ended, and is not an operator's.
    pub fn is_service(&self) -> bool {
        match self {
            Self::Up(_) | Self::Api(_) | Self::Relay(_) | Self::Notifier(_) | Self::Webhooks(_) => {
                true
            }
            Self::Projector(args) => args.action.is_none(),
            _ => false,
        }
    }
}

/// Which service a command means: a data directory, or a database and what goes with it.
#[derive(Args, Clone)]
pub struct WhereArgs {
    /// The data directory of `tidings up`.
    #[arg(long, env = "TIDINGS_DATA", value_name = "DIRECTORY")]
    pub data: Option<PathBuf>,
    /// The log's database, if it is not the embedded one.
    #[arg(
        long,
        env = "TIDINGS_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// NATS, if it is not the embedded one.
    #[arg(
        long,
        env = "TIDINGS_NATS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub nats_url: Option<String>,
    /// The token that NATS asks for.
    #[arg(
        long,
        env = "TIDINGS_NATS_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub nats_token: Option<String>,
    /// A file of 32 secret bytes, and 32 more for each time that `keys rotate-master` was called; the same on every node. By
    /// default in the data directory.
    #[arg(long, env = "TIDINGS_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// A file of 32 secret bytes, by which heads of the log are signed: for the relay alone. By default in the data directory;
    /// where there is none (--database-url), nothing is signed.
    #[arg(long, env = "TIDINGS_AUDIT_KEY_FILE", value_name = "FILE")]
    pub audit_key_file: Option<PathBuf>,
    /// Where attached files are kept, the same place for every node and for this service alone: `file:///a/directory`, or
    /// `s3://bucket/prefix` with credentials, region and endpoint in the usual AWS_… variables. By default in the data
    /// directory; where there is none (--database-url), requests for attachments are answered with 503.
    #[arg(long, env = "TIDINGS_ATTACHMENTS", value_name = "URL")]
    pub attachments: Option<Location>,
    /// The file in which erasures are written down, so that a restored backup does not bring back what was erased. It has to
    /// outlive the database, so keep it on another disk. By default in the data directory; where there is none
    /// (--database-url), nothing is written down.
    #[arg(long, env = "TIDINGS_ERASURE_LEDGER", value_name = "FILE")]
    pub erasure_ledger: Option<PathBuf>,
    /// How many MiB have to stay free on the disk of the data directory (of the attached files, where there is none): with less,
    /// commands are refused with 503, so that Postgres has room to go on. Warns from four times as much.
    #[arg(
        long,
        env = "TIDINGS_DISK_RESERVE",
        value_name = "MIB",
        default_value_t = 1024
    )]
    pub disk_reserve: u32,
}

/// The rules of the service.
#[derive(Args, Clone)]
pub struct RuleArgs {
    /// Who may register.
    #[arg(long, env = "TIDINGS_REGISTRATION", value_enum, default_value_t = Registration::Open)]
    pub registration: Registration,
    /// The original service's calls, which show e-mail addresses to every account.
    #[arg(long, env = "TIDINGS_CLASSIC", value_enum, default_value_t = Switch::On)]
    pub classic: Switch,
    /// Limits on how often somebody may ask. Off for load tests.
    #[arg(long, env = "TIDINGS_THROTTLE", value_enum, default_value_t = Switch::On)]
    pub throttle: Switch,
    /// Whether passwords have to be hard to guess.
    #[arg(long, env = "TIDINGS_PASSWORD_RULE", value_enum, default_value_t = Switch::On)]
    pub password_rule: Switch,
    /// Other origins whose pages may use the API, with commas between them.
    #[arg(long, env = "TIDINGS_CORS_ORIGINS", default_value = "", value_parser = all::<AllowedOrigins>)]
    pub cors_origins: String,
    /// Addresses of proxies whose forwarded headers are believed, with commas between them.
    #[arg(long, env = "TIDINGS_TRUSTED_PROXIES", default_value = "", value_parser = all::<TrustedProxies>)]
    pub trusted_proxies: String,
    /// How many connections one address may have open.
    #[arg(long, env = "TIDINGS_CONNECTIONS_PER_ADDRESS", default_value_t = 256)]
    pub connections_per_address: usize,
    /// How many sessions one account may have. The oldest goes.
    #[arg(long, env = "TIDINGS_SESSIONS_PER_ACCOUNT", default_value_t = 50)]
    pub sessions_per_account: i64,
    /// Networks that webhooks may reach beside the world, with commas between them: `10.1.0.0/16, ::1`. Whoever is an
    /// administrator can have the service call what is in them.
    #[arg(long, env = "TIDINGS_WEBHOOKS_ALLOW", default_value = "", value_parser = networks)]
    pub webhooks_allow: String,
    /// Whether webhooks may be http:// as well, readable on the way.
    #[arg(long, env = "TIDINGS_WEBHOOKS_HTTP", value_enum, default_value_t = Switch::Off)]
    pub webhooks_http: Switch,
    /// For how many days a webhook may fail before it is paused.
    #[arg(
        long,
        env = "TIDINGS_WEBHOOKS_PATIENCE",
        value_name = "DAYS",
        default_value_t = 7
    )]
    pub webhooks_patience: u32,
}

/// A list of which each member can be read, before anything starts.
fn all<T: FromStr<Err: fmt::Display>>(list: &str) -> Result<String, String> {
    let read = list.parse::<T>().map_err(|error| error.to_string());
    read.map(|_| list.to_owned())
}

fn networks(list: &str) -> Result<String, String> {
    Reach::new(list, false).map(|_| list.to_owned())
}

#[derive(Args)]
pub struct UpArgs {
    #[command(flatten)]
    pub place: WhereArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Where to listen.
    #[arg(long, env = "TIDINGS_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Where to show metrics to the operator. A free port of the loopback address by default.
    #[arg(long, env = "TIDINGS_ADMIN", default_value = "127.0.0.1:0")]
    pub admin: SocketAddr,
    /// Start with the accounts test1 to test4, all with the password 1234, and a few messages. On loopback only.
    #[arg(long)]
    pub demo: bool,
}

#[derive(Args)]
pub struct ConfigArgs {
    /// Print a file of all settings with their descriptions, each as it is by default.
    #[arg(long)]
    pub template: bool,
    /// For programs.
    #[arg(long)]
    pub json: bool,
    /// As `up` takes them.
    #[command(flatten)]
    pub settings: RoleArgs,
}

#[derive(Args)]
pub struct RoleArgs {
    #[command(flatten)]
    pub place: WhereArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Where to listen.
    #[arg(long, env = "TIDINGS_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Where to show metrics to the operator.
    #[arg(long, env = "TIDINGS_ADMIN", default_value = "127.0.0.1:0")]
    pub admin: SocketAddr,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ProjectorArgs {
    #[command(flatten)]
    pub role: RoleArgs,
    #[command(subcommand)]
    pub action: Option<ProjectorAction>,
}

#[derive(Subcommand)]
pub enum ProjectorAction {
    /// Pass over the event at which the projector has halted, now and in every rebuild.
    Skip(SkipArgs),
}

#[derive(Args)]
pub struct SkipArgs {
    /// Where it is, as `doctor` says.
    pub position: i64,
    /// Why nobody needs it.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    #[command(flatten)]
    pub place: WhereArgs,
}

#[derive(Args)]
pub struct RelayArgs {
    #[command(flatten)]
    pub role: RoleArgs,
    /// Throw a stream away which is not a copy of this log, and fill it anew.
    #[arg(long)]
    pub rebuild_stream: bool,
}

#[derive(Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub place: WhereArgs,
    /// Compare every row with what the log says: as long as a rebuild, and the tables stay as they are.
    #[arg(long)]
    pub full: bool,
    /// For programs.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Registration {
    /// Everybody.
    Open,
    /// Nobody; accounts are made with `tidings account create`.
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

impl Switch {
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}
