//! The tables of a snapshot, a file each.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use aws_lc_rs::digest::{Context, SHA256};
use futures::TryStreamExt;
use sqlx::PgConnection;

use super::manifest::{Copied, Table, hex};

/// What is left out: whoever logged in has to do so again, rather than that a session which was ended lives again; a
/// diagnosis and the state of a rebuild are of no use elsewhere.
const LEFT_OUT: [&str; 4] = [
    "auth.sessions",
    "auth.signing_keys",
    "log.pushed",
    "log.rebuild",
];

/// Copies every table that cannot be made again.
pub async fn tables(snapshot: &mut PgConnection, directory: &Path) -> anyhow::Result<Vec<Table>> {
    let found = sqlx::query!(
        r#"select format('%I.%I', c.relnamespace::regnamespace, c.relname) as "name!",
             array_agg(quote_ident(a.attname) order by a.attnum) as "columns!"
           from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace in ('log'::regnamespace, 'auth'::regnamespace) and c.relkind = 'r'
             and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
           group by c.oid, c.relname, c.relnamespace order by 1"#
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let mut tables = Vec::new();
    for table in found {
        if !LEFT_OUT.contains(&table.name.as_str()) {
            tables.push(copy(snapshot, directory, table.name, table.columns).await?);
        }
    }
    Ok(tables)
}

async fn copy(
    snapshot: &mut PgConnection,
    directory: &Path,
    name: String,
    columns: Vec<String>,
) -> anyhow::Result<Table> {
    let file = format!("{name}.copy");
    let mut out = Out::create(&directory.join(&file))?;
    let list = columns.join(", ");
    // The log in its order, so that it can be checked as it is read.
    let order = if name == "log.events" {
        "order by position"
    } else {
        ""
    };
    let statement = format!("copy (select {list} from {name} {order}) to stdout");
    let mut chunks = snapshot.copy_out_raw(&statement).await?;
    while let Some(chunk) = chunks.try_next().await? {
        out.write(&chunk)?;
    }
    drop(chunks);
    let (rows, bytes, sha256) = out.finish()?;
    Ok(Table {
        name,
        columns,
        rows,
        file: Copied {
            file,
            bytes,
            sha256,
        },
    })
}

/// A file that is hashed and counted as it is written. A row of COPY's text is a line: line ends within it are escaped.
struct Out {
    file: BufWriter<File>,
    digest: Context,
    bytes: u64,
    rows: u64,
}

impl Out {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 20, file),
            digest: Context::new(&SHA256),
            bytes: 0,
            rows: 0,
        })
    }

    fn write(&mut self, chunk: &[u8]) -> anyhow::Result<()> {
        self.file.write_all(chunk)?;
        self.digest.update(chunk);
        self.bytes += u64::try_from(chunk.len())?;
        self.rows += u64::try_from(chunk.split(|byte| *byte == b'\n').count() - 1)?;
        Ok(())
    }

    fn finish(self) -> anyhow::Result<(u64, u64, String)> {
        self.file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?
            .sync_all()?;
        Ok((self.rows, self.bytes, hex(self.digest.finish().as_ref())))
    }
}
