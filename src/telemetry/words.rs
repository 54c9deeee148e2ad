//! What the metrics of this process mean.

use metrics::{Unit, describe_counter, describe_gauge};

/// Says it, to whoever reads `/metrics`.
pub fn describe() {
    describe_gauge!("tidings_build_info", "1; the version is its label.");
    describe_gauge!("tidings_postgres_up", "1 if the log's database answers.");
    describe_gauge!("tidings_nats_up", "1 if NATS is connected.");
    describe_gauge!("tidings_log_position", "The log's last position.");
    describe_gauge!(
        "tidings_projector_checkpoint",
        "The position up to which a partition's read models are made."
    );
    lags();
    resources();
    describe_gauge!(
        "tidings_task_up",
        "1 if a task runs, 0 while it waits to be started again."
    );
    describe_counter!(
        "tidings_task_restarts_total",
        "How often a task had to be started again."
    );
    describe_gauge!(
        "tidings_engine_up",
        "1 if an embedded engine answers. There are none where both databases are given."
    );
    describe_counter!(
        "tidings_engine_restarts_total",
        "How often an embedded engine had to be started again."
    );
}

fn lags() {
    describe_gauge!(
        "tidings_projector_lag_events",
        "Events of the log that a partition's read models lack."
    );
    describe_gauge!(
        "tidings_projector_lag_seconds",
        Unit::Seconds,
        "How long the first of these has waited."
    );
    describe_gauge!(
        "tidings_relay_lag_events",
        "Events of the log that the stream lacks, as its relay knows it."
    );
    describe_gauge!(
        "tidings_relay_lag_seconds",
        Unit::Seconds,
        "How long the first of these has waited."
    );
    describe_gauge!(
        "tidings_sealer_lag_events",
        "Events of the log that no signed head covers."
    );
    describe_gauge!(
        "tidings_sealer_lag_seconds",
        Unit::Seconds,
        "How long the first of these has waited."
    );
}

fn resources() {
    describe_gauge!(
        "tidings_pool_connections",
        "Connections to Postgres, by pool and state."
    );
    describe_gauge!(
        "tidings_pool_connections_max",
        "Connections that a pool may open."
    );
    describe_gauge!(
        "tidings_memory_resident_bytes",
        Unit::Bytes,
        "Memory that the allocator holds."
    );
    describe_gauge!(
        "tidings_memory_allocated_bytes",
        Unit::Bytes,
        "Memory that the program has asked the allocator for."
    );
    describe_gauge!(
        "process_resident_memory_bytes",
        Unit::Bytes,
        "Memory of the process, as the kernel counts it."
    );
    describe_gauge!("process_open_fds", "Open files and sockets.");
    describe_gauge!("process_max_fds", "Files and sockets that may be open.");
    describe_gauge!(
        "tidings_disk_free_bytes",
        Unit::Bytes,
        "Room on the disk of the data directory; of the attachments, where there is none."
    );
    describe_gauge!(
        "tidings_disk_reserve_bytes",
        Unit::Bytes,
        "Room that has to stay free: with less, commands are refused."
    );
    describe_gauge!(
        "tidings_disk_size_bytes",
        Unit::Bytes,
        "The size of that disk."
    );
}
