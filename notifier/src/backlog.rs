//! Step 6: reading what a stream has missed, a page at a time and at most one ahead of its reader, so that neither a long backlog
//! nor a slow reader takes memory.
//!
//! A *period* of reading is bounded by the checkpoint at its start, so that no item comes twice in it: what changes
//! meanwhile belongs to the next period. A period is cut into *windows* with a bounded number of new items, so that a page
//! need not look again at all items that changed later.

use std::sync::Arc;

use domain::{
    AccountId,
    mailbox::{Change, Delivered},
};
use eventlog::Token;
use sqlx::PgPool;

use crate::{
    Event, frame,
    line::Start,
    notifier::Shared,
    tables::{Bounds, Range, Tables},
};

/// New items of either box in one window.
const WINDOW: i64 = 1_000;
/// Rows in one page.
const FIRST_ROWS: usize = 50;
const MOST_ROWS: usize = 200;
/// Bytes in one page: a row which would come to lie behind them waits for the next.
const PAGE_BYTES: usize = 48 * 1024;

/// A period under way, and the window within.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// What the client knew when the period began, and how far the hub had rung.
    seen: i64,
    rang: i64,
    /// The period ends here.
    upto: i64,
    /// The window ends here.
    horizon: i64,
    conversations: bool,
    /// Rows to read at once: as many as fit into a page, by what the last ones were like.
    rows: usize,
}

/// Rows as they go out, and where the reading stands.
#[derive(Debug)]
pub(crate) struct Page {
    pub bytes: Vec<u8>,
    pub count: u64,
    pub delivered: Vec<Delivered>,
    pub cursor: Token,
    pub then: Then,
}

/// After a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// The period goes on.
    More(Window),
    /// Everything up to here was read; when it began, the hub had rung up to `rang`.
    CaughtUp { upto: i64, rang: i64 },
}

/// The next page of an owner's feed.
pub(crate) async fn read<T: Tables>(
    shared: Arc<Shared<T>>,
    owner: AccountId,
    start: Start,
    window: Option<Window>,
) -> Result<Page, sqlx::Error> {
    let window = window_at(&shared.tables, owner, start, window).await?;
    let range = Range {
        after: start.cursor,
        upto: window.horizon,
    };
    let (rows, complete) = rows(&shared.tables, owner, range, window).await?;
    Ok(written(&shared, owner, rows, complete, range, window))
}

/// The window under way, or the next one behind it.
async fn window_at(
    tables: &impl Tables,
    owner: AccountId,
    start: Start,
    under_way: Option<Window>,
) -> Result<Window, sqlx::Error> {
    let cursor = start.cursor;
    if let Some(window) = under_way.filter(|window| cursor < Token::after(window.horizon)) {
        return Ok(window);
    }
    let (seen, rang, rows) = match under_way {
        Some(window) => (window.seen, window.rang, window.rows),
        None => (start.seen, start.rang, FIRST_ROWS),
    };
    let upto = under_way.map(|window| window.upto);
    let Bounds {
        upto,
        horizon,
        conversations,
    } = tables.bounds(owner, cursor.position, upto, WINDOW).await?;
    Ok(Window {
        seen,
        rang,
        upto,
        horizon,
        conversations,
        rows,
    })
}

pub(crate) async fn bounds(
    pool: &PgPool,
    owner: AccountId,
    after: i64,
    upto: Option<i64>,
    items: i64,
) -> Result<Bounds, sqlx::Error> {
    let bounds = sqlx::query_as!(
        Bounds,
        r#"with period as (
             select coalesce($3, (select coalesce(min(position), 0) from readmodel.checkpoints)) as upto
           ), bounds as (
             select upto, least(upto,
               (select position from readmodel.inbox where owner_id = $1 and position > $2
                order by position offset $4 limit 1),
               (select position from readmodel.sent_box where owner_id = $1 and position > $2
                order by position offset $4 limit 1)) as horizon
             from period
           )
           select upto as "upto!", horizon as "horizon!", exists (
             select from readmodel.last_conversation where owner_id = $1 and changed >= $2 and changed <= horizon
           ) as "conversations!" from bounds"#,
        owner.0,
        after,
        upto,
        items
    );
    bounds.fetch_one(pool).await
}

/// The first rows of a range, in order, and whether there are no others.
async fn rows(
    tables: &impl Tables,
    owner: AccountId,
    range: Range,
    window: Window,
) -> Result<(Vec<Change>, bool), sqlx::Error> {
    if range.after >= Token::after(range.upto) {
        return Ok((Vec::new(), true));
    }
    let limit = i64::try_from(window.rows).unwrap_or(i64::MAX);
    let mut rows = tables.items(&[owner.0], range, limit).await?;
    let mut sure = known_upto(&rows, window.rows);
    if window.conversations {
        let conversations = tables.conversations(&[owner.0], range, limit).await?;
        sure = sure.min(known_upto(&conversations, window.rows));
        rows.extend(conversations);
    }
    rows.sort_by_key(|change| frame::place(&change.row));
    rows.truncate(rows.partition_point(|change| frame::place(&change.row) <= sure));
    Ok((rows, sure == EVERYTHING))
}

const EVERYTHING: Token = Token {
    position: i64::MAX,
    ordinal: Token::WHOLE,
};

/// Where rows that were read up to a limit stop telling everything.
fn known_upto(rows: &[Change], limit: usize) -> Token {
    let last = rows.iter().map(|change| frame::place(&change.row)).max();
    last.filter(|_| rows.len() >= limit).unwrap_or(EVERYTHING)
}

fn written<T>(
    shared: &Shared<T>,
    owner: AccountId,
    rows: Vec<Change>,
    complete: bool,
    range: Range,
    mut window: Window,
) -> Page {
    let mut page = Page {
        bytes: Vec::new(),
        count: 0,
        delivered: Vec::new(),
        cursor: range.after,
        then: Then::More(window),
    };
    let total = rows.len();
    let mut written = 0;
    for change in rows {
        let place = frame::place(&change.row);
        if shared.settings.delivered.is_some() {
            page.delivered.extend(frame::delivered(owner, &change.row));
        }
        let event = Event::of(change.row, window.seen);
        frame::write(&mut page.bytes, Some(&shared.tokens.write(place)), &event);
        page.cursor = place;
        page.count += 1;
        written += 1;
        if page.bytes.len() >= PAGE_BYTES {
            break;
        }
    }
    window.rows = if written < total {
        written
    } else {
        (window.rows + window.rows / 4).min(MOST_ROWS)
    };
    if complete && written == total {
        page.cursor = page.cursor.max(Token::after(range.upto));
    }
    page.then = if page.cursor >= Token::after(window.upto) {
        Then::CaughtUp {
            upto: window.upto,
            rang: window.rang,
        }
    } else {
        Then::More(window)
    };
    page
}
